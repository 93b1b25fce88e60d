// POST /conversations/{id}/parts: an admin closes, opens, snoozes or assigns a conversation.
import { found, missing } from '#http/errors.ts'
import { fromEpoch } from '#http/types.ts'
import { toHtml } from '#lib/html.ts'
import { findAdmin } from '#resources/admins/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { NewPart } from '../parts/queries.ts'
import { type ConversationRow, findTeam, lockConversation } from '../queries.ts'
import { notifyContacts } from '../replies/notify.ts'
import type { ManageRequest } from '../requests.ts'
import { type NewParts, record } from '../state/record.ts'
import { adminCloses, adminOpens, adminSnoozes, assigns, type Outcome, unassigns } from '../state/transitions.ts'

/** With a body, closing and assigning are answers too: the contacts get it. */
export async function manage(workspace: Workspace, id: string, request: ManageRequest): Promise<NewParts> {
  const conversation = found(await lockConversation(workspace, id))
  const admin = found(await findAdmin(workspace, request.admin_id), 'Admin not found', 'admin_not_found')
  const body = takesBody(request) && request.body ? toHtml(request.body) : ''
  const { outcome, ...part } = await act(workspace, conversation, request, admin.id, { answers: body !== '' })
  const { part_id } = await record(workspace, conversation, outcome, {
    author: { type: 'admin', id: admin.id },
    body: body || null,
    ...part,
    created_at: workspace.now(),
  })
  if (body) await notifyContacts(workspace, conversation, part_id)
  return { conversation_id: conversation.id, part_ids: [part_id] }
}

const takesBody = ({ message_type }: ManageRequest) => message_type === 'close' || message_type === 'assignment'

type Act = { outcome: Outcome } & Pick<NewPart, 'assigned_to' | 'event_details'>

async function act(
  workspace: Workspace,
  conversation: ConversationRow,
  request: ManageRequest,
  admin_id: string,
  { answers }: { answers: boolean },
): Promise<Act> {
  const now = workspace.now()
  switch (request.message_type) {
    case 'close':
      return { outcome: adminCloses(conversation, now, admin_id, { answers }) }
    case 'open':
      return { outcome: adminOpens(conversation) }
    case 'snoozed':
      return snooze(request)
    case 'assignment': {
      const { type, id } = await assigneeOf(workspace, request)
      if (id === null) return { outcome: unassigns(conversation, type, now, { answers }) }
      const assigned_to = { type, id }
      return { outcome: assigns(conversation, now, assigned_to, { answers }), assigned_to }
    }
  }
}

function snooze({ snoozed_until }: ManageRequest): Act {
  if (snoozed_until === undefined) throw missing('snoozed_until is required')
  const until = fromEpoch(snoozed_until)
  const time = until.toISOString()
  return {
    outcome: adminSnoozes(until),
    event_details: { until: `until ${time.slice(0, 10)} ${time.slice(11, 16)} UTC`, custom_until_time: time },
  }
}

/** The id 0 is nobody. */
async function assigneeOf(
  workspace: Workspace,
  { type = 'admin', assignee_id }: ManageRequest,
): Promise<{ type: 'admin' | 'team'; id: string | null }> {
  if (assignee_id === undefined) throw missing('assignee_id is required')
  if (assignee_id === '0') return { type, id: null }
  const assignee =
    type === 'admin'
      ? found(await findAdmin(workspace, assignee_id), 'Admin not found', 'admin_not_found')
      : found(await findTeam(workspace, assignee_id), 'Team not found', 'team_not_found')
  return { type, id: assignee.id }
}
