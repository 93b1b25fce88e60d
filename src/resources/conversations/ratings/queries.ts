// The SQL of ratings: requested by the team, given by a contact.
import { one } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type RatingRow = {
  id: string
  requested_at: Date
  teammate_id: string
  contact_id: string
  rating: number | null
  remark: string | null
  replied_at: Date | null
}

type NewRating = { conversation_id: string; teammate_id: string; contact_id: string; requested_at: Date }

export const insertRating = ({ sql, id }: Workspace, { requested_at, ...rating }: NewRating) => sql`
  insert into conversation_ratings ${sql({ workspace_id: id, ...rating, requested_at, updated_at: requested_at })}`

/** Returns the newest request, answered or not. */
export const findNewestRating = (workspace: Workspace, conversation_id: string) =>
  one(workspace.sql<RatingRow[]>`
    select id, requested_at, teammate_id, contact_id, rating, remark, replied_at from conversation_ratings
    where workspace_id = ${workspace.id} and conversation_id = ${conversation_id} order by id desc limit 1`)

type Given = Pick<RatingRow, 'contact_id' | 'rating' | 'remark' | 'replied_at'>

export const updateRating = (workspace: Workspace, conversation_id: string, id: string, given: Given) =>
  workspace.sql`
    update conversation_ratings set ${workspace.sql({ ...given, updated_at: workspace.now() })}
    where workspace_id = ${workspace.id} and conversation_id = ${conversation_id} and id = ${id}`

/** Gives the ratings of one contact to another one, when the two are merged. */
export const moveRatings = ({ sql, id }: Workspace, from: string, into: string) => sql`
  update conversation_ratings set contact_id = ${into} where workspace_id = ${id} and contact_id = ${from}`

export const listRemarks = ({ sql, id }: Workspace, conversation_id: string) => sql<{ id: string; remark: string }[]>`
  select id, remark from conversation_ratings
  where workspace_id = ${id} and conversation_id = ${conversation_id} and remark is not null`

export const updateRemark = (
  { sql, id: workspace_id, now }: Workspace,
  conversation_id: string,
  id: string,
  remark: string,
) => sql`
  update conversation_ratings set remark = ${remark}, updated_at = ${now()}
  where workspace_id = ${workspace_id} and conversation_id = ${conversation_id} and id = ${id}`
