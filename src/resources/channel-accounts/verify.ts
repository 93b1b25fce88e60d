// Proves by a DNS record that a reply domain is the workspace's own.
import type { Static } from 'typebox'
import { canonicalDomain } from '#channels/email/addresses.ts'
import type { AccountOptions } from '#channels/provider.ts'
import { found, invalid, missing } from '#http/errors.ts'
import { sign } from '#lib/sign.ts'
import type { LookUpTxt } from '#net/txt-records.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { findChannel } from './queries.ts'
import { giveProvenDomain } from './reply-domains.ts'
import { changeChannel, lockForChange } from './save.ts'
import type { Verification } from './schema.ts'

/** Returns the TXT record that proves a domain for this workspace, and for no other. */
export const expectedRecord = (secret: string, workspace_id: string, domain: string) => ({
  type: 'TXT' as const,
  name: `_interphone.${domain}`,
  value: `interphone-verification=${sign(secret, `reply domain ${domain}`, workspace_id)}`,
})

type Options = AccountOptions & { look_up_txt: LookUpTxt }

/**
 * Looks the record up, and if it is there, gives the domain to the workspace. `text`: the domain to prove; default: that
 * of the account.
 * @throws a 409 if the domain cannot be had even so: see `giveProvenDomain`.
 */
export async function verifyReplyDomain(
  workspace: Workspace,
  options: Options,
  id: string,
  text: string | undefined,
): Promise<Static<typeof Verification>> {
  const account = found(await findChannel(workspace, id), 'Channel not found')
  if (account.channel !== 'email') throw invalid('Only an email account has a reply domain')
  const domain = text === undefined ? account.key : canonicalDomain(text)
  if (domain === '') throw invalid('reply_domain must be a domain such as in.example.com')
  if (!domain) throw missing('reply_domain is required: the account has none')
  const record = expectedRecord(options.secret, workspace.id, domain)
  const verification = { type: 'channel_verification' as const, id: account.id, reply_domain: domain, record }
  const looked_up = await options.look_up_txt(record.name).catch(() => undefined)
  if (!looked_up) return { ...verification, status: 'pending', reason: 'The DNS cannot be asked now, try again' }
  const values = new Set(looked_up.map((value) => value.trim().toLowerCase()))
  if (!values.has(record.value))
    return { ...verification, status: 'pending', reason: `There is no TXT record ${record.name} with this value` }
  await atomically(workspace, async (workspace) => {
    const known = await lockForChange(workspace, account.id)
    await giveProvenDomain(workspace.sql, workspace.id, domain, (other) =>
      values.has(expectedRecord(options.secret, other, domain).value),
    )
    if (known.key !== domain) await changeChannel(workspace, options, known.id, { settings: { reply_domain: domain } })
  })
  return { ...verification, status: 'proven' }
}
