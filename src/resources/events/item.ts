// `data.item` of a notification: the object of an event, or several, in the shape of its topic and in an API version.
import type { FastifyBaseLogger } from 'fastify'
import { isTransient } from '#db/transient.ts'
import type { EventRow } from '#events/read.ts'
import { ApiError } from '#http/errors.ts'
import { epoch } from '#http/types.ts'
import { findAdmin } from '#resources/admins/queries.ts'
import { presentAdminOfEvent } from '#resources/admins/schema.ts'
import { findSource } from '#resources/ai-content/queries.ts'
import { presentImportSource } from '#resources/ai-content/schema.ts'
import { findCompany } from '#resources/companies/queries.ts'
import { presentCompany } from '#resources/companies/schema.ts'
import { findWholeContact } from '#resources/contacts/queries.ts'
import { presentContact } from '#resources/contacts/schema.ts'
import { snapshotDisplay } from '#resources/conversations/display.ts'
import { partsOfEvent } from '#resources/conversations/emit.ts'
import { showWithNewParts } from '#resources/conversations/show.ts'
import { ticketItem } from '#resources/conversations/tickets/show.ts'
import { findSubscriptionType } from '#resources/subscription-types/queries.ts'
import { presentType } from '#resources/subscription-types/schema.ts'
import { findTag } from '#resources/tags/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type Item = Record<string, unknown>

/**
 * Returns what `make` returns, or the short item of the event if that fails: the same event would fail again, and it must not
 * hold up those after it.
 * @throws errors of the database that a retry may not meet again.
 */
export async function orShortItem(
  event: EventRow,
  log: Pick<FastifyBaseLogger, 'error'>,
  make: () => Item | Promise<Item>,
): Promise<Item> {
  try {
    return await make()
  } catch (error) {
    if (isTransient(error)) throw error
    const { position, topic } = event
    log.error({ err: error, position, topic }, 'the item of an event cannot be made; its short item is sent instead')
    return shortItem(event)
  }
}

/** Returns the item in the latest version, as Intercom's topics have it. */
export async function itemOf(workspace: Workspace, event: EventRow): Promise<Item> {
  const object = event.snapshot ?? (await presentNow(workspace, event)) ?? shortItem(event)
  const wrap = WRAPPERS[event.topic]
  return wrap ? wrap(workspace, event, object) : object
}

/** For events without a snapshot: of many objects at once, or from before the subscription. */
async function presentNow(
  workspace: Workspace,
  { object_type, object_id, details }: EventRow,
): Promise<Item | undefined> {
  switch (object_type) {
    case 'contact':
      return contactNow(workspace, object_id)
    case 'admin': {
      const admin = await findAdmin(workspace, object_id)
      return admin && presentAdminOfEvent(admin, null)
    }
    case 'company': {
      const company = await findCompany(workspace, object_id)
      return company && presentCompany(company)
    }
    case 'conversation': {
      const part_ids = partsOfEvent(details as Parameters<typeof partsOfEvent>[0])
      return showWithNewParts(workspace, object_id, part_ids, snapshotDisplay).catch(undefinedIfMissing)
    }
    case 'content_import_source': {
      const source = await findSource(workspace, object_id)
      return source && presentImportSource(source)
    }
    case 'ticket':
      return ticketItem(workspace, object_id).catch(undefinedIfMissing)
    default:
      return undefined
  }
}

function undefinedIfMissing(error: unknown): undefined {
  if (!(error instanceof ApiError && error.status === 404)) throw error
}

async function contactNow(workspace: Workspace, id: string): Promise<Item | undefined> {
  const contact = await findWholeContact(workspace, id)
  return contact && presentContact(contact)
}

/** For an object that no longer exists, or that cannot be presented. */
const shortItem = ({ object_type, object_id, details }: EventRow): Item => ({
  type: object_type,
  id: object_id,
  ...details,
})

type Wrapper = (workspace: Workspace, event: EventRow, object: Item) => Item | Promise<Item>

const contactTag: Wrapper = async (workspace, { details, created_at }, contact) => {
  const { tag_id = '', tag_name } = details as { tag_id?: string; tag_name?: string }
  const name = tag_name ?? (await findTag(workspace, tag_id))?.name ?? null
  return { type: 'contact_tag', tag: { type: 'tag', id: tag_id, name }, contact, created_at: epoch(created_at) }
}

const consent =
  (type: string): Wrapper =>
  (_, { created_at }, contact) => ({
    ...{ type, contact, subscription_types: { type: 'list', data: [] } },
    created_at: epoch(created_at),
  })

async function contactOf(workspace: Workspace, details: Item): Promise<Item> {
  const { contact_id = '' } = details as { contact_id?: string }
  return (await contactNow(workspace, contact_id)) ?? { type: 'contact', id: contact_id }
}

const withParticipant: Wrapper = async (workspace, { details }, conversation) => ({
  conversation,
  contact: await contactOf(workspace, details),
})

const reference = ({ type, id, external_id = null }: Item): Item => ({ type, id, external_id })

/** The snapshot has both already. */
const withMember: Wrapper = async (workspace, { details }, company) => {
  if ('company' in company) return company
  return { company, contact: await contactOf(workspace, details) }
}

const withChoice: Wrapper = async (workspace, { topic, object_id, details, created_at }, snapshot) => {
  if ('contact' in snapshot) return snapshot
  const type = await findSubscriptionType(workspace, String(details['subscription_type_id']))
  return {
    type: topic.replace('.', '_'),
    contact: await contactOf(workspace, { contact_id: object_id }),
    subscription_types: { type: 'list', data: type ? [presentType(type)] : [] },
    created_at: epoch(created_at),
  }
}

const ticketContact: Wrapper = async (workspace, event, ticket) => {
  const { conversation: _, ...item } = await withParticipant(workspace, event, ticket)
  return { ticket, ...item }
}

/** The ticket with all its parts, and the part of the event. */
const withTicketPart: Wrapper = (_, { details }, ticket) => {
  const { part_id } = details as { part_id?: string }
  const { ticket_parts: parts = [] } = (ticket['ticket_parts'] ?? {}) as { ticket_parts?: Item[] }
  const { company_id, ...bare } = ticket
  return {
    type: 'ticket_ticket_part',
    ticket: company_id === null ? bare : ticket,
    ticket_part: parts.find(({ id }) => id === part_id) ?? null,
  }
}

const WRAPPERS: Record<string, Wrapper> = {
  'contact.user.tag.created': contactTag,
  'contact.user.tag.deleted': contactTag,
  'contact.lead.tag.created': contactTag,
  'contact.lead.tag.deleted': contactTag,
  'contact.subscribed': consent('contact_subscribe'),
  'contact.unsubscribed': consent('contact_unsubscribe'),
  'contact.archived': (_, { details }, contact) => ({ ...reference(contact), ...details, archived: true }),
  'contact.deleted': (_, { details }, contact) => ({ ...reference(contact), ...details, deleted: true }),
  'contact.merged': (_, { details }, contact) => ({
    merged_from: { type: 'contact', id: details['merged_from'] },
    ...contact,
  }),
  'company.contact.attached': withMember,
  'company.contact.detached': withMember,
  'company.deleted': (_, { object_id }) => ({ type: 'company', id: object_id, deleted: true }),
  'granular.subscribe': withChoice,
  'granular.unsubscribe': withChoice,
  'conversation.contact.attached': withParticipant,
  'conversation.contact.detached': withParticipant,
  // The item says so, whatever the team has seen.
  'conversation.read': (_, __, conversation) => ({ ...conversation, read: true }),
  'ticket.admin.assigned': withTicketPart,
  'ticket.team.assigned': withTicketPart,
  'ticket.admin.replied': withTicketPart,
  'ticket.contact.replied': withTicketPart,
  'ticket.note.created': withTicketPart,
  'ticket.attribute.updated': withTicketPart,
  'ticket.contact.attached': ticketContact,
  'ticket.contact.detached': ticketContact,
  'ticket.closed': (_, __, ticket) => ({ ticket }),
  'conversation.deleted': (_, { object_id }, object) => ({
    ...object,
    id: object_id,
    conversation_id: object_id,
    deleted: true,
  }),
}
