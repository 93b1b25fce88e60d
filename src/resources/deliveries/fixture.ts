// A queued and a canceled delivery, and requests of another workspace that must not reach them.
import { admin, type Fixture, idOf, user } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    delivery: string
    failed: string
  }
}

export default {
  needs: ['admin', 'user', 'message'],
  provides: ['delivery', 'failed'],
  async create({ post, workspace: { sql, id } }, ids) {
    const deliveryOf = (message_id: string) =>
      idOf(sql<{ id: string }[]>`select id from deliveries where workspace_id = ${id} and message_id = ${message_id}`)
    const parties = { from: admin(ids.admin), to: user(ids.user) }
    const canceled = await post('/messages', { message_type: 'in_app', body: 'x', ...parties })
    const [delivery, failed] = [await deliveryOf(ids.message), await deliveryOf(canceled.id)]
    await post(`/extensions/deliveries/${failed}/cancel`)
    return { delivery, failed }
  },
  attempts: {
    listMessageDeliveries: ({ message }) => [[`GET /extensions/messages/${message}/deliveries`]],
    getDelivery: ({ delivery }) => [[`GET /extensions/deliveries/${delivery}`]],
    retryDelivery: ({ failed }) => [[`POST /extensions/deliveries/${failed}/retry`]],
    cancelDelivery: ({ delivery }) => [[`POST /extensions/deliveries/${delivery}/cancel`]],
  },
  lists: { listDeliveries: () => [['GET /extensions/deliveries?per_page=150']] },
  ids: { deliveries: ['delivery', 'failed'] },
} satisfies Fixture
