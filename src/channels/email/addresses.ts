// Our signed addresses and Message-IDs. They connect replies and bounces with a delivery, a message or a part.
import { domainToASCII } from 'node:url'
import { isSignatureOf, sign, signatureOf, verify } from '#lib/sign.ts'

/** The purpose of an address: replies of people, or bounces of mail servers. */
export type AddressKind = 'reply' | 'bounce'

export type AddressedDelivery = { kind: AddressKind; workspace_id: string; delivery_id: string }

/**
 * Returns `reply-<signed delivery>@domain`. The delivery's number is written in base 36, because mail servers accept at
 * most 64 characters before the @.
 */
export function signedAddress(
  kind: AddressKind,
  { workspace_id, id }: { workspace_id: string; id: string },
  { secret, domain }: { secret: string; domain: string },
): string {
  return `${kind}-${sign(secret, kind, `${workspace_id}.${Number(id).toString(36)}`)}@${domain}`
}

/** Returns the delivery of a signed address, in upper or lower case; undefined for any other address. */
export function readSignedAddress(address: string, secret: string): AddressedDelivery | undefined {
  const [, kind = '', signed = ''] = /^(reply|bounce)-([\da-f-]+)@/i.exec(address) ?? []
  const purpose = kind.toLowerCase() as AddressKind
  const [workspace_id, number] = (signed && verify(secret, purpose, signed))?.split('.') ?? []
  if (!workspace_id || !number) return undefined
  return { kind: purpose, workspace_id, delivery_id: String(Number.parseInt(number, 36)) }
}

/** What a Message-ID of ours names: a message, or a part of a conversation. */
export type MailRef = { kind: 'message' | 'part'; id: string; workspace_id: string }

/** `is_signed`: this server made the Message-ID. Otherwise somebody guessed it, or an older release made it. */
export type NamedMail = MailRef & { is_signed: boolean }

const MESSAGE_ID = 'message-id'
const textOf = ({ kind, id, workspace_id }: MailRef) => `${kind}-${id}.${workspace_id}`

/** Returns the left part of a Message-ID: what it names, and the signature. */
export const identityOf = (mail: MailRef, secret: string): string =>
  `${textOf(mail)}.${signatureOf(secret, MESSAGE_ID, textOf(mail))}`

const OUR_MESSAGE_ID = /^<(message|part)-(\d{1,18})\.([a-z\d]{8})(?:\.([^<>@]*))?@[^<>]*>$/i

/**
 * Returns undefined for a Message-ID of another program. All who got the mail know its Message-ID; an unsigned one can
 * be guessed by anybody.
 */
export function readMessageId(message_id: string, secret: string): NamedMail | undefined {
  const [, kind, id, workspace_id, signature = ''] = OUR_MESSAGE_ID.exec(message_id) ?? []
  if (!kind || !id || !workspace_id) return undefined
  const mail = { kind: kind.toLowerCase() as MailRef['kind'], id, workspace_id: workspace_id.toLowerCase() }
  return { ...mail, is_signed: isSignatureOf(secret, MESSAGE_ID, textOf(mail), signature) }
}

/** Returns the domain of an address, as `canonicalDomain` does. */
export const domainOf = (address: string): string => canonicalDomain(address.slice(address.lastIndexOf('@') + 1))

/** Two labels or more; the last one is no number, because the result could be an IP address. */
const DOMAIN = /^([a-z\d-]{1,63}\.)+(?!\d+$)[a-z\d-]{1,63}$/
const MAX_DOMAIN_LENGTH = 253

/**
 * Returns the one spelling of a domain that all others are compared by: in lower case, in its DNS form (punycode),
 * without a dot at the end. Empty if the text is not a domain.
 */
export function canonicalDomain(text: string): string {
  const domain = domainToASCII(text).replace(/\.$/, '')
  return DOMAIN.test(domain) && domain.length <= MAX_DOMAIN_LENGTH ? domain : ''
}
