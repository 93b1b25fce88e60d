// Creates attachments from the files and URLs of a request.
import { basename } from 'node:path'
import type { FastifyRequest } from 'fastify'
import { lookup } from 'mime-types'
import { type Files, inMegabytes } from '#files/files.ts'
import { type Links, readAddress } from '#files/link.ts'
import { invalid } from '#http/errors.ts'
import { fileName } from '#lib/file-name.ts'
import type { Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  insertMetaFile,
  insertRemoteFiles,
  type MetaFile,
  type NewFile,
  type RemoteFile,
  shareFile,
} from './queries.ts'
import type { Attaching, Attachment, AwaitedAttachment } from './schema.ts'
import { claimFile, writeUnclaimedFile } from './store.ts'

type Attaches = Pick<Server, 'secret' | 'public_url' | 'attachment_link_days' | 'files' | 'fetch_attachments'>

declare module 'fastify' {
  interface FastifyRequest {
    /** The request's `attachment_files`, written to the storage before its transaction began. */
    written_files: NewFile[] | undefined
  }
}

/** A preHandler: writes `attachment_files` to the storage, so that no transaction waits for it. */
export const writeAttachedFiles = (files: Files) => async (request: FastifyRequest) => {
  request.written_files = await writeAll(request.workspace.id, files, request.body as Attaching)
}

const writeAll = (workspace_id: string, files: Files, { attachment_files = [] }: Attaching): Promise<NewFile[]> =>
  writeFiles(
    workspace_id,
    files,
    attachment_files.map((file, n) => ({ ...file, field: `attachment_files.${n}.data` })),
  )

/** A file in base64; `field` names its data in errors. */
export type EncodedFile = { name: string; content_type?: string | undefined; data: string; field: string }

/** Writes files to the storage, in their order, for `claimFile`. @throws a 400 if one is no base64, or too large */
export async function writeFiles(workspace_id: string, files: Files, given: EncodedFile[]): Promise<NewFile[]> {
  const decoded = given.map(({ name, content_type, data, field }) => ({
    name,
    content_type,
    bytes: decode(data, field, files.largest),
  }))
  const written: NewFile[] = []
  for (const file of decoded) written.push(await writeUnclaimedFile(workspace_id, files, file))
  return written
}

/**
 * Returns the attachments of a request. If it has files and URLs, the URLs are ignored. `written_files` are those that
 * `writeAttachedFiles` has written.
 */
export async function attach(
  workspace: Workspace,
  server: Attaches,
  attaching: Attaching,
  written_files?: NewFile[],
): Promise<Attachment[]> {
  const written = written_files ?? (await writeAll(workspace.id, server.files, attaching))
  if (!written.length) return attachmentsAt(workspace, server, attaching.attachment_urls)
  const attachments: Attachment[] = []
  for (const file of written) attachments.push(await claimFile(workspace, file))
  return attachments
}

/** Returns attachments for URLs. Name and type come from the URL; nothing is fetched here. */
export async function attachmentsAt(
  workspace: Workspace,
  server: Attaches,
  urls: readonly string[] = [],
): Promise<Attachment[]> {
  const remote = urls.map(fileAt)
  const ours = await Promise.all(remote.map(({ url }) => ownFile(workspace, server, url)))
  const others = await fetchLater(
    workspace,
    server,
    remote.filter((_, n) => !ours[n]),
  )
  return ours.map((own) => own ?? (others.shift() as Attachment))
}

/**
 * Returns attachments for remote files, in the same order. They are shown with their URL until the worker fetches them.
 */
export async function fetchLater(
  workspace: Workspace,
  { fetch_attachments }: Pick<Server, 'fetch_attachments'>,
  remote: RemoteFile[],
): Promise<Attachment[]> {
  const rows = fetch_attachments && remote.length ? await insertRemoteFiles(workspace, remote) : []
  return remote.map((file, n) => ({ ...file, filesize: 0, ...(rows[n] && { file_id: rows[n].id }) }))
}

/** Returns an attachment for a file that a contact sent by WhatsApp. The worker fetches it from Meta. */
export async function fetchFromMeta(workspace: Workspace, media: MetaFile): Promise<AwaitedAttachment> {
  const { content_type, media_id } = media
  const name = fileName(media.name)
  const { id } = await insertMetaFile(workspace, { name, content_type, media_id })
  return { name, content_type, filesize: 0, file_id: id, awaited: true }
}

const BASE64 = /^[\w+/-]*={0,2}$/

function decode(text: string, field: string, largest: number): Buffer {
  const packed = text.replace(/\s+/g, '')
  if (!packed || !BASE64.test(packed)) throw invalid(`${field} must be the file in base64`)
  const bytes = Buffer.from(packed, 'base64')
  if (!bytes.length) throw invalid(`${field} must be the file in base64`)
  if (bytes.length > largest) throw invalid(`${field} must be a file of at most ${inMegabytes(largest)}`)
  return bytes
}

function fileAt(text: string): RemoteFile {
  const url = URL.parse(text)
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw invalid('attachment_urls must be http or https addresses')
  const path = lastOf(url.pathname)
  const name = path ? fileName(path) : url.hostname
  return { name, url: url.href, content_type: lookup(name) || 'application/octet-stream' }
}

function lastOf(path: string): string {
  try {
    return basename(decodeURIComponent(path))
  } catch {
    return basename(path)
  }
}

/** Returns our own file if the URL is a link to it, because the link expires and the file does not. */
async function ownFile(workspace: Workspace, links: Links, url: string): Promise<Attachment | undefined> {
  const linked = readAddress(links, url)
  if (linked?.workspace_id !== workspace.id) return undefined
  const file = await shareFile(workspace, linked.file_id)
  return file && { name: file.name, content_type: file.content_type, filesize: file.size, file_id: linked.file_id }
}
