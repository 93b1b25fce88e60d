// Creates, changes and deletes help centers.
import { ApiError, found, invalid, unprocessable } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  deleteHelpCenter,
  type HelpCenterRow,
  type HelpCenterSettings,
  insertHelpCenter,
  lockHelpCenters,
  takeNames,
  unsetDefault,
  updateHelpCenter,
} from './queries.ts'
import type { HelpCenterRequest, NewHelpCenterRequest } from './schema.ts'

export const MAX_HELP_CENTERS = 100

export async function createHelpCenter(
  workspace: Workspace,
  { default: is_default = false, ...request }: NewHelpCenterRequest,
): Promise<HelpCenterRow> {
  const existing = await lockHelpCenters(workspace)
  if (existing.length >= MAX_HELP_CENTERS)
    throw unprocessable('data_invalid', `A workspace cannot have more than ${MAX_HELP_CENTERS} help centers`)
  const locales = request.locales ?? ['en']
  if (is_default) await unsetDefault(workspace)
  const settings = { website_turned_on: true, custom_domain: null, ...request, locales, is_default }
  const created = await insertHelpCenter(workspace, { ...settings, default_locale: locales[0] as string })
  await claimNames(workspace, created)
  return created
}

export async function changeHelpCenter(
  workspace: Workspace,
  id: string,
  { default: is_default, ...request }: HelpCenterRequest,
): Promise<HelpCenterRow> {
  const { id: _, created_at, updated_at, ...before } = theOne(await lockHelpCenters(workspace), id)
  const settings: HelpCenterSettings = { ...before, ...request, is_default: is_default ?? before.is_default }
  if (settings.locales[0] !== before.default_locale)
    throw invalid(`locales must begin with ${before.default_locale}, the default locale`)
  if (before.is_default && !settings.is_default) throw invalid('default must be set on another help center instead')
  if (settings.is_default && !before.is_default) await unsetDefault(workspace)
  const changed = await updateHelpCenter(workspace, id, settings)
  await claimNames(workspace, changed)
  return changed
}

/** Its collections and redirects are deleted too; articles stay, without these collections. */
export async function removeHelpCenter(workspace: Workspace, id: string): Promise<void> {
  const { is_default } = theOne(await lockHelpCenters(workspace), id)
  if (is_default) throw unprocessable('data_invalid', 'The default help center cannot be deleted')
  await deleteHelpCenter(workspace, id)
}

const theOne = (rows: readonly HelpCenterRow[], id: string): HelpCenterRow => found(rows.find((row) => row.id === id))

async function claimNames(workspace: Workspace, { id, identifier, custom_domain }: HelpCenterRow): Promise<void> {
  const [taken] = await takeNames(workspace, id, custom_domain ? [identifier, custom_domain] : [identifier])
  if (taken) throw new ApiError(409, 'resource_conflict', `Another help center has the name ${taken}`)
}
