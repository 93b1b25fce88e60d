// The SQL of sender addresses.
import { one, rowId } from '#db/sql.ts'
import { found } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type NewEmailSetting = {
  email: string
  domain: string
  /** Null: the default brand. */
  brand_id: string | null
  is_default: boolean
  forwarding_enabled: boolean
}
export type EmailSettingRow = NewEmailSetting & {
  id: string
  verified: boolean
  forwarded_email_last_received_at: Date | null
  created_at: Date
  updated_at: Date
}

const columns = ({ sql, id }: Workspace) => sql`
  id, email, domain, brand_id, is_default, forwarding_enabled, forwarded_email_last_received_at, created_at, updated_at,
  exists (
    select from channel_accounts accounts
    where accounts.workspace_id = ${id} and channel = 'email' and lower(settings->>'from') = lower(email)
  ) or exists (
    select from reply_domains domains
    where domains.workspace_id = ${id} and domains.domain = email_settings.domain and basis <> 'claim'
      and unused_since is null
  ) as verified`

/** Oldest first. */
export const listEmails = (workspace: Workspace) => workspace.sql<EmailSettingRow[]>`
  select ${columns(workspace)} from email_settings where workspace_id = ${workspace.id} order by id`

/** @throws a 404 if there is no such address. */
export const theEmail = async (workspace: Workspace, id: string): Promise<EmailSettingRow> =>
  found(
    await one(workspace.sql<EmailSettingRow[]>`
      select ${columns(workspace)} from email_settings where workspace_id = ${workspace.id} and id = ${rowId(id)}`),
    'Email setting not found',
  )

/** Locks the list of addresses until the transaction ends, and returns their number. */
export async function countEmailsLocked({ sql, id }: Workspace): Promise<number> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`emails ${id}`}, 0))`
  const [{ count }] = await sql<[{ count: number }]>`
    select count(*)::integer as count from email_settings where workspace_id = ${id}`
  return count
}

/** Returns whether another address of the workspace is the same. */
export async function isTaken({ sql, id }: Workspace, email: string, except: string | null): Promise<boolean> {
  const [row] = await sql`
    select 1 from email_settings
    where workspace_id = ${id} and lower(email) = lower(${email}) and id is distinct from ${except}::bigint`
  return row !== undefined
}

export const insertEmail = async (workspace: Workspace, setting: NewEmailSetting): Promise<EmailSettingRow> =>
  (await one(workspace.sql<EmailSettingRow[]>`
    insert into email_settings (workspace_id, email, domain, brand_id, is_default, forwarding_enabled, created_at,
      updated_at)
    values (${workspace.id}, ${setting.email}, ${setting.domain}, ${setting.brand_id}, ${setting.is_default},
      ${setting.forwarding_enabled}, ${workspace.now()}, ${workspace.now()})
    returning ${columns(workspace)}`)) as EmailSettingRow

export const updateEmail = async (
  workspace: Workspace,
  id: string,
  setting: NewEmailSetting,
): Promise<EmailSettingRow> =>
  (await one(workspace.sql<EmailSettingRow[]>`
    update email_settings set email = ${setting.email}, domain = ${setting.domain}, brand_id = ${setting.brand_id},
      is_default = ${setting.is_default}, forwarding_enabled = ${setting.forwarding_enabled},
      updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id} returning ${columns(workspace)}`)) as EmailSettingRow

/** Another address becomes the one that the brand sends from. */
export const unsetDefault = ({ sql, id }: Workspace, brand_id: string | null) => sql`
  update email_settings set is_default = false
  where workspace_id = ${id} and brand_id is not distinct from ${brand_id}::bigint and is_default`

export const deleteEmail = ({ sql, id }: Workspace, email_id: string) =>
  one(sql<{ id: string }[]>`
    delete from email_settings where workspace_id = ${id} and id = ${rowId(email_id)} returning id`)

/** Notes that a mail to one of the addresses was received. To the minute, so that many mails do not wait for one row. */
export const noteForwarded = ({ sql, id, now }: Workspace, addresses: readonly string[]) => sql`
  update email_settings set forwarded_email_last_received_at = ${now()}
  where workspace_id = ${id} and forwarding_enabled
    and lower(email) = any(${addresses.map((address) => address.toLowerCase())}::text[])
    and (forwarded_email_last_received_at is null
      or forwarded_email_last_received_at < ${now()}::timestamptz - interval '1 minute')`
