// Sign-ins: teammates who use the pages of the server in a browser. One begins with a link that works once, or with an access token.
import { randomBytes } from 'node:crypto'
import { beyond, cursorValue, inOrder, type Order, type Page } from '#db/page.ts'
import { one, rowId, type Sql } from '#db/sql.ts'
import { callerColumns, hashToken, type Scope, type Token } from './tokens.ts'
import type { Workspace } from './workspace.ts'

export type SignInRow = {
  id: string
  scopes: Scope[] | null
  user_agent: string | null
  created_at: Date
  last_used_at: Date
  expires_at: Date
  admin_id: string
  admin_name: string
  admin_email: string
  admin_avatar: string | null
  workspace_name: string
  cursor_value: string
}

/** Since the last use. */
export const VALID_DAYS = 30
const VALID_FOR = `${VALID_DAYS} days`
const LINK_VALID_FOR = '1 hour'
/** The last use is written this often at most. */
const WRITTEN_EVERY = '5 minutes'

/** Returns the text of a link or of a session: 32 random bytes. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** Returns the secret of a link with which the admin can sign in once, within an hour. */
export async function insertSignInLink(sql: Sql, workspace_id: string, admin_id: string): Promise<string> {
  const secret = newSecret()
  await sql`
    insert into sign_in_links (workspace_id, hash, admin_id) values (${workspace_id}, ${hashToken(secret)}, ${admin_id})`
  return secret
}

type NewSignIn = { session: string; user_agent: string | null }
type Begun = { workspace_id: string; id: string }

/** Begins a sign-in with a link, and uses the link up. Returns undefined if it is unknown, used or too old. */
export const beginWithLink = (sql: Sql, link: string, { session, user_agent }: NewSignIn) =>
  one(sql<Begun[]>`
    with used as (
      delete from sign_in_links where hash = ${hashToken(link)} and created_at > now() - ${LINK_VALID_FOR}::interval
      returning workspace_id, admin_id
    )
    insert into sign_ins (workspace_id, hash, admin_id, user_agent)
    select workspace_id, ${hashToken(session)}, admin_id, ${user_agent} from used
    returning workspace_id, id`)

/** Begins a sign-in with an access token, whose scopes it has. Returns undefined if the token is unknown or revoked. */
export const beginWithToken = (sql: Sql, token: string, { session, user_agent }: NewSignIn) =>
  one(sql<Begun[]>`
    insert into sign_ins (workspace_id, hash, admin_id, token_id, scopes, user_agent)
    select workspace_id, ${hashToken(session)}, admin_id, id, scopes, ${user_agent} from tokens
    where hash = ${hashToken(token)} and revoked_at is null and custom_channel_id is null
    returning workspace_id, id`)

/** Whether the sign-in is neither too old nor of a token that was revoked. */
const isValid = (sql: Sql) => sql`
  sign_ins.last_used_at > now() - ${VALID_FOR}::interval and (token_id is null or exists (
    select from tokens
    where tokens.workspace_id = sign_ins.workspace_id and tokens.id = token_id and tokens.revoked_at is null))`

/** Returns the sign-in as a caller; undefined if it is none, or has ended. */
export const findSignedIn = (sql: Sql, session: string) =>
  one(sql<(Token & { is_use_unwritten: boolean })[]>`
    select 'sign_in_' || sign_ins.id as id, sign_ins.id as sign_in_id, sign_ins.workspace_id, admin_id, scopes,
      false as is_operator, null as custom_channel_id, null as revoked_at, ${callerColumns(sql, sql`sign_ins.workspace_id`)},
      last_used_at < now() - ${WRITTEN_EVERY}::interval as is_use_unwritten
    from sign_ins join workspaces on workspaces.id = sign_ins.workspace_id
    where hash = ${hashToken(session)} and ${isValid(sql)}`)

export const writeUse = (sql: Sql, workspace_id: string, id: string) => sql`
  update sign_ins set last_used_at = now()
  where workspace_id = ${workspace_id} and id = ${id} and last_used_at < now() - ${WRITTEN_EVERY}::interval`

const shown = ({ sql }: Pick<Workspace, 'sql'>) => sql`
  sign_ins.id, sign_ins.scopes, user_agent, sign_ins.created_at, last_used_at,
  last_used_at + ${VALID_FOR}::interval as expires_at, admin_id, admins.name as admin_name,
  admins.email as admin_email, admins.avatar_url as admin_avatar, workspaces.name as workspace_name`

const withAdmin = ({ sql }: Pick<Workspace, 'sql'>) => sql`
  join admins on admins.workspace_id = sign_ins.workspace_id and admins.id = admin_id
  join workspaces on workspaces.id = sign_ins.workspace_id`

export const findSignIn = (workspace: Pick<Workspace, 'id' | 'sql'>, id: string) =>
  one(workspace.sql<SignInRow[]>`
    select ${shown(workspace)} from sign_ins ${withAdmin(workspace)}
    where sign_ins.workspace_id = ${workspace.id} and sign_ins.id = ${rowId(id)}`)

export const listSignIns = (workspace: Workspace, order: Order, page: Page) => workspace.sql<SignInRow[]>`
  select sign_ins.cursor_value, ${shown(workspace)}
  from (
    select *, ${cursorValue(workspace, order)} from sign_ins
    where workspace_id = ${workspace.id} and ${isValid(workspace.sql)} and ${beyond(workspace, order, page)}
    ${inOrder(workspace, order, page)}
  ) sign_ins ${withAdmin(workspace)}
  order by sign_ins.created_at desc, sign_ins.id desc`

export const countSignIns = async (workspace: Workspace): Promise<number> => {
  const [{ count }] = await workspace.sql<[{ count: string }]>`
    select count(*) from sign_ins where workspace_id = ${workspace.id} and ${isValid(workspace.sql)}`
  return Number(count)
}

export const deleteSignIn = (workspace: Workspace, id: string) =>
  one(workspace.sql<{ id: string }[]>`
    delete from sign_ins where workspace_id = ${workspace.id} and id = ${rowId(id)} returning id`)

/** Removes the sign-ins and links of all workspaces that are too old. */
export async function deleteOldSignIns(sql: Sql): Promise<void> {
  await sql`
    delete from sign_ins
    where workspace_id in (select id from workspaces) and last_used_at < now() - ${VALID_FOR}::interval`
  await sql`
    delete from sign_in_links
    where workspace_id in (select id from workspaces) and created_at < now() - ${LINK_VALID_FOR}::interval`
}

/** Returns the admin with the email, or without one the first admin. */
export const findAdminToSignIn = (sql: Sql, workspace_id: string, email: string | undefined) =>
  one(sql<{ id: string; name: string; email: string }[]>`
    select id, name, email from admins
    where workspace_id = ${workspace_id} and not is_bot
      and (${email ?? null}::text is null or lower(email) = lower(${email ?? null}))
    order by id limit 1`)
