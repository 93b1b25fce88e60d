// The commands interphone domain list, assign and release.
import type { Pool } from '#db/sql.ts'
import { print, table } from '#lib/terminal.ts'
import { listReplyDomains } from '#resources/channel-accounts/reply-domain-queries.ts'
import { assignReplyDomain, releaseReplyDomain } from '#resources/channel-accounts/reply-domains.ts'
import { findWorkspace } from '#workspaces/queries.ts'

const BASIS = { claim: 'claimed', dns: 'proven', environment: 'environment', operator: 'assigned' }

export async function showDomains(sql: Pool) {
  const rows = (await listReplyDomains(sql)).map(({ domain, workspace_id, basis, unused_since }) => [
    domain,
    workspace_id,
    BASIS[basis],
    unused_since ? `unused since ${unused_since.toISOString()}` : '',
  ])
  print(...table([['DOMAIN', 'WORKSPACE', 'BASIS', ''], ...rows]))
}

export async function assignDomain(sql: Pool, domain: string, workspace_id: string) {
  if (!(await findWorkspace(sql, workspace_id))) throw new Error(`There is no workspace ${workspace_id}.`)
  const losers = await assignReplyDomain(sql, workspace_id, domain)
  print(`${domain} belongs to workspace ${workspace_id}.`)
  for (const loser of losers) print(`The email account of workspace ${loser} has it no longer.`)
}

export async function releaseDomain(sql: Pool, domain: string) {
  await releaseReplyDomain(sql, domain)
  print(`Every workspace can claim ${domain}.`)
}
