// The search fields of contacts.
import type { PageResult } from '#db/page.ts'
import type { Fragment } from '#db/sql.ts'
import { listDefinitions } from '#resources/data-attributes/queries.ts'
import { type SegmentedNoun, segmentField } from '#resources/segments/compile.ts'
import { hasTag, taggedSource } from '#resources/tags/fragments.ts'
import { ATTRIBUTE, type AttributeDefinition, attributeFields, definitionsNamed } from '#search/attributes.ts'
import { findPage } from '#search/find.ts'
import { searchPage } from '#search/page.ts'
import { fieldsOf, type Query, readSearch } from '#search/query.ts'
import type { Indexed } from '#search/sources.ts'
import { type Field, type Searchable, where } from '#search/where.ts'
import { has } from '#versions/changes.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { listedContacts, type WholeContactRow } from './queries.ts'

export const CONTACTS_PAGE = { default: 50, max: 150 }

const text: Field = { kind: 'text' }
/** Ignores letter case. */
const folded: Field = { kind: 'text', fold: true }
const time: Field = { kind: 'date' }
const own: Indexed = { by: 'own' }
const valued = (name: string): Indexed => ({ by: 'values', name: `.${name}` })

/** A flag that few contacts have. */
const flag = (name: string): Field => ({
  kind: 'boolean',
  required: true,
  indexed: { by: 'flag', name: `.${name}`, is: true, otherwise: false },
})

/** A value that a messenger reported. */
const reported = (name: string): Field => ({
  ...text,
  column: ({ sql }: Workspace) => sql`(messenger ->> ${name})`,
  indexed: { by: 'values', name: `.${name}`, cut: true },
})
const location = (name: string): Field => ({
  ...folded,
  column: ({ sql }: Workspace) => sql`(messenger -> 'location' ->> ${name})`,
  indexed: { by: 'values', name: `.location.${name}`, cut: true },
})
const seenOn = (name: string): Field => ({
  ...time,
  column: ({ sql }: Workspace) => sql`to_timestamp((messenger ->> ${name})::double precision)`,
  indexed: valued(name),
})

const tagged: Field = {
  kind: 'set',
  of: 'bigint',
  operators: ['=', '!='],
  has: (workspace, ids) => hasTag(workspace, 'contact', workspace.sql`contacts.id`, ids),
  source: (workspace, ids, { tables }) => taggedSource(workspace, 'contact', ids, tables),
}

const REPORTED = [
  ...['browser', 'browser_version', 'browser_language', 'os'],
  ...['ios_app_name', 'ios_app_version', 'ios_device', 'ios_os_version', 'ios_sdk_version'],
  ...['android_app_name', 'android_app_version', 'android_device', 'android_os_version', 'android_sdk_version'],
  ...['utm_campaign', 'utm_content', 'utm_medium', 'utm_source', 'utm_term', 'referrer'],
]

const FIELDS: Record<string, Field> = {
  id: { ...text, required: true, indexed: own },
  role: { ...text, required: true, indexed: { by: 'flag', name: '.role', is: 'lead', otherwise: 'user' } },
  external_id: { ...text, indexed: own },
  name: { ...folded, indexed: { by: 'texts', column: 'name', trigrams: true } },
  avatar: { ...text, column: 'avatar_url' },
  email: { ...folded, indexed: { by: 'texts', column: 'email', reversed: 'email_reversed', trigrams: true } },
  email_domain: {
    ...folded,
    column: ({ sql }) => sql`split_part(email, '@', 2)`,
    indexed: { by: 'domain', reversed: 'email_reversed' },
  },
  phone: { ...text, indexed: valued('phone') },
  formatted_phone: { ...text, indexed: valued('formatted_phone') },
  language_override: { ...text, indexed: valued('language_override') },
  owner_id: { kind: 'id', indexed: valued('owner_id') },
  unsubscribed_from_emails: flag('unsubscribed_from_emails'),
  marked_email_as_spam: flag('marked_email_as_spam'),
  has_hard_bounced: flag('has_hard_bounced'),
  created_at: { ...time, required: true, indexed: own },
  updated_at: { ...time, required: true, indexed: own },
  signed_up_at: { ...time, indexed: valued('signed_up_at') },
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

/** Times that change often, and by themselves: see the trigger `contacts_changed`. */
const UNSTABLE = [
  ...['updated_at', 'last_seen_at', 'last_contacted_at', 'last_replied_at', 'last_email_opened_at'],
  'last_email_clicked_at',
]

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
      newest_by: 'id',
      unstable: UNSTABLE,
      listDefinitions: listAttributes,
      searchable: async (definitions, fields) =>
        searchable(definitions, await segmentField(workspace, segmentedContacts, fields)),
      find: (workspace, page, order, wanted): Promise<PageResult<WholeContactRow>> =>
        findPage(workspace, listedContacts, { page, order, wanted }),
    },
    body,
  )

/** A query that is stored to run later, with the attribute definitions of the time when it was stored. */
export type StoredQuery = { query: Query; definitions: AttributeDefinition[] }

/**
 * Checks the `query` of POST /contacts/search, and returns it to be stored.
 *
 * @throws the same documented 400s, and one for a segment that does not exist
 */
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

/**
 * Returns a function for the condition of the query on a row of `contacts`. It does not include `is_live`. The function throws
 * UnusableSegment if a segment of the query misses something, or does not exist unless `takes_unknown`.
 */
export async function matcherOf(
  workspace: Workspace,
  { query, definitions }: StoredQuery,
  { takes_unknown = false } = {},
): Promise<() => Fragment> {
  const refuses = { refuses_unknown: !takes_unknown }
  const noun = searchable(definitions, await segmentField(workspace, segmentedContacts, fieldsOf(query), refuses))
  return () => where(workspace, noun, query)
}
