// The files of attributes: written to the storage before the transaction, and attached in it.
import type { FastifyRequest } from 'fastify'
import type { Files } from '#files/files.ts'
import { fileName } from '#lib/file-name.ts'
import { attachmentsAt, writeFiles } from '#resources/attachments/attach.ts'
import type { NewFile } from '#resources/attachments/queries.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { claimFile } from '#resources/attachments/store.ts'
import { type GivenFile, givenFilesOf } from '#resources/conversation-attributes/values.ts'
import type { Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { UpdateRequest } from '../requests.ts'

/** Returns the attachments of files that a request gives to an attribute, in their order. */
export type AttachFiles = (given: readonly GivenFile[]) => Promise<Attachment[]>

const encodedFilesOf = (body: unknown) =>
  givenFilesOf((body as UpdateRequest).custom_attributes ?? {}).flatMap(({ attribute, n, file }) =>
    file.data === undefined ? [] : [{ ...file, file, field: `custom_attributes.${attribute}.${n}.data` }],
  )

/** A preHandler: writes the files in base64 as `written_files`, so that no transaction waits for the storage. */
export const writeAttributeFiles = (files: Files) => async (request: FastifyRequest) => {
  request.written_files = await writeFiles(request.workspace.id, files, encodedFilesOf(request.body))
}

/** `written` are the files of `body` that `writeAttributeFiles` has written. */
export function attachingFiles(
  workspace: Workspace,
  server: Server,
  body: UpdateRequest,
  written: readonly NewFile[] = [],
): AttachFiles {
  const stored = new Map<GivenFile, NewFile>(encodedFilesOf(body).map(({ file }, n) => [file, written[n] as NewFile]))
  return async (given) => {
    const attachments: Attachment[] = []
    for (const file of given) {
      const own = stored.get(file)
      if (own) attachments.push(await claimFile(workspace, own))
      else
        for (const found of await attachmentsAt(workspace, server, [file.url as string]))
          attachments.push({ ...found, name: fileName(file.name) })
    }
    return attachments
  }
}
