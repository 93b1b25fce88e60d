// Changes what a request names of a contact, and writes the events that follow.
import { isDeepStrictEqual } from 'node:util'
import { found, invalid } from '#http/errors.ts'
import { setReferences } from '#resources/custom-object-instances/references/set.ts'
import { mergeAttributes } from '#resources/data-attributes/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertActivity, ofContact } from './activities-queries.ts'
import type { AddressKind } from './address-queries.ts'
import type { Origin } from './create.ts'
import { emitContact } from './emit.ts'
import { assertUnique } from './identity.ts'
import { type Profile, readProfile } from './profile.ts'
import { type ContactChanges, type ContactRow, lockContact, updateContactRow, type WholeContactRow } from './queries.ts'
import type { ContactRequest } from './schema.ts'
import type { ContactTopic } from './topics.ts'

/** A request that changes nothing leaves `updated_at` as it is and writes no event. */
export async function updateContact(
  workspace: Workspace,
  id: string,
  request: ContactRequest,
  { shares_email = false, unsigned = [] }: Origin = {},
): Promise<WholeContactRow> {
  const contact = await lockContact(workspace, id)
  const before = found(contact?.is_live ? contact : undefined, 'User Not Found')
  if (before.role === 'user' && request.role === 'lead') throw invalid("A user role can't be converted to a lead")

  const role = request.role ?? before.role
  const profile = await readProfile(workspace, request)
  const changes = changesOf(before, { ...asStored(before, role, profile), ...trustIn(before, profile, unsigned), role })
  const refers_to_others = await setReferences(workspace, 'contact', id, profile.references)
  if (!Object.keys(changes).length && !refers_to_others) return before
  const { email: _, email_trusted: __, ...others } = changes
  if (role === 'user') await assertUniqueAfter(workspace, before, shares_email ? others : changes)
  const after = await updateContactRow(workspace, id, changes)
  if (after.role !== before.role)
    await insertActivity(workspace, { event_type: 'contact.role_updated', ...ofContact(after) })
  for (const topic of topicsOf(before, after)) await emitContact(workspace, topic, id)
  return after
}

/** The columns that the request leads to. */
function asStored(
  before: ContactRow,
  role: ContactRow['role'],
  { external_id, references: _, ...profile }: Profile,
): ContactChanges {
  const { email, email_verified = false } = profile
  const isOtherEmail = email !== undefined && email?.toLowerCase() !== before.email?.toLowerCase()
  return {
    ...profile,
    // A lead's external id is not the caller's to choose.
    ...(role === 'user' && external_id !== undefined && { external_id }),
    // A bounce of the old address says nothing about the new one.
    ...(isOtherEmail && { email_verified, has_hard_bounced: false }),
    custom_attributes: mergeAttributes(before.custom_attributes, profile.custom_attributes),
  }
}

/** An address that only a page says stays trusted if it is the one that the contact has. */
function trustIn(before: ContactRow, { email, phone, formatted_phone }: Profile, unsigned: readonly AddressKind[]) {
  const is_same_email = !!email && email.toLowerCase() === before.email?.toLowerCase()
  const is_same_phone = !!formatted_phone && formatted_phone === before.formatted_phone
  return {
    ...(email !== undefined && {
      email_trusted: !unsigned.includes('email') || (is_same_email && before.email_trusted),
    }),
    ...(phone !== undefined && {
      phone_trusted: !unsigned.includes('phone') || (is_same_phone && before.phone_trusted),
    }),
  }
}

const changesOf = (before: ContactRow, requested: ContactChanges): ContactChanges =>
  Object.fromEntries(
    Object.entries(requested).filter(([key, value]) => !isDeepStrictEqual(before[key as keyof ContactRow], value)),
  )

/**
 * Only new values can belong to another contact; if a lead becomes a user, all values are new. So is an email that was
 * only said, and is given now.
 */
async function assertUniqueAfter(workspace: Workspace, before: ContactRow, changes: ContactChanges) {
  const given = changes.email_trusted ? { email: before.email, ...changes } : changes
  const { email, external_id } = changes.role ? { ...before, ...changes } : given
  await assertUnique(workspace, { email: email ?? null, external_id: external_id ?? null }, before.id)
}

function topicsOf(before: ContactRow, after: ContactRow): ContactTopic[] {
  const topics: ContactTopic[] = []
  if (before.role !== after.role) topics.push('contact.lead.signed_up')
  if (before.email !== after.email) {
    topics.push(before.role === 'lead' && !before.email ? 'contact.lead.added_email' : 'contact.email.updated')
  }
  if (before.unsubscribed_from_emails !== after.unsubscribed_from_emails) {
    topics.push(after.unsubscribed_from_emails ? 'contact.unsubscribed' : 'contact.subscribed')
  }
  return [...topics, `contact.${after.role}.updated`]
}
