// A broadcast to a tag, and requests of another workspace that must not reach it.
import { admin, type Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    broadcast: string
  }
}

export default {
  needs: ['tag', 'segment'],
  provides: ['broadcast'],
  async create({ post, workspace: { id } }, { tag }) {
    const broadcast = await post('/extensions/broadcasts', {
      ...{ message_type: 'whatsapp', template: 'order_update', name: `News of ${id}` },
      components: [{ type: 'body', parameters: [{ type: 'text', text: '{{name | fallback: "x"}}' }] }],
      audience: { tag_id: tag },
    })
    return { broadcast: broadcast.id }
  },
  attempts: {
    createBroadcast: (their, my) => {
      const message = { message_type: 'whatsapp', template: 'order_update' }
      return [
        ['POST /extensions/broadcasts', { ...message, audience: { contact_ids: [my.user, their.user] } }],
        ['POST /extensions/broadcasts', { ...message, audience: { tag_id: their.tag } }],
        ['POST /extensions/broadcasts', { ...message, audience: { segment_id: their.segment } }],
        ['POST /extensions/broadcasts', { ...message, audience: { tag_id: my.tag }, from: admin(their.admin) }],
      ]
    },
    getBroadcast: ({ broadcast }) => [[`GET /extensions/broadcasts/${broadcast}`]],
    pauseBroadcast: ({ broadcast }) => [[`POST /extensions/broadcasts/${broadcast}/pause`]],
    resumeBroadcast: ({ broadcast }) => [[`POST /extensions/broadcasts/${broadcast}/resume`]],
    cancelBroadcast: ({ broadcast }) => [[`POST /extensions/broadcasts/${broadcast}/cancel`]],
    optOutOfWhatsApp: ({ user }) => [[`PUT /extensions/contacts/${user}/whatsapp`, { unsubscribed: true }]],
  },
  lists: { listBroadcasts: () => [['GET /extensions/broadcasts']] },
  ids: { broadcasts: ['broadcast'] },
} satisfies Fixture
