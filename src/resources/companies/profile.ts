// Checks the values that a request gives a company, and returns them as they are stored.
import { badRequest } from '#http/errors.ts'
import { fromEpoch } from '#http/types.ts'
import { defined } from '#lib/objects.ts'
import { type Attributes, readAttributes } from '#resources/data-attributes/values.ts'
import { shown } from '#search/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type CompanyChanges, planNamed } from './queries.ts'
import { CompanyRequest } from './schema.ts'

/** Only what the request names. In the attributes, null clears a value. */
export type Profile = Omit<CompanyChanges, 'custom_attributes'> & { custom_attributes: Attributes }

/** `id` is not read: older clients send it with the company that they save. */
const KNOWN_KEYS = new Set([...Object.keys(CompanyRequest.properties), 'id'])

/** @throws the 400 that Intercom documents, for a key that is no value of a company. */
export function assertKnownKeys(request: object): void {
  const unknown = Object.keys(request).find((key) => !KNOWN_KEYS.has(key))
  if (unknown !== undefined) throw badRequest('bad_request', `bad '${shown(unknown)}' parameter`)
}

/** A company always has a name and a remote_created_at: null leaves them as they are. */
export async function readProfile(workspace: Workspace, request: CompanyRequest): Promise<Profile> {
  const { monthly_spend, remote_created_at, custom_attributes } = request
  const attributes = await readAttributes(workspace, 'company', custom_attributes ?? {})
  const plan = readText(request.plan)
  return {
    ...defined({
      name: readText(request.name) ?? undefined,
      plan_id: plan ? await planNamed(workspace, plan) : plan,
      size: request.size,
      website: readText(request.website),
      industry: readText(request.industry),
      monthly_spend: monthly_spend === undefined ? undefined : Math.trunc(monthly_spend ?? 0),
      remote_created_at: typeof remote_created_at === 'number' ? fromEpoch(remote_created_at) : undefined,
      last_request_at: request.update_last_request_at ? workspace.now() : undefined,
    }),
    custom_attributes: attributes,
  }
}

type Given<T> = T | null | undefined

/** Null and a blank text clear the value; undefined: the request does not have it. */
export const readText = (given: Given<string>): Given<string> =>
  given === undefined ? undefined : given?.trim() || null
