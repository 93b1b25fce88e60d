// Creates and changes newsfeeds.
import { conflict, found, invalid } from '#http/errors.ts'
import { findTag } from '#resources/tags/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  countFeedsLocked,
  insertNewsfeed,
  lockNewsfeed,
  type NewNewsfeed,
  type NewsfeedRow,
  updateNewsfeed,
} from './feed-queries.ts'
import type { NewNewsfeedRequest, NewsfeedRequest } from './feed-schema.ts'

/** Every list of news compares a contact with all newsfeeds. */
const MAX_FEEDS = 100

export async function createNewsfeed(workspace: Workspace, request: NewNewsfeedRequest): Promise<NewsfeedRow> {
  if ((await countFeedsLocked(workspace)) >= MAX_FEEDS)
    throw conflict(`There are ${MAX_FEEDS} newsfeeds already: delete one first`)
  const everyone = { name: request.name, audience_role: null, audience_tag_id: null }
  return insertNewsfeed(workspace, await changed(workspace, everyone, request))
}

export async function changeNewsfeed(workspace: Workspace, id: string, request: NewsfeedRequest): Promise<NewsfeedRow> {
  const feed = found(await lockNewsfeed(workspace, id))
  return updateNewsfeed(workspace, feed.id, await changed(workspace, feed, request))
}

async function changed(workspace: Workspace, feed: NewNewsfeed, { name = feed.name, audience }: NewsfeedRequest) {
  if (!name.trim()) throw invalid('name must not be blank')
  const audience_role = audience?.role === undefined ? feed.audience_role : audience.role
  const audience_tag_id = audience?.tag_id === undefined ? feed.audience_tag_id : audience.tag_id
  if (audience_tag_id !== null && !(await findTag(workspace, audience_tag_id)))
    throw invalid('audience.tag_id is not a tag')
  return { name: name.trim(), audience_role, audience_tag_id }
}
