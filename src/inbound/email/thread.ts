// Who wrote a message, and which conversation it goes on with.
import type { InboundMessage } from '#channels/email/inbound/meaning.ts'
import { contactByEmail } from '#resources/contacts/create.ts'
import { type ContactRow, findContact } from '#resources/contacts/queries.ts'
import { joinConversation } from '#resources/conversations/participants/join.ts'
import { lockConversation } from '#resources/conversations/queries.ts'
import { createFromMessage } from '#resources/conversations/start/from-message.ts'
import { findAdminMessage, findReservingMessageId, lockWriters } from '#resources/conversations/start/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type AnsweredDelivery, findAnswered, findDelivery, findParticipant } from './queries.ts'

/** `answers` is null where it begins a conversation of its own. */
export type Place = { contact: ContactRow; answers: string | null }

/**
 * A reply address is the key to its conversation: whoever writes to it, and has it from a mail of ours or from somebody
 * who got one, takes part from then on. Headers are no key, for they can be guessed: they lead back only those who take
 * part already.
 */
export async function placeOf(workspace: Workspace, message: InboundMessage): Promise<Place> {
  const delivery = message.delivery_id === null ? undefined : await findDelivery(workspace, message.delivery_id)
  if (delivery) return placeByAddress(workspace, message, delivery)
  const { address, name } = message.from
  const answered = await findAnswered(workspace, message.answers, address)
  const known = answered && (await findContact(workspace, answered.contact_id))
  if (answered && known) return { contact: known, answers: answered.conversation_id }
  return { contact: await contactByEmail(workspace, address, name), answers: null }
}

async function placeByAddress(
  workspace: Workspace,
  { from }: InboundMessage,
  delivery: AnsweredDelivery,
): Promise<Place> {
  const { conversation_id } = delivery
  const contact = await writerOf(workspace, from, delivery)
  if (contact.blocked_at) return { contact, answers: null }
  await lockWriters(workspace, 'writes', [contact.id]) // Before the conversation, as whoever writes on a channel does.
  if (await findReservingMessageId(workspace, conversation_id, contact.id)) return { contact, answers: conversation_id }
  const conversation = await opened(workspace, delivery)
  if (!conversation) return { contact, answers: null }
  await joinConversation(workspace, conversation, contact)
  return { contact, answers: conversation_id }
}

/** Whoever got the delivery, where the address is the one it went to; else who takes part, or anybody. */
async function writerOf(
  workspace: Workspace,
  { address, name }: InboundMessage['from'],
  delivery: AnsweredDelivery,
): Promise<ContactRow> {
  const isTheirs = delivery.address.toLowerCase() === address.toLowerCase()
  const participant = isTheirs ? delivery : await findParticipant(workspace, delivery.conversation_id, address)
  const known = participant && (await findContact(workspace, participant.contact_id))
  return known ?? contactByEmail(workspace, address, name)
}

/** The conversation of the delivery, which the first answer opens. */
async function opened(workspace: Workspace, { conversation_id, message_id }: AnsweredDelivery) {
  const conversation = await lockConversation(workspace, conversation_id)
  if (conversation || !(await findAdminMessage(workspace, message_id))) return conversation
  return lockConversation(workspace, await createFromMessage(workspace, message_id, conversation_id))
}
