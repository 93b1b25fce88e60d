// Whose a reply domain is. The first workspace that claims one has it; a claim that is proven by DNS beats one that is
// not, and the operator decides over both.
import { findAccount } from '#channel-accounts/rows.ts'
import { canonicalDomain } from '#channels/email/addresses.ts'
import type { Pool, Sql } from '#db/sql.ts'
import { conflict } from '#http/errors.ts'
import {
  type Basis,
  deleteReplyDomain,
  findConflicting,
  findReplyDomain,
  lockReplyDomains,
  markUnused,
  type ReplyDomain,
  setReplyDomain,
  takeFromOthers,
} from './reply-domain-queries.ts'

/** Returns the domains that a domain is a sub-domain of: `['example.com']` for `in.example.com`. */
export function domainsAbove(domain: string): string[] {
  const labels = domain.split('.')
  return labels.slice(1, -1).map((_, index) => labels.slice(index + 1).join('.'))
}

/**
 * Claims a domain for a workspace. The caller has locked the reply domains.
 * @throws a 409 if another workspace has this domain, or one above or below it: the DNS of both is in the same hands.
 */
export async function claimReplyDomain(sql: Sql, workspace_id: string, domain: string): Promise<void> {
  const own = await findReplyDomain(sql, domain)
  if (own?.workspace_id !== workspace_id) {
    const other = await findConflicting(sql, workspace_id, { domain, above: domainsAbove(domain) })
    if (other) throw conflict(refusal(domain, other))
  }
  await setReplyDomain(sql, workspace_id, domain, 'claim')
}

function refusal(domain: string, other: ReplyDomain): string {
  const what = other.domain === domain ? domain : `${domain} is above or below a domain that`
  return `settings.reply_domain: ${what} belongs to another workspace. If it is yours, leave it out, and prove it with POST /extensions/channels/{id}/verify`
}

/**
 * Gives a domain that the workspace has proven to it. The caller has locked the reply domains.
 * @throws a 409 if the operator gave it to another workspace, or another one proves it too (`isStillProven`).
 */
export async function giveProvenDomain(
  sql: Sql,
  workspace_id: string,
  domain: string,
  isStillProven: (workspace_id: string) => boolean,
): Promise<void> {
  const holder = await findReplyDomain(sql, domain)
  const other = holder?.workspace_id === workspace_id ? undefined : holder
  if (other?.basis === 'operator' || other?.basis === 'environment')
    throw conflict(`reply_domain: the operator of this server gave ${domain} to another workspace`)
  if (other?.basis === 'dns' && isStillProven(other.workspace_id))
    throw conflict(`reply_domain: another workspace proved ${domain} before. Remove its TXT record first`)
  await give(sql, workspace_id, domain, 'dns')
}

async function give(sql: Sql, workspace_id: string, domain: string, basis: Exclude<Basis, 'claim'>) {
  const losers = await takeFromOthers(sql, workspace_id, domain, basis)
  await setReplyDomain(sql, workspace_id, domain, basis)
  return losers.map((loser) => loser.workspace_id)
}

/**
 * Gives a domain to the first workspace because the environment says so. Returns the workspaces that had it.
 * @throws Error with one sentence if the operator, or a DNS record, gave it to another workspace.
 */
export async function giveEnvironmentsDomain(sql: Sql, workspace_id: string, domain: string): Promise<string[]> {
  const holder = await findReplyDomain(sql, domain)
  if (holder && holder.workspace_id !== workspace_id && holder.basis !== 'claim')
    throw new Error(
      `EMAIL_REPLY_DOMAIN is ${domain}, which workspace ${holder.workspace_id} ${holder.basis === 'dns' ? 'proved to be its own' : 'was assigned'}: set another domain, or run \`interphone domain assign ${domain} ${workspace_id}\`.`,
    )
  return give(sql, workspace_id, domain, 'environment')
}

/**
 * Gives a domain to a workspace because the operator says so. It stays there until it is released. Returns the
 * workspaces that had it.
 * @throws Error with one sentence if it is not a domain, or the environment has it.
 */
export const assignReplyDomain = (pool: Pool, workspace_id: string, text: string): Promise<string[]> =>
  pool.begin(async (sql) => {
    const domain = domainIn(text)
    await lockReplyDomains(sql)
    const holder = await findReplyDomain(sql, domain)
    if (holder?.basis === 'environment' && holder.workspace_id !== workspace_id)
      throw new Error(`${domain} is EMAIL_REPLY_DOMAIN of the running server: unset it, and start the server, first.`)
    const losers = await give(sql, workspace_id, domain, 'operator')
    await markUnused(sql, workspace_id)
    return losers
  })

/**
 * Ends the reservation of a domain, so that every workspace can claim it.
 * @throws Error with one sentence if nobody has it, or an account still uses it.
 */
export const releaseReplyDomain = (pool: Pool, text: string): Promise<void> =>
  pool.begin(async (sql) => {
    const domain = domainIn(text)
    await lockReplyDomains(sql)
    const holder = await findReplyDomain(sql, domain)
    const account = holder && (await findAccount(sql, holder.workspace_id, 'email'))
    if (account?.key === domain)
      throw new Error(`The email account of workspace ${account.workspace_id} uses ${domain}: change it first.`)
    if (!(await deleteReplyDomain(sql, domain))) throw new Error(`No workspace has ${domain}.`)
  }) as Promise<void>

function domainIn(text: string): string {
  const domain = canonicalDomain(text)
  if (!domain) throw new Error(`"${text}" is not a domain such as in.example.com.`)
  return domain
}
