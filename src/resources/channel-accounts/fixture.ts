// An email account, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    channel: string
  }
}

export default {
  provides: ['channel'],
  async create({ post, workspace: { id } }) {
    const channel = await post('/extensions/channels', {
      ...{ provider: 'smtp', name: `Mail of ${id}` },
      settings: { from: `hello@${id}.example.com`, reply_domain: `in.${id}.example.com` },
      secrets: { url: 'smtp://127.0.0.1:2525' },
    })
    return { channel: channel.id }
  },
  attempts: {
    getChannel: ({ channel }) => [[`GET /extensions/channels/${channel}`]],
    updateChannel: ({ channel }) => [[`PUT /extensions/channels/${channel}`, { name: 'x' }]],
    verifyChannel: ({ channel }) => [[`POST /extensions/channels/${channel}/verify`, {}]],
    testChannel: (their, my) => [
      [`POST /extensions/channels/${their.channel}/test`, { to: { id: my.user } }],
      [`POST /extensions/channels/${my.channel}/test`, { to: { id: their.user } }],
    ],
  },
  removals: { deleteChannel: ({ channel }) => [[`DELETE /extensions/channels/${channel}`]] },
  lists: { listChannels: () => [['GET /extensions/channels']] },
  tested_elsewhere: ['createChannel'],
} satisfies Fixture
