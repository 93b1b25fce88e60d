// Makes attachments of what a request sends along or names.
import { basename } from 'node:path'
import { lookup } from 'mime-types'
import { invalid } from '#http/errors.ts'
import { sign } from '#lib/sign.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertFile } from './queries.ts'
import type { AttachedFile, Attaching, Attachment } from './schema.ts'

/** What a link to a stored file is made of: who can sign it, and where it leads. */
export type Links = { secret: string; public_url?: string }

/** What links to stored files are signed for. */
export const FILE = 'attachment'

/** Files are stored here, and whoever has their link can read them; of addresses nothing is fetched. */
export async function attach(
  workspace: Workspace,
  links: Links,
  { attachment_files = [], attachment_urls = [] }: Attaching,
): Promise<Attachment[]> {
  if (!attachment_files.length) return attachmentsAt(attachment_urls)
  const attachments: Attachment[] = []
  for (const file of attachment_files) attachments.push(await store(workspace, links, file))
  return attachments
}

/** The files behind these addresses, as far as the addresses tell. */
export const attachmentsAt = (urls: readonly string[] = []): Attachment[] => urls.map(attachmentAt)

function attachmentAt(text: string): Attachment {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw invalid('attachment_urls must be http or https addresses')
  }
  const name = fileName(url.pathname) || url.hostname
  return { name, url: url.href, content_type: lookup(name) || UNKNOWN, filesize: 0 }
}

const UNKNOWN = 'application/octet-stream'

function fileName(path: string): string {
  try {
    return basename(decodeURIComponent(path))
  } catch {
    return basename(path)
  }
}

/** Keeps one file, given in base64, and makes the link that leads to it. */
export async function store(
  workspace: Workspace,
  { secret, public_url = '' }: Links,
  file: AttachedFile,
): Promise<Attachment> {
  const data = Buffer.from(file.data, 'base64')
  if (!data.length) throw invalid('attachment_files must hold data in base64')
  const name = basename(file.name) || 'file'
  const content_type = /^[\w.+-]+\/[\w.+-]+$/.test(file.content_type) ? file.content_type : UNKNOWN
  const { id } = await insertFile(workspace, { name, content_type, data })
  const url = `${public_url}/attachments/${sign(secret, FILE, `${workspace.id}.${id}`)}`
  return { name, url, content_type, filesize: data.length }
}
