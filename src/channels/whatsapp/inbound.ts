// Reads a message from WhatsApp: what it says, when, and which message it answers.
import { Type } from 'typebox'
import { isObject } from '#lib/objects.ts'
import { type Content, contentOf } from './contents.ts'
import { lenient } from './lenient.ts'
import { type Sender, senderOf } from './sender.ts'
import { Timestamp, timeOf } from './timestamp.ts'

export type InboundMessage = Content & {
  wamid: string
  sender: Sender
  at: Date
  /** The wamid of the message that it answers or quotes. */
  quoted: string | undefined
}

/** A pattern, because a cut id could be that of another message. */
const Wamid = Type.String({ pattern: '^[\\s\\S]{1,512}$' })

/** Returns the id of a message, if it has one. */
export const wamidOf = (message: unknown): string | undefined => lenient(Type.Object({ id: Wamid }), message)?.id

const Message = Type.Object({
  id: Wamid,
  timestamp: Timestamp,
  type: Type.String(),
  context: Type.Optional(Type.Object({ id: Type.Optional(Type.String()) })),
})

/** Why a message is in no conversation. */
export type Unshown = 'system_message' | 'no_content' | 'unreadable'

/** Types without content to show, such as a system message about a changed number. */
const UNSHOWN = new Map<string, Unshown>([
  ['system', 'system_message'],
  ['request_welcome', 'no_content'],
  ['ephemeral', 'no_content'],
])

/** Returns the reason if there is nothing to show, or the message cannot be read. `contact`: see `contactFinder`. */
export function readMessage(message: unknown, contact: unknown): InboundMessage | Unshown {
  const read = lenient(Message, message)
  if (!read || !isObject(message)) return 'unreadable'
  const { id: wamid, timestamp, type, context } = read
  const unshown = UNSHOWN.get(type)
  if (unshown) return unshown
  const sender = senderOf(message, contact)
  const content = contentOf(message, type)
  if (!sender || !content) return 'unreadable'
  const metadata = { ...content.metadata, ...origin(message) }
  return { wamid, sender, at: timeOf(timestamp), quoted: context?.id, ...content, metadata }
}

/** What brought the sender here: an advertisement, or a product of the catalogue. */
function origin({ referral, context }: Record<string, unknown>): Record<string, unknown> {
  const referred_product = isObject(context) ? context['referred_product'] : undefined
  return { ...(isObject(referral) && { referral }), ...(isObject(referred_product) && { referred_product }) }
}
