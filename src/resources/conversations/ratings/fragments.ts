// SQL fragments of ratings for the statements on conversations.
import type { Fragment } from '#db/sql.ts'
import { has } from '#versions/changes.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** Columns of the rating that a conversation shows: of the newest one with a value, or else of the newest request. */
export const ofRating = (workspace: Workspace, columns: Fragment): Fragment => {
  const { sql, id } = workspace
  const rated_first = has(workspace, 'unanswered-ratings-come-last') ? sql`(rating is not null) desc,` : sql``
  return sql`(
    select ${columns} from conversation_ratings ratings
    where ratings.workspace_id = ${id} and ratings.conversation_id = conversations.id
    order by ${rated_first} ratings.id desc limit 1)`
}

/** A `RatingRow` as JSON; null if no rating was requested. Times within are Unix seconds. */
export const shownRating = (workspace: Workspace): Fragment => {
  const { sql, id } = workspace
  const external_id = sql`(
    select external_id from contacts where contacts.workspace_id = ${id} and contacts.id = ratings.contact_id)`
  return ofRating(
    workspace,
    sql`json_build_object('rating', rating, 'remark', remark,
      'requested_at', floor(extract(epoch from requested_at)), 'updated_at', floor(extract(epoch from ratings.updated_at)),
      'teammate_id', teammate_id::text, 'contact', json_build_object('id', contact_id, 'external_id', ${external_id}))`,
  )
}
