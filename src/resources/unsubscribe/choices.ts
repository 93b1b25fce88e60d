// What a contact gets of the subscription types of emails, for the page on which people choose.
import type { Pool } from '#db/sql.ts'
import { subscribeToEmails } from '#resources/contacts/activity-queries.ts'
import { emitContact } from '#resources/contacts/emit.ts'
import { findCurrentContact, lockCurrentContact } from '#resources/contacts/merged-queries.ts'
import { setWanted } from '#resources/contacts/subscribe.ts'
import { listChosen, listSubscriptionTypes } from '#resources/subscription-types/queries.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import type { UnsubscribeLink } from './link.ts'
import type { Choice } from './page.ts'

/** `gets_none`: the contact has stopped all emails, so that no choice counts. */
export async function choicesFor(
  sql: Pool,
  { workspace_id, contact_id }: UnsubscribeLink,
): Promise<{ choices: Choice[]; gets_none: boolean }> {
  const workspace = await openWorkspace(sql, workspace_id)
  const contact = await findCurrentContact(workspace, contact_id)
  return {
    choices: await choicesOf(workspace, contact?.id ?? contact_id),
    gets_none: contact?.unsubscribed_from_emails ?? false,
  }
}

async function choicesOf(workspace: Workspace, contact_id: string): Promise<Choice[]> {
  const chosen = new Set((await listChosen(workspace, contact_id)).map(({ id }) => id))
  return (await listSubscriptionTypes(workspace))
    .filter(({ state, content_types }) => state === 'live' && content_types.includes('email'))
    .map((type) => ({ type, is_wanted: (type.consent_type === 'opt_in') === chosen.has(type.id) }))
}

/** `wanted` are the ids of the types to get; returns undefined if the contact does not exist. */
export const saveChoices = async (sql: Pool, { workspace_id, contact_id }: UnsubscribeLink, wanted: string[]) =>
  atomically(await openWorkspace(sql, workspace_id), async (workspace) => {
    const contact = await lockCurrentContact(workspace, contact_id)
    if (!contact) return undefined
    for (const { type } of await choicesOf(workspace, contact.id))
      await setWanted(workspace, contact.id, type, wanted.includes(type.id))
    return contact
  })

/** Ends the stop of all emails; the choices of types stay. Returns undefined if the contact does not exist. */
export const startEmails = async (sql: Pool, { workspace_id, contact_id }: UnsubscribeLink) =>
  atomically(await openWorkspace(sql, workspace_id), async (workspace) => {
    const contact = await lockCurrentContact(workspace, contact_id)
    if (contact && (await subscribeToEmails(workspace, contact.id)))
      await emitContact(workspace, 'contact.subscribed', contact.id)
    return contact
  })
