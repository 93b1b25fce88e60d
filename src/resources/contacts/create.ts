// Creates contacts: those that a caller describes, and leads for the addresses of people who write or are written to.
import { randomUUID } from 'node:crypto'
import { missing } from '#http/errors.ts'
import { objectId } from '#lib/ids.ts'
import { e164 } from '#lib/phone.ts'
import { type GivenReferences, setReferences } from '#resources/custom-object-instances/references/set.ts'
import { mergeAttributes } from '#resources/data-attributes/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { AddressKind } from './address-queries.ts'
import { emitContact } from './emit.ts'
import { assertUnique } from './identity.ts'
import { readProfile } from './profile.ts'
import {
  type ContactRow,
  findContactsBy,
  insertContact,
  lockIdentity,
  type NewContact,
  type WholeContactRow,
} from './queries.ts'
import type { ContactRequest } from './schema.ts'

/** How a request knows what it says of a contact. */
export type Origin = {
  /** The contact is identified by its external id, and may have the email of another user. */
  shares_email?: boolean
  /** The addresses that only a page of the messenger says. Default: none, the workspace gives them. */
  unsigned?: readonly AddressKind[]
  former?: Former
}

/** The visitor that becomes the contact: what the contact has of it, and what the list of activities says. */
export type Former = Pick<ContactRow, 'id' | 'created_at' | 'messenger' | 'custom_attributes'> & {
  activity: 'contact.created' | 'contact.role_updated'
}

/** Never updates: an existing contact is a 409. */
export async function createContact(
  workspace: Workspace,
  request: ContactRequest,
  { shares_email = false, unsigned = [], former }: Origin = {},
): Promise<WholeContactRow> {
  const { external_id, custom_attributes, references, ...profile } = await readProfile(workspace, request)
  if (!profile.email && !external_id && !request.role) throw missing('One of email, external_id and role is required')
  const trust = Object.fromEntries(unsigned.map((kind) => [`${kind}_trusted`, false]))
  const contact = { ...profile, ...trust, custom_attributes: mergeAttributes({}, custom_attributes), references }
  if (request.role === 'lead') return addLead(workspace, contact, undefined, former)
  const email = shares_email ? null : (profile.email ?? null)
  await assertUnique(workspace, { email, external_id: external_id ?? null })
  return add(workspace, { ...contact, role: 'user', external_id: external_id ?? null }, former)
}

type NewLead = {
  name?: string | null
  email?: string | null
  phone?: string | null
  formatted_phone?: string | null
  external_id?: string
  former?: Former
}

/**
 * `phone` in any spelling; `formatted_phone` is its E.164 form if a provider vouches for it. Leads may share all values: the caller looks for an existing contact first. `external_id`: the
 * one that a visitor of the messenger has already.
 */
export const createLead = (
  workspace: Workspace,
  { name = null, email = null, phone = null, formatted_phone, external_id = randomUUID(), former }: NewLead,
): Promise<WholeContactRow> => {
  const { custom_attributes = {} } = former ?? {}
  const lead = { name, email, phone, formatted_phone: formatted_phone ?? (phone && e164(phone)), custom_attributes }
  return addLead(workspace, lead, external_id, former)
}

/**
 * Returns the contact of a phone number (E.164) in any of its spellings; if there is none, a new lead with this one. Two
 * requests at once get the same lead. The number is not checked: a provider may know more numbers than we do.
 */
export async function contactByPhone(workspace: Workspace, number: string, name: string | null): Promise<ContactRow> {
  await lockIdentity(workspace, { phone: number })
  const [known] = await findContactsBy(workspace, 'formatted_phone', number)
  return known ?? addLead(workspace, { name, email: null, phone: number, formatted_phone: number })
}

/** The same by email address. Of several contacts: users first, then the one who was active last. */
export async function contactByEmail(workspace: Workspace, email: string, name: string | null): Promise<ContactRow> {
  await lockIdentity(workspace, { email })
  const [known] = await findContactsBy(workspace, 'email', email)
  return known ?? createLead(workspace, { email, name })
}

/** The custom objects that the contact refers to. */
type Referring = { references?: readonly GivenReferences[] }

/** A lead gets a random external id. */
const addLead = (
  workspace: Workspace,
  lead: Omit<NewContact, 'id' | 'role' | 'external_id'> & Referring,
  external_id: string = randomUUID(),
  former?: Former,
) => add(workspace, { ...lead, role: 'lead', external_id }, former)

async function add(
  workspace: Workspace,
  { references = [], ...contact }: Omit<NewContact, 'id'> & Referring,
  { activity, custom_attributes: _, ...former }: Partial<Former> = {},
): Promise<WholeContactRow> {
  const row = { id: objectId(workspace.now()), ...contact, ...former }
  if (references.length) await setReferences(workspace, 'contact', row.id, references)
  const created = await insertContact(workspace, row, activity)
  await emitContact(workspace, `contact.${created.role}.created`, created.id)
  return created
}
