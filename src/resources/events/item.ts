// `data.item` of a notification: the object of an event, or several, in the shape of its topic and in an API version.
import type { FastifyBaseLogger } from 'fastify'
import { isTransient } from '#db/transient.ts'
import type { EventRow } from '#events/read.ts'
import { ApiError } from '#http/errors.ts'
import { epoch } from '#http/types.ts'
import { findCompany } from '#resources/companies/queries.ts'
import { presentCompany } from '#resources/companies/schema.ts'
import { findWholeContact } from '#resources/contacts/queries.ts'
import { presentContact } from '#resources/contacts/schema.ts'
import { snapshotDisplay } from '#resources/conversations/display.ts'
import { showWithNewParts } from '#resources/conversations/show.ts'
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
    case 'company': {
      const company = await findCompany(workspace, object_id)
      return company && presentCompany(company)
    }
    case 'conversation': {
      const { part_id } = details as { part_id?: string }
      return showWithNewParts(workspace, object_id, part_id ? [part_id] : [], snapshotDisplay).catch(undefinedIfMissing)
    }
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

const withParticipant: Wrapper = async (workspace, { details }, conversation) => {
  const { contact_id = '' } = details as { contact_id?: string }
  return { conversation, contact: (await contactNow(workspace, contact_id)) ?? { type: 'contact', id: contact_id } }
}

const WRAPPERS: Record<string, Wrapper> = {
  'contact.user.tag.created': contactTag,
  'contact.user.tag.deleted': contactTag,
  'contact.lead.tag.created': contactTag,
  'contact.lead.tag.deleted': contactTag,
  'contact.subscribed': consent('contact_subscribe'),
  'contact.unsubscribed': consent('contact_unsubscribe'),
  'conversation.contact.attached': withParticipant,
  'conversation.contact.detached': withParticipant,
  'conversation.deleted': (_, { object_id }, object) => ({
    ...object,
    id: object_id,
    conversation_id: object_id,
    deleted: true,
  }),
}
