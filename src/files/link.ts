// Links to files that we keep: signed, and good for some days. They are made when they are shown, and kept nowhere. What
// is kept, in a text that shows a picture, is a reference, which leads nowhere and never ends.
import { sign, verify } from '#lib/sign.ts'

/** What links are made of: who can sign them, where they lead, and for how many days (7 where absent). */
export type Links = { secret: string; public_url?: string; attachment_link_days?: number }

/** A file of a workspace. */
export type FileId = { workspace_id: string; file_id: string }

/** What a link names, and until when it does. */
export type Linked = FileId & { expires_at: Date }

/** What they are signed for. */
const FILE = 'attachment'
const REFERENCE = 'attachment in a text'

const DAY_MS = 24 * 60 * 60_000
const DAYS = 7
const PATH = '/attachments/'

/** The same link all day long (UTC), so that whoever has read the file need not read it again. */
export function linkTo(
  { secret, public_url = '', attachment_link_days = DAYS }: Links,
  { workspace_id, file_id }: FileId,
  now = new Date(),
): string {
  const last = Math.floor(now.getTime() / DAY_MS) + attachment_link_days + 1
  return `${public_url}${PATH}${sign(secret, FILE, `${workspace_id}.${file_id}.${last}`)}`
}

/** Undefined where we did not sign it. That it has expired is for the caller to see. */
export function readLink(secret: string, token: string): Linked | undefined {
  const [workspace_id, file_id, last] = verify(secret, FILE, token)?.split('.') ?? []
  if (!workspace_id || !file_id || !last) return undefined
  return { workspace_id, file_id, expires_at: new Date(Number(last) * DAY_MS) }
}

/** Where an address is a link of ours, what it names: for whoever sends one back to us. */
export function readAddress({ secret, public_url }: Links, url: string): Linked | undefined {
  const start = `${public_url}${PATH}`
  return public_url && url.startsWith(start) ? readLink(secret, url.slice(start.length)) : undefined
}

const REFERENCES = 'https://attachments.invalid/'
const REFERENCE_IN_TEXT = /https:\/\/attachments\.invalid\/([0-9a-f]+-[0-9a-f]+)/g

/**
 * What stands for a file in HTML that is kept: an address in form, so that it outlives sanitising, and signed, so that
 * nobody can write one into a text of theirs.
 */
export const referenceTo = ({ secret }: Links, { workspace_id, file_id }: FileId): string =>
  REFERENCES + sign(secret, REFERENCE, `${workspace_id}.${file_id}`)

/** HTML as it is shown: with links where references to files of the workspace stand. */
export function withLinks(links: Links, workspace_id: string, html: string): string {
  if (!html.includes(REFERENCES)) return html
  return html.replace(REFERENCE_IN_TEXT, (all, token) => {
    const [owner, file_id] = verify(links.secret, REFERENCE, token)?.split('.') ?? []
    return owner === workspace_id && file_id ? linkTo(links, { workspace_id, file_id }) : all
  })
}
