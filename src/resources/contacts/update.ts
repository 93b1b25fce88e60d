// Changes a contact: what is sent, and nothing else. What that means to others is told as events.
import { isDeepStrictEqual } from 'node:util'
import { found, invalid } from '#http/errors.ts'
import { mergeAttributes } from '#resources/data-attributes/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { emitContact } from './emit.ts'
import { assertUnique } from './identity.ts'
import { type Profile, readProfile } from './profile.ts'
import { type ContactChanges, type ContactRow, lockContact, updateContactRow, type WholeContactRow } from './queries.ts'
import type { ContactRequest } from './schema.ts'
import type { ContactTopic } from './topics.ts'

/**
 * A request that changes nothing leaves the contact's time as it is, and nobody hears of it. `shares_email`: the contact
 * is told apart by its external id, and may have the email of another user.
 */
export async function updateContact(
  workspace: Workspace,
  id: string,
  request: ContactRequest,
  { shares_email = false } = {},
): Promise<WholeContactRow> {
  const contact = await lockContact(workspace, id)
  const before = found(contact?.is_live ? contact : undefined, 'User Not Found')
  if (before.role === 'user' && request.role === 'lead') throw invalid("A user role can't be converted to a lead")

  const role = request.role ?? before.role
  const changes = changesOf(before, { ...asStored(before, role, await readProfile(workspace, request)), role })
  if (!Object.keys(changes).length) return before
  const { email: _, ...others } = changes
  if (role === 'user') await assertUniqueAfter(workspace, before, shares_email ? others : changes)
  const after = await updateContactRow(workspace, id, changes)
  for (const topic of topicsOf(before, after)) await emitContact(workspace, topic, id)
  return after
}

/** The columns that the request leads to. */
function asStored(before: ContactRow, role: ContactRow['role'], { external_id, ...profile }: Profile): ContactChanges {
  const { email, email_verified = false } = profile
  const isOtherEmail = email !== undefined && email?.toLowerCase() !== before.email?.toLowerCase()
  return {
    ...profile,
    // A lead's external id is not the caller's to choose.
    ...(role === 'user' && external_id !== undefined && { external_id }),
    // What was found out about the old address says nothing about the new one.
    ...(isOtherEmail && { email_verified, has_hard_bounced: false }),
    custom_attributes: mergeAttributes(before.custom_attributes, profile.custom_attributes),
  }
}

const changesOf = (before: ContactRow, wanted: ContactChanges): ContactChanges =>
  Object.fromEntries(
    Object.entries(wanted).filter(([key, value]) => !isDeepStrictEqual(before[key as keyof ContactRow], value)),
  )

/** Only what is new can be somebody else's; to a lead who becomes a user, everything is. */
async function assertUniqueAfter(workspace: Workspace, before: ContactRow, changes: ContactChanges) {
  const { email, external_id } = changes.role ? { ...before, ...changes } : changes
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
