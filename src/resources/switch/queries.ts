// The SQL of phone switches.
import { one, type Sql } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** How long a link can be opened, and makes the next conversation one that comes from it. */
const VALID_FOR = '7 days'

export const insertSwitch = ({ sql, id, now }: Workspace, switch_id: string, contact_id: string) => sql`
  insert into phone_switches (workspace_id, id, contact_id, created_at)
  values (${id}, ${switch_id}, ${contact_id}, ${now()})`

/** Uses the open switches of the contact up. Returns whether there was one. */
export async function useSwitch({ sql, id, now }: Workspace, contact_id: string): Promise<boolean> {
  const used = await sql`
    update phone_switches set used_at = ${now()}
    where workspace_id = ${id} and contact_id = ${contact_id} and used_at is null
      and created_at > ${now()}::timestamptz - ${VALID_FOR}::interval`
  return used.count > 0
}

/** The link names no workspace. */
export const findSwitch = (sql: Sql, switch_id: string) =>
  one(sql<{ workspace_id: string; contact_id: string; created_at: Date }[]>`
    select workspace_id, contact_id, created_at from phone_switches
    where id = ${switch_id} and created_at > now() - ${VALID_FOR}::interval`)

export const moveSwitches = ({ sql, id }: Workspace, from: string, into: string) => sql`
  update phone_switches set contact_id = ${into} where workspace_id = ${id} and contact_id = ${from}`
