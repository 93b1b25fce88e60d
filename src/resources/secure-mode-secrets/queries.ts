// The SQL of identity verification secrets.
import { one, rowId } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type SecretRow = {
  id: string
  name: string
  supports_android: boolean
  supports_ios: boolean
  supports_web: boolean
  created_at: Date
}

const columns = ({ sql }: Workspace) => sql`id, name, supports_android, supports_ios, supports_web, created_at`

export const listSecrets = (workspace: Workspace) => workspace.sql<SecretRow[]>`
  select ${columns(workspace)} from secure_mode_secrets
  where workspace_id = ${workspace.id} and deleted_at is null order by id`

export type SealedSecret = { id: string; secret: Buffer }

/** Returns the encrypted values, newest first. */
export const listSealedSecrets = (workspace: Workspace) => workspace.sql<SealedSecret[]>`
  select id, secret from secure_mode_secrets
  where workspace_id = ${workspace.id} and deleted_at is null order by id desc`

export const insertSecret = (
  workspace: Workspace,
  {
    name,
    supports_android,
    supports_ios,
    supports_web,
    secret,
  }: Omit<SecretRow, 'id' | 'created_at'> & {
    secret: Buffer
  },
) =>
  one(workspace.sql<SecretRow[]>`
    insert into secure_mode_secrets
      (workspace_id, name, secret, supports_android, supports_ios, supports_web, created_at)
    values (${workspace.id}, ${name}, ${secret}, ${supports_android}, ${supports_ios}, ${supports_web},
      ${workspace.now()})
    returning ${columns(workspace)}`) as Promise<SecretRow>

/** Deletes the value, and marks the row as deleted. */
export const deleteSecret = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    update secure_mode_secrets set deleted_at = ${workspace.now()}, secret = ''
    where workspace_id = ${workspace.id} and id = ${rowId(id)} and deleted_at is null
    returning id`)
