// Files that were sent along.
import { one, rowId, type Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type StoredFile = { name: string; content_type: string; data: Buffer }

export const insertFile = (workspace: Workspace, { name, content_type, data }: StoredFile) =>
  one(workspace.sql<{ id: string }[]>`
    insert into attachments (workspace_id, name, content_type, data, created_at)
    values (${workspace.id}, ${name}, ${content_type}, ${data}, ${workspace.now()})
    returning id`) as Promise<{ id: string }>

export const findFile = (sql: Sql, workspace_id: string, id: string) =>
  one(sql<StoredFile[]>`
    select name, content_type, data from attachments where workspace_id = ${workspace_id} and id = ${rowId(id)}`)
