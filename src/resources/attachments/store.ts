// Stores a file that somebody has sent, on whatever way it came: with a request, by mail, from a phone.
import { contentTypeOf } from '#files/content-type.ts'
import type { Files } from '#files/files.ts'
import type { Bytes } from '#files/storage.ts'
import { fileName } from '#lib/file-name.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertFile, type NewFile } from './queries.ts'
import type { StoredAttachment } from './schema.ts'

/** A file as it came: its name and type are what the sender calls them. */
export type FileToStore = { name: string; content_type?: string | undefined; bytes: Buffer | Bytes }

/**
 * Stores a file and makes an attachment of it, to be handed to whatever it hangs on (`receive`, a part). Within a
 * transaction or outside; rolled back, nothing is left of it. Whoever waits for a slow storage in a transaction holds a
 * connection for as long: where there is a choice, call `keepFile` before the transaction and `claimFile` within it.
 *
 * The name is made fit to be shown, and the type is told by the bytes where it matters (see `contentTypeOf`).
 * @throws FileTooLarge where it has more bytes than `files.largest`; StorageUnavailable; what `bytes` throws
 */
export const storeFile = async (workspace: Workspace, files: Files, file: FileToStore): Promise<StoredAttachment> =>
  claimFile(workspace, await keepFile(workspace.id, files, file))

/** The first half, without the database's help: the bytes. They are removed after an hour if nobody claims them. */
export async function keepFile(workspace_id: string, files: Files, file: FileToStore): Promise<NewFile> {
  const { head, ...kept } = await files.writeUnclaimed(
    workspace_id,
    Buffer.isBuffer(file.bytes) ? [file.bytes] : file.bytes,
  )
  const name = fileName(file.name)
  return { ...kept, name, content_type: await contentTypeOf({ name, claimed: file.content_type, head }) }
}

/** The second half, in the transaction of what it hangs on. */
export async function claimFile(workspace: Workspace, file: NewFile): Promise<StoredAttachment> {
  const row = await insertFile(workspace, file)
  if (!row) throw new Error(`The file ${file.key} was claimed too late, and is gone`)
  return { name: file.name, content_type: file.content_type, filesize: file.size, file_id: row.id }
}
