// The SQL of audiences.
import { beyond, cursorValue, inOrder, oldestById, type Page, type PageResult, pageResult } from '#db/page.ts'
import { type Fragment, one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type Predicate = { attribute: string; type: string; comparison: string; value: string }

export type AudienceRow = {
  id: string
  name: string
  predicates: Predicate[]
  role_predicates: Predicate[]
  created_at: Date
  updated_at: Date
}
export type NewAudience = Pick<AudienceRow, 'name' | 'predicates' | 'role_predicates'>

const columns = ({ sql }: Workspace) => sql`id, name, predicates, role_predicates, created_at, updated_at`

/** Returns a page of audiences, oldest first. */
export async function pageOfAudiences(workspace: Workspace, page: Page): Promise<PageResult<AudienceRow>> {
  const { sql, id } = workspace
  const order = oldestById(workspace)
  const rows = await sql<(AudienceRow & { cursor_value: string })[]>`
    select ${columns(workspace)}, ${cursorValue(workspace, order)} from audiences
    where workspace_id = ${id} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  const result = await pageResult(rows, page, () => countAudiences(workspace))
  return { ...result, rows: result.rows.map(({ cursor_value: _, ...audience }) => audience) }
}

async function countAudiences({ sql, id }: Workspace): Promise<number> {
  const [{ count }] = await sql<[{ count: number }]>`
    select count(*)::integer as count from audiences where workspace_id = ${id}`
  return count
}

export const findAudience = (workspace: Workspace, id: string) =>
  one(workspace.sql<AudienceRow[]>`
    select ${columns(workspace)} from audiences where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Ids that cannot be any are left out. */
const rowIds = (ids: readonly number[]): string[] => ids.flatMap((id) => rowId(String(id)) ?? [])

export const findAudiences = (workspace: Workspace, ids: readonly number[]) => workspace.sql<AudienceRow[]>`
  select ${columns(workspace)} from audiences
  where workspace_id = ${workspace.id} and id = any(${rowIds(ids)}::bigint[]) order by id`

/** Locks the audience until the transaction ends. */
export const lockAudience = (workspace: Workspace, id: string) =>
  one(workspace.sql<AudienceRow[]>`
    select ${columns(workspace)} from audiences
    where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

/** Keeps the audiences until the transaction ends. Returns those that exist. */
export const holdAudiences = (workspace: Workspace, ids: readonly number[]) => workspace.sql<{ id: string }[]>`
  select id from audiences
  where workspace_id = ${workspace.id} and id = any(${rowIds(ids)}::bigint[]) order by id for key share`

export const insertAudience = (workspace: Workspace, audience: NewAudience) =>
  one(workspace.sql<AudienceRow[]>`
    insert into audiences (workspace_id, name, predicates, role_predicates, created_at, updated_at)
    values (${workspace.id}, ${audience.name}, ${JSON.stringify(audience.predicates)}::text::jsonb,
      ${JSON.stringify(audience.role_predicates)}::text::jsonb, ${workspace.now()}, ${workspace.now()})
    returning ${columns(workspace)}`) as Promise<AudienceRow>

export const updateAudience = (workspace: Workspace, id: string, audience: NewAudience) =>
  one(workspace.sql<AudienceRow[]>`
    update audiences set name = ${audience.name}, predicates = ${JSON.stringify(audience.predicates)}::text::jsonb,
      role_predicates = ${JSON.stringify(audience.role_predicates)}::text::jsonb, updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id} returning ${columns(workspace)}`) as Promise<AudienceRow>

export const deleteAudience = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    delete from audiences where workspace_id = ${workspace.id} and id = ${rowId(id)} returning id`)

/** Returns whether a noun has a row that meets the condition. `rows` is its `from … where …`. */
export const someRowMeets = async ({ sql }: Workspace, rows: Fragment, ids: Fragment, condition: Fragment) => {
  const [row] = await sql`select 1 ${rows} and id in (${ids}) and ${condition} limit 1`
  return row !== undefined
}

/** A query of one id. */
export const onlyId = ({ sql }: Workspace, id: string): Fragment => sql`select ${id}::text`
