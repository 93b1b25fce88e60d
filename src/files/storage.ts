// The storage of files: disk, or S3-compatible storage. Chosen once, at start.
import type { Readable } from 'node:stream'

/** The bytes from `start` to `end`, both included. */
export type Slice = { start: number; end: number }

export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** Keys are made by `newKey`, are used once, and their bytes never change. */
export type Storage = {
  /**
   * Resolves when the bytes are durable: they survive a crash and a power loss. If it fails for any reason, the key
   * stays unreadable. Errors of `bytes` are thrown unchanged. @throws StorageUnavailable
   */
  put(key: string, bytes: Bytes): Promise<void>
  /** Returns undefined if there is no such key. @throws StorageUnavailable */
  get(key: string, slice?: Slice): Promise<Readable | undefined>
  /** A missing key is not an error. @throws StorageUnavailable */
  remove(key: string): Promise<void>
  /** Returns false if the disk is full. */
  hasRoom(): Promise<boolean>
}

/** The disk is full, or S3 does not answer or refuses us. Not an error of the caller; a retry may succeed. */
export class StorageUnavailable extends Error {
  readonly code = 'STORAGE_UNAVAILABLE'
}

/**
 * For a server whose storage was changed: new files go to `current`; files in `before` can still be read and removed.
 */
export const movedFrom = (before: Storage, current: Storage): Storage => ({
  put: current.put,
  get: async (key, slice) => (await current.get(key, slice)) ?? before.get(key, slice),
  remove: async (key) => void (await Promise.all([current.remove(key), before.remove(key)])),
  hasRoom: current.hasRoom,
})
