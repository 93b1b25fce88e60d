// Creates a ticket: for a contact by the API, or by the contact in a messenger.
import { found, invalid, notFound } from '#http/errors.ts'
import { fromEpoch } from '#http/types.ts'
import { isEmail } from '#lib/email.ts'
import { escapeHtml, paragraphs } from '#lib/html.ts'
import type { AttachFiles } from '#resources/attachments/attribute-files.ts'
import { theCompany } from '#resources/companies/queries.ts'
import { contactByEmail } from '#resources/contacts/create.ts'
import { findNamed, findSender, onlyOne } from '#resources/contacts/named.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import { arriveInTeam } from '#resources/conversations/assignment/arrive.ts'
import { sourceTypeOf } from '#resources/conversations/channels.ts'
import type { TicketRow } from '#resources/conversations/queries.ts'
import { notifyContacts } from '#resources/conversations/replies/notify.ts'
import type { Assignee } from '#resources/conversations/state/effects.ts'
import { outcomeOf } from '#resources/conversations/state/outcome.ts'
import { record } from '#resources/conversations/state/record.ts'
import { asTicket, defaultText, firstOf, noSuchState } from '#resources/conversations/tickets/change-state.ts'
import { insertTicket, lockTicket, numberTicket } from '#resources/conversations/tickets/queries.ts'
import { setReferences, splitReferences } from '#resources/custom-object-instances/references/set.ts'
import { readValues, type Values } from '#resources/ticket-types/attributes/values.ts'
import { findTicketType, holdTypeAndState, type TicketTypeRow } from '#resources/ticket-types/queries.ts'
import { STATE_CATEGORIES, type StateRow } from '#resources/ticket-types/states/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { assignTicket, NO_ASSIGNEE, theAssignee } from './assign.ts'
import { storable } from './attributes.ts'
import { linkNew, lockToLink } from './links/link.ts'
import type { CreateRequest } from './schema.ts'

/** A request that was checked. */
export type Checked = { type: TicketTypeRow; values: Values; assignees: Assignee[] }

/** Changes nothing. @throws what `createTicket` throws, except for the contact and the conversation */
export async function check(workspace: Workspace, request: CreateRequest): Promise<Checked> {
  const checked = await checkWithoutAttributes(workspace, request)
  const given = request.ticket_attributes ?? {}
  return { ...checked, values: readValues(checked.type, given, { by: 'admin', is_create: true }) }
}

/** The same for attributes that were checked before. */
export async function checkWithoutAttributes(
  workspace: Workspace,
  request: CreateRequest,
): Promise<Omit<Checked, 'values'>> {
  const type = await theLiveType(workspace, request.ticket_type_id)
  if (request.contacts.length !== 1) throw invalid('contacts must have exactly one contact')
  if (typeof request.company_id === 'string') await theCompany(workspace, request.company_id)
  return { type, assignees: await assigneesOf(workspace, request) }
}

/** @throws a 404 if there is no such type, a 400 if it is archived */
export async function theLiveType(workspace: Workspace, id: string): Promise<TicketTypeRow> {
  const type = found(await findTicketType(workspace, id))
  if (type.archived) throw invalid('The ticket type is archived')
  return type
}

async function assigneesOf(workspace: Workspace, { assignment }: CreateRequest): Promise<Assignee[]> {
  const assignees: Assignee[] = []
  for (const type of ['admin', 'team'] as const) {
    const id = assignment?.[`${type}_assignee_id`] ?? NO_ASSIGNEE
    const assignee = await theAssignee(workspace, id)
    if (assignee && assignee.type !== type) throw notFound('Assignee not found', 'assignee_not_found')
    if (assignee) assignees.push(assignee)
  }
  return assignees
}

/**
 * Returns the id of the ticket.
 * @throws a 404 if there is no such type, contact, company, assignee or conversation to link; a 400 for wrong attributes, an
 * archived type, or a conversation that the ticket cannot be linked to; a 409 if several users have the email
 */
export async function createTicket(
  workspace: Workspace,
  request: CreateRequest,
  attachFiles: AttachFiles,
): Promise<string> {
  const given = request.ticket_attributes ?? {}
  const { attributes, references } = await splitReferences(workspace, 'ticket', given)
  const checked = await check(workspace, { ...request, ticket_attributes: attributes })
  const ticket_attributes = await storable(checked.type, checked.values, attachFiles)
  const id = await createChecked(workspace, request, { ...checked, ticket_attributes })
  await setReferences(workspace, 'ticket', id, references)
  return id
}

/** The same for a request that was checked, with its attributes as they are stored. */
export async function createChecked(
  workspace: Workspace,
  { conversation_to_link_id, created_at, ...request }: CreateRequest,
  { type, assignees, ticket_attributes }: Omit<Checked, 'values'> & { ticket_attributes: Values },
): Promise<string> {
  const linked =
    typeof conversation_to_link_id === 'string' ? await lockToLink(workspace, type, conversation_to_link_id) : undefined
  const contact = (await findContact(workspace, request)) ?? (await contactByEmail(workspace, emailOf(request), null))
  const ticket = await insert(workspace, {
    ...{ type, contact, ticket_attributes, company_id: request.company_id ?? null },
    created_at: created_at === undefined ? workspace.now() : fromEpoch(created_at),
    is_told: request.skip_notifications !== true,
  })
  if (linked) await linkNew(workspace, ticket, type, linked)
  await assignNew(workspace, ticket, assignees)
  return ticket.id
}

/** Returns undefined for an email that no contact has. @throws a 404, a 409, or a 400 for what is no email address */
export async function findContact(
  workspace: Workspace,
  request: Pick<CreateRequest, 'contacts'>,
): Promise<ContactRow | undefined> {
  const { id, external_id: user_id, email } = request.contacts[0]!
  if (id !== undefined || user_id !== undefined || email === undefined)
    return findSender(workspace, { id, user_id, email })
  const named = (await findNamed(workspace, { email })) ?? []
  if (named.length) return onlyOne(named)
  if (!isEmail(email)) throw invalid('contacts.0.email must be an email address')
  return undefined
}

const emailOf = ({ contacts }: Pick<CreateRequest, 'contacts'>): string => contacts[0]?.email ?? ''

type New = {
  type: TicketTypeRow
  contact: ContactRow
  ticket_attributes: Values
  company_id: string | null
  created_at: Date
  /** Whether the contact of a shared ticket gets a message. */
  is_told: boolean
  /** The page that the contact created it from; absent if another one created it. */
  by_contact?: { url: string | null }
}

/** Returns the ticket, locked, with its number and first part. It is shared if it is for customers. */
export async function insert(
  workspace: Workspace,
  { type, contact, is_told, by_contact, ...row }: New,
): Promise<TicketRow> {
  const state = initialState(type)
  if (!(await holdTypeAndState(workspace, type.id, state.id))) throw noSuchState()
  const is_shared = type.category === 'Customer'
  const title = defaultText(type, row.ticket_attributes, '_default_title_')
  const description = defaultText(type, row.ticket_attributes, '_default_description_')
  const channel = contact.email && !contact.has_hard_bounced && !by_contact ? 'email' : 'inapp'
  const id = await insertTicket(workspace, {
    ...row,
    ...{ contact, channel, source_type: sourceTypeOf(channel), is_shared, title: title || type.name },
    ...{ ticket_type_id: type.id, ticket_state_id: state.id },
    ...(by_contact && {
      written: { body: description, html: description ? paragraphs(description) : null, ...by_contact },
    }),
  })
  await numberTicket(workspace, id)
  const ticket = found(await lockTicket(workspace, id))
  const gets_notice = is_told && is_shared && !by_contact
  const recorded = await record(workspace, ticket, outcomeOf(ticket, 'ticket_is_created', {}), {
    author: { type: 'bot' },
    ticket_change: {
      ...{ ticket_state: state.category, previous_ticket_state: state.category },
      ...(gets_notice && { notice: noticeOf(title || type.name, description, state) }),
    },
    created_at: row.created_at,
  })
  const created = asTicket(recorded.conversation)
  if (gets_notice) await notifyContacts(workspace, created, recorded.part_id)
  return created
}

/** The first state that the type has, in the usual order. */
export function initialState(type: TicketTypeRow): StateRow {
  const state = STATE_CATEGORIES.map((category) => firstOf(type, category)).find((one) => one !== undefined)
  if (!state) throw invalid('The ticket type has no state')
  return state
}

const noticeOf = (title: string, description: string, { external_label }: StateRow): string =>
  `<p><b>${escapeHtml(title)}</b></p>${paragraphs(description)}<p>${escapeHtml(external_label)}</p>`

/** Runs last, because a team can assign the ticket to a member. */
async function assignNew(workspace: Workspace, created: TicketRow, assignees: readonly Assignee[]): Promise<void> {
  let ticket = created
  const author = { type: 'admin', id: workspace.admin_id } as const
  for (const assignee of assignees) ticket = await assignTicket(workspace, ticket, assignee, { author })
  if (assignees.some(({ type }) => type === 'team')) await arriveInTeam(workspace, ticket)
}
