// Reads the body of a bulk action on content. A wrong one is a 422.
import { unprocessable } from '#http/errors.ts'
import { isObject } from '#lib/objects.ts'
import { findAudiences } from '#resources/audiences/queries.ts'
import { findTag } from '#resources/tags/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type ItemType =
  | 'article'
  | 'article_content'
  | 'content_snippet'
  | 'external_content'
  | 'file_source_content'
  | 'internal_article'
export type Item = { type: ItemType; id: string }

/** What is done with each item. */
export type BulkAction =
  | { action: 'publish' | 'unpublish' | 'delete' }
  | { action: 'set_availability'; chatbot?: boolean; copilot?: boolean; sales_agent?: boolean }
  | { action: 'set_audience'; add: string[]; remove: string[]; remove_all: boolean }
  | { action: 'update_tags'; add: string[]; remove: string[] }

const WITHOUT_ARTICLES: ItemType[] = ['article_content', 'content_snippet', 'external_content', 'internal_article']

/** Items of other types are left out. Content from files does not exist here. */
const TYPES: Record<BulkAction['action'], readonly ItemType[]> = {
  publish: ['article_content'],
  unpublish: ['article_content'],
  delete: ['article_content', 'content_snippet', 'internal_article'],
  set_availability: WITHOUT_ARTICLES,
  set_audience: WITHOUT_ARTICLES,
  update_tags: ['article', 'content_snippet', 'external_content', 'internal_article'],
}

const ITEM_TYPES = [...new Set([...Object.values(TYPES).flat(), 'file_source_content'])]
const MAX_ITEMS = 1_000
const MAX_TAGS = 100

/** Returns the action, and the items that it applies to, each once. @throws a 422 */
export async function readBulk(workspace: Workspace, body: unknown): Promise<{ action: BulkAction; items: Item[] }> {
  if (!isObject(body)) throw refused('The body must be an object')
  const action = await readAction(workspace, body)
  const items = readItems(body['content_ids']).filter(({ type }) => TYPES[action.action].includes(type))
  return { action, items: [...new Map(items.map((item) => [`${item.type} ${item.id}`, item])).values()] }
}

function readItems(given: unknown): Item[] {
  if (!Array.isArray(given) || !given.length) throw refused('content_ids must be a list with at least one item')
  if (given.length > MAX_ITEMS) throw refused(`content_ids must not have more than ${MAX_ITEMS} items`)
  return given.map((item) => {
    if (!isObject(item)) throw refused('Each of content_ids must be an object')
    const { type, id } = item
    if (!ITEM_TYPES.includes(type as string))
      throw refused(`content_ids[].type must be one of ${ITEM_TYPES.join(', ')}`)
    return { type: type as ItemType, id: readId(id, 'content_ids[].id must be an id') }
  })
}

async function readAction(workspace: Workspace, body: Record<string, unknown>): Promise<BulkAction> {
  const { action } = body
  switch (action) {
    case 'publish':
    case 'unpublish':
    case 'delete':
      return { action }
    case 'set_availability':
      return readAvailability(body['availability'])
    case 'set_audience':
      return readAudience(workspace, body['audience'])
    case 'update_tags':
      return readTags(workspace, body['tags'])
    default:
      throw refused(`action must be one of ${Object.keys(TYPES).join(', ')}`)
  }
}

function readAvailability(given: unknown): BulkAction {
  if (!isObject(given)) throw refused('availability is required')
  const names = { ai_agent: 'chatbot', copilot: 'copilot', sales_agent: 'sales_agent' } as const
  const named = Object.entries(names).filter(([name]) => given[name] !== undefined)
  if (!named.length) throw refused(`availability must have one of ${Object.keys(names).join(', ')}`)
  for (const [name] of named)
    if (typeof given[name] !== 'boolean') throw refused(`availability.${name} must be true or false`)
  return { action: 'set_availability', ...Object.fromEntries(named.map(([name, key]) => [key, given[name]])) }
}

async function readAudience(workspace: Workspace, given: unknown): Promise<BulkAction> {
  if (!isObject(given)) throw refused('audience is required')
  const add = readIds(given['add_segment_ids'], 'audience.add_segment_ids')
  const remove = readIds(given['remove_segment_ids'], 'audience.remove_segment_ids')
  const { remove_all = false } = given
  if (typeof remove_all !== 'boolean') throw refused('audience.remove_all must be true or false')
  if (!add.length && !remove.length && !remove_all)
    throw refused('audience must have add_segment_ids, remove_segment_ids or remove_all')
  const known = new Set((await findAudiences(workspace, add.map(Number))).map(({ id }) => id))
  const unknown = add.filter((id) => !known.has(id))
  if (unknown.length) throw refused(`audience.add_segment_ids has unknown ids: ${unknown.join(', ')}`)
  return { action: 'set_audience', add, remove, remove_all }
}

async function readTags(workspace: Workspace, given: unknown): Promise<BulkAction> {
  if (!isObject(given)) throw refused('tags is required')
  const add = readIds(given['add_tag_ids'], 'tags.add_tag_ids')
  const remove = readIds(given['remove_tag_ids'], 'tags.remove_tag_ids')
  const named = [...new Set([...add, ...remove])]
  if (!named.length) throw refused('tags must have add_tag_ids or remove_tag_ids')
  if (named.length > MAX_TAGS) throw refused(`tags must not name more than ${MAX_TAGS} tags`)
  for (const id of named) if (!(await findTag(workspace, id))) throw refused(`There is no tag ${id}`)
  return { action: 'update_tags', add, remove }
}

function readIds(given: unknown, field: string): string[] {
  if (given === undefined || given === null) return []
  if (!Array.isArray(given)) throw refused(`${field} must be a list of ids`)
  return [...new Set(given.map((id) => readId(id, `${field} must be a list of ids`)))]
}

function readId(given: unknown, message: string): string {
  const id = typeof given === 'number' ? String(given) : given
  if (typeof id !== 'string' || !/^\d{1,18}$/.test(id)) throw refused(message)
  return id
}

const refused = (message: string) => unprocessable('parameter_invalid', message)
