// The raw content of a left-out message: mails are compressed in the file storage, other messages are JSON in the row.
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { type Files, FileTooLarge } from '#files/files.ts'
import { conflict, found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { LIMITS_PER_DAY, leftOutToday } from './leave-out.ts'
import type { InboundRow } from './queries.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)

/**
 * Writes a mail to the storage; `leaveOut` claims it. Returns undefined if it is not kept, because it is too large or the
 * day's limit is reached. Run it outside of a transaction. @throws StorageUnavailable
 */
export async function writeRaw(workspace: Workspace, files: Files, mail: Buffer) {
  const { bytes } = await leftOutToday(workspace)
  if (bytes + mail.length > LIMITS_PER_DAY.raw_bytes) return undefined
  try {
    const { key } = await files.writeUnclaimed(workspace.id, [await compress(mail)])
    return { key, size: mail.length }
  } catch (error) {
    if (error instanceof FileTooLarge) return undefined
    throw error
  }
}

export const notKept = () => conflict('The content of this message was not kept')

/** @throws ApiError 409 if the content was not kept; StorageUnavailable */
export async function readRaw(files: Files, { channel, key, raw }: InboundRow): Promise<Buffer> {
  if (channel !== 'email' && raw !== null) return Buffer.from(JSON.stringify(raw))
  if (key === null) throw notKept()
  const compressed = found(await files.read(key), 'The content of this message is gone')
  return decompress(Buffer.concat(await Array.fromAsync(compressed)))
}
