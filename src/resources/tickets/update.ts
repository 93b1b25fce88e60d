// PUT /tickets/{id}: several changes in one request, in a fixed order, with a part for each.
import { found, invalid } from '#http/errors.ts'
import type { AttachFiles } from '#resources/attachments/attribute-files.ts'
import { snoozeUntil } from '#resources/conversations/actions/manage.ts'
import { setCompany } from '#resources/conversations/actions/set-company.ts'
import { arriveInTeam } from '#resources/conversations/assignment/arrive.ts'
import { assignWaiting } from '#resources/conversations/assignment/assign-waiting.ts'
import { distribute } from '#resources/conversations/assignment/distribute.ts'
import type { NewPart } from '#resources/conversations/parts/queries.ts'
import { type TicketRow, updateConversationRow } from '#resources/conversations/queries.ts'
import { outcomeOf } from '#resources/conversations/state/outcome.ts'
import { record } from '#resources/conversations/state/record.ts'
import { asTicket, changeState, firstOf, noSuchState } from '#resources/conversations/tickets/change-state.ts'
import { lockTicket } from '#resources/conversations/tickets/queries.ts'
import { setReferences, splitReferences } from '#resources/custom-object-instances/references/set.ts'
import { readValues } from '#resources/ticket-types/attributes/values.ts'
import { findTicketType, type TicketTypeRow } from '#resources/ticket-types/queries.ts'
import { STATE_CATEGORIES, type StateRow } from '#resources/ticket-types/states/queries.ts'
import { has } from '#versions/changes.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { assignTicket, theActor, theAssignee } from './assign.ts'
import { setAttributes } from './attributes.ts'
import type { UpdateRequest } from './schema.ts'

/**
 * Checks the whole request first. A change opens a closed ticket, unless the request closes it.
 * @throws a 404 if there is no such ticket, company, admin or assignee; a 400 for a state that is not of the type, or the same
 * state alone, and for wrong attributes; a 422 for the same assignee, or a merged ticket
 */
export async function updateTicket(
  workspace: Workspace,
  id: string,
  request: UpdateRequest,
  attachFiles: AttachFiles,
): Promise<void> {
  const before = found(await lockTicket(workspace, id))
  const type = found(await findTicketType(workspace, before.ticket_type_id))
  const { admin_id, assignee_id, ticket_attributes = {}, ticket_state_id } = request
  const { attributes, references } = await splitReferences(workspace, 'ticket', ticket_attributes)
  const values = readValues(type, attributes, { by: 'admin', is_create: false })
  const author: NewPart['author'] =
    typeof admin_id === 'string' ? { type: 'admin', id: await theActor(workspace, admin_id) } : { type: 'bot' }
  const assignee = assignee_id === undefined ? undefined : await theAssignee(workspace, assignee_id)
  const state = ticket_state_id === undefined ? undefined : stateToSet(workspace, before, type, request)
  const keeps_closed = request.open === false
  const until = request.snoozed_until === undefined ? undefined : snoozeUntil(workspace, request.snoozed_until)

  let ticket = await setPlainFields(workspace, before, request)
  if (await setReferences(workspace, 'ticket', before.id, references))
    await updateConversationRow(workspace, before.id, {})
  ticket = await setAttributes(workspace, ticket, type, { values, attachFiles, keeps_closed })
  if (state) ticket = await setState(workspace, ticket, type, state, request)
  if (assignee !== undefined) ticket = await assignTicket(workspace, ticket, assignee, { author, keeps_closed })
  ticket = await openOrClose(workspace, ticket, request, author)
  if (until && !keeps_closed) ticket = await snooze(workspace, ticket, until)
  await redistribute(workspace, before, ticket, assignee?.type === 'team')
}

/** Returns undefined for the present state, which is left out beside other changes. */
function stateToSet(
  workspace: Workspace,
  ticket: TicketRow,
  type: TicketTypeRow,
  { ticket_state_id: given = '', admin_id: _, skip_notifications: __, ...others }: UpdateRequest,
): StateRow | undefined {
  const state = type.states.find(({ id }) => id === given) ?? stateOfCategory(workspace, type, given)
  if (!state) throw noSuchState()
  if (state.id !== ticket.ticket_state_id) return state
  if (Object.values(others).every((value) => value === undefined))
    throw invalid('Cannot transition ticket to the same state')
  return undefined
}

/** Up to 2.11, a request names the category. */
function stateOfCategory(workspace: Workspace, type: TicketTypeRow, given: string): StateRow | undefined {
  const category = STATE_CATEGORIES.find((one) => one === given)
  return category && !has(workspace, 'ticket-states-are-objects') ? firstOf(type, category) : undefined
}

/** They leave no part. Notifications of the same request follow the new `is_shared`. */
async function setPlainFields(
  workspace: Workspace,
  ticket: TicketRow,
  { company_id, is_shared = ticket.is_shared }: UpdateRequest,
): Promise<TicketRow> {
  if (company_id !== undefined) await setCompany(workspace, ticket, company_id)
  if (is_shared !== ticket.is_shared) await updateConversationRow(workspace, ticket.id, { is_shared })
  return { ...ticket, is_shared, company_id: company_id === undefined ? ticket.company_id : company_id }
}

async function setState(
  workspace: Workspace,
  ticket: TicketRow,
  type: TicketTypeRow,
  state: StateRow,
  { open, skip_notifications }: UpdateRequest,
): Promise<TicketRow> {
  const created_at = workspace.now()
  const change = { type, state, created_at, skip_notifications, keeps_closed: open === false }
  return asTicket((await changeState(workspace, ticket, change)).conversation)
}

async function openOrClose(
  workspace: Workspace,
  ticket: TicketRow,
  request: UpdateRequest,
  author: NewPart['author'],
): Promise<TicketRow> {
  const { open, is_shared, company_id, assignee_id } = request
  const is_changed = [open, is_shared, company_id, assignee_id].some((value) => value !== undefined)
  const opens = ticket.state === 'closed' && open !== false && is_changed
  const closes = ticket.state !== 'closed' && open === false
  if (!opens && !closes) return ticket
  const at = workspace.now()
  const outcome = opens
    ? outcomeOf(ticket, 'admin_opens', {})
    : outcomeOf(ticket, 'admin_closes', { at, closed_by: author.type === 'admin' ? author.id : null })
  return asTicket((await record(workspace, ticket, outcome, { author, created_at: at })).conversation)
}

async function snooze(workspace: Workspace, ticket: TicketRow, until: Date): Promise<TicketRow> {
  const outcome = outcomeOf(ticket, 'admin_snoozes', { until })
  const part = { author: { type: 'bot' } as const, created_at: workspace.now() }
  return asTicket((await record(workspace, ticket, outcome, part)).conversation)
}

/** Runs last: a ticket that comes to a team goes to a member, and an admin who has less to do gets what waits. */
async function redistribute(workspace: Workspace, before: TicketRow, after: TicketRow, comes_to_team: boolean) {
  if (comes_to_team) await arriveInTeam(workspace, after)
  else if (after.awaits_assignee_since) await distribute(workspace, after)
  const made_room = before.admin_assignee_id !== after.admin_assignee_id || after.state !== 'open'
  if (before.admin_assignee_id && made_room) await assignWaiting(workspace)
}
