// Makes an email from a delivery: its sender, its addresses for replies and bounces, and its thread.
import { sign } from '#lib/sign.ts'
import type { Outgoing, Party } from '../channel.ts'
import { type AddressKind, identityOf, type MailRef, signedAddress } from './addresses.ts'
import { messageId, type OutgoingEmail } from './compose.ts'

/** The email settings of a workspace. */
export type MailSettings = {
  /** The sender's address; the sender's name is that of the admin. */
  from: string
  /** The domain whose mail we receive, if any: replies and bounces then have signed addresses there. */
  reply_domain: string | null
  /** Whether bounces go to that domain; some mail servers accept no sender but `from`. Default: true. */
  bounces?: boolean
  /** The base of the unsubscribe link. */
  public_url: string
  secret: string
}

/** The purpose of the signature in unsubscribe links. */
export const UNSUBSCRIBE = 'unsubscribe'

const messageOf = ({ message_id: id, workspace_id }: Outgoing): MailRef => ({ kind: 'message', id, workspace_id })

const mailOf = (outgoing: Outgoing): MailRef =>
  outgoing.part_id ? { ...messageOf(outgoing), kind: 'part', id: outgoing.part_id } : messageOf(outgoing)

/**
 * Returns the email for one recipient. All recipients of a message get the same Message-ID, To and Cc, so that a reply
 * to all is one thread for all of them. Each gets a separate email, so that one bad address does not affect the others.
 */
export function emailOf(outgoing: Outgoing, settings: MailSettings): OutgoingEmail {
  const { sender, part_id } = outgoing
  const from = { name: sender.name || sender.workspace_name, address: settings.from }
  const source = () =>
    outgoing.source_mail ?? messageId({ identity: identityOf(messageOf(outgoing), settings.secret), from })
  const references = part_id ? threadOf(outgoing, source()) : []
  return {
    delivery_id: outgoing.id,
    workspace_id: outgoing.workspace_id,
    identity: identityOf(mailOf(outgoing), settings.secret),
    from,
    return_path: settings.bounces === false ? null : addressOf('bounce', outgoing, settings),
    reply_to: addressOf('reply', outgoing, settings),
    to: outgoing.to.map(mailbox),
    cc: outgoing.cc.map(mailbox),
    recipient: outgoing.address,
    subject: part_id ? asReply(outgoing.subject ?? '') : (outgoing.subject ?? ''),
    body: outgoing.body ?? '',
    layout: outgoing.template === 'personal' ? 'personal' : 'plain',
    sender,
    unsubscribe_url: part_id ? null : unsubscribeUrl(outgoing, settings),
    in_reply_to: references.at(-1) ?? null,
    references,
    date: outgoing.created_at,
  }
}

const mailbox = ({ name, address }: Party) => ({ name: name ?? '', address })

const asReply = (subject: string) => (/^re:/i.test(subject) ? subject : `Re: ${subject}`)

/**
 * Returns the Message-IDs that an answer refers to: our message, if we started the conversation, and then the mails
 * that contacts sent. If a contact's mail started it, that mail is the first.
 */
const threadOf = ({ thread = [], started_by_contact }: Outgoing, sourceId: string): string[] =>
  started_by_contact && thread.length ? thread : [sourceId, ...thread]

/** Returns null without a reply domain: then replies and bounces go to the sender's own address. */
const addressOf = (kind: AddressKind, outgoing: Outgoing, { secret, reply_domain: domain }: MailSettings) =>
  domain ? signedAddress(kind, outgoing, { secret, domain }) : null

/** The link of a message with a subscription type is about this type alone. */
function unsubscribeUrl({ workspace_id, contact_id, subscription }: Outgoing, { secret, public_url }: MailSettings) {
  const subject = [workspace_id, contact_id, ...(subscription ? [subscription.id] : [])].join('.')
  return `${public_url}/unsubscribe/${sign(secret, UNSUBSCRIBE, subject)}`
}
