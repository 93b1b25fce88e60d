// The search fields of companies.
import { listDefinitions } from '#resources/data-attributes/queries.ts'
import type { SegmentedNoun } from '#resources/segments/compile.ts'
import { hasTag } from '#resources/tags/fragments.ts'
import { ATTRIBUTE, type AttributeDefinition, attributeFields, definitionsNamed } from '#search/attributes.ts'
import { searchPage } from '#search/page.ts'
import type { Field, Searchable } from '#search/where.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { COMPANIES_PAGE } from './list.ts'
import { pageOfCompanies } from './queries.ts'

const count: Field = { kind: 'number', required: true }
const time: Field = { kind: 'date', required: true }

const FIELDS: Record<string, Field> = {
  company_id: { kind: 'text', required: true },
  name: { kind: 'text', fold: true, required: true },
  created_at: time,
  updated_at: time,
  remote_created_at: time,
  last_request_at: { kind: 'date' },
  monthly_spend: count,
  session_count: count,
  user_count: count,
  tag_id: {
    kind: 'set',
    of: 'bigint',
    operators: ['=', '!='],
    has: (workspace, ids) => hasTag(workspace, 'company', workspace.sql`companies.id`, ids),
  },
}

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
      newest_by: 'created_at',
      listDefinitions: listAttributes,
      searchable,
      find: pageOfCompanies,
    },
    body,
  )
