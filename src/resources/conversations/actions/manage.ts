// An admin closes, opens, snoozes or assigns a conversation: POST /conversations/{id}/parts, and replies that do so.
import { found, invalid, missing } from '#http/errors.ts'
import { fromEpoch } from '#http/types.ts'
import { theAdmin } from '#resources/admins/queries.ts'
import type { Attachment } from '#resources/attachments/schema.ts'
import { theTeam } from '#resources/teams/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { arriveInTeam } from '../assignment/arrive.ts'
import { assignWaiting } from '../assignment/assign-waiting.ts'
import { distribute } from '../assignment/distribute.ts'
import type { NewPart } from '../parts/queries.ts'
import { type ConversationRow, lockConversation } from '../queries.ts'
import { notifyContacts } from '../replies/notify.ts'
import type { ManageRequest } from '../requests.ts'
import { type Outcome, outcomeOf } from '../state/outcome.ts'
import { type NewParts, record } from '../state/record.ts'

export const manage = async (
  workspace: Workspace,
  id: string,
  request: ManageRequest,
  html: string,
): Promise<NewParts> => adminActs(workspace, found(await lockConversation(workspace, id)), request, html)

/**
 * With a body or files, closing and assigning are replies too: the contacts get them. `html` is the body as safe HTML.
 * `conversation` must be locked.
 */
export async function adminActs(
  workspace: Workspace,
  conversation: ConversationRow,
  request: ManageRequest,
  html: string,
  attachments: Attachment[] = [],
): Promise<NewParts> {
  const admin = await theAdmin(workspace, request.admin_id)
  const at = workspace.now()
  const body = canReply(request) ? html : ''
  const is_reply = canReply(request) && (body !== '' || attachments.length > 0)
  const { outcome, ...part } = await ACTIONS[request.message_type](workspace, conversation, request, {
    at,
    closed_by: admin.id,
    has_body: is_reply,
  })
  const recorded = await record(workspace, conversation, outcome, {
    author: { type: 'admin', id: admin.id },
    body: body || null,
    ...(is_reply && { attachments }),
    ...part,
    created_at: at,
  })
  const { part_id } = recorded
  if (is_reply) await notifyContacts(workspace, conversation, part_id)
  const distributed = await redistribute(workspace, conversation, recorded.conversation, request)
  return { conversation_id: conversation.id, part_ids: [part_id, ...distributed] }
}

/**
 * A conversation that comes to a team, or that waits in it and is open again, goes to a member; and what waits in the teams of an
 * admin who has one conversation less goes to that admin. Returns the ids of the parts in this conversation.
 */
async function redistribute(
  workspace: Workspace,
  before: ConversationRow,
  after: ConversationRow,
  { message_type, type }: ManageRequest,
): Promise<string[]> {
  const comes_to_team = message_type === 'assignment' && type === 'team' && after.team_assignee_id !== null
  const { part_ids } = comes_to_team
    ? await arriveInTeam(workspace, after)
    : after.awaits_assignee_since
      ? await distribute(workspace, after)
      : { part_ids: [] }
  const made_room = before.admin_assignee_id !== after.admin_assignee_id || after.state !== 'open'
  if (before.admin_assignee_id && made_room) await assignWaiting(workspace)
  return part_ids
}

const canReply = ({ message_type }: ManageRequest) => message_type === 'close' || message_type === 'assignment'

type ActionResult = { outcome: Outcome } & Pick<NewPart, 'assigned_to' | 'event_details'>

const ACTIONS: Record<
  ManageRequest['message_type'],
  (
    workspace: Workspace,
    conversation: ConversationRow,
    request: ManageRequest,
    facts: { at: Date; closed_by: string; has_body: boolean },
  ) => ActionResult | Promise<ActionResult>
> = {
  close: (_workspace, conversation, _request, facts) => ({ outcome: outcomeOf(conversation, 'admin_closes', facts) }),

  open: (_workspace, conversation) => ({ outcome: outcomeOf(conversation, 'admin_opens', {}) }),

  snoozed(workspace, conversation, { snoozed_until }) {
    if (snoozed_until === undefined) throw missing('snoozed_until is required')
    const until = snoozeUntil(workspace, snoozed_until)
    const time = until.toISOString()
    return {
      outcome: outcomeOf(conversation, 'admin_snoozes', { until }),
      event_details: { until: `until ${time.slice(0, 10)} ${time.slice(11, 16)} UTC`, custom_until_time: time },
    }
  },

  async assignment(workspace, conversation, { type = 'admin', assignee_id }, facts) {
    if (assignee_id === undefined) throw missing('assignee_id is required')
    if (assignee_id === NO_ASSIGNEE)
      return { outcome: outcomeOf(conversation, 'admin_unassigns', { ...facts, from: type }) }
    const { id } = await (type === 'admin' ? theAdmin : theTeam)(workspace, assignee_id)
    const assignee = { type, id }
    return { outcome: outcomeOf(conversation, 'admin_assigns', { ...facts, assignee }), assigned_to: assignee }
  },
}

const NO_ASSIGNEE = '0'

/** `seconds`: Unix seconds of the wire. @throws a 400 unless the time is to come, by the clock of the workspace. */
export function snoozeUntil({ now }: Workspace, seconds: number): Date {
  const until = fromEpoch(seconds)
  if (until <= now()) throw invalid('snoozed_until must be in the future')
  return until
}
