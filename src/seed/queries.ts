// The SQL of seeded entries: which object an entry of a seed file is.
import type { Sql } from '#db/sql.ts'

export type SeededRow = { noun: string; key: string; object_id: string; fingerprint: string }

export const listSeeded = (sql: Sql, workspace_id: string) => sql<SeededRow[]>`
  select noun, key, object_id, fingerprint from seeded_entries where workspace_id = ${workspace_id}`

export const saveSeeded = (sql: Sql, workspace_id: string, row: SeededRow, at: Date) => sql`
  insert into seeded_entries (workspace_id, noun, key, object_id, fingerprint, seeded_at)
  values (${workspace_id}, ${row.noun}, ${row.key}, ${row.object_id}, ${row.fingerprint}, ${at})
  on conflict (workspace_id, noun, key)
  do update set object_id = excluded.object_id, fingerprint = excluded.fingerprint, seeded_at = excluded.seeded_at`

/** Waits until no other seed of the workspace runs. Released by the end of the transaction. */
export const lockSeeds = (sql: Sql, workspace_id: string) =>
  sql`select pg_advisory_xact_lock(hashtext('seed'), hashtext(${workspace_id}))`
