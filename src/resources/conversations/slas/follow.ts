// How a change of a conversation changes the SLA that is applied to it.
import { epoch, fromEpoch } from '#http/types.ts'
import { type AppliedSla, follow, nextDue, type SlaNews, statusOf } from '#resources/slas/progress.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertPart, type NewPart } from '../parts/queries.ts'
import type { ConversationPatch, ConversationRow } from '../queries.ts'

/** Returns what a change of the conversation at this time changes in its SLA, and what there is to say of it. */
export function slaAfter(
  before: ConversationRow,
  patch: ConversationPatch,
  at: Date,
): { patch: ConversationPatch; news: SlaNews[] } {
  if (!before.sla || before.sla.removed) return { patch: {}, news: [] }
  const waiting_since = patch.waiting_since === undefined ? before.waiting_since : patch.waiting_since
  const state = patch.state ?? before.state
  const { sla, news } = follow(before.sla, {
    at: epoch(at),
    calendar: before.calendar ?? null,
    replied: 'last_admin_reply_at' in patch,
    waits: waiting_since !== null && waiting_since.getTime() !== before.waiting_since?.getTime(),
    closed: state === 'closed' && before.state !== 'closed',
    reopened: state !== 'closed' && before.state === 'closed',
    after: { is_snoozed: state === 'snoozed', has_reply: before.first_admin_reply_at !== null },
  })
  return { patch: slaPatch(sla), news }
}

export function slaPatch(sla: AppliedSla): ConversationPatch {
  const due_at = nextDue(sla)
  return { sla, sla_due_at: due_at === null ? null : fromEpoch(due_at), sla_paused: sla.paused && !sla.removed }
}

/** Writes a part for each, by the bot. Returns their ids. */
export async function tellSlaNews(
  workspace: Workspace,
  { id, state, sla }: ConversationRow,
  news: readonly SlaNews[],
  created_at: Date,
): Promise<string[]> {
  const part_ids: string[] = []
  for (const { type, ...target } of sla ? news : []) {
    const event_details = {
      sla_name: sla?.sla_name,
      ...('target' in target && { sla_target_type: target.target }),
      current_sla_status: sla && statusOf(sla),
      sla_states: sla?.states,
    }
    const part: NewPart = { part_type: `conversation_sla_${type}`, author: { type: 'bot' }, event_details, created_at }
    part_ids.push(await insertPart(workspace, id, state, part))
  }
  return part_ids
}
