// SQL fragments of identity verification for the statements of other folders.
import type { Fragment, Sql } from '#db/sql.ts'

/** Whether the workspace verifies identities: it has a secret. `workspace_id` is the id, or SQL for it. */
export const verifiesIdentities = (sql: Sql, workspace_id: string | Fragment): Fragment => sql`
  exists (select from secure_mode_secrets secrets
    where secrets.workspace_id = ${workspace_id} and secrets.deleted_at is null)`
