// Creates, changes and deletes sender addresses.
import { domainOf } from '#channels/email/addresses.ts'
import { conflict, found, invalid } from '#http/errors.ts'
import { theBrand } from '#resources/brands/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  countEmailsLocked,
  deleteEmail,
  type EmailSettingRow,
  insertEmail,
  isTaken,
  type NewEmailSetting,
  theEmail,
  unsetDefault,
  updateEmail,
} from './queries.ts'
import type { EmailRequest, NewEmailRequest } from './schema.ts'

const MAX_EMAILS = 500

export async function createEmail(workspace: Workspace, request: NewEmailRequest): Promise<EmailSettingRow> {
  if ((await countEmailsLocked(workspace)) >= MAX_EMAILS)
    throw conflict(`There are ${MAX_EMAILS} sender addresses already: delete one first`)
  const defaults = { brand_id: null, is_default: false, forwarding_enabled: false, id: null }
  return insertEmail(workspace, await changed(workspace, { ...defaults, email: request.email, domain: '' }, request))
}

/** What the request leaves out stays. */
export async function changeEmail(workspace: Workspace, id: string, request: EmailRequest): Promise<EmailSettingRow> {
  await countEmailsLocked(workspace)
  const before = await theEmail(workspace, id)
  return updateEmail(workspace, before.id, await changed(workspace, before, request))
}

export const removeEmail = async (workspace: Workspace, id: string) =>
  found(await deleteEmail(workspace, id), 'Email setting not found')

async function changed(
  workspace: Workspace,
  before: NewEmailSetting & { id: string | null },
  request: EmailRequest,
): Promise<NewEmailSetting> {
  const email = request.email ?? before.email
  const domain = domainOf(email)
  if (!domain) throw invalid('email must be an address such as support@example.com')
  if (await isTaken(workspace, email, before.id)) throw conflict(`There is a sender address ${email} already`)
  const brand_id = request.brand_id === undefined ? before.brand_id : await brandOf(workspace, request.brand_id)
  const is_default = request.default ?? (before.is_default && brand_id === before.brand_id)
  if (is_default) await unsetDefault(workspace, brand_id)
  const forwarding_enabled = request.forwarding_enabled ?? before.forwarding_enabled
  return { email, domain, brand_id, is_default, forwarding_enabled }
}

async function brandOf(workspace: Workspace, brand_id: string): Promise<string | null> {
  const { id, is_default } = await theBrand(workspace, brand_id)
  return is_default ? null : id
}
