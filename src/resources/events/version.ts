// Converts the objects of an item to the version of a subscription, and to the shape that webhooks have.
import { CONVERSIONS } from '#http/convert.ts'
import { toPlainText } from '#lib/html.ts'
import { isObject } from '#lib/objects.ts'
import { Article } from '#resources/articles/schema.ts'
import { Company } from '#resources/companies/schema.ts'
import { Contact } from '#resources/contacts/schema.ts'
import { Conversation } from '#resources/conversations/schema.ts'
import { Ticket, TicketPart } from '#resources/conversations/tickets/schema.ts'
import { has } from '#versions/changes.ts'
import type { OperationShape } from '#versions/conversions.ts'
import type { Version } from '#versions/versions.ts'
import type { Item } from './item.ts'

const shape = (type: string, answer: unknown): OperationShape => ({
  ...{ id: `webhook ${type}`, status: 200 },
  answer: answer as OperationShape['answer'],
})

/** Objects whose shape depends on the version, by their `type`. */
const SHAPES: Record<string, OperationShape> = {
  contact: shape('contact', Contact),
  company: shape('company', Company),
  conversation: shape('conversation', Conversation),
  article: shape('article', Article),
  ticket: shape('ticket', Ticket),
  ticket_part: shape('ticket_part', TicketPart),
}

/** Returns the topic of an event in a version. Up to 2.14, a ticket that is resolved counts as closed. */
export const topicIn = (topic: string, version: Version): string =>
  topic === 'ticket.resolved' && !has({ version }, 'resolved-tickets-have-a-topic') ? 'ticket.closed' : topic

/** Returns the item of an event in a version. Up to 2.14, that of a closed ticket is the ticket itself. */
export function itemIn(topic: string, item: Item, version: Version): Item {
  const { ticket } = item
  const is_bare = topic === 'ticket.closed' && !has({ version }, 'resolved-tickets-have-a-topic') && isObject(ticket)
  return inVersion(is_bare ? (ticket as Item) : item, version)
}

/** Returns the item in a version: itself, or each object in it. */
export function inVersion(item: Item, version: Version): Item {
  if (isShown(item)) return converted(item, version)
  const shown = Object.fromEntries(
    Object.entries(item).map(([key, value]) => [key, isShown(value) ? converted(value, version) : value]),
  )
  const { company, contact } = shown
  return isShown(company) && contact ? { ...shown, company: besideContact(company) } : shown
}

/** A company beside its contact is shorter. */
const besideContact = ({ size: _, website: __, industry: ___, plan, ...company }: Item): Item => ({
  ...company,
  plan_id: (plan as { id?: string } | null | undefined)?.id ?? null,
})

type Shown = Item & { type: string }

/** A reference such as `{ type: 'contact', id }` has one shape in all versions. */
const isShown = (value: unknown): value is Shown => {
  const type = isObject(value) ? String(value['type']) : ''
  return Object.hasOwn(REFINED, type) && MARKS_OF_SHOWN.some((name) => name in (value as object))
}
/** An object that is shown, and not only named, has one of them. */
const MARKS_OF_SHOWN = ['created_at', 'avatar']

function converted(object: Shown, version: Version): Item {
  const { type } = object
  const { convertAnswer } = SHAPES[type] ? CONVERSIONS.in(SHAPES[type], version) : {}
  const older = (convertAnswer ? convertAnswer(object) : object) as Item
  return REFINED[type]!(older, version)
}

const REFINED: Record<string, (object: Item, version: Version) => Item> = {
  ticket: (ticket) => ticket,
  ticket_part: (part) => part,
  admin: (admin, version) =>
    has({ version }, 'webhook-admins-have-ids-as-text') ? admin : { ...admin, id: Number(admin['id']) },
  contact: (contact, version) => withTimes(contact, CONTACT_TIMES, version),
  company: (company, version) => withTimes(companyInWebhooks(company, version), COMPANY_TIMES, version),
  conversation: (conversation, version) => {
    const texts = has({ version }, 'webhook-conversations-are-plain-text') ? withPlainTexts(conversation) : conversation
    const { statistics } = texts
    if (!isObject(statistics)) return texts
    const times = Object.keys(statistics).filter((name) => name.endsWith('_at'))
    return { ...texts, statistics: withTimes(statistics as Item, times, version) }
  },
  article: (article, version) => withTimes(article, ARTICLE_TIMES, version, (time) => time.toISOString()),
  /** A visitor who has become a user, in the shape of the oldest versions. */
  user: (user, version) => withTimes(user, VISITOR_TIMES, version),
}

/** Its keys are always there; `tag_ids` are in the place of tags, segments and notes. */
function companyInWebhooks({ tags, segments: _, notes: __, ...company }: Item, version: Version): Item {
  const { plan, size = null, website = null, industry = null, last_request_at = null, ...rest } = company
  const profile = { size, website, industry, plan: isObject(plan) && 'id' in plan ? plan : null }
  return {
    ...{ ...rest, last_request_at },
    ...(has({ version }, 'webhook-companies-have-a-profile') && profile),
    tag_ids: (tags as { tags?: { id: string }[] } | undefined)?.tags?.map(({ id }) => id) ?? [],
  }
}

const CONTACT_TIMES = [
  ...['created_at', 'updated_at', 'signed_up_at', 'last_seen_at', 'last_replied_at', 'last_contacted_at'],
  ...['last_email_opened_at', 'last_email_clicked_at'],
]
const COMPANY_TIMES = ['remote_created_at', 'created_at', 'updated_at', 'last_request_at']
const VISITOR_TIMES = [...COMPANY_TIMES, 'signed_up_at']

const ARTICLE_TIMES = ['created_at', 'updated_at']

/** `2026-01-10T04:03:04.000+00:00` */
const withOffset = (time: Date) => time.toISOString().replace('Z', '+00:00')

function withTimes(object: Item, names: readonly string[], version: Version, write = withOffset): Item {
  if (has({ version }, 'webhook-times-are-seconds')) return object
  const times = names.flatMap((name) =>
    typeof object[name] === 'number' ? [[name, write(new Date(object[name] * 1000))]] : [],
  )
  return { ...object, ...Object.fromEntries(times) }
}

const plain = (html: unknown) => (typeof html === 'string' ? toPlainText(html, { links: 'label' }) : html)

function withPlainTexts(conversation: Item): Item {
  const { source, conversation_parts } = conversation as {
    source?: Item
    conversation_parts?: { conversation_parts?: Item[] }
  }
  return {
    ...conversation,
    ...(source && { source: { ...source, subject: plain(source['subject']), body: plain(source['body']) } }),
    ...(conversation_parts?.conversation_parts && {
      conversation_parts: {
        ...conversation_parts,
        conversation_parts: conversation_parts.conversation_parts.map((part) => ({
          ...part,
          body: plain(part['body']),
        })),
      },
    }),
  }
}
