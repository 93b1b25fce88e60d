// Serves attached files: everyone with the link can read the file until the link expires.

import { type Readable, Readable as Stream } from 'node:stream'
import { Type } from 'typebox'
import { isInline, servedAs } from '#files/content-type.ts'
import { type Linked, readLink } from '#files/link.ts'
import type { Slice } from '#files/storage.ts'
import { ApiError, found, notFound } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import type { Resource, Server } from '#server.ts'
import { fetchAttachments } from './fetch-due.ts'
import { type FileRow, findAwaited, findFile, readOldBytes } from './queries.ts'
import { sendFile } from './send-file.ts'

const ByToken = Type.Object({ token: Type.String() })
const Bytes = Type.String({
  contentMediaType: 'application/octet-stream',
  description: 'The file; a part of it for `Range`.',
})

function attachments(app: App, { sql, secret, files }: Server) {
  app.get(
    '/attachments/:token',
    op('readAttachment', {
      params: ByToken,
      response: Bytes,
      auth: 'link',
      refuses: [410],
      summary: 'Read an attached file',
    }),
    async ({ params, headers }, reply) => {
      const linked = found(readLink(secret, params.token))
      assertNotExpired(linked)
      const file = await findFile(sql, linked.workspace_id, linked.file_id)
      if (!file) throw await errorFor(linked)
      return sendFile({ headers, reply }, file, describe(file, linked), (slice) => read(linked, file, slice))
    },
  )

  /** Returns the error for a file that is not here. A file that is still at Meta already has its link. */
  async function errorFor({ workspace_id, file_id }: Linked): Promise<ApiError> {
    const awaited = await findAwaited(sql, workspace_id, file_id)
    if (!awaited) return notFound()
    if (!awaited.is_lost) return new ApiError(404, 'file_awaited', STILL_AT_META, { 'retry-after': '5' })
    return new ApiError(410, 'file_lost', `The file could not be fetched from WhatsApp. ${awaited.fetch_error ?? ''}`)
  }

  async function read({ workspace_id, file_id }: Linked, { key }: FileRow, slice?: Slice): Promise<Readable> {
    if (key) return found(await files.read(key, slice))
    const bytes = await readOldBytes(sql, workspace_id, file_id)
    return Stream.from([slice ? bytes.subarray(slice.start, slice.end + 1) : bytes], { objectMode: false })
  }
}

const STILL_AT_META = 'The file is being fetched from WhatsApp: try again in a few seconds'

function assertNotExpired({ expires_at }: Linked) {
  if (expires_at.getTime() > Date.now()) return
  throw new ApiError(410, 'link_expired', 'This link has expired; read the message or part again for a new one')
}

/** Browsers may show only pictures inline, and only as pictures. */
const describe = ({ name, content_type }: FileRow, { expires_at }: Linked) => ({
  'content-type': servedAs(content_type),
  'content-disposition': `${isInline(content_type) ? 'inline' : 'attachment'}; filename*=UTF-8''${encode(name)}`,
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
  'accept-ranges': 'bytes',
  'cache-control': `private, max-age=${Math.floor((expires_at.getTime() - Date.now()) / 1000)}, immutable`,
})

/** Encodes by RFC 8187, which also escapes some characters that encodeURIComponent does not. */
const encode = (name: string): string =>
  encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)

export default { group: 'Attachments', routes: attachments, work: fetchAttachments } satisfies Resource
