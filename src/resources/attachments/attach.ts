// Makes attachments of what a request sends along or names.
import { basename } from 'node:path'
import type { FastifyRequest } from 'fastify'
import { lookup } from 'mime-types'
import { type Files, inMegabytes } from '#files/files.ts'
import { type Links, readAddress } from '#files/link.ts'
import { invalid } from '#http/errors.ts'
import { fileName } from '#lib/file-name.ts'
import type { Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type AtMeta, type FileElsewhere, findFile, insertAtMeta, insertElsewhere, type NewFile } from './queries.ts'
import type { Attaching, Attachment, AwaitedAttachment } from './schema.ts'
import { claimFile, keepFile } from './store.ts'

type Attaches = Pick<Server, 'secret' | 'public_url' | 'attachment_link_days' | 'files' | 'fetch_attachments'>

declare module 'fastify' {
  interface FastifyRequest {
    /** The request's `attachment_files`, written to the storage before its transaction began. */
    kept_files: NewFile[] | undefined
  }
}

/** A preHandler: writes `attachment_files` to the storage, so that no transaction waits for it. */
export const keepAttached = (files: Files) => async (request: FastifyRequest) => {
  request.kept_files = await keepAll(request.workspace.id, files, request.body as Attaching)
}

async function keepAll(workspace_id: string, files: Files, { attachment_files = [] }: Attaching): Promise<NewFile[]> {
  const decoded = attachment_files.map(({ name, content_type, data }, n) => ({
    name,
    content_type,
    bytes: decode(data, `attachment_files.${n}.data`, files.largest),
  }))
  const kept: NewFile[] = []
  for (const file of decoded) kept.push(await keepFile(workspace_id, files, file))
  return kept
}

/** Whoever has an attachment's link can read it. Files win over addresses. `kept_files`: what `keepAttached` has kept. */
export async function attach(
  workspace: Workspace,
  server: Attaches,
  attaching: Attaching,
  kept_files?: NewFile[],
): Promise<Attachment[]> {
  const kept = kept_files ?? (await keepAll(workspace.id, server.files, attaching))
  if (!kept.length) return attachmentsAt(workspace, server, attaching.attachment_urls)
  const attachments: Attachment[] = []
  for (const file of kept) attachments.push(await claimFile(workspace, file))
  return attachments
}

/** The files behind these addresses, as far as the addresses tell. Nothing waits for the servers that they are on. */
export async function attachmentsAt(
  workspace: Workspace,
  server: Attaches,
  urls: readonly string[] = [],
): Promise<Attachment[]> {
  const elsewhere = urls.map(fileAt)
  const ours = await Promise.all(elsewhere.map(({ url }) => ownFile(workspace, server, url)))
  const others = await fetchLater(
    workspace,
    server,
    elsewhere.filter((_, n) => !ours[n]),
  )
  return ours.map((own) => own ?? (others.shift() as Attachment))
}

/** Attachments of files that are elsewhere, in the same order: shown as they are until the worker has fetched them. */
export async function fetchLater(
  workspace: Workspace,
  { fetch_attachments }: Pick<Server, 'fetch_attachments'>,
  elsewhere: FileElsewhere[],
): Promise<Attachment[]> {
  const rows = fetch_attachments && elsewhere.length ? await insertElsewhere(workspace, elsewhere) : []
  return elsewhere.map((file, n) => ({ ...file, filesize: 0, ...(rows[n] && { file_id: rows[n].id }) }))
}

/** An attachment of what somebody sent by WhatsApp: shown as it is until the worker has fetched it from Meta. */
export async function fetchFromMeta(workspace: Workspace, media: AtMeta): Promise<AwaitedAttachment> {
  const { content_type, media_id } = media
  const name = fileName(media.name)
  const { id } = await insertAtMeta(workspace, { name, content_type, media_id })
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

function fileAt(text: string): FileElsewhere {
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

/** One of our own links, sent back to us, is the same file: the link expires, and the file does not. */
async function ownFile(workspace: Workspace, links: Links, url: string): Promise<Attachment | undefined> {
  const linked = readAddress(links, url)
  if (linked?.workspace_id !== workspace.id) return undefined
  const file = await findFile(workspace.sql, workspace.id, linked.file_id)
  return file && { name: file.name, content_type: file.content_type, filesize: file.size, file_id: linked.file_id }
}
