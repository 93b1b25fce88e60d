// Creates and changes news items.
import { found, invalid } from '#http/errors.ts'
import { epoch } from '#http/types.ts'
import { listAdmins } from '#resources/admins/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { holdFeeds } from './feed-queries.ts'
import {
  type Assignment,
  findNewsItem,
  insertNewsItem,
  lockNewsItem,
  type NewNewsItem,
  type NewsItemRow,
  replaceAssignments,
  updateNewsItem,
} from './queries.ts'
import type { NewsItemRequest } from './schema.ts'

/** Four places without an emoji, until reactions are chosen. */
const NO_REACTIONS = [null, null, null, null]

const DEFAULTS: Omit<NewNewsItem, 'title' | 'sender_id'> = {
  ...{ body: '', state: 'draft', labels: [], cover_image_url: null, reactions: NO_REACTIONS, deliver_silently: false },
}

/** `html`: the body, sanitised. */
export async function createNewsItem(workspace: Workspace, request: NewsItemRequest, html: string) {
  const item = await changed(workspace, { ...DEFAULTS, title: '', sender_id: '' }, request, html)
  const assignments = await assignmentsOf(workspace, [], item, request)
  const { id } = await insertNewsItem(workspace, item)
  await replaceAssignments(workspace, id, assignments)
  return theNewsItem(workspace, id)
}

/** What the request does not name stays as it is. */
export async function changeNewsItem(workspace: Workspace, id: string, request: NewsItemRequest, html: string) {
  const before = found(await lockNewsItem(workspace, id))
  const item = await changed(workspace, before, request, html)
  const assignments = await assignmentsOf(workspace, before.assignments, item, request)
  await updateNewsItem(workspace, before.id, item)
  await replaceAssignments(workspace, before.id, assignments)
  return theNewsItem(workspace, before.id)
}

const theNewsItem = async (workspace: Workspace, id: string): Promise<NewsItemRow> =>
  found(await findNewsItem(workspace, id))

async function changed(
  workspace: Workspace,
  before: NewNewsItem,
  request: NewsItemRequest,
  html: string,
): Promise<NewNewsItem> {
  const sender = (await listAdmins(workspace)).find(({ id }) => id === request.sender_id)
  if (!sender) throw invalid('sender_id is not a teammate')
  const title = request.title.trim()
  if (!title) throw invalid('title must not be blank')
  return {
    title,
    sender_id: sender.id,
    body: request.body === undefined ? before.body : html,
    state: request.state ?? before.state,
    labels: request.labels ? [...new Set(request.labels)].sort() : before.labels,
    cover_image_url: request.cover_image_url === undefined ? before.cover_image_url : request.cover_image_url,
    reactions: request.reactions ?? before.reactions,
    deliver_silently: request.deliver_silently ?? before.deliver_silently,
  }
}

/**
 * Returns the newsfeeds of an item. A draft keeps the times that it had; a live item without a time is published now.
 * @throws a 400 for a newsfeed that does not exist, or is named twice
 */
async function assignmentsOf(
  workspace: Workspace,
  before: readonly Assignment[],
  { state }: NewNewsItem,
  { newsfeed_assignments: given }: NewsItemRequest,
): Promise<Assignment[]> {
  const times = new Map(before.map(({ newsfeed_id, published_at }) => [newsfeed_id, published_at]))
  const wanted: { newsfeed_id: string; published_at?: number | null }[] = given ?? [...before]
  if (given) await assertFeeds(workspace, wanted)
  return wanted.map(({ newsfeed_id, published_at }) => {
    const known = times.get(newsfeed_id) ?? null
    if (state === 'draft') return { newsfeed_id, published_at: known }
    return { newsfeed_id, published_at: published_at ?? known ?? epoch(workspace.now()) }
  })
}

async function assertFeeds(workspace: Workspace, given: readonly { newsfeed_id: string }[]): Promise<void> {
  const ids = given.map(({ newsfeed_id }) => newsfeed_id)
  if (new Set(ids).size < ids.length) throw invalid('newsfeed_assignments names a newsfeed twice')
  const known = new Set((await holdFeeds(workspace, ids)).map(({ id }) => id))
  const unknown = ids.filter((id) => !known.has(id))
  if (unknown.length) throw invalid(`newsfeed_assignments contains unknown newsfeed IDs: ${unknown.join(', ')}`)
}
