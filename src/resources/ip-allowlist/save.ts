// Changes the IP allowlist of a workspace, unless that would lock the caller out.
import { plainAddress } from '#http/auth.ts'
import { unprocessable } from '#http/errors.ts'
import { isRange, isWithin, rangesOf } from '#net/addresses.ts'
import { logActivity } from '#resources/activity-logs/log.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type AllowlistRow, writeAllowlist } from './queries.ts'
import type { IpAllowlistRequest } from './schema.ts'

/** @throws a 422 for what is no address, and if the caller's address would not be on the list. */
export async function saveAllowlist(
  workspace: Workspace,
  { enabled, ip_allowlist }: IpAllowlistRequest,
): Promise<AllowlistRow> {
  const ranges = ip_allowlist && [...new Set(ip_allowlist.map((range) => range.trim()))]
  const wrong = ranges?.find((range) => !isRange(range))
  if (wrong !== undefined) throw refused(`ip_allowlist has ${wrong}, which is no IP address and no range of them`)
  const saved = await writeAllowlist(workspace, { enabled, ranges })
  const ip = workspace.caller_ip ?? ''
  if (saved.enabled && !isWithin(ip, rangesOf(saved.ranges)))
    throw refused(`Your IP (${plainAddress(ip)}) is not on the allowlist. Saving would lock you out of this workspace.`)
  await logActivity(workspace, {
    type: 'security_settings_change',
    did: 'changed the IP allowlist',
    metadata: { enabled: saved.enabled, ip_allowlist: saved.ranges },
  })
  return saved
}

const refused = (message: string) => unprocessable('parameter_invalid', message)
