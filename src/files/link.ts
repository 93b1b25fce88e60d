// Signed links to stored files, valid for some days. A link is made when it is shown, and is never stored. A stored
// text that shows a picture contains a reference instead, which is not a working URL and does not expire.
import { sign, verify } from '#lib/sign.ts'

/** How links are made: `secret` signs them, `public_url` is their base. `attachment_link_days` is 7 by default. */
export type Links = { secret: string; public_url?: string; attachment_link_days?: number }

export type FileId = { workspace_id: string; file_id: string }

/** The file that a link names, and when the link expires. */
export type Linked = FileId & { expires_at: Date }

/** The purposes of the signatures. */
const FILE = 'attachment'
const REFERENCE = 'attachment in a text'

const DAY_MS = 24 * 60 * 60_000
const DAYS = 7
const PATH = '/attachments/'

/** Returns the same link all day (UTC), so that clients can cache the file. */
export function linkTo(
  { secret, public_url = '', attachment_link_days = DAYS }: Links,
  { workspace_id, file_id }: FileId,
  now = new Date(),
): string {
  const last = Math.floor(now.getTime() / DAY_MS) + attachment_link_days + 1
  return `${public_url}${PATH}${sign(secret, FILE, `${workspace_id}.${file_id}.${last}`)}`
}

/** Returns undefined if the signature is wrong. The caller checks `expires_at`. */
export function readLink(secret: string, token: string): Linked | undefined {
  const [workspace_id, file_id, last] = verify(secret, FILE, token)?.split('.') ?? []
  if (!workspace_id || !file_id || !last) return undefined
  return { workspace_id, file_id, expires_at: new Date(Number(last) * DAY_MS) }
}

/** Reads a URL that a caller sent back to us. Returns undefined if it is not one of our links. */
export function readAddress({ secret, public_url }: Links, url: string): Linked | undefined {
  const start = `${public_url}${PATH}`
  return public_url && url.startsWith(start) ? readLink(secret, url.slice(start.length)) : undefined
}

const REFERENCES = 'https://attachments.invalid/'
const REFERENCE_IN_TEXT = /https:\/\/attachments\.invalid\/([0-9a-f]+-[0-9a-f]+)/g

/**
 * Returns the reference to a file for stored HTML. It has the form of a URL, so that sanitising keeps it, and is
 * signed, so that a sender cannot forge one.
 */
export const referenceTo = ({ secret }: Links, { workspace_id, file_id }: FileId): string =>
  REFERENCES + sign(secret, REFERENCE, `${workspace_id}.${file_id}`)

/** Returns the ids of the workspace's files that stored HTML refers to. */
export const filesReferredTo = ({ secret }: Links, workspace_id: string, html: string): string[] =>
  [...html.matchAll(REFERENCE_IN_TEXT)].flatMap(([, token = '']) => {
    const [owner, file_id] = verify(secret, REFERENCE, token)?.split('.') ?? []
    return owner === workspace_id && file_id ? [file_id] : []
  })

/** Returns HTML with each reference to a file of the workspace replaced by a link. */
export function withLinks(links: Links, workspace_id: string, html: string): string {
  if (!html.includes(REFERENCES)) return html
  return html.replace(REFERENCE_IN_TEXT, (all, token) => {
    const [owner, file_id] = verify(links.secret, REFERENCE, token)?.split('.') ?? []
    return owner === workspace_id && file_id ? linkTo(links, { workspace_id, file_id }) : all
  })
}
