// The SQL of idempotency keys.
import { one } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type KeptAnswer = { request_hash: Buffer; status: number; answer: unknown }

const KEPT_FOR = '24 hours'

/** Takes the key, unless somebody has it; one that is older than a day is free again. */
export async function claimKey(workspace: Workspace, key: string, request_hash: Buffer): Promise<boolean> {
  const rows = await workspace.sql`
    insert into idempotency_keys (workspace_id, key, request_hash, created_at)
    values (${workspace.id}, ${key}, ${request_hash}, now())
    on conflict (workspace_id, key) do update
      set request_hash = excluded.request_hash, created_at = now(), status = null, answer = null
      where idempotency_keys.created_at < now() - ${KEPT_FOR}::interval`
  return rows.count > 0
}

/** Lets the workspace's keys age by so much; that of the request which asks for it stays new. */
export const ageKeys = (workspace: Workspace, ms: number) => workspace.sql`
  update idempotency_keys set created_at = created_at - ${ms} * interval '1 millisecond'
  where workspace_id = ${workspace.id} and created_at < date_trunc('milliseconds', now())`

export const findAnswer = (workspace: Workspace, key: string) =>
  one(workspace.sql<KeptAnswer[]>`
    select request_hash, status, answer from idempotency_keys
    where workspace_id = ${workspace.id} and key = ${key} and status is not null`)

export const keepAnswer = (workspace: Workspace, key: string, status: number, answer: unknown) => workspace.sql`
  update idempotency_keys set status = ${status}, answer = ${JSON.stringify(answer)}::text::jsonb
  where workspace_id = ${workspace.id} and key = ${key}`
