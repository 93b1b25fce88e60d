// Reads the filters of a content search. A wrong one is a 422 that names it.
import type { Static } from 'typebox'
import { isLocale } from '#content/locales.ts'
import { unprocessable } from '#http/errors.ts'
import type { DocumentType } from '#resources/content-index/document-queries.ts'
import type { SearchQuery } from './schema.ts'

type Query = Static<typeof SearchQuery>
type ListField = 'states' | 'locales' | 'content_types' | IdField
type IdField = 'tag_ids' | 'any_tag_ids' | 'folder_ids' | 'created_by_ids' | 'last_updated_by_ids'

/** Undefined: any. Times are in Unix seconds. */
export type Filters = {
  types: DocumentType[] | undefined
  is_published: boolean | undefined
  locales: string[] | undefined
  tag_ids: string[] | undefined
  not_tag_ids: string[] | undefined
  folder_ids: string[] | undefined
  created_by_ids: string[] | undefined
  updated_by_ids: string[] | undefined
  copilot: boolean | undefined
  chatbot: boolean | undefined
  sales_agent: boolean | undefined
}

const TYPES: Record<string, DocumentType | undefined> = {
  snippet: 'content_snippet',
  external_content: 'external_content',
  internal_article: 'internal_article',
  article: 'article_content',
  // No content comes from files.
  file_source_content: undefined,
}

export function readFilters(query: Query): Filters {
  const types = oneOf('content_types', query, Object.keys(TYPES))
  const states = oneOf('states', query, ['published', 'draft'])
  const locales = listed(query, 'locales')
  const unknown = locales?.find((locale) => !isLocale(locale))
  if (unknown !== undefined) throw refused(`locales must be locales such as en, and ${unknown} is none`)
  const folder_ids = idsIn('folder_ids', query)
  if (folder_ids && query.folder_entity_type === undefined)
    throw refused('folder_entity_type is required with folder_ids')
  one('folder_entity_type', query, ['folder'])
  const operator = one('tag_operator', query, ['IN', 'NIN']) ?? 'IN'
  const tag_ids = idsIn('tag_ids', query)
  const any_tag_ids = idsIn('any_tag_ids', query)
  const with_tags = operator === 'IN' ? tag_ids : undefined
  return {
    types: types?.flatMap((type) => TYPES[type] ?? []),
    is_published: states && new Set(states).size === 1 ? states[0] === 'published' : undefined,
    locales,
    tag_ids: with_tags && any_tag_ids ? with_tags.filter((id) => any_tag_ids.includes(id)) : (with_tags ?? any_tag_ids),
    not_tag_ids: operator === 'NIN' ? tag_ids : undefined,
    folder_ids,
    created_by_ids: idsIn('created_by_ids', query),
    updated_by_ids: idsIn('last_updated_by_ids', query),
    copilot: switched('copilot_state', query),
    chatbot: switched('fin_service_state', query),
    sales_agent: switched('fin_sales_state', query),
  }
}

/** Returns the values of a list; undefined if it is absent or empty. */
function listed(query: Query, field: ListField): string[] | undefined {
  const values = [query[field] ?? []].flat().flatMap((text) => text.split(','))
  const given = values.map((value) => value.trim()).filter((value) => value)
  return given.length ? given : undefined
}

function oneOf(field: ListField, query: Query, allowed: readonly string[]): string[] | undefined {
  const values = listed(query, field)
  if (values?.some((value) => !allowed.includes(value))) throw refused(`${field} must be of ${allowed.join(', ')}`)
  return values
}

function idsIn(field: IdField, query: Query): string[] | undefined {
  const values = listed(query, field)
  if (values?.some((value) => !/^\d{1,18}$/.test(value))) throw refused(`${field} must be ids`)
  return values
}

type OneField = 'tag_operator' | 'folder_entity_type' | 'copilot_state' | 'fin_service_state' | 'fin_sales_state'

function one(field: OneField, query: Query, allowed: readonly string[]): string | undefined {
  const value = query[field]
  if (value !== undefined && !allowed.includes(value)) throw refused(`${field} must be one of ${allowed.join(', ')}`)
  return value
}

function switched(field: OneField, query: Query): boolean | undefined {
  const value = one(field, query, ['on', 'off'])
  return value === undefined ? undefined : value === 'on'
}

const refused = (message: string) => unprocessable('data_invalid', message)
