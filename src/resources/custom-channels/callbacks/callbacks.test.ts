// Callbacks of custom channels: from a workflow and an admin to a real receiver, also one that fails.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { after, test } from 'node:test'
import { sendWebhooks } from '#resources/webhooks/send/work.ts'
import { runWorkflows } from '#resources/workflows/runs/work.ts'
import { NEARBY, SECRET, testApp } from '../../../../test/app.ts'
import { eventually } from '../../../../test/factories.ts'
import { type AnswerHook, type Got, webhookReceiver } from '../../../../test/webhook-receiver.ts'
import { queueCallbacks } from './work.ts'

const t = await testApp()
const { sql } = t.database
const failures: object[] = []
const log = { warn() {}, error: (about: object) => failures.push(about) } as never
const means = { sql, secret: SECRET, egress: NEARBY, log, public_url: 'https://api.example.com' }
for (const stop of [sendWebhooks(means), runWorkflows(means), queueCallbacks(means)]) after(stop)
after(() => assert.deepEqual(failures, []))

const OK: AnswerHook = (response) => response.end()
const receiver = await webhookReceiver()
const PATH = '/extensions/custom_channels'
await t.call('POST /conversations/attributes', { name: 'City', data_type: 'string' })
const workflow = (
  await t.call('POST /extensions/workflows', {
    ...{ title: 'Ask', state: 'live', trigger: { type: 'api' } },
    steps: [
      {
        type: 'quick_replies',
        body: 'Which?',
        options: [
          { text: 'Red', steps: [] },
          { text: 'Blue', steps: [{ type: 'ask_attribute', body: 'Where?', name: 'City' }] },
        ],
      },
      { type: 'reply', body: 'Thank you' },
      { type: 'assign', assignee: { type: 'admin', id: t.created.admin_id } },
    ],
  })
).body
const channel = (
  await t.call(`POST ${PATH}`, {
    ...{ name: 'Shop', callback_url: receiver.url, callback_token: 'let-me-in', workflow_id: workflow.id },
  })
).body

let n = 0
const send = async (kind: string, external_conversation_id: string, extra: object = {}) => {
  const { status, body, text } = await t.call(
    `POST /custom_channel_events/notify_${kind}`,
    {
      event_id: `e${++n}`,
      external_conversation_id,
      contact: { type: 'lead', external_id: 'anna', name: 'Anna' },
      ...extra,
    },
    { token: channel.api_key },
  )
  assert.equal(status, 200, text)
  return body
}
const of = (external: string): Got[] => receiver.got.filter(({ body }) => body.external_conversation_id === external)
const arrived = (external: string, count: number) =>
  eventually(
    async () => of(external),
    (got) => got.length >= count,
  )
const events = (got: Got[]) => got.map(({ body }) => body.event)
const asAdmin = (id: string, body: object) =>
  t.call(`POST /conversations/${id}/reply`, {
    message_type: 'comment',
    type: 'admin',
    admin_id: t.created.admin_id,
    ...body,
  })

test('a workflow asks through callbacks and goes on with events, to the hand-over', async () => {
  const { conversation_id } = await send('new_conversation', 'talk')
  const [, offer] = await arrived('talk', 2)
  assert.deepEqual(events(of('talk')), ['new_message', 'quick_replies'])
  const { quick_reply_options } = offer!.body
  assert.deepEqual(
    quick_reply_options.map(({ text }: { text: string }) => text),
    ['Red', 'Blue'],
  )
  await send('quick_reply_selected', 'talk', { quick_reply_option_id: quick_reply_options[1].id })
  const [question] = (await arrived('talk', 3)).slice(2)
  assert.deepEqual([question!.body.event, question!.body.attribute], ['attribute_collector', { id: 'City' }])
  await send('attribute_collected', 'talk', { attribute: { id: question!.body.attribute.id, value: 'Cork' } })
  const [thanks, assigned] = (await arrived('talk', 5)).slice(3)
  assert.deepEqual([thanks!.body.event, assigned!.body.event], ['new_message', 'conversation_assigned'])
  assert.equal(assigned!.body.admin_assignee_id, t.created.admin_id)
  const { body } = await t.call(`GET /conversations/${conversation_id}`)
  assert.equal(body.custom_attributes.City, 'Cork')
  const types = body.conversation_parts.conversation_parts.map(({ part_type }: { part_type: string }) => part_type)
  assert.deepEqual(types, [
    ...['comment', 'quick_reply', 'comment', 'attribute_collector', 'attribute_collected'],
    ...['conversation_attribute_updated_by_workflow', 'comment', 'workflow_assignment'],
  ])
  assert.equal((await sql`select from deliveries where conversation_id = ${conversation_id}`).count, 0)
})

test('a callback names the conversation in both worlds, is signed, and carries the token', async () => {
  const { conversation_id, contact_id } = await send('new_conversation', 'shape')
  const [got] = await arrived('shape', 1)
  const { body, headers, raw } = got!
  assert.equal(headers.authorization, 'Bearer let-me-in')
  const signature = createHmac('sha256', channel.signing_secret).update(raw).digest('hex')
  assert.equal(headers['x-hub-signature-256'], `sha256=${signature}`)
  assert.match(body.event_id, /^evt_[\da-f-]{36}$/)
  assert.deepEqual([body.type, body.event, body.channel_id], ['custom_channel_event', 'new_message', channel.id])
  assert.deepEqual([body.conversation_id, body.external_conversation_id], [conversation_id, 'shape'])
  assert.deepEqual(body.contact, { type: 'lead', external_id: 'anna', id: contact_id })
  assert.equal(body.conversation_parts.conversation_parts[0].body, '<p>Which?</p>')
})

test('replies and state changes of admins arrive in order; notes do not, and nothing of other conversations', async () => {
  const { conversation_id: id } = await send('new_conversation', 'admin')
  await arrived('admin', 2)
  await asAdmin(id, { message_type: 'note', body: 'Not for them' })
  await asAdmin(id, { body: 'Hello' })
  await asAdmin(id, { message_type: 'snoozed', snoozed_until: 4_000_000_000 })
  await asAdmin(id, { message_type: 'close', body: 'Bye' })
  await asAdmin(id, { message_type: 'open' })
  const got = await arrived('admin', 6)
  assert.deepEqual(events(got).slice(2), [
    'new_message',
    'conversation_snoozed',
    'conversation_closed',
    'conversation_opened',
  ])
  assert.equal(got[4]!.body.conversation_parts.conversation_parts[0].body, '<p>Bye</p>')
  assert.ok(receiver.got.every(({ body }) => body.external_conversation_id))
  const log = (await t.call(`GET ${PATH}/${channel.id}/callbacks`)).body
  assert.equal(log.total_count, receiver.got.length)
  const hidden = (await t.call('GET /extensions/webhook_subscriptions')).body
  assert.deepEqual(hidden.data, [])
})

test('conversations that were merged into another one keep their callbacks', async () => {
  const [first, second] = [await send('new_conversation', 'merged'), await send('new_conversation', 'primary')]
  for (const external of ['merged', 'primary']) await arrived(external, 2)
  const merge = (id: string, into: string) =>
    t.call(`POST /conversations/${id}/merge`, { merge_into_conversation_id: Number(into) })
  assert.equal((await merge(first.conversation_id, second.conversation_id)).status, 200)
  await asAdmin(second.conversation_id, { body: 'To both' })
  const said = (external: string) => of(external).filter(({ body }) => body.event === 'new_message')
  const heard = (external: string, text: string) =>
    eventually(
      async () => said(external).at(-1)?.body.conversation_parts.conversation_parts[0].body,
      (body) => body === `<p>${text}</p>`,
    )
  for (const external of ['merged', 'primary']) await heard(external, 'To both')
  const { body: contact } = await t.call('POST /contacts', { external_id: 'in-app' })
  const { body: own } = await t.call('POST /conversations', { from: { type: 'user', id: contact.id }, body: 'Hi' })
  assert.equal((await merge(second.conversation_id, own.conversation_id)).status, 200)
  await asAdmin(own.conversation_id, { body: 'Again' })
  for (const [external, before] of [
    ['merged', first],
    ['primary', second],
  ] as const) {
    await heard(external, 'Again')
    const [both, again] = said(external).slice(-2)
    assert.deepEqual(
      [both, again].map((got) => [got?.body.conversation_id, got?.body.contact.id]),
      [
        [second.conversation_id, before.contact_id],
        [own.conversation_id, before.contact_id],
      ],
    )
  }
})

test('a receiver that fails three of ten times gets everything, in order, and once for each event_id', async () => {
  const conversations = ['p0', 'p1', 'p2', 'p3']
  const ids = await Promise.all(
    conversations.map(async (external) => (await send('new_conversation', external)).conversation_id),
  )
  for (const external of conversations) await arrived(external, 2)
  let asked = 0
  const taken: string[] = []
  const seen = new Set<string>()
  receiver.answer = (response, { body }) => {
    const way = ++asked % 10
    // It fails before it takes the event, and once after it, so that the event comes again.
    if (way === 3) return void response.writeHead(500).end()
    if (way === 6) return void response.destroy()
    // Once it does not answer in time.
    if (asked === 10) return
    if (!seen.has(body.event_id))
      taken.push(`${body.external_conversation_id} ${body.conversation_parts.conversation_parts[0].body}`)
    seen.add(body.event_id)
    if (way === 9) return void response.destroy()
    response.end()
  }
  const MESSAGES = 10
  for (let message = 0; message < MESSAGES; message++)
    await Promise.all(ids.map((id) => asAdmin(id, { body: String(message) })))
  const hurry = async () => {
    await sql`
      update webhook_notifications set due_at = now()
      where status = 'pending' and attempts > 0 and due_at > now() and exists (
        select from webhook_attempts made where made.notification_id = webhook_notifications.id and attempt = attempts)`
  }
  await eventually(
    async () => {
      await hurry()
      return taken.length
    },
    (count) => count === ids.length * MESSAGES,
    60_000,
  )
  receiver.answer = OK
  const wanted = Array.from({ length: MESSAGES }, (_, message) => `<p>${message}</p>`)
  for (const external of conversations)
    assert.deepEqual(
      taken.filter((one) => one.startsWith(external)).map((one) => one.slice(3)),
      wanted,
    )
  assert.ok(asked > taken.length)
})

test('without a callback URL the sandbox captures what would be sent', async () => {
  const other = await t.another()
  const { body: made } = await other.call(`POST ${PATH}`, {
    name: 'Captured',
    callback_url: null,
    callback_token: 'tok',
  })
  const event = { event_id: '1', external_conversation_id: 'x', contact: { type: 'lead', external_id: 'zoe' } }
  const { body } = await other.call('POST /custom_channel_events/notify_new_conversation', event, {
    token: made.api_key,
  })
  await other.call(`POST /conversations/${body.conversation_id}/reply`, {
    ...{ message_type: 'comment', type: 'admin', admin_id: other.created.admin_id, body: 'Hi' },
  })
  const captured = await eventually(
    async () => (await other.call('GET /extensions/sandbox/webhooks')).body.data,
    (data) => data.length > 0,
  )
  assert.equal(captured[0].headers.authorization, 'Bearer tok')
  assert.equal(JSON.parse(captured[0].body).event, 'new_message')
})

test('callbacks wait while the channel is switched off', async () => {
  assert.equal((await t.call(`PUT ${PATH}/${channel.id}`, { enabled: false })).body.state, 'disabled')
  await send('new_conversation', 'off')
  await eventually(
    () => sql`select from webhook_notifications where item ->> 'external_conversation_id' = 'off'`,
    ({ count }) => count === 2,
  )
  assert.deepEqual(of('off'), [])
  await t.call(`PUT ${PATH}/${channel.id}`, { enabled: true })
  await arrived('off', 2)
})
