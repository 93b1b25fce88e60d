// A custom channel with a conversation, and requests of another workspace that must not reach them.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    custom_channel: string
  }
}

const PATH = '/extensions/custom_channels'
const EVENTS = '/custom_channel_events'

export default {
  needs: ['workflow'],
  provides: ['custom_channel'],
  async create({ post, workspace: { id } }, { workflow }) {
    const channel = await post(PATH, { name: `Channel of ${id}`, callback_url: null, workflow_id: workflow })
    const event = {
      external_conversation_id: `conversation of ${id}`,
      contact: { type: 'lead', external_id: `lead of ${id}` },
    }
    await post(`${EVENTS}/notify_new_conversation`, { event_id: `1 ${id}`, ...event })
    await post(`${EVENTS}/notify_new_message`, { event_id: `2 ${id}`, ...event, body: 'Hello' })
    return { custom_channel: channel.id }
  },
  attempts: {
    getCustomChannel: ({ custom_channel }) => [[`GET ${PATH}/${custom_channel}`]],
    updateCustomChannel: (their, my) => [
      [`PUT ${PATH}/${their.custom_channel}`, { name: 'Mine' }],
      [`PUT ${PATH}/${my.custom_channel}`, { workflow_id: their.workflow }],
    ],
    createCustomChannel: ({ workflow }) => [
      [`POST ${PATH}`, { name: 'Mine', callback_url: null, workflow_id: workflow }],
    ],
    replaceCustomChannelKey: ({ custom_channel }) => [[`POST ${PATH}/${custom_channel}/api_key`]],
    listCustomChannelCallbacks: ({ custom_channel }) => [[`GET ${PATH}/${custom_channel}/callbacks`]],
  },
  removals: { deleteCustomChannel: ({ custom_channel }) => [[`DELETE ${PATH}/${custom_channel}`]] },
  lists: { listCustomChannels: () => [[`GET ${PATH}`]] },
  tested_elsewhere: [
    ...['notifyNewConversation', 'notifyNewMessage', 'notifyQuickReplySelected', 'notifyAttributeCollected'],
    ...[
      'notifyNewConversation2025',
      'notifyNewMessage2025',
      'notifyQuickReplySelected2025',
      'notifyAttributeCollected2025',
    ],
  ],
  ids: { custom_channels: ['custom_channel'] },
} satisfies Fixture
