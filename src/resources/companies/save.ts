// Creates companies and changes them. POST finds a company by the workspace's own company_id, else by its name.
import { isDeepStrictEqual } from 'node:util'
import { found, missing } from '#http/errors.ts'
import { objectId } from '#lib/ids.ts'
import { mergeAttributes } from '#resources/data-attributes/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type CompanyContacts, finishArchiving } from './archive.ts'
import { emitCompany } from './emit.ts'
import { assertKnownKeys, type Profile, readProfile, readText } from './profile.ts'
import {
  type CompanyChanges,
  type CompanyRow,
  findCompanyByName,
  insertCompany,
  lockCompany,
  lockCompanyName,
  NO_COMPANY,
  updateCompanyRow,
  type WholeCompanyRow,
} from './queries.ts'
import type { CompanyRequest } from './schema.ts'

/**
 * Requests for one `company_id` at once create one company. An archived one comes back with the same id and its
 * attributes, but without contacts. @throws a 400 if neither `company_id` nor `name` is given.
 */
export async function saveCompany(
  workspace: Workspace,
  request: CompanyRequest,
  contacts: CompanyContacts,
): Promise<WholeCompanyRow> {
  assertKnownKeys(request)
  const name = readText(request.name)
  const given_id = readText(request.company_id) ? request.company_id! : undefined
  if (!given_id && !name) throw missing('company_id or name is required')
  const profile = await readProfile(workspace, request)
  const id = objectId(workspace.now())
  const company_id = given_id ?? (await companyIdNamed(workspace, name!)) ?? id
  const custom_attributes = mergeAttributes({}, profile.custom_attributes)
  const created = await insertCompany(workspace, { name: company_id, ...profile, custom_attributes, id, company_id })
  if (created) {
    await emitCompany(workspace, 'company.created', created)
    return created
  }
  const company = (await lockCompany(workspace, 'company_id', company_id))!
  return company.is_live ? change(workspace, company, profile) : restore(workspace, company, profile, contacts)
}

/** A company that has only a name gets its own id as its `company_id`. */
async function companyIdNamed(workspace: Workspace, name: string): Promise<string | undefined> {
  await lockCompanyName(workspace, name)
  return (await findCompanyByName(workspace, name))?.company_id
}

/** The `company_id` cannot change: the request's is ignored. */
export async function updateCompany(workspace: Workspace, id: string, request: CompanyRequest) {
  const company = await lockCompany(workspace, 'id', id)
  const before = found(company?.is_live ? company : undefined, ...NO_COMPANY)
  assertKnownKeys(request)
  return change(workspace, before, await readProfile(workspace, request))
}

/** A request that changes nothing leaves `updated_at` as it is and writes no event. */
async function change(workspace: Workspace, before: WholeCompanyRow, profile: Profile): Promise<WholeCompanyRow> {
  const changes = changesOf(before, profile)
  if (!Object.keys(changes).length) return before
  const after = await updateCompanyRow(workspace, before.id, changes)
  await emitCompany(workspace, 'company.updated', after)
  return after
}

async function restore(workspace: Workspace, before: WholeCompanyRow, profile: Profile, contacts: CompanyContacts) {
  if (before.is_archiving) await finishArchiving(workspace, before.id, contacts)
  const after = await updateCompanyRow(workspace, before.id, { ...changesOf(before, profile), archived_at: null })
  await emitCompany(workspace, 'company.created', after)
  return after
}

function changesOf(before: CompanyRow, profile: Profile): CompanyChanges {
  const custom_attributes = mergeAttributes(before.custom_attributes, profile.custom_attributes)
  return Object.fromEntries(
    Object.entries({ ...profile, custom_attributes }).filter(
      ([key, value]) => !isDeepStrictEqual(before[key as keyof CompanyRow], value),
    ),
  )
}
