// What a contact chose of the subscription types: listed, chosen, and taken back.

import { Type } from 'typebox'
import { found, invalid } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { findSubscriptionType, listChosen } from '#resources/subscription-types/queries.ts'
import {
  ChoiceRequest,
  presentType,
  SubscriptionType,
  SubscriptionTypeList,
} from '#resources/subscription-types/schema.ts'
import type { Resource } from '#server.ts'
import { heldContact } from './hold-queries.ts'
import { theContact } from './queries.ts'
import { choose, takeBack } from './subscribe.ts'

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
      const { id } = await heldContact(workspace, params.contact_id)
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
      const { id } = await heldContact(workspace, params.contact_id)
      const type = found(await findSubscriptionType(workspace, params.id))
      await takeBack(workspace, id, type)
      return presentType(type)
    },
  )
}

export default { group: 'Subscription Types', routes } satisfies Resource
