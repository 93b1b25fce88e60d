// A delivery as an email: who it comes from, where its replies go, and what it is threaded under.
import { sign } from '#lib/sign.ts'
import type { Outgoing, Party } from '../channel.ts'
import { type AddressKind, identityOf, signedAddress } from './addresses.ts'
import { messageId, type OutgoingEmail } from './compose.ts'

/** How a workspace's email leaves. */
export type MailSettings = {
  /** The address it comes from; the name is the admin's. */
  from: string
  /** The domain whose mail comes to us, where there is one: replies and bounces then have addresses of their own there. */
  reply_domain: string | null
  /** Whether bounces go there; some mail servers send for nobody but `from`. True where absent. */
  bounces?: boolean
  /** Where the unsubscribe link leads. */
  public_url: string
  secret: string
}

/** What the signed texts of unsubscribe links are signed for. */
export const UNSUBSCRIBE = 'unsubscribe'

/**
 * One email of a message. All recipients of a message get mail with the same Message-ID and the same To and Cc, so that
 * a reply to all is one thread for everybody; each gets a copy of their own, so that one bad address harms nobody else.
 */
export function letter(outgoing: Outgoing, settings: MailSettings): OutgoingEmail {
  const { sender, part_id, message_id, workspace_id } = outgoing
  const from = { name: sender.name || sender.workspace_name, address: settings.from }
  const source = identityOf({ kind: 'message', id: message_id, workspace_id })
  const references = part_id ? threadOf(outgoing, messageId({ identity: source, from })) : []
  return {
    delivery_id: outgoing.id,
    workspace_id: outgoing.workspace_id,
    identity: part_id ? identityOf({ kind: 'part', id: part_id, workspace_id }) : source,
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
 * What an answer stands under, in the reader's mail program: our message, where we began, and then whatever mail has come
 * in. A conversation that a contact's mail began, begins with that.
 */
const threadOf = ({ thread = [], begun_by_contact }: Outgoing, sourceId: string): string[] =>
  begun_by_contact && thread.length ? thread : [sourceId, ...thread]

/** Null without a domain for it: then replies go to the sender's own mailbox, and so do bounces. */
const addressOf = (kind: AddressKind, outgoing: Outgoing, { secret, reply_domain: domain }: MailSettings) =>
  domain ? signedAddress(kind, outgoing, { secret, domain }) : null

const unsubscribeUrl = ({ workspace_id, contact_id }: Outgoing, { secret, public_url }: MailSettings) =>
  `${public_url}/unsubscribe/${sign(secret, UNSUBSCRIBE, `${workspace_id}.${contact_id}`)}`
