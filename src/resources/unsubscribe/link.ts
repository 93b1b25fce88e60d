// What an unsubscribe link is about: a contact, and a subscription type if the message had one.
import { UNSUBSCRIBE } from '#channels/email/email-of-delivery.ts'
import { found } from '#http/errors.ts'
import { verify } from '#lib/sign.ts'

export type UnsubscribeLink = { workspace_id: string; contact_id: string; subscription_type_id: string | null }

/** @throws a 404 if the signature is wrong */
export function readLink(secret: string, token: string): UnsubscribeLink {
  const subject = found(verify(secret, UNSUBSCRIBE, token), 'This link is not valid')
  const [workspace_id = '', contact_id = '', subscription_type_id = null] = subject.split('.')
  return { workspace_id, contact_id, subscription_type_id }
}
