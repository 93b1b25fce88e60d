// Access tokens: their text is shown once, and only its SHA-256 is stored.
import { createHash, randomUUID } from 'node:crypto'
import { type Fragment, one, rowId, type Sql } from '#db/sql.ts'
import type { Version } from '#versions/versions.ts'
import type { Clock } from './clock.ts'
import type { RequestFault } from './faults.ts'
import type { Lags } from './workspace.ts'

/** Intercom's scopes, as far as its documentation names them; `extensions` is for the paths that only this server has. */
export const SCOPES = [
  ...['read_conversations', 'write_conversations', 'delete_conversations_and_metrics', 'write_tickets'],
  ...['read_admins', 'read_write_users', 'write_users_companies', 'read_write_office_hours', 'read_audiences'],
  ...['read_articles_scope', 'read_write_articles_scope', 'read_content', 'write_content'],
  ...['read_help_center_redirects_scope', 'read_write_help_center_redirects_scope', 'read_write_content_snippets'],
  ...[
    'read_secure_mode_secret',
    'write_secure_mode_secret',
    'read_write_custom_objects',
    'read_write_data_connectors',
    'manage_ip_allowlist',
    'extensions',
  ],
] as const
export type Scope = (typeof SCOPES)[number]

/** Includes the sandbox settings of the workspace, so that a request needs no further query. */
export type Token = Clock &
  Lags & {
    id: string
    workspace_id: string
    admin_id: string
    /** The scopes that limit the token; null: no limit. */
    scopes: Scope[] | null
    /** Can create, list and delete workspaces. */
    is_operator: boolean
    revoked_at: Date | null
    default_version: Version | null
    /** The custom channel whose key it is: it can call only what takes such keys. */
    custom_channel_id: string | null
    /** The sign-in of a teammate, if the caller is one instead of a token. */
    sign_in_id: string | null
    /** The topics of the workspace: see `Workspace.listens`. */
    listened_topics: string[]
    /** The addresses and ranges that calls may come from; null: all. */
    allowed_ips: string[] | null
    /** The armed faults for the next requests, oldest first; null if there are none. */
    faults: RequestFault[] | null
  }

export type NewToken = {
  name: string
  admin_id: string
  scopes?: readonly string[] | null
  is_operator?: boolean
  custom_channel_id?: string
}

export const hashToken = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Returns a token in Intercom's format, which secret scanners know: base64 of `tok:<uuid with underscores>:1:0`. */
export const newTokenText = (): string => Buffer.from(`tok:${randomUUID().replaceAll('-', '_')}:1:0`).toString('base64')

/** The columns of a caller that are of its workspace, `id`: version, clock, lags, topics, allowed addresses and armed faults. */
export const callerColumns = (sql: Sql, id: Fragment): Fragment => sql`
  default_version, clock_frozen_at, clock_ahead_seconds, search_lag_ms, message_lag_ms, listened_topics, (
    select ranges from ip_allowlists allowlists where allowlists.workspace_id = ${id} and enabled
  ) as allowed_ips, (
    select json_agg(json_build_object('id', faults.id::text, 'fault', fault, 'operation', operation,
      'method', method, 'path', path, 'retry_after', retry_after, 'delay_ms', delay_ms) order by faults.id)
    from faults
    where faults.workspace_id = ${id} and target = 'requests' and remaining > 0
  ) as faults`

/** A query without a workspace: the token names it. */
export const findToken = (sql: Sql, hash: Buffer) =>
  one(sql<Token[]>`
    select tokens.id, null as sign_in_id, workspace_id, admin_id, scopes, is_operator, custom_channel_id, revoked_at,
      ${callerColumns(sql, sql`tokens.workspace_id`)}
    from tokens join workspaces on workspaces.id = workspace_id where hash = ${hash}`)

export const insertToken = (sql: Sql, workspace_id: string, text: string, token: NewToken, at: Date) =>
  one(sql<{ id: string }[]>`
    insert into tokens (workspace_id, hash, name, admin_id, scopes, is_operator, custom_channel_id, created_at)
    values (${workspace_id}, ${hashToken(text)}, ${token.name}, ${token.admin_id}, ${token.scopes ?? null},
      ${token.is_operator ?? false}, ${token.custom_channel_id ?? null}, ${at})
    returning id`)

export const listTokens = (sql: Sql, workspace_id: string) =>
  sql<{ id: string; name: string; scopes: Scope[] | null; created_at: Date; revoked_at: Date | null }[]>`
    select id, name, scopes, created_at, revoked_at from tokens
    where workspace_id = ${workspace_id} and custom_channel_id is null order by id`

export const revokeToken = (sql: Sql, workspace_id: string, id: string, at: Date) =>
  one(sql<{ id: string }[]>`
    update tokens set revoked_at = coalesce(revoked_at, ${at})
    where workspace_id = ${workspace_id} and id = ${rowId(id)} returning id`)

/** Revokes the keys of a custom channel. */
export const revokeKeysOf = (sql: Sql, workspace_id: string, custom_channel_id: string, at: Date) => sql`
  update tokens set revoked_at = ${at}
  where workspace_id = ${workspace_id} and custom_channel_id = ${custom_channel_id} and revoked_at is null`

export const deleteToken = (sql: Sql, workspace_id: string, id: string) => sql`
  delete from tokens where workspace_id = ${workspace_id} and id = ${rowId(id)}`
