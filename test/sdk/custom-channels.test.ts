// The four calls of custom channels by the official SDKs, which still have them; no description of a numbered version does.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../app.ts'
import { failing, SDKS } from './clients.ts'

const t = await testApp()
const baseUrl = await t.app.listen({ host: '127.0.0.1', port: 0 })
await t.call('POST /conversations/attributes', { name: 'City', data_type: 'string' })

const [seven, six] = SDKS
const CLIENTS = [
  { release: 7, errors: seven.errors, events: (token: string) => seven.client({ token, baseUrl }).customChannelEvents },
  {
    release: 6,
    errors: six.errors,
    events: (token: string) => six.client({ token, baseUrl }).unstable.customChannelEvents,
  },
] as const

const contact = { type: 'user', external_id: 'anna', name: 'Anna', email: 'anna@example.com' } as const
let n = 0
const base = (external_conversation_id: string) => ({ event_id: `e${++n}`, external_conversation_id, contact })

for (const { release, events, errors } of CLIENTS)
  test(`release ${release}: a conversation is begun, and continued by a message, an option and an attribute`, async () => {
    const { body: channel } = await t.call('POST /extensions/custom_channels', { name: 'App', callback_url: null })
    const client = events(channel.api_key)
    const external = `c${release}`
    const fails = failing(errors)
    await fails(
      () => client.notifyNewMessage({ ...base('nowhere'), body: 'Hello' }),
      404,
      /not_found.*Object not found/,
    )
    await fails(() => client.notifyNewMessage({ ...base('nowhere'), body: '' }), 422, /data_invalid/)
    await fails(() => events('wrong').notifyNewConversation(base(external)), 401, /unauthorized/)

    const { conversation_id, external_contact_id } = await client.notifyNewConversation(base(external))
    assert.equal(external_contact_id, 'anna')
    const uuid = `option-${release}`
    await t.call(`POST /conversations/${conversation_id}/reply`, {
      ...{ message_type: 'quick_reply', type: 'admin', admin_id: t.created.admin_id },
      reply_options: [{ text: 'Blue', uuid }],
    })
    const attribute = { id: 'City', value: 'Cork' }
    const answers = [
      await client.notifyNewMessage({ ...base(external), body: 'Hello' }),
      await client.notifyQuickReplySelected({ ...base(external), quick_reply_option_id: uuid }),
      await client.notifyAttributeCollected({ ...base(external), attribute }),
    ]
    assert.deepEqual(new Set(answers.map((answer) => answer.conversation_id)), new Set([conversation_id]))
    const { body } = await t.call(`GET /conversations/${conversation_id}`)
    const parts = body.conversation_parts.conversation_parts as { part_type: string; body: string | null }[]
    assert.deepEqual(parts.map(({ part_type, body }) => [part_type, body]).slice(0, 4), [
      ...[
        ['quick_reply', null],
        ['comment', '<p>Hello</p>'],
        ['comment', '<p>Blue</p>'],
        ['attribute_collected', null],
      ],
    ])
    assert.equal(body.custom_attributes.City, 'Cork')
  })
