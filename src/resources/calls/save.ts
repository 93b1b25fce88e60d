// Creates and changes calls: who takes part, how far they are, and what they leave in their conversation.
import { found, invalid } from '#http/errors.ts'
import { fromEpoch } from '#http/types.ts'
import { toHtml } from '#lib/html.ts'
import { e164 } from '#lib/phone.ts'
import { findAdmin } from '#resources/admins/queries.ts'
import { findContact } from '#resources/contacts/queries.ts'
import { findConversation } from '#resources/conversations/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { emitCall } from './emit.ts'
import { progressed } from './progress.ts'
import { type CallRow, findCall, insertCall, lockCall, type NewCall, updateCall } from './queries.ts'
import type { CallRequest, NewCallRequest } from './schema.ts'
import { summarize } from './summarize.ts'

type Participants = Pick<NewCall, 'conversation_id' | 'admin_id' | 'contact_id' | 'phone' | 'fin_call_id'>

const NOBODY: Participants = { conversation_id: null, admin_id: null, contact_id: null, phone: null, fin_call_id: null }
const UNTIMED = { talk_time: null, queue_time: null, hold_time: null }

export async function createCall(workspace: Workspace, request: NewCallRequest, public_url: string): Promise<CallRow> {
  const created = await insertCall(workspace, {
    ...(await participantsOf(workspace, NOBODY, request)),
    ...progressed(undefined, timesOf(request), workspace.now()),
    ...detailsOf({ ...UNTIMED, call_type: 'phone', direction: request.direction, summary: null }, request),
  })
  await emitCall(workspace, 'call.started', created, public_url)
  return ended(workspace, created, public_url)
}

/** Fields that are not given stay as they are. */
export async function changeCall(
  workspace: Workspace,
  id: string,
  request: CallRequest,
  public_url: string,
): Promise<CallRow> {
  const call = found(await lockCall(workspace, id), 'Not Found')
  const participants = await participantsOf(workspace, call, request)
  if (call.summary_part_id && participants.conversation_id !== call.conversation_id)
    throw invalid('conversation_id cannot change, because the conversation already has the summary of the call')
  const changed = await updateCall(workspace, call.id, {
    ...participants,
    ...progressed(call, timesOf(request), workspace.now()),
    ...detailsOf(call, request),
  })
  if (call.state !== 'completed') return ended(workspace, changed, public_url)
  return changed.summary !== call.summary || !call.summary_part_id ? summarize(workspace, changed) : changed
}

/** What happens once, when a call has ended. A call that was abandoned in the queue has no event. */
async function ended(workspace: Workspace, call: CallRow, public_url: string): Promise<CallRow> {
  if (call.state !== 'completed') return call
  const summarized = await summarize(workspace, call)
  const is_abandoned = !call.answered_at && call.ended_reason === 'abandoned'
  if (!is_abandoned) await emitCall(workspace, 'call.ended', summarized, public_url)
  return summarized
}

/** An empty id is given, too: it names nothing. */
const isGiven = (id: string | null | undefined): id is string => typeof id === 'string'

async function participantsOf(workspace: Workspace, before: Participants, request: CallRequest): Promise<Participants> {
  const { conversation_id = before.conversation_id, admin_id = before.admin_id } = request
  const { contact_id = before.contact_id, fin_call_id = before.fin_call_id } = request
  if (isGiven(request.conversation_id) && !(await findConversation(workspace, request.conversation_id)))
    throw invalid(`conversation_id names '${request.conversation_id}', which is not a conversation`)
  if (isGiven(request.admin_id) && !(await findAdmin(workspace, request.admin_id)))
    throw invalid(`admin_id names '${request.admin_id}', which is not an admin`)
  const contact = isGiven(request.contact_id) ? await findContact(workspace, request.contact_id) : undefined
  if (isGiven(request.contact_id) && !contact)
    throw invalid(`contact_id names '${request.contact_id}', which is not a contact`)
  if (isGiven(request.fin_call_id) && !(await findCall(workspace, request.fin_call_id)))
    throw invalid(`fin_call_id names '${request.fin_call_id}', which is not a call`)
  const phone =
    request.phone === undefined ? (before.phone ?? contact?.formatted_phone ?? null) : numberOf(request.phone)
  return { conversation_id, admin_id, contact_id, fin_call_id, phone }
}

function numberOf(phone: string | null): string | null {
  const number = phone === null ? null : e164(phone)
  if (phone !== null && number === null) throw invalid('phone must be a number with its country code')
  return number
}

const timesOf = ({ initiated_at, answered_at, ended_at, state, ended_reason }: CallRequest) => ({
  ...{ state, ended_reason },
  initiated_at: timeOf(initiated_at),
  answered_at: timeOf(answered_at),
  ended_at: timeOf(ended_at),
})

const timeOf = (seconds: number | undefined): Date | undefined =>
  seconds === undefined ? undefined : fromEpoch(seconds)

type Details = Pick<NewCall, 'call_type' | 'direction' | 'talk_time' | 'queue_time' | 'hold_time' | 'summary'>

function detailsOf(before: Details, request: CallRequest): Details {
  const { call_type = before.call_type, direction = before.direction, talk_time = before.talk_time } = request
  const { queue_time = before.queue_time, hold_time = before.hold_time } = request
  const summary = request.summary === undefined ? before.summary : request.summary && toHtml(request.summary)
  if (request.summary && !summary) throw invalid('summary has nothing that can be shown')
  return { call_type: call_type.trim(), direction, talk_time, queue_time, hold_time, summary: summary || null }
}
