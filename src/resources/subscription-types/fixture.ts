// Subscription types, one of which a contact chose, and requests of another workspace that must not reach them.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    subscription_type: string
  }
}

export default {
  needs: ['user'],
  provides: ['subscription_type'],
  async create({ post, workspace: { id } }, { user }) {
    const type = await post('/extensions/subscription_types', {
      ...{ consent_type: 'opt_out', translations: [{ name: `Type of ${id}`, description: '', locale: 'en' }] },
    })
    await post(`/contacts/${user}/subscriptions`, { id: type.id, consent_type: 'opt_out' })
    return { subscription_type: type.id }
  },
  attempts: {
    listSubscriptionsForAContact: ({ user }) => [[`GET /contacts/${user}/subscriptions`]],
    attachSubscriptionTypeToContact: (their, my) => [
      [`POST /contacts/${their.user}/subscriptions`, { id: my.subscription_type, consent_type: 'opt_out' }],
      [`POST /contacts/${my.user}/subscriptions`, { id: their.subscription_type, consent_type: 'opt_out' }],
    ],
    updateSubscriptionType: ({ subscription_type }) => [
      [`PUT /extensions/subscription_types/${subscription_type}`, { state: 'archived' }],
    ],
    detachSubscriptionTypeToContact: (their, my) => [
      [`DELETE /contacts/${their.user}/subscriptions/${my.subscription_type}`],
      [`DELETE /contacts/${my.user}/subscriptions/${their.subscription_type}`],
    ],
  },
  lists: { listSubscriptionTypes: () => [['GET /subscription_types']] },
  tested_elsewhere: ['createSubscriptionType'],
  ids: { subscriptions: ['subscription_type'], subscription_types: ['subscription_type'] },
} satisfies Fixture
