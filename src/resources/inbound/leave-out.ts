// Lists a mail or message that does not become part of a conversation, with its raw content.
import { createHash } from 'node:crypto'
import { ApiError } from '#http/errors.ts'
import { storable, storableJson } from '#lib/text.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { countSince, type InboundChannel, insertInbound, type NewInbound } from './queries.ts'
import type { Reason } from './reasons.ts'

export type LeftOut = {
  channel: InboundChannel
  /** The provider's id, or a hash of the content. An exact repeat has the same, and is listed once. */
  provider_id: string
  reason: Reason
  detail?: string
  sender?: string | null
  recipients?: string[]
  subject?: string | null
  /** The text; its beginning is shown. */
  text?: string | null
  /** JSON: what the provider sent; of an email its envelope. */
  raw: unknown
  /** Of an email: the key of the compressed mail, which is still unclaimed, and the size of the mail. */
  file?: { key: string; size: number } | undefined
}

/** What is kept of one workspace in a day, so that nobody fills the disk. `raw_bytes`: of all raw contents together. */
export const LIMITS_PER_DAY = { messages: 10_000, raw_bytes: 256 * 1024 * 1024 }

const DAY_MS = 24 * 60 * 60 * 1000
const MAX_TEXT = 500
const MAX_ADDRESSES = 50

/** Returns what the workspace has left out in the last day. */
export const leftOutToday = (workspace: Workspace) =>
  countSince(workspace, new Date(workspace.now().getTime() - DAY_MS))

/**
 * Returns the id of the listed message; undefined for a message of a blocked contact, or a doubtful one, above the day's
 * limit, which is not kept. Run it in the transaction whose commit the provider's 2xx waits for.
 *
 * @throws ApiError 503 above the day's limit: the provider sends other messages again.
 */
export async function leaveOut(workspace: Workspace, message: LeftOut): Promise<string | undefined> {
  const { messages, bytes } = await leftOutToday(workspace)
  if (messages >= LIMITS_PER_DAY.messages) {
    if (message.reason === 'blocked' || message.reason === 'doubtful_charset') return undefined
    throw tooMuch()
  }
  const row = rowOf(message)
  const is_kept = bytes + (row.raw_size ?? 0) <= LIMITS_PER_DAY.raw_bytes
  return (await insertInbound(workspace, is_kept ? row : { ...row, raw: null, key: null, raw_size: null })).id
}

const tooMuch = () =>
  new ApiError(503, 'service_unavailable', 'Too many messages were left out of conversations today', {
    'retry-after': '3600',
  })

function rowOf({ channel, provider_id, reason, detail, file, ...message }: LeftOut): NewInbound {
  const raw = storableJson(message.raw)
  return {
    ...{ channel, reason, raw },
    provider_id: repeatKey(provider_id),
    detail: short(detail),
    sender: short(message.sender),
    recipients: (message.recipients ?? []).slice(0, MAX_ADDRESSES).map((address) => short(address) ?? ''),
    subject: short(message.subject),
    preview: short(message.text),
    key: file?.key ?? null,
    raw_size: file?.size ?? (channel === 'email' ? null : Buffer.byteLength(JSON.stringify(raw))),
  }
}

const short = (text: string | null | undefined): string | null =>
  text
    ? storable(text.slice(0, 10 * MAX_TEXT))
        .replace(/\s+/g, ' ')
        .trim()
        .slice(0, MAX_TEXT)
        .toWellFormed() || null
    : null

/** Longer ids do not fit into the index. */
export const repeatKey = (provider_id: string): string =>
  provider_id.length <= 500 ? storable(provider_id) : `sha256:${createHash('sha256').update(provider_id).digest('hex')}`
