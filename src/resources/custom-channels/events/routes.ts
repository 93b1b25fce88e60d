// The events of custom channels: Intercom's operations, and the paths under which it published them first, in 2025.
import { type App, op } from '#http/op.ts'
import { NOTHING } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { bodyFor, EventAnswer } from './schema.ts'
import { takeEvent } from './take.ts'

/** Named with the text of the key, which is an access token. */
const OPTIONS = { takes_channel_keys: true, refuses: [400, 404, 422] } as const

function customChannelEvents(app: App) {
  app.post(
    '/custom_channel_events/notify_new_conversation',
    op('notifyNewConversation', {
      summary: 'A conversation has begun on a custom channel',
      sdk: (client) =>
        client.customChannelEvents.notifyNewConversation({
          event_id: 'e1',
          external_conversation_id: 'c1',
          contact: { type: 'lead', external_id: 'u1' },
        }),
      body: bodyFor('conversation'),
      response: EventAnswer,
      ...OPTIONS,
    }),
    async ({ workspace, token, body }) => takeEvent(workspace, token, 'conversation', body),
  )

  app.post(
    '/custom_channel_events/notify_new_message',
    op('notifyNewMessage', {
      summary: 'A contact wrote on a custom channel',
      sdk: (client) =>
        client.customChannelEvents.notifyNewMessage({
          event_id: 'e1',
          external_conversation_id: 'c1',
          contact: { type: 'lead', external_id: 'u1' },
          body: 'Hello',
        }),
      body: bodyFor('message'),
      response: EventAnswer,
      ...OPTIONS,
    }),
    async ({ workspace, token, body }) => takeEvent(workspace, token, 'message', body),
  )

  app.post(
    '/custom_channel_events/notify_quick_reply_selected',
    op('notifyQuickReplySelected', {
      summary: 'A contact picked a quick reply on a custom channel',
      sdk: (client) =>
        client.customChannelEvents.notifyQuickReplySelected({
          event_id: 'e1',
          external_conversation_id: 'c1',
          contact: { type: 'lead', external_id: 'u1' },
          quick_reply_option_id: '1',
        }),
      body: bodyFor('quick_reply'),
      response: EventAnswer,
      ...OPTIONS,
    }),
    async ({ workspace, token, body }) => takeEvent(workspace, token, 'quick_reply', body),
  )

  app.post(
    '/custom_channel_events/notify_attribute_collected',
    op('notifyAttributeCollected', {
      summary: 'A contact gave an attribute on a custom channel',
      sdk: (client) =>
        client.customChannelEvents.notifyAttributeCollected({
          event_id: 'e1',
          external_conversation_id: 'c1',
          contact: { type: 'lead', external_id: 'u1' },
          attribute: { id: 'city', value: 'Cork' },
        }),
      body: bodyFor('attribute'),
      response: EventAnswer,
      ...OPTIONS,
    }),
    async ({ workspace, token, body }) => takeEvent(workspace, token, 'attribute', body),
  )

  app.post(
    '/custom_channel_events/new_conversation',
    op('notifyNewConversation2025', {
      summary: 'The same as first published: notify_new_conversation without an answer',
      body: bodyFor('conversation'),
      status: 204,
      ...OPTIONS,
    }),
    async ({ workspace, token, body }) => {
      await takeEvent(workspace, token, 'conversation', body)
      return NOTHING
    },
  )

  app.post(
    '/custom_channel_events/message',
    op('notifyNewMessage2025', {
      summary: 'The same as first published: notify_new_message without an answer',
      body: bodyFor('message'),
      status: 204,
      ...OPTIONS,
    }),
    async ({ workspace, token, body }) => {
      await takeEvent(workspace, token, 'message', body)
      return NOTHING
    },
  )

  app.post(
    '/custom_channel_events/quick_reply',
    op('notifyQuickReplySelected2025', {
      summary: 'The same as first published: notify_quick_reply_selected without an answer',
      body: bodyFor('quick_reply'),
      status: 204,
      ...OPTIONS,
    }),
    async ({ workspace, token, body }) => {
      await takeEvent(workspace, token, 'quick_reply', body)
      return NOTHING
    },
  )

  app.post(
    '/custom_channel_events/attribute',
    op('notifyAttributeCollected2025', {
      summary: 'The same as first published: notify_attribute_collected without an answer',
      body: bodyFor('attribute'),
      status: 204,
      ...OPTIONS,
    }),
    async ({ workspace, token, body }) => {
      await takeEvent(workspace, token, 'attribute', body)
      return NOTHING
    },
  )
}

export default { group: 'Custom Channel Events', routes: customChannelEvents } satisfies Resource
