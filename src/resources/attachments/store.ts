// Stores a file that was received with a request or on a channel.
import { contentTypeOf } from '#files/content-type.ts'
import type { Files } from '#files/files.ts'
import type { Bytes } from '#files/storage.ts'
import { fileName } from '#lib/file-name.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertFile, type NewFile } from './queries.ts'
import type { StoredAttachment } from './schema.ts'

/** A received file, with the name and type that the sender gave. */
export type FileToStore = { name: string; content_type?: string | undefined; bytes: Buffer | Bytes }

/**
 * Stores a file and returns an attachment of it, for `receive` or a part. Works within a transaction or outside; after
 * a rollback the file is removed. A slow storage blocks the connection of a transaction: if possible, call
 * `writeUnclaimedFile` before the transaction and `claimFile` within it.
 *
 * The name is made safe to show, and the type is detected from the bytes where it matters (see `contentTypeOf`).
 * @throws FileTooLarge if it has more bytes than `files.largest`; StorageUnavailable; what `bytes` throws
 */
export const storeFile = async (workspace: Workspace, files: Files, file: FileToStore): Promise<StoredAttachment> =>
  claimFile(workspace, await writeUnclaimedFile(workspace.id, files, file))

/** The first half: writes the bytes to the storage. They are removed after an hour if they are not claimed. */
export async function writeUnclaimedFile(workspace_id: string, files: Files, file: FileToStore): Promise<NewFile> {
  const { head, ...written } = await files.writeUnclaimed(
    workspace_id,
    Buffer.isBuffer(file.bytes) ? slicesOf(file.bytes) : file.bytes,
  )
  const name = fileName(file.name)
  return { ...written, name, content_type: await contentTypeOf({ name, claimed: file.content_type, head }) }
}

const SLICE_BYTES = 1024 * 1024

/** Other requests run between the slices: a hash of a large file takes long. */
function* slicesOf(bytes: Buffer) {
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) yield bytes.subarray(at, at + SLICE_BYTES)
}

/** The second half, in the transaction of the message or part. */
export async function claimFile(workspace: Workspace, file: NewFile): Promise<StoredAttachment> {
  const row = await insertFile(workspace, file)
  if (!row) throw new Error(`The file ${file.key} was claimed too late, and is gone`)
  return { name: file.name, content_type: file.content_type, filesize: file.size, file_id: row.id }
}
