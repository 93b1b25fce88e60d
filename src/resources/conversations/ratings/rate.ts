// A contact rates a conversation, changes the rating, and adds a remark, which makes it final.
import { found, missing, unprocessable } from '#http/errors.ts'
import { paragraphs } from '#lib/html.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ConversationRow, lockConversation } from '../queries.ts'
import { assertNotBlocked } from '../start/from-contact.ts'
import { outcomeOf } from '../state/outcome.ts'
import { record } from '../state/record.ts'
import { findNewestRating, type RatingRow, updateRating } from './queries.ts'
import type { RatingRequest } from './schema.ts'

/**
 * The newest request is answered. The same rating again changes nothing. The contact must take part in the conversation.
 * @throws a 422 if no rating was requested, or it is final.
 */
export async function rate(
  workspace: Workspace,
  contact: ContactRow,
  id: string,
  request: RatingRequest,
): Promise<void> {
  assertNotBlocked(contact)
  const conversation = found(await lockConversation(workspace, id), 'Conversation not found')
  const before = await findNewestRating(workspace, conversation.id)
  if (!before) throw unprocessable('parameter_invalid', 'No rating was requested in this conversation')
  const rating = request.rating ?? before.rating
  if (rating === null) throw missing('rating is required')
  const remark = request.remark?.trim() || before.remark
  if (rating === before.rating && remark === before.remark) return
  if (before.remark !== null) throw unprocessable('parameter_invalid', 'The rating is final, because it has a remark')
  const now = workspace.now()
  const given = { contact_id: contact.id, rating, remark, replied_at: before.replied_at ?? now }
  await updateRating(workspace, conversation.id, before.id, given)
  await leaveParts(workspace, conversation, contact, before, given)
}

async function leaveParts(
  workspace: Workspace,
  conversation: ConversationRow,
  { role, id }: ContactRow,
  before: RatingRow,
  { rating, remark }: { rating: number; remark: string | null },
) {
  const part = { author: { type: role, id }, created_at: workspace.now() }
  let row = conversation
  if (rating !== before.rating) {
    const event_details = { rating: { value: rating, previous: before.rating } }
    const outcome = outcomeOf(row, 'contact_rates', {})
    row = (await record(workspace, row, outcome, { ...part, event_details })).conversation
  }
  if (remark !== null && remark !== before.remark)
    await record(workspace, row, outcomeOf(row, 'contact_remarks', {}), { ...part, body: paragraphs(remark) })
}
