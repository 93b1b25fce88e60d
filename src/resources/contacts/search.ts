// The search fields of contacts.
import type { Fragment } from '#db/sql.ts'
import { listDefinitions } from '#resources/data-attributes/queries.ts'
import { type SegmentedNoun, segmentField } from '#resources/segments/compile.ts'
import { hasTag } from '#resources/tags/fragments.ts'
import { ATTRIBUTE, type AttributeDefinition, attributeFields, definitionsNamed } from '#search/attributes.ts'
import { searchPage } from '#search/page.ts'
import { fieldsOf, type Query, readSearch } from '#search/query.ts'
import { type Field, type Searchable, where } from '#search/where.ts'
import { has } from '#versions/changes.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { pageOfContacts } from './queries.ts'

export const CONTACTS_PAGE = { default: 50, max: 150 }

const text: Field = { kind: 'text' }
/** Ignores letter case. */
const folded: Field = { kind: 'text', fold: true }
const flag: Field = { kind: 'boolean' }
const time: Field = { kind: 'date' }

/** A value that a messenger reported. */
const reported = (name: string): Field => ({ ...text, column: ({ sql }: Workspace) => sql`(messenger ->> ${name})` })
const location = (name: string): Field => ({
  ...folded,
  column: ({ sql }: Workspace) => sql`(messenger -> 'location' ->> ${name})`,
})
const seenOn = (name: string): Field => ({
  ...time,
  column: ({ sql }: Workspace) => sql`to_timestamp((messenger ->> ${name})::double precision)`,
})

const tagged: Field = {
  kind: 'set',
  of: 'bigint',
  operators: ['=', '!='],
  has: (workspace, ids) => hasTag(workspace, 'contact', workspace.sql`contacts.id`, ids),
}

const REPORTED = [
  ...['browser', 'browser_version', 'browser_language', 'os'],
  ...['ios_app_name', 'ios_app_version', 'ios_device', 'ios_os_version', 'ios_sdk_version'],
  ...['android_app_name', 'android_app_version', 'android_device', 'android_os_version', 'android_sdk_version'],
  ...['utm_campaign', 'utm_content', 'utm_medium', 'utm_source', 'utm_term', 'referrer'],
]

const FIELDS: Record<string, Field> = {
  id: { ...text, required: true },
  role: { ...text, required: true },
  external_id: text,
  name: folded,
  avatar: { ...text, column: 'avatar_url' },
  email: folded,
  email_domain: { ...folded, column: ({ sql }) => sql`split_part(email, '@', 2)` },
  phone: text,
  formatted_phone: text,
  language_override: text,
  owner_id: { kind: 'id' },
  unsubscribed_from_emails: { ...flag, required: true },
  marked_email_as_spam: { ...flag, required: true },
  has_hard_bounced: { ...flag, required: true },
  created_at: { ...time, required: true },
  updated_at: { ...time, required: true },
  signed_up_at: time,
  last_seen_at: time,
  last_contacted_at: time,
  last_replied_at: time,
  last_email_opened_at: time,
  last_email_clicked_at: time,
  ios_last_seen_at: seenOn('ios_last_seen_at'),
  android_last_seen_at: seenOn('android_last_seen_at'),
  ...Object.fromEntries(REPORTED.map((name) => [name, reported(name)])),
  // Misspelled in Intercom's documentation.
  ios_app_device: reported('ios_device'),
  andoid_sdk_version: reported('android_sdk_version'),
  'location.country': location('country'),
  'location.region': location('region'),
  'location.city': location('city'),
  tag_id: tagged,
}

/** Days are in the workspace's time zone. Date attributes have no time of day in any version. */
const precision = (workspace: Workspace) => (has(workspace, 'contact-searches-compare-seconds') ? 'second' : 'day')
const dayPrecision = (workspace: Workspace) => (has(workspace, 'contact-searches-compare-seconds') ? 'utc-day' : 'day')

const searchable = (definitions: readonly AttributeDefinition[], in_segment: Field): Searchable => ({
  fields: {
    ...FIELDS,
    segment_id: in_segment,
    ...attributeFields(ATTRIBUTE, 'custom_attributes', definitions, dayPrecision),
  },
  precision,
  checks_order: (workspace) => has(workspace, 'contact-search-order-is-checked'),
})

const listAttributes = (workspace: Workspace): Promise<AttributeDefinition[]> => listDefinitions(workspace, 'contact')

const ofRole = (role: string) => ({ field: 'role', operator: '=', value: role })

export const segmentedContacts: SegmentedNoun = {
  person_types: { user: ofRole('user'), contact: ofRole('lead') },
  searchable: async (workspace, fields, in_segment) =>
    searchable(await definitionsNamed(fields, () => listAttributes(workspace)), in_segment),
  rows: ({ sql, id }) => sql`from contacts where workspace_id = ${id} and is_live`,
}

export const searchContacts = (workspace: Workspace, body: unknown) =>
  searchPage(
    workspace,
    {
      page_size: CONTACTS_PAGE,
      newest_by: 'created_at',
      listDefinitions: listAttributes,
      searchable: async (definitions, fields) =>
        searchable(definitions, await segmentField(workspace, segmentedContacts, fields)),
      find: pageOfContacts,
    },
    body,
  )

/** A query that is stored to run later, with the attribute definitions of the time when it was stored. */
export type StoredQuery = { query: Query; definitions: AttributeDefinition[] }

/** Checks the `query` of POST /contacts/search, and returns it to be stored. @throws the same documented 400s. */
export async function prepareQuery(workspace: Workspace, body: unknown): Promise<StoredQuery> {
  const { query, fields } = readSearch({ query: body })
  const named = (await definitionsNamed(fields, () => listAttributes(workspace))).filter(({ name }) =>
    fields.includes(ATTRIBUTE + name),
  )
  const stored = { query, definitions: named.map(({ name, data_type }) => ({ name, data_type })) }
  const matching = await matcherOf(workspace, stored)
  matching()
  return stored
}

/** Returns a function for the condition of the query on a row of `contacts`. It does not include `is_live`. */
export async function matcherOf(workspace: Workspace, { query, definitions }: StoredQuery): Promise<() => Fragment> {
  const noun = searchable(definitions, await segmentField(workspace, segmentedContacts, fieldsOf(query)))
  return () => where(workspace, noun, query)
}
