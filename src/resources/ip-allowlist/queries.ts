// The SQL of IP allowlists. Tokens cache them: call `forgetTokens` after the commit.
import { one, type Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type AllowlistRow = { enabled: boolean; ranges: string[] }

export const findAllowlist = ({ sql, id }: Workspace) =>
  one(sql<AllowlistRow[]>`select enabled, ranges from ip_allowlists where workspace_id = ${id}`)

/** What is undefined stays as it is: at first off, and empty. */
export const writeAllowlist = (
  { sql, id }: Workspace,
  { enabled, ranges }: { enabled?: boolean | undefined; ranges?: string[] | undefined },
) =>
  one(sql<AllowlistRow[]>`
    insert into ip_allowlists as before (workspace_id, enabled, ranges)
    values (${id}, ${enabled ?? false}, ${ranges ?? []}::text[])
    on conflict (workspace_id) do update set
      enabled = coalesce(${enabled ?? null}::boolean, before.enabled), ranges = coalesce(${ranges ?? null}::text[], before.ranges)
    returning enabled, ranges`) as Promise<AllowlistRow>

/** Leaves the addresses as they are. */
export const turnOff = (sql: Sql, workspace_id: string) => sql`
  update ip_allowlists set enabled = false where workspace_id = ${workspace_id} and enabled`
