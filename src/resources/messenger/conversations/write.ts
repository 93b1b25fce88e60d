// What a contact writes in a messenger: a new conversation, a reply, a quick reply, or a rating.
import { assertBody, invalid, unauthorized } from '#http/errors.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { type ContactRow, findContact, lockIdentity } from '#resources/contacts/queries.ts'
import { rate } from '#resources/conversations/ratings/rate.ts'
import type { RatingRequest } from '#resources/conversations/ratings/schema.ts'
import { contactReplies } from '#resources/conversations/replies/contact.ts'
import { startConversation } from '#resources/conversations/start/from-contact.ts'
import { useSwitch } from '#resources/switch/queries.ts'
import { becomeLead } from '#resources/visitors/become.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findByVisitorId } from '../sessions/queries.ts'
import type { Visitor } from '../sessions/recognize.ts'
import { findQuickReply } from './queries.ts'
import { findOwn } from './read.ts'
import type { MessengerReply } from './schema.ts'

type Content = { body?: string | null; attachments: Attachment[] }

/** Creates a lead first if the visitor is not a contact yet. */
export async function start(
  workspace: Workspace,
  visitor: Visitor,
  { body, attachments, url }: Content & { url?: string | null },
): Promise<{ contact_id: string; conversation_id: string }> {
  assertBody(body, attachments)
  const contact = await writerOf(workspace, visitor)
  const { conversation_id } = await startConversation(workspace, {
    contact,
    body: body ?? '',
    attachments,
    url: url ?? undefined,
    ...((await useSwitch(workspace, contact.id)) && { source_type: 'phone_switch' }),
  })
  return { contact_id: contact.id, conversation_id }
}

/** Returns the contact of the session; a visitor who is none becomes a lead. */
export const writerOf = async (workspace: Workspace, visitor: Visitor): Promise<ContactRow> =>
  visitor.contact ? stillThere(workspace, visitor.contact) : findOrCreateLead(workspace, visitor)

/** The lock lets the second of two concurrent first messages find the lead of the first. */
async function findOrCreateLead(workspace: Workspace, { session }: Visitor): Promise<ContactRow> {
  const external_id = session.visitor_id as string
  await lockIdentity(workspace, { external_id })
  return (await findByVisitorId(workspace, external_id)) ?? (await becomeLead(workspace, external_id))
}

/** The session was looked up before the transaction. @throws a 401 if its contact was merged or archived since. */
async function stillThere(workspace: Workspace, { id }: ContactRow): Promise<ContactRow> {
  const contact = await findContact(workspace, id)
  if (!contact) throw unauthorized('The session is not valid any more')
  return contact
}

export async function rateConversation(workspace: Workspace, rater: ContactRow, id: string, request: RatingRequest) {
  const contact = await stillThere(workspace, rater)
  const { id: conversation_id } = await findOwn(workspace, contact.id, id)
  await rate(workspace, contact, conversation_id, request)
}

/** Returns the conversation that has the reply: the one that is left, if this one was merged. */
export async function reply(
  workspace: Workspace,
  sender: ContactRow,
  id: string,
  { quick_reply_uuid, body, attachments }: Content & Pick<MessengerReply, 'quick_reply_uuid'>,
): Promise<string> {
  const contact = await stillThere(workspace, sender)
  const { id: conversation_id } = await findOwn(workspace, contact.id, id)
  const common = { conversation_id, contact, attachments, channel: 'inapp' as const }
  if (quick_reply_uuid) {
    const text = await findQuickReply(workspace, conversation_id, quick_reply_uuid)
    if (text === undefined) throw invalid('quick_reply_uuid is not an option that was offered in this conversation')
    return (await contactReplies(workspace, { ...common, body: text, metadata: { quick_reply_uuid } })).conversation_id
  }
  assertBody(body, attachments)
  return (await contactReplies(workspace, { ...common, body: body ?? '' })).conversation_id
}
