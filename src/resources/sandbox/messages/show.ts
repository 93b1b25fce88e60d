// One captured message, as its channel would send it: the mail with its headers and bytes, the segments of an SMS, a template.
import { mailWith } from '#channels/email/compose.ts'
import { headersOf, rawMail } from '#channels/email/raw.ts'
import { found } from '#http/errors.ts'
import { splitText } from '#lib/segments.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type CapturedRow, findCaptured } from './queries.ts'
import { presentCaptured, type WholeCapturedMessage } from './schema.ts'

type Mailbox = { name: string; address: string }

/** What the sandbox stores of an email. Older releases stored no more than `message_id`. */
type RenderedEmail = {
  text: string
  html: string
  message_id: string
  reply_to: string | null
  to: Mailbox[]
  cc: Mailbox[]
  unsubscribe_url: string | null
  return_path?: string | null
  in_reply_to?: string | null
  references?: string[]
  date?: string
}

/** @throws a 404 if there is no such message. */
export const theCaptured = async (workspace: Workspace, id: string): Promise<CapturedRow> =>
  found(await findCaptured(workspace, id), 'There is no such captured message')

export async function showCaptured(row: CapturedRow, request_id: string | null): Promise<WholeCapturedMessage> {
  const { channel, rendered } = row
  const text = textIn(rendered['text'])
  return {
    ...presentCaptured(row),
    conversation_part_id: row.part_id,
    request_id,
    text,
    html: textIn(rendered['html']),
    email: channel === 'email' ? await showEmail(row) : null,
    sms: channel === 'sms' ? splitText(text ?? '') : null,
    whatsapp:
      channel === 'whatsapp'
        ? {
            template: textIn(rendered['template']),
            locale: textIn(rendered['locale']),
            components: (rendered['components'] ?? null) as unknown[] | null,
          }
        : null,
  }
}

async function showEmail(row: CapturedRow) {
  const { to = [], cc = [] } = row.rendered as Partial<RenderedEmail>
  const raw = await rawEmail(row)
  return {
    to: to.map(written),
    cc: cc.map(written),
    recipient_type: row.recipient_type,
    headers: headersOf(raw),
    size: raw.length,
  }
}

/** Returns the bytes of the mail. Without an account there is no DKIM signature. */
export function rawEmail({ sender, recipient, subject, rendered, captured_at }: CapturedRow): Promise<Buffer> {
  const { text = '', html = '', message_id = '', ...email } = rendered as Partial<RenderedEmail>
  const headed = {
    message_id,
    from: readMailbox(sender),
    return_path: email.return_path ?? null,
    reply_to: email.reply_to ?? null,
    to: email.to ?? [],
    cc: email.cc ?? [],
    recipient,
    subject: subject ?? '',
    unsubscribe_url: email.unsubscribe_url ?? null,
    in_reply_to: email.in_reply_to ?? null,
    references: email.references ?? [],
    date: new Date(email.date ?? captured_at),
  }
  return rawMail(mailWith(headed, { text, html }))
}

/** Returns what the raw form of a channel other than email is: its text, with what goes with it. */
export const rawOf = async (row: CapturedRow): Promise<Buffer> => {
  if (row.channel === 'email') return rawEmail(row)
  const { template, locale, components, text } = row.rendered
  const sent = row.channel === 'whatsapp' && template ? { template, locale, components } : undefined
  return Buffer.from(sent ? JSON.stringify(sent, null, 2) : (textIn(text) ?? ''))
}

const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null)

const written = ({ name, address }: Mailbox): string => (name ? `${name} <${address}>` : address)

/** Reads `Ada Admin <ada@example.com>`, as it was written. */
function readMailbox(text: string): Mailbox {
  const [, name = '', address = text] = /^(.*) <([^<>]*)>$/s.exec(text) ?? []
  return { name, address }
}
