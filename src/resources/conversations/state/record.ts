// Writes the outcome of an action: the part, the changes of the conversation, and the events.
import type { Actor } from '#events/events.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { emitConversation } from '../emit.ts'
import { insertPart, type NewPart } from '../parts/queries.ts'
import { type ConversationPatch, type ConversationRow, isTicket, updateConversationRow } from '../queries.ts'
import { type LoadedParts, loadWithNewParts } from '../show.ts'
import { slaAfter, tellSlaNews } from '../slas/follow.ts'
import { emitTicket } from '../tickets/emit.ts'
import { handled } from './handling-time.ts'
import type { Outcome } from './outcome.ts'
import { partsAdded } from './statistics.ts'

/** The conversation that an operation changed, and the parts that it added. `loaded`: both, if they were read for an event and nothing has changed since, so that the answer need not read them again. */
export type NewParts = { conversation_id: string; part_ids: string[]; loaded?: LoadedParts | undefined }

/** The changed conversation, and the id of the new part. `loaded`: see `NewParts`. */
export type Recorded = { conversation: ConversationRow; part_id: string; loaded: LoadedParts | undefined }

/**
 * `conversation` must be locked. For several actions in a row, pass the conversation that the last call returned. `details`:
 * facts for the events that neither the conversation nor the part has. A side conversation has no events.
 */
export async function record(
  workspace: Workspace,
  conversation: ConversationRow,
  { part_type, patch, topics, ticket_topics }: Outcome,
  part: Omit<NewPart, 'part_type'>,
  details: object = {},
): Promise<Recorded> {
  const sla = slaAfter(conversation, patch, part.created_at)
  const changed: ConversationPatch = {
    ...patch,
    ...handled(conversation, patch, part.created_at),
    ...withTeammate(conversation, part),
    ...sla.patch,
    ...partsAdded({ ...conversation, ...patch }, 1 + sla.news.length),
  }
  const state = changed.state ?? conversation.state
  // Together, so that both are one round trip.
  const [part_id] = await Promise.all([
    insertPart(workspace, conversation.id, state, { part_type, ...part }),
    updateConversationRow(workspace, conversation.id, changed),
  ])
  const actor = actorOf(part.author)
  let loading: Promise<LoadedParts> | undefined
  const load = () => {
    loading ??= loadWithNewParts(workspace, conversation.id, [part_id])
    return loading
  }
  const event = { id: conversation.id, details: { part_id, ...details }, actor }
  for (const topic of ticket_topics) await emitTicket(workspace, { topic, ...event })
  for (const topic of conversation.side_of || isTicket(conversation) ? [] : topics)
    await emitConversation(workspace, { topic, ...event, load })
  const recorded = { ...conversation, ...changed }
  await tellSlaNews(workspace, recorded, sla.news, part.created_at)
  return { conversation: recorded, part_id, loaded: sla.news.length ? undefined : await loading }
}

function withTeammate({ teammate_ids }: ConversationRow, { author }: Pick<NewPart, 'author'>): ConversationPatch {
  if (author.type !== 'admin' || teammate_ids.includes(author.id)) return {}
  return { teammate_ids: [...teammate_ids, author.id] }
}

const actorOf = (author: NewPart['author']): Actor => ({ type: author.type, id: author.id ?? null })
