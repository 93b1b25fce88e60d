// The email and the phone of a session. What the workspace signed is stored. What only the page says can be anybody's: it
// is not stored if another contact has it.
import { e164 } from '#lib/phone.ts'
import { type AddressKind, findHolder } from '#resources/contacts/address-queries.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { SessionRequest } from './schema.ts'
import { type Identity, textOrNothing } from './verify-identity.ts'

type Address = { value: string; is_signed: boolean }

export type Addresses = Partial<Record<AddressKind, Address>>

export function addressesOf({ email, is_email_signed, claims }: Identity, request: SessionRequest): Addresses {
  const signed = typeof claims['phone'] === 'string' ? textOrNothing(claims['phone']) : undefined
  const phone = signed ?? textOrNothing(request.phone)
  return {
    ...(email !== undefined && { email: { value: email, is_signed: is_email_signed } }),
    ...(phone !== undefined && { phone: { value: phone, is_signed: signed !== undefined } }),
  }
}

/** Returns the address as contacts are found by it, or null if they are not. */
const comparable = (kind: AddressKind, value: string): string | null => (kind === 'email' ? value : e164(value))

/** Returns the values to lock before `storableAddresses`. */
export const addressLocks = ({ email, phone }: Addresses) => ({
  email: email?.value ?? null,
  phone: phone ? comparable('phone', phone.value) : null,
})

export type StorableAddresses = { values: Partial<Record<AddressKind, string>>; unsigned: AddressKind[] }

/** Returns the addresses to store with the contact, and which of them are unsigned. `known`: the contact, if it exists. */
export async function storableAddresses(
  workspace: Workspace,
  { user_id, secret_id }: Identity,
  known: ContactRow | undefined,
  addresses: Addresses,
): Promise<StorableAddresses> {
  const stored: StorableAddresses = { values: {}, unsigned: [] }
  for (const [kind, { value, is_signed }] of Object.entries(addresses) as [AddressKind, Address][]) {
    // Without a user_id, the email is all that the contact is known by.
    const is_identity = kind === 'email' && user_id === undefined
    if (!is_signed && !is_identity && !(await maySay(workspace, known, kind, value, secret_id !== null))) continue
    stored.values[kind] = value
    if (!is_signed) stored.unsigned.push(kind)
  }
  return stored
}

/** With identity verification, what a page says does not replace what the workspace has given or signed. */
async function maySay(
  workspace: Workspace,
  known: ContactRow | undefined,
  kind: AddressKind,
  value: string,
  is_verified: boolean,
): Promise<boolean> {
  if (known && isSame(known, kind, value)) return true
  if (is_verified && known?.[kind] && known[`${kind}_trusted`]) return false
  const address = comparable(kind, value)
  return address === null || !(await findHolder(workspace, kind, address, known?.id ?? null))
}

const isSame = (known: ContactRow, kind: AddressKind, value: string): boolean =>
  kind === 'email'
    ? known.email?.toLowerCase() === value.toLowerCase()
    : known.formatted_phone !== null && known.formatted_phone === e164(value)
