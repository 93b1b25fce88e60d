// The addresses and Message-IDs by which what comes back by mail finds the delivery, the message or the part it is about.
import { domainToASCII } from 'node:url'
import { sign, verify } from '#lib/sign.ts'

/** What an address of ours is for: a person's answer, or a mail server's word on what became of the mail. */
export type AddressKind = 'reply' | 'bounce'

export type NamedDelivery = { kind: AddressKind; workspace_id: string; delivery_id: string }

/**
 * `reply-<signed delivery>@domain`: only we can have made it. The delivery's number is written to base 36, because mail
 * servers take no more than 64 characters before the @.
 */
export function signedAddress(
  kind: AddressKind,
  { workspace_id, id }: { workspace_id: string; id: string },
  { secret, domain }: { secret: string; domain: string },
): string {
  return `${kind}-${sign(secret, kind, `${workspace_id}.${Number(id).toString(36)}`)}@${domain}`
}

/** The delivery that an address of ours names, whatever case it came back in; undefined where it is no such address. */
export function deliveryNamedBy(address: string, secret: string): NamedDelivery | undefined {
  const [, kind = '', signed = ''] = /^(reply|bounce)-([\da-f-]+)@/i.exec(address) ?? []
  const purpose = kind.toLowerCase() as AddressKind
  const [workspace_id, number] = (signed && verify(secret, purpose, signed))?.split('.') ?? []
  if (!workspace_id || !number) return undefined
  return { kind: purpose, workspace_id, delivery_id: String(Number.parseInt(number, 36)) }
}

/** What a Message-ID of ours names: the message that began something, or a part of a conversation. */
export type NamedMail = { kind: 'message' | 'part'; id: string; workspace_id: string }

/** The left part of the Message-ID of a message, or of a part. */
export const identityOf = ({ kind, id, workspace_id }: NamedMail): string => `${kind}-${id}.${workspace_id}`

/** Undefined where the Message-ID is another mail program's. It is not signed: whoever has got the mail can make others. */
export function mailNamedBy(message_id: string): NamedMail | undefined {
  const [, kind, id, workspace_id] = /^<(message|part)-(\d{1,18})\.([a-z\d]{8})@[^<>]*>$/i.exec(message_id) ?? []
  if (!kind || !id || !workspace_id) return undefined
  return { kind: kind.toLowerCase() as NamedMail['kind'], id, workspace_id: workspace_id.toLowerCase() }
}

/** The domain of an address as the DNS has it, in lower case; empty where there is none. */
export const domainOf = (address: string): string => domainToASCII(address.slice(address.lastIndexOf('@') + 1))
