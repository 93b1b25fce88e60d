// Records what a contact chooses of the subscription types, with its event.
import { epoch } from '#http/types.ts'
import { deleteChoice, insertChoice, type SubscriptionTypeRow } from '#resources/subscription-types/queries.ts'
import { presentType } from '#resources/subscription-types/schema.ts'
import { granularEvents } from '#resources/subscription-types/topics.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findWholeContact, touchContact } from './queries.ts'
import { presentContact } from './schema.ts'

/** A choice that was made before changes nothing. */
export async function choose(workspace: Workspace, contact_id: string, type: SubscriptionTypeRow): Promise<void> {
  if (await insertChoice(workspace, contact_id, type.id))
    await changed(workspace, contact_id, type, type.consent_type === 'opt_in' ? 'subscribe' : 'unsubscribe')
}

/** The opposite of `choose`. */
export async function takeBack(workspace: Workspace, contact_id: string, type: SubscriptionTypeRow): Promise<void> {
  if (await deleteChoice(workspace, contact_id, type.id))
    await changed(workspace, contact_id, type, type.consent_type === 'opt_in' ? 'unsubscribe' : 'subscribe')
}

/** Makes or takes back the choice, so that the contact gets messages of the type, or does not. */
export const setWanted = (workspace: Workspace, contact_id: string, type: SubscriptionTypeRow, is_wanted: boolean) =>
  ((type.consent_type === 'opt_in') === is_wanted ? choose : takeBack)(workspace, contact_id, type)

async function changed(
  workspace: Workspace,
  contact_id: string,
  type: SubscriptionTypeRow,
  way: 'subscribe' | 'unsubscribe',
) {
  await touchContact(workspace, contact_id)
  await granularEvents.emit(workspace, {
    topic: `granular.${way}`,
    object_id: contact_id,
    details: { subscription_type_id: type.id },
    async snapshot() {
      const contact = await findWholeContact(workspace, contact_id)
      return (
        contact && {
          type: `granular_${way}`,
          contact: presentContact(contact),
          subscription_types: { type: 'list', data: [presentType(type)] },
          created_at: epoch(workspace.now()),
        }
      )
    },
  })
}
