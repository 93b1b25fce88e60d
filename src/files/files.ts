// Stores files before a row refers to them, and removes them when no row does. A key is inserted into `unclaimed_files`
// before its bytes are written. The transaction that refers to the file deletes that row (it claims the file). Files
// still unclaimed after an hour are removed. A crash or a rollback at any moment leaves the file unclaimed.
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { separateConnection } from '#db/connect.ts'
import type { Pool } from '#db/sql.ts'
import { newKey } from './keys.ts'
import { deleteUnclaimed, insertUnclaimed, lockRemovable } from './queries.ts'
import type { Bytes, Slice, Storage } from './storage.ts'

/** A file in the storage that no row refers to yet. `head`: its first bytes, which show its type. */
export type UnclaimedFile = { key: string; size: number; sha256: Buffer; head: Buffer }

/** `largest`: bytes. `within_hours`: how long it may take until the file is claimed. Default: `Files.largest`, an hour. */
export type WriteLimits = { largest?: number; within_hours?: number }

export type Files = {
  /** The size limit of a file, in bytes. */
  largest: number
  /**
   * Writes a file for a workspace; it is durable when this resolves. Can be called inside and outside a transaction:
   * the key is recorded over a separate connection. @throws FileTooLarge, StorageUnavailable, and errors of `bytes`
   */
  writeUnclaimed(workspace_id: string, bytes: Bytes, limits?: WriteLimits): Promise<UnclaimedFile>
  /** Returns undefined if there is no such file. @throws StorageUnavailable */
  read(key: string, slice?: Slice): Promise<Readable | undefined>
  /** Removes unclaimed files; returns their number. Safe in several processes at once. @throws StorageUnavailable */
  removeUnclaimed(): Promise<number>
  /** Returns false if the disk is full. */
  hasRoom(): Promise<boolean>
  close(): Promise<void>
}

export class FileTooLarge extends Error {
  readonly largest: number

  constructor(largest: number) {
    super(`The file is larger than ${inMegabytes(largest)}`)
    this.largest = largest
  }
}

export const inMegabytes = (bytes: number): string => `${Math.floor((bytes / 2 ** 20) * 100) / 100} MB`

/** Enough for all signatures of file types. */
const HEAD_BYTES = 4_100

const REMOVE_BATCH = 20

type Options = { sql: Pool; storage: Storage; largest: number }

export function openFiles({ sql, storage, largest }: Options): Files {
  const own = separateConnection(sql)
  return {
    largest,

    async writeUnclaimed(workspace_id, bytes, limits = {}) {
      const key = newKey(workspace_id)
      const meter = measuring(limits.largest ?? largest)
      await insertUnclaimed(own, key, limits.within_hours)
      await storage.put(key, meter.through(bytes))
      return { key, ...meter.read() }
    },

    read: storage.get,
    hasRoom: storage.hasRoom,

    async removeUnclaimed() {
      for (let total = 0; ; ) {
        const removed = await sql.begin(async (transaction) => {
          const keys = (await lockRemovable(transaction, REMOVE_BATCH)).map(({ key }) => key)
          await Promise.all(keys.map(storage.remove))
          await deleteUnclaimed(transaction, keys)
          return keys.length
        })
        total += removed
        if (removed < REMOVE_BATCH) return total
      }
    },

    close: () => own.end({ timeout: 1 }),
  }
}

function measuring(largest: number) {
  const hash = createHash('sha256')
  const head: Uint8Array[] = []
  let headSize = 0
  let size = 0
  return {
    async *through(bytes: Bytes) {
      for await (const chunk of bytes) {
        size += chunk.length
        if (size > largest) throw new FileTooLarge(largest)
        hash.update(chunk)
        if (headSize < HEAD_BYTES) {
          head.push(chunk.subarray(0, HEAD_BYTES - headSize))
          headSize += Math.min(chunk.length, HEAD_BYTES - headSize)
        }
        yield chunk
      }
    },
    read: () => ({ size, sha256: hash.digest(), head: Buffer.concat(head) }),
  }
}
