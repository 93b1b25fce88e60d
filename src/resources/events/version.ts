// Converts the objects of an item to the version of a subscription, and to the shape that webhooks have.
import { CONVERSIONS } from '#http/convert.ts'
import { toPlainText } from '#lib/html.ts'
import { isObject } from '#lib/objects.ts'
import { Admin } from '#resources/admins/schema.ts'
import { Company } from '#resources/companies/schema.ts'
import { Contact } from '#resources/contacts/schema.ts'
import { Conversation } from '#resources/conversations/schema.ts'
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
  admin: shape('admin', Admin),
}

/** Returns the item in a version: itself, or each object in it. */
export function inVersion(item: Item, version: Version): Item {
  if (isShaped(item)) return converted(item, version)
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [key, isShaped(value) ? converted(value, version) : value]),
  )
}

/** A reference such as `{ type: 'contact', id }` has no shape. */
const isShaped = (value: unknown): value is Item & { type: string } =>
  isObject(value) && Object.hasOwn(SHAPES, String(value['type'])) && 'created_at' in value

function converted(object: Item & { type: string }, version: Version): Item {
  const { convertAnswer } = CONVERSIONS.in(SHAPES[object.type]!, version)
  const older = (convertAnswer ? convertAnswer(object) : object) as Item
  return REFINED[object.type]?.(older, version) ?? older
}

const REFINED: Record<string, (object: Item, version: Version) => Item> = {
  contact: (contact, version) => withTimes(contact, CONTACT_TIMES, version),
  company: ({ tags, segments: _, notes: __, ...company }, version) =>
    withTimes(
      {
        ...company,
        plan: isObject(company['plan']) && 'id' in company['plan'] ? company['plan'] : null,
        tag_ids: (tags as { tags?: { id: string }[] } | undefined)?.tags?.map(({ id }) => id) ?? [],
      },
      COMPANY_TIMES,
      version,
    ),
  conversation: (conversation, version) =>
    has({ version }, 'webhook-conversations-are-plain-text') ? withPlainTexts(conversation) : conversation,
}

const CONTACT_TIMES = [
  ...['created_at', 'updated_at', 'signed_up_at', 'last_seen_at', 'last_replied_at', 'last_contacted_at'],
  ...['last_email_opened_at', 'last_email_clicked_at'],
]
const COMPANY_TIMES = ['remote_created_at', 'created_at', 'updated_at', 'last_request_at']

/** `2026-01-10T04:03:04.000+00:00` */
const iso = (seconds: number) => new Date(seconds * 1000).toISOString().replace('Z', '+00:00')

function withTimes(object: Item, names: readonly string[], version: Version): Item {
  if (has({ version }, 'webhook-times-are-seconds')) return object
  const times = names.flatMap((name) => (typeof object[name] === 'number' ? [[name, iso(object[name])]] : []))
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
