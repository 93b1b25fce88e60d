// The files of attributes: written to the storage before the transaction, and attached in it.
import type { FastifyRequest } from 'fastify'
import type { Files } from '#files/files.ts'
import { fileName } from '#lib/file-name.ts'
import { isObject } from '#lib/objects.ts'
import type { Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { attachmentsAt, writeFiles } from './attach.ts'
import type { NewFile } from './queries.ts'
import type { Attachment } from './schema.ts'
import { claimFile } from './store.ts'

/** The most files of one attribute. */
export const MAX_FILES = 10

/** A file that a request gives: at an address, or its bytes. */
export type GivenFile = { name: string; content_type?: string } & (
  | { url: string; data?: undefined }
  | { data: string; url?: undefined }
)

/** Returns whether the value is files that an attribute can have. */
export const areFiles = (value: unknown): value is GivenFile[] =>
  Array.isArray(value) && value.length > 0 && value.length <= MAX_FILES && value.every(isFile)

function isFile(given: unknown): given is GivenFile {
  if (!isObject(given)) return false
  const { name, content_type, url, data } = given
  const isText = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 255
  const isNamed = isText(name) && (content_type === undefined || isText(content_type))
  const hasUrl = typeof url === 'string' && url.length <= 2048 && /^https?:\/\//i.test(url) && URL.canParse(url)
  return isNamed && (hasUrl ? data === undefined : url === undefined && typeof data === 'string')
}

/** The property of a request that has the values of attributes, by their names. */
type Field = 'custom_attributes' | 'ticket_attributes' | 'attributes'

/** Returns the files in base64 of a request. What an attribute cannot have is refused later. */
function encodedFilesOf(body: unknown, field: Field) {
  const given = isObject(body) && isObject(body[field]) ? body[field] : {}
  return Object.entries(given).flatMap(([attribute, value]) =>
    areFiles(value)
      ? value.flatMap((file, n) =>
          file.data === undefined ? [] : [{ ...file, file, field: `${field}.${attribute}.${n}.data` }],
        )
      : [],
  )
}

/** A preHandler: writes the files in base64 as `written_files`, so that no transaction waits for the storage. */
export const writeAttributeFiles = (files: Files, field: Field) => async (request: FastifyRequest) => {
  request.written_files = await writeFiles(request.workspace.id, files, encodedFilesOf(request.body, field))
}

/** Returns the attachments of files that a request gives to an attribute, in their order. */
export type AttachFiles = (given: readonly GivenFile[]) => Promise<Attachment[]>

/** `written` are the files of `body` that `writeAttributeFiles` has written. */
export function attachingFiles(
  workspace: Workspace,
  server: Server,
  body: unknown,
  field: Field,
  written: readonly NewFile[] = [],
): AttachFiles {
  const encoded = encodedFilesOf(body, field)
  const stored = new Map<GivenFile, NewFile>(encoded.map(({ file }, n) => [file, written[n] as NewFile]))
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
