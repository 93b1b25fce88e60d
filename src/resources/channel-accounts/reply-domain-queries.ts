// The SQL of reply domains. They belong to the server: a domain has one workspace.
import type { AccountRow } from '#channel-accounts/rows.ts'
import { type Fragment, one, type Sql } from '#db/sql.ts'

/** On what ground a workspace has a domain: it claimed it first, proved it by DNS, or the operator decided. */
export type Basis = 'claim' | 'dns' | 'environment' | 'operator'

export type ReplyDomain = {
  domain: string
  workspace_id: string
  basis: Basis
  claimed_at: Date
  /** Since when no account of the workspace has it; null while one does. */
  unused_since: Date | null
}

/** How long a domain stays reserved for its workspace after the last use. The server's clock counts. */
export const RESERVED_DAYS = 30
/** A workspace that uses one domain after another keeps this many reserved. */
const MAX_RESERVED = 20

/** Locks all reply domains until the transaction ends. Take this lock before that of a channel account. */
export const lockReplyDomains = (sql: Sql) => sql`select pg_advisory_xact_lock(hashtext('reply domains'))`

/** Whether a domain still belongs to its workspace. What the operator assigned does not expire. */
const isHeld = (sql: Sql): Fragment => sql`(
  unused_since is null or basis = 'operator' or unused_since > now() - make_interval(days => ${RESERVED_DAYS}))`

export const listReplyDomains = (sql: Sql) => sql<ReplyDomain[]>`
  select * from reply_domains where ${isHeld(sql)} order by domain`

export const findReplyDomain = (sql: Sql, domain: string) =>
  one(sql<ReplyDomain[]>`select * from reply_domains where domain = ${domain} and ${isHeld(sql)}`)

/**
 * Returns what another workspace has of this domain: the domain itself, else one above or below it.
 * `above`: the domains that it is a sub-domain of.
 */
export const findConflicting = (
  sql: Sql,
  workspace_id: string,
  { domain, above }: { domain: string; above: readonly string[] },
) =>
  one(sql<ReplyDomain[]>`
    select * from reply_domains
    where workspace_id <> ${workspace_id} and ${isHeld(sql)}
      and (domain = ${domain} or domain = any(${above as string[]}::text[]) or right(domain, ${domain.length + 1}) = ${`.${domain}`})
    order by domain <> ${domain}, domain limit 1`)

/** Gives the domain to the workspace, whoever has it. Keeps a stronger basis that the workspace already has. */
export const setReplyDomain = (sql: Sql, workspace_id: string, domain: string, basis: Basis) => sql`
  insert into reply_domains (domain, workspace_id, basis, claimed_at)
  values (${domain}, ${workspace_id}, ${basis}, now())
  on conflict (domain) do update set workspace_id = excluded.workspace_id, unused_since = null,
    basis = case when reply_domains.workspace_id <> excluded.workspace_id then excluded.basis
      when array_position(${STRENGTH as unknown as string[]}::text[], reply_domains.basis)
        > array_position(${STRENGTH as unknown as string[]}::text[], excluded.basis) then reply_domains.basis
      else excluded.basis end,
    claimed_at = case when reply_domains.workspace_id = excluded.workspace_id then reply_domains.claimed_at
      else excluded.claimed_at end`

/** From the weakest to the strongest. */
const STRENGTH = ['claim', 'dns', 'environment', 'operator'] satisfies Basis[]

/** Takes the domain from the accounts of all other workspaces, and records the loss there. Returns these workspaces. */
export const takeFromOthers = (
  sql: Sql,
  workspace_id: string,
  domain: string,
  to: NonNullable<AccountRow['lost_to']>,
) =>
  sql<{ workspace_id: string }[]>`
    update channel_accounts set settings = settings - 'reply_domain', key = null, lost_domain = ${domain},
      lost_to = ${to}, updated_at = now()
    where workspace_id <> ${workspace_id} and channel = 'email' and key = ${domain}
    returning workspace_id`

/** Notes which domains of the workspace no account has any more. From then on they are only reserved. */
export async function markUnused(sql: Sql, workspace_id: string): Promise<void> {
  await sql`
    update reply_domains set unused_since = now(), basis = case basis when 'environment' then 'claim' else basis end
    where workspace_id = ${workspace_id} and unused_since is null and not exists (
      select from channel_accounts accounts
      where accounts.workspace_id = ${workspace_id} and channel = 'email' and key = domain)`
  await sql`
    delete from reply_domains where workspace_id = ${workspace_id} and basis = 'claim' and domain in (
      select domain from reply_domains
      where workspace_id = ${workspace_id} and basis = 'claim' and unused_since is not null
      order by unused_since desc, domain offset ${MAX_RESERVED})`
}

/** Returns false if no workspace has the domain. */
export const deleteReplyDomain = async (sql: Sql, domain: string): Promise<boolean> =>
  (await sql`delete from reply_domains where domain = ${domain} and ${isHeld(sql)}`).count > 0
