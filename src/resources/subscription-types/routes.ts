// Subscription types: the kinds of messages that a contact can choose. Intercom sets them up in its web app.
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { demo } from './demo.ts'
import { listSubscriptionTypes } from './queries.ts'
import { changeType, createType } from './save.ts'
import { NewTypeRequest, presentType, SubscriptionType, SubscriptionTypeList, TypeRequest } from './schema.ts'
import { granularEvents } from './topics.ts'

function subscriptionTypes(app: App) {
  app.get(
    '/subscription_types',
    op('listSubscriptionTypes', {
      summary: 'List the subscription types, oldest first',
      sdk: (client) => client.subscriptionTypes.list(),
      scope: 'read_write_users',
      response: SubscriptionTypeList,
    }),
    async ({ workspace }) => ({
      type: 'list' as const,
      data: (await listSubscriptionTypes(workspace)).map(presentType),
    }),
  )

  app.post(
    '/extensions/subscription_types',
    op('createSubscriptionType', {
      summary: 'Create a subscription type',
      refuses: [409],
      body: NewTypeRequest,
      response: SubscriptionType,
    }),
    async ({ workspace, body }) => presentType(await createType(workspace, body)),
  )

  app.put(
    '/extensions/subscription_types/:id',
    op('updateSubscriptionType', {
      summary: 'Change or archive a subscription type',
      params: ById,
      body: TypeRequest,
      response: SubscriptionType,
    }),
    async ({ workspace, params, body }) => presentType(await changeType(workspace, params.id, body)),
  )
}

export default {
  group: 'Subscription Types',
  routes: subscriptionTypes,
  events: granularEvents,
  kept_tables: ['subscription_types'],
  given: async (workspace) =>
    (await listSubscriptionTypes(workspace)).map(({ id, translations: [{ name }] }) => ({
      type: 'subscription',
      id,
      name,
    })),
  demo,
} satisfies Resource
