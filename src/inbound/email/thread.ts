// Finds the contact who sent a mail, and the conversation that it answers.
import type { Customer } from '#channels/email/inbound/customer.ts'
import type { InboundMessage } from '#channels/email/inbound/meaning.ts'
import { contactByEmail } from '#resources/contacts/create.ts'
import { findCurrentContact } from '#resources/contacts/merged-queries.ts'
import { type ContactRow, letWrite } from '#resources/contacts/queries.ts'
import { lockSurvivor } from '#resources/conversations/merging/survivor.ts'
import { joinConversation } from '#resources/conversations/participants/join.ts'
import { lockConversation } from '#resources/conversations/queries.ts'
import { createFromMessage } from '#resources/conversations/start/from-message.ts'
import { findAdminMessage, lockWriters } from '#resources/conversations/start/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type AnsweredDelivery, findAnswered, findDelivery, findParticipant } from './queries.ts'

/**
 * `answers` is the conversation, or null if the mail starts a new one. `customer`: the contact is not who `From` names, but
 * the customer that one of us sent the mail for.
 */
export type Thread = { contact: ContactRow; answers: string | null; customer?: Customer | null }

/**
 * A signed reply address gives access to its conversation: everyone who has it, from our mail or from a recipient of
 * our mail, becomes a participant by writing to it. Headers can be guessed, so they only count for existing
 * participants. Without a thread the mail is of the customer that one of us sent it for, or of its sender. With
 * `takes_any`, blocked contacts may write too.
 */
export async function threadOf(workspace: Workspace, message: InboundMessage, takes_any: boolean): Promise<Thread> {
  const delivery = message.delivery_id === null ? undefined : await findDelivery(workspace, message.delivery_id)
  if (delivery) return threadByAddress(workspace, message, delivery, takes_any)
  const answered = await findAnswered(workspace, message.answers, message.from.address)
  const known = answered && (await findCurrentContact(workspace, answered.contact_id))
  if (answered && known) return { contact: allowed(known, takes_any), answers: answered.conversation_id }
  const { customer } = message
  const { address, name } = customer?.mailbox ?? message.from
  return { contact: allowed(await contactByEmail(workspace, address, name), takes_any), answers: null, customer }
}

const allowed = (contact: ContactRow, takes_any: boolean): ContactRow => (takes_any ? letWrite(contact) : contact)

async function threadByAddress(
  workspace: Workspace,
  { from }: InboundMessage,
  delivery: AnsweredDelivery,
  takes_any: boolean,
): Promise<Thread> {
  const contact = allowed(await writerOf(workspace, from, delivery), takes_any)
  if (contact.blocked_at) return { contact, answers: null }
  await lockWriters(workspace, 'writes', [contact.id]) // Before the conversation: all channels lock in this order.
  const conversation = await lockOrCreate(workspace, delivery)
  if (!conversation) return { contact, answers: null }
  await joinConversation(workspace, conversation, contact)
  return { contact, answers: conversation.id }
}

/** Returns the contact of the delivery if it was sent to this address; else a participant, or any contact. */
async function writerOf(
  workspace: Workspace,
  { address, name }: InboundMessage['from'],
  delivery: AnsweredDelivery,
): Promise<ContactRow> {
  const isTheirs = delivery.address.toLowerCase() === address.toLowerCase()
  const participant = isTheirs ? delivery : await findParticipant(workspace, delivery.conversation_id, address)
  const known = participant && (await findCurrentContact(workspace, participant.contact_id))
  return known ?? contactByEmail(workspace, address, name)
}

/**
 * Returns the conversation of the delivery, or the one that it was merged into; the first answer to a message creates it.
 * Undefined if it was deleted.
 */
async function lockOrCreate(workspace: Workspace, delivery: AnsweredDelivery) {
  const { conversation_id, message_id, conversation_deleted } = delivery
  const conversation = await lockSurvivor(workspace, conversation_id)
  if (conversation || conversation_deleted || !(await findAdminMessage(workspace, message_id))) return conversation
  return lockConversation(workspace, await createFromMessage(workspace, message_id, conversation_id))
}
