// The search fields of companies.
import { listDefinitions } from '#resources/data-attributes/queries.ts'
import type { SegmentedNoun } from '#resources/segments/compile.ts'
import { hasTag, taggedSource } from '#resources/tags/fragments.ts'
import { ATTRIBUTE, type AttributeDefinition, attributeFields, definitionsNamed } from '#search/attributes.ts'
import { searchPage } from '#search/page.ts'
import type { Indexed } from '#search/sources.ts'
import type { Field, Searchable } from '#search/where.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { COMPANIES_PAGE } from './list.ts'
import { pageOfCompanies } from './queries.ts'

const own: Indexed = { by: 'own' }
const count: Field = { kind: 'number', required: true, indexed: own }
const time: Field = { kind: 'date', required: true, indexed: own }

export const tagged: Field = {
  kind: 'set',
  of: 'bigint',
  operators: ['=', '!='],
  has: (workspace, ids) => hasTag(workspace, 'company', workspace.sql`companies.id`, ids),
  source: (workspace, ids, { tables }) => taggedSource(workspace, 'company', ids, tables),
}

const FIELDS: Record<string, Field> = {
  company_id: { kind: 'text', required: true, indexed: { by: 'texts', column: 'company_id', trigrams: true } },
  name: { kind: 'text', fold: true, required: true, indexed: { by: 'texts', column: 'name', trigrams: true } },
  created_at: time,
  updated_at: time,
  remote_created_at: time,
  last_request_at: { kind: 'date' },
  monthly_spend: count,
  session_count: count,
  user_count: count,
  tag_id: tagged,
}

/** What changes often, and by itself: see the trigger `companies_changed`. */
const UNSTABLE = ['updated_at', 'last_request_at', 'session_count']

const searchable = (definitions: readonly AttributeDefinition[]): Searchable => ({
  fields: { ...FIELDS, ...attributeFields(ATTRIBUTE, 'custom_attributes', definitions) },
  checks_order: () => true,
  called: 'search field',
})

const listAttributes = (workspace: Workspace) => listDefinitions(workspace, 'company')

export const segmentedCompanies: SegmentedNoun = {
  person_types: { company: null },
  searchable: async (workspace, fields) => searchable(await definitionsNamed(fields, () => listAttributes(workspace))),
  rows: ({ sql, id }) => sql`from companies where workspace_id = ${id} and is_live`,
}

/** Finds companies that have contacts. @throws the 400s that Intercom documents. */
export const searchCompanies = (workspace: Workspace, body: unknown) =>
  searchPage(
    workspace,
    {
      page_size: COMPANIES_PAGE,
      newest_by: 'id',
      unstable: UNSTABLE,
      listDefinitions: listAttributes,
      searchable,
      find: (workspace, page, order, wanted) => pageOfCompanies(workspace, page, order, wanted),
    },
    body,
  )
