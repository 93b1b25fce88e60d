// Unsubscribes a contact from what a link is about: one subscription type, or all emails.
import type { Pool } from '#db/sql.ts'
import { unsubscribeFromEmails } from '#resources/contacts/activity-queries.ts'
import { lockCurrentContact } from '#resources/contacts/merged-queries.ts'
import { setWanted } from '#resources/contacts/subscribe.ts'
import { findSubscriptionType } from '#resources/subscription-types/queries.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { atomically } from '#workspaces/workspace.ts'
import type { UnsubscribeLink } from './link.ts'

/** `left` is the name of the type, or null for all emails. Returns undefined if the contact does not exist. */
export async function leave(sql: Pool, link: UnsubscribeLink): Promise<{ left: string | null } | undefined> {
  const { workspace_id, contact_id, subscription_type_id } = link
  const workspace = await openWorkspace(sql, workspace_id)
  const type = subscription_type_id === null ? undefined : await findSubscriptionType(workspace, subscription_type_id)
  // Of a type that is no longer there, nothing but the wish to get no mail is known.
  if (!type) {
    const is_known = await unsubscribeFromEmails(sql, workspace_id, contact_id, workspace.now())
    return is_known ? { left: null } : undefined
  }
  return atomically(workspace, async (workspace) => {
    const contact = await lockCurrentContact(workspace, contact_id)
    if (!contact) return undefined
    await setWanted(workspace, contact.id, type, false)
    return { left: type.translations[0].name }
  })
}
