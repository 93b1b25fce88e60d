// Where the bytes of files lie: on disk, or on S3-compatible storage. Chosen once, at start.
import type { Readable } from 'node:stream'

/** The bytes from `start` to `end`, both included. */
export type Slice = { start: number; end: number }

export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** Keys are made by `newKey`, are used once, and their bytes never change. */
export type Storage = {
  /**
   * Resolves when the bytes are safe: they outlive this process, and the power. Where it fails, for whatever reason,
   * nothing can be read under the key. What `bytes` throws is thrown on. @throws StorageUnavailable
   */
  put(key: string, bytes: Bytes): Promise<void>
  /** Undefined where there is nothing under the key. @throws StorageUnavailable */
  get(key: string, slice?: Slice): Promise<Readable | undefined>
  /** No error where there is nothing. @throws StorageUnavailable */
  remove(key: string): Promise<void>
}

/** The disk is full, S3 does not answer or refuses us: no fault of whoever asked, and worth another try. */
export class StorageUnavailable extends Error {
  readonly code = 'STORAGE_UNAVAILABLE'
}

/** For who has moved: new files go to `current`; those that lie where they lay `before` can still be read and removed. */
export const movedFrom = (before: Storage, current: Storage): Storage => ({
  put: current.put,
  get: async (key, slice) => (await current.get(key, slice)) ?? before.get(key, slice),
  remove: async (key) => void (await Promise.all([current.remove(key), before.remove(key)])),
})
