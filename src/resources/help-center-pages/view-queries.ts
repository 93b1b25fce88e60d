// The SQL of views of articles in messengers, and of the conversations that follow them.
import { rowId, type Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** Returns the audiences of each published content of an article: an empty list is for everybody. */
export const listAudiencesOf = ({ sql, id }: Workspace, article_id: string) => sql<{ audience_ids: number[] }[]>`
  select audience_ids::float8[] as audience_ids from article_contents
  where workspace_id = ${id} and article_id = ${rowId(article_id)} and state = 'published'`

/** `reader_id`: a contact's id, or a visitor's. */
export const recordView = ({ sql, id, now }: Workspace, reader_id: string, article_id: string) => sql`
  insert into article_views (workspace_id, reader_id, article_id, viewed_at)
  values (${id}, ${reader_id}, ${article_id}, ${now()})
  on conflict (workspace_id, reader_id, article_id) do update set viewed_at = excluded.viewed_at, written_at = now()`

/** Counts a conversation for the articles that its contact has viewed within the hour before. Each view counts once. */
export const countConversation = ({ sql, id }: Workspace, conversation_id: string) => sql`
  with started as (
    select unnest(array[author_id, external_id]) as reader_id, conversations.created_at
    from conversations join contacts on contacts.workspace_id = ${id} and contacts.id = author_id
    where conversations.workspace_id = ${id} and conversations.id = ${conversation_id}
  ), viewed as (
    delete from article_views views using started
    where views.workspace_id = ${id} and views.reader_id = started.reader_id
      and viewed_at between created_at - interval '1 hour' and created_at
    returning article_id
  )
  insert into article_statistics as statistics (workspace_id, article_id, conversations)
  select distinct ${id}, article_id, 1 from viewed order by article_id
  on conflict (workspace_id, article_id) do update set conversations = statistics.conversations + 1`

/** Gives the views of one contact to another one. */
export const moveArticleViews = ({ sql, id }: Workspace, from: string, into: string) => sql`
  with taken as (
    delete from article_views where workspace_id = ${id} and reader_id = ${from} returning article_id, viewed_at
  )
  insert into article_views as views (workspace_id, reader_id, article_id, viewed_at)
  select ${id}, ${into}, article_id, viewed_at from taken
  on conflict (workspace_id, reader_id, article_id) do update set viewed_at = greatest(views.viewed_at, excluded.viewed_at)`

/** After a day, by the server's clock. */
export const expireViews = (sql: Sql) => sql`
  delete from article_views using workspaces
  where article_views.workspace_id = workspaces.id and written_at < now() - interval '1 day'`
