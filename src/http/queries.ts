// The SQL of idempotency keys.
import { one } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type StoredAnswer = { request_hash: Buffer; status: number; answer: unknown }

const VALID_FOR = '24 hours'
/** An older claim without an answer was left by a crash. Claims within a transaction are never seen by others. */
const CLAIMED_FOR = '5 minutes'

/** Claims the key; returns false if another request has it. A key older than a day can be claimed again. */
export async function claimKey(workspace: Workspace, key: string, request_hash: Buffer): Promise<boolean> {
  const rows = await workspace.sql`
    insert into idempotency_keys (workspace_id, key, request_hash, created_at)
    values (${workspace.id}, ${key}, ${request_hash}, now())
    on conflict (workspace_id, key) do update
      set request_hash = excluded.request_hash, created_at = now(), status = null, answer = null
      where idempotency_keys.created_at < now() - ${VALID_FOR}::interval
        or (idempotency_keys.status is null and idempotency_keys.created_at < now() - ${CLAIMED_FOR}::interval)`
  return rows.count > 0
}

/** Releases a claimed key whose request failed. */
export const releaseKey = (workspace: Workspace, key: string) => workspace.sql`
  delete from idempotency_keys where workspace_id = ${workspace.id} and key = ${key} and status is null`

/** Makes the workspace's keys older by `ms`, except the key of the current request. */
export const ageKeys = (workspace: Workspace, ms: number) => workspace.sql`
  update idempotency_keys set created_at = created_at - ${ms} * interval '1 millisecond'
  where workspace_id = ${workspace.id} and created_at < date_trunc('milliseconds', now())`

export const findAnswer = (workspace: Workspace, key: string) =>
  one(workspace.sql<StoredAnswer[]>`
    select request_hash, status, answer from idempotency_keys
    where workspace_id = ${workspace.id} and key = ${key} and status is not null`)

export const storeAnswer = (workspace: Workspace, key: string, status: number, answer: unknown) => workspace.sql`
  update idempotency_keys set status = ${status}, answer = ${JSON.stringify(answer)}::text::jsonb
  where workspace_id = ${workspace.id} and key = ${key}`
