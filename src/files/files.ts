// Files: kept before anything refers to them, and removed when nothing does any more. The two can never be out of step:
// a name is noted before its bytes are written, whoever refers to the file takes the note away in the same transaction,
// and what is still noted after an hour is removed. A crash or a rollback at any moment leaves the note.
import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { beside } from '#db/connect.ts'
import type { Pool } from '#db/sql.ts'
import { newKey } from './keys.ts'
import { forgetUnclaimed, lockRemovable, noteUnclaimed } from './queries.ts'
import type { Bytes, Slice, Storage } from './storage.ts'

/** What lies in the storage, and waits for a row that refers to it. `head`: its first bytes, which tell what it is. */
export type KeptFile = { key: string; size: number; sha256: Buffer; head: Buffer }

export type Files = {
  /** Bytes that a file may have. */
  largest: number
  /**
   * Writes a file for a workspace; it is safe when this resolves. May be called within a transaction or outside: the
   * note goes over a connection of its own. @throws FileTooLarge, StorageUnavailable, and what `bytes` throws
   */
  keep(workspace_id: string, bytes: Bytes): Promise<KeptFile>
  /** Undefined where it is not there. @throws StorageUnavailable */
  read(key: string, slice?: Slice): Promise<Readable | undefined>
  /** Removes what nothing refers to, and says how many. Safe in several processes at once. @throws StorageUnavailable */
  removeUnclaimed(): Promise<number>
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

/** As far as signatures of file types reach. */
const HEAD_BYTES = 4_100

const REMOVED_TOGETHER = 20

type Options = { sql: Pool; storage: Storage; largest: number }

export function openFiles({ sql, storage, largest }: Options): Files {
  const own = beside(sql)
  return {
    largest,

    async keep(workspace_id, bytes) {
      const key = newKey(workspace_id)
      const meter = measuring(largest)
      await noteUnclaimed(own, key)
      await storage.put(key, meter.through(bytes))
      return { key, ...meter.read() }
    },

    read: storage.get,

    async removeUnclaimed() {
      for (let total = 0; ; ) {
        const removed = await sql.begin(async (transaction) => {
          const keys = (await lockRemovable(transaction, REMOVED_TOGETHER)).map(({ key }) => key)
          await Promise.all(keys.map(storage.remove))
          await forgetUnclaimed(transaction, keys)
          return keys.length
        })
        total += removed
        if (removed < REMOVED_TOGETHER) return total
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
