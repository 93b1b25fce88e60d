// What a contact chose of the subscription types: listed, chosen, and taken back.

import { Type } from 'typebox'
import { found, invalid } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { epoch } from '#http/types.ts'
import {
  deleteChoice,
  findSubscriptionType,
  insertChoice,
  listChosen,
  type SubscriptionTypeRow,
} from '#resources/subscription-types/queries.ts'
import {
  ChoiceRequest,
  presentType,
  SubscriptionType,
  SubscriptionTypeList,
} from '#resources/subscription-types/schema.ts'
import { granularEvents } from '#resources/subscription-types/topics.ts'
import type { Resource } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findWholeContact, theContact, touchContact } from './queries.ts'
import { presentContact } from './schema.ts'

const ByContact = Type.Object({ contact_id: Type.String() })
const ByContactAndType = Type.Object({ contact_id: Type.String(), id: Type.String() })

function routes(app: App) {
  app.get(
    '/contacts/:contact_id/subscriptions',
    op('listSubscriptionsForAContact', {
      summary: 'List what a contact opted out of, or in to',
      sdk: (client) => client.contacts.listAttachedSubscriptions({ contact_id: '6b078829306d5537cf33eba8' }),
      scope: 'read_write_users',
      params: ByContact,
      response: SubscriptionTypeList,
    }),
    async ({ workspace, params }) => {
      const { id } = await theContact(workspace, params.contact_id)
      return { type: 'list' as const, data: (await listChosen(workspace, id)).map(presentType) }
    },
  )

  app.post(
    '/contacts/:contact_id/subscriptions',
    op('attachSubscriptionTypeToContact', {
      summary: 'Opt a contact out of an opt-out type, or in to an opt-in type',
      sdk: (client) =>
        client.contacts.attachSubscription({
          contact_id: '6b078829306d5537cf33eba8',
          id: '135',
          consent_type: 'opt_out',
        }),
      scope: 'read_write_users',
      params: ByContact,
      body: ChoiceRequest,
      response: SubscriptionType,
    }),
    async ({ workspace, params, body }) => {
      const { id } = await theContact(workspace, params.contact_id)
      const type = found(await findSubscriptionType(workspace, body.id))
      found(type.state === 'live' || undefined)
      if (body.consent_type !== undefined && body.consent_type !== type.consent_type)
        throw invalid(`consent_type must be ${type.consent_type}, as that of the subscription type`)
      await choose(workspace, id, type)
      return presentType(type)
    },
  )

  app.delete(
    '/contacts/:contact_id/subscriptions/:id',
    op('detachSubscriptionTypeToContact', {
      summary: 'Take back what a contact chose: the default of the type holds again',
      sdk: (client) =>
        client.contacts.detachSubscription({ contact_id: '6b078829306d5537cf33eba8', subscription_id: '135' }),
      scope: 'read_write_users',
      params: ByContactAndType,
      response: SubscriptionType,
    }),
    async ({ workspace, params }) => {
      const { id } = await theContact(workspace, params.contact_id)
      const type = found(await findSubscriptionType(workspace, params.id))
      await takeBack(workspace, id, type)
      return presentType(type)
    },
  )
}

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

export default { group: 'Subscription Types', routes } satisfies Resource
