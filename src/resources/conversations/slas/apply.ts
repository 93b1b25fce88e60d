// Applies an SLA to a conversation, or removes the one that is applied.
import { epoch } from '#http/types.ts'
import { type AppliedSla, begin } from '#resources/slas/progress.ts'
import type { SlaRow } from '#resources/slas/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ConversationRow } from '../queries.ts'
import { outcomeOf } from '../state/outcome.ts'
import { type Recorded, record } from '../state/record.ts'
import { slaPatch } from './follow.ts'

/** An SLA that was applied before is replaced. `conversation` must be locked. */
export async function applySla(
  workspace: Workspace,
  conversation: ConversationRow,
  { id: sla_id, name: sla_name, in_office_hours, ...row }: SlaRow,
  by: 'rule' | 'workflow',
): Promise<Recorded> {
  const { first_reply_time, next_reply_time, resolution_time, time_to_close } = row
  const definition = { first_reply_time, next_reply_time, resolution_time, time_to_close }
  const at = workspace.now()
  const { state, waiting_since, first_admin_reply_at } = conversation
  const sla = begin({ sla_id, sla_name, definition, in_office_hours }, epoch(at), conversation.calendar ?? null, {
    is_closed: state === 'closed',
    is_snoozed: state === 'snoozed',
    is_waiting: waiting_since !== null,
    has_reply: first_admin_reply_at !== null,
  })
  const outcome = outcomeOf(conversation, by === 'rule' ? 'rule_applies_sla' : 'workflow_applies_sla', {})
  return recordSla(workspace, conversation, sla, outcome, { sla_name, sla_definition: definition })
}

/** Its status is null from then on. `conversation` must be locked, and have an SLA. */
export async function removeSla(
  workspace: Workspace,
  conversation: ConversationRow,
  sla: AppliedSla,
): Promise<Recorded> {
  const removed = { ...sla, running: {}, paused: false, removed: true }
  const { sla_name } = sla
  return recordSla(workspace, conversation, removed, outcomeOf(conversation, 'sla_is_removed', {}), { sla_name })
}

/** The part of the change is about no SLA that was applied before. */
function recordSla(
  workspace: Workspace,
  conversation: ConversationRow,
  sla: AppliedSla,
  outcome: ReturnType<typeof outcomeOf>,
  event_details: object,
): Promise<Recorded> {
  const patch = { ...outcome.patch, ...slaPatch(sla) }
  const part = { author: { type: 'bot' }, event_details, created_at: workspace.now() } as const
  return record(workspace, { ...conversation, sla: null }, { ...outcome, patch }, part)
}
