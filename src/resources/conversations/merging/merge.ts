// Merges a conversation (the secondary) into another one (the primary), which is left.
import { badRequest, found, unprocessable } from '#http/errors.ts'
import { copyTaggings } from '#resources/tags/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { addParticipant } from '../participants/queries.ts'
import type { ConversationRow } from '../queries.ts'
import { outcomeOf } from '../state/outcome.ts'
import { type NewParts, record } from '../state/record.ts'
import { listParticipantIds, lockBoth, moveMails, pointTo } from './queries.ts'

const failed = (message: string) => unprocessable('merge_failed', message)

/**
 * The secondary keeps its parts, and is closed. Later messages to it go to the primary, on every channel. The primary gets its
 * participants and tags. Returns the primary and its new parts.
 * @throws a 404 if there is no such secondary, a 422 if the two cannot be merged.
 */
export async function mergeConversations(workspace: Workspace, secondary_id: string, into: unknown): Promise<NewParts> {
  const primary_id = idOf(into)
  const rows = await lockBoth(workspace, [secondary_id, primary_id])
  const secondary = found(rows.find(({ id }) => id === secondary_id))
  const primary = rows.find(({ id }) => id === primary_id)
  if (!primary) throw failed('Primary conversation not found')
  if (primary.id === secondary.id) throw failed('Cannot merge a conversation into itself')
  if (secondary.merged_into) throw failed('Secondary conversation has already been merged')
  if (primary.merged_into) throw failed('Primary conversation has already been merged')
  const participants = await listParticipantIds(workspace, secondary.id)
  if (participants.length > 1) throw failed('A conversation with several participants cannot be merged')
  await closeSecondary(workspace, secondary)
  await pointTo(workspace, secondary.id, primary.id)
  await moveMails(workspace, secondary.id, primary.id)
  await copyTaggings(workspace, 'conversation', secondary.id, primary.id)
  return extendPrimary(workspace, primary, secondary, participants)
}

/** @throws a 400 if it is not an integer, or its digits. */
function idOf(value: unknown): string {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value)
  if (typeof value === 'string' && /^\d{1,19}$/.test(value)) return String(BigInt(value))
  throw badRequest('parameter_invalid', 'merge_into_conversation_id must be a valid integer conversation ID')
}

async function closeSecondary(workspace: Workspace, secondary: ConversationRow) {
  const action = secondary.state === 'closed' ? 'merges_when_closed' : 'merges_into_another'
  const created_at = workspace.now()
  const outcome = outcomeOf(secondary, action, { at: created_at, closed_by: null })
  await record(workspace, secondary, outcome, { author: { type: 'bot' }, created_at })
}

/** A contact who waits in the secondary now waits in the primary, which is opened for that. */
async function extendPrimary(
  workspace: Workspace,
  primary: ConversationRow,
  secondary: ConversationRow,
  participants: string[],
): Promise<NewParts> {
  const part = { author: { type: 'bot' } as const, created_at: workspace.now() }
  const action = secondary.state !== 'closed' && primary.state === 'closed' ? 'takes_over_open' : 'takes_over'
  const outcome = outcomeOf(primary, action, { other: secondary })
  const merged = await record(workspace, primary, outcome, part)
  const part_ids = [merged.part_id]
  let conversation = merged.conversation
  for (const contact_id of participants) {
    if (!(await addParticipant(workspace, primary.id, contact_id))) continue
    const joined = await record(workspace, conversation, outcomeOf(conversation, 'contact_joins', {}), part, {
      contact_id,
    })
    conversation = joined.conversation
    part_ids.push(joined.part_id)
  }
  return { conversation_id: primary.id, part_ids }
}
