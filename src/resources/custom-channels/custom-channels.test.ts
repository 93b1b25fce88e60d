// Custom channels: their set-up, their events from an app, sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testApp } from '../../../test/app.ts'

const t = await testApp()
const { sql } = t.database
const PATH = '/extensions/custom_channels'
const made = (await t.call(`POST ${PATH}`, { name: 'Shop app', callback_url: null })).body
const KINDS = ['new_conversation', 'new_message', 'quick_reply_selected', 'attribute_collected'] as const

let n = 0
const contact = (more: object = {}) => ({
  ...{ type: 'user', external_id: 'anna', name: 'Anna', email: 'anna@example.com' },
  ...more,
})
const event = (more: object = {}) => ({
  event_id: `e${++n}`,
  external_conversation_id: 'c1',
  contact: contact(),
  ...more,
})
const EXTRAS = {
  new_conversation: {},
  new_message: { body: 'Hello' },
  quick_reply_selected: { quick_reply_option_id: 'o1' },
  attribute_collected: { attribute: { id: 'city', value: 'Cork' } },
}

test('without a channel every event is a 404 with the code data_invalid', async () => {
  const { call } = await t.another()
  for (const kind of KINDS) {
    const { status, body } = await call(`POST /custom_channel_events/notify_${kind}`, event(EXTRAS[kind]))
    assert.deepEqual([status, body.errors], [404, [{ code: 'data_invalid', message: 'Integration not found' }]])
  }
})

const send = (kind: string, body: unknown, options: object = {}) =>
  t.call(`POST /custom_channel_events/notify_${kind}`, body, { token: made.api_key, ...options })

describe('a channel is refused', () => {
  const cases: [body: object, status: number, message: RegExp][] = [
    [{ callback_url: null }, 400, /name is required/],
    [{ name: ' ', callback_url: null }, 400, /^name/],
    [{ name: 'A' }, 400, /callback_url is required/],
    [{ name: 'A', callback_url: 'ftp://example.com' }, 400, /callback_url must be an http or https URL/],
    [{ name: 'A', callback_url: 'https://a:b@example.com' }, 400, /callback_url must not contain credentials/],
    [{ name: 'A', callback_url: 'http://10.0.0.1/' }, 400, /callback_url leads to a private address/],
    [{ name: 'A', callback_url: null, callback_token: 'a b' }, 400, /callback_token/],
    [{ name: 'A', callback_url: null, workflow_id: '1' }, 404, /Workflow not found/],
  ]
  for (const [body, status, message] of cases)
    test(JSON.stringify(body), async () => {
      const answer = await t.call(`POST ${PATH}`, body)
      assert.equal(answer.status, status, answer.text)
      assert.match(answer.body.errors[0].message, message)
    })
})

test('the key and the secret are shown once; a new key takes the place of the old one', async () => {
  const { body: channel } = await t.call(`POST ${PATH}`, {
    name: 'Other',
    callback_url: null,
    callback_token: 'secret-1',
  })
  const shown = (await t.call(`GET ${PATH}/${channel.id}`)).body
  assert.ok(channel.api_key && channel.signing_secret)
  assert.deepEqual([shown.api_key, shown.signing_secret, shown.callback_token], [undefined, undefined, undefined])
  assert.equal(shown.has_callback_token, true)
  const stored = await sql`select secret, bearer_token from webhook_subscriptions where kind = 'custom_channel'`
  for (const { secret, bearer_token } of stored)
    for (const text of [channel.signing_secret, 'secret-1'])
      assert.ok(![secret, bearer_token].some((sealed) => sealed && Buffer.from(sealed).includes(text)))
  const { body: replaced } = await t.call(`POST ${PATH}/${channel.id}/api_key`)
  const begin = (token: string) => send('new_conversation', event({ external_conversation_id: 'k' }), { token })
  assert.deepEqual([(await begin(channel.api_key)).status, (await begin(replaced.api_key)).status], [401, 200])
  assert.equal((await t.call(`DELETE ${PATH}/${channel.id}`)).status, 200)
  assert.equal((await begin(replaced.api_key)).status, 401)
})

test('a key opens nothing but the events', async () => {
  for (const route of ['GET /contacts', 'GET /me', `GET ${PATH}`, 'POST /conversations'])
    assert.equal((await t.call(route, undefined, { token: made.api_key })).status, 401, route)
  for (const kind of KINDS)
    for (const token of [null, 'wrong']) assert.equal((await send(kind, event(EXTRAS[kind]), { token })).status, 401)
})

describe('an event is refused with data_invalid', () => {
  const long = 'x'.repeat(256)
  const cases: [kind: (typeof KINDS)[number], body: unknown, message: RegExp][] = [
    ['new_conversation', [], /body/],
    ['new_conversation', event({ event_id: undefined }), /^event_id/],
    ['new_conversation', event({ event_id: '' }), /^event_id/],
    ['new_conversation', event({ event_id: 7 }), /^event_id/],
    ['new_conversation', event({ event_id: long }), /^event_id/],
    ['new_conversation', event({ external_conversation_id: null }), /^external_conversation_id/],
    ['new_conversation', event({ contact: undefined }), /^contact/],
    ['new_conversation', event({ contact: 'anna' }), /^contact/],
    ['new_conversation', event({ contact: contact({ type: 'admin' }) }), /^contact\.type/],
    ['new_conversation', event({ contact: contact({ external_id: undefined }) }), /^contact\.external_id/],
    ['new_conversation', event({ contact: contact({ name: undefined }) }), /^contact\.name is required/],
    ['new_conversation', event({ contact: contact({ email: undefined }) }), /^contact\.email is required/],
    ['new_conversation', event({ contact: contact({ email: 'anna' }) }), /^contact\.email/],
    ['new_message', event(), /^body/],
    ['new_message', event({ body: ' ' }), /^body/],
    ['new_message', event({ body: { text: 'x' } }), /^body/],
    ['quick_reply_selected', event(), /^quick_reply_option_id/],
    ['attribute_collected', event(), /^attribute/],
    ['attribute_collected', event({ attribute: { id: 'city' } }), /^attribute\.value/],
    ['attribute_collected', event({ attribute: { id: 'city', value: 7 } }), /^attribute\.value/],
  ]
  for (const [kind, body, message] of cases)
    test(`${kind} ${JSON.stringify(body).slice(0, 90)}`, async () => {
      const answer = await send(kind, body)
      assert.deepEqual([answer.status, answer.body?.errors[0].code], [422, 'data_invalid'], answer.text)
      assert.match(answer.body.errors[0].message, message)
    })
})

test('an event of an unknown conversation or option, or of a contact who does not take part, is a 404', async () => {
  await send('new_conversation', event({ external_conversation_id: 'known' }))
  const cases: [string, object][] = [
    ...(['new_message', 'quick_reply_selected', 'attribute_collected'] as const).map((kind): [string, object] => [
      kind,
      event({ external_conversation_id: 'nowhere', ...EXTRAS[kind] }),
    ]),
    ['quick_reply_selected', event({ external_conversation_id: 'known', quick_reply_option_id: 'unknown' })],
    [
      'new_message',
      event({ external_conversation_id: 'known', contact: { type: 'lead', external_id: 'zoe' }, body: 'Hi' }),
    ],
  ]
  for (const [kind, body] of cases) {
    const answer = await send(kind, body)
    assert.deepEqual([answer.status, answer.body.errors], [404, [{ code: 'not_found', message: 'Object not found' }]])
  }
})

test('a blocked contact is a 400, and leaves no conversation', async () => {
  await send(
    'new_conversation',
    event({ external_conversation_id: 'b1', contact: contact({ external_id: 'bad', email: 'bad@example.com' }) }),
  )
  await sql`update contacts set blocked_at = now() where external_id = 'bad'`
  const answer = await send(
    'new_conversation',
    event({ external_conversation_id: 'b2', contact: contact({ external_id: 'bad', email: 'bad@example.com' }) }),
  )
  const [error] = answer.body.errors
  assert.deepEqual(
    [answer.status, error.code, error.message],
    [400, 'data_invalid', 'Contact not found or could not be created'],
  )
})

test('a conversation begins without a message; the first message is its first part', async () => {
  const who = contact({ external_id: 'ben', name: 'Ben', email: 'ben@example.com' })
  const { status, body } = await send('new_conversation', event({ external_conversation_id: 'm1', contact: who }))
  assert.equal(status, 200)
  assert.deepEqual([body.external_conversation_id, body.external_contact_id], ['m1', 'ben'])
  const written = await send(
    'new_message',
    event({ external_conversation_id: 'm1', contact: who, body: 'My <b>order</b>' }),
  )
  assert.deepEqual(written.body, body)
  const { body: shown } = await t.call(`GET /conversations/${body.conversation_id}`)
  assert.deepEqual(
    [shown.source.type, shown.source.delivered_as, shown.source.body],
    ['conversation', 'customer_initiated', ''],
  )
  assert.deepEqual(shown.channel, { initial: null, current: null })
  const [part] = shown.conversation_parts.conversation_parts
  assert.deepEqual(
    [part.part_type, part.body, part.author.id],
    ['comment', '<p>My &lt;b&gt;order&lt;/b&gt;</p>', body.contact_id],
  )
  assert.equal(shown.contacts.contacts[0].external_id, 'ben')
})

test('an existing contact is found by its external id, and gets the name and the email', async () => {
  const { body: before } = await t.call('POST /contacts', { role: 'user', external_id: 'cleo', name: 'C' })
  const { body: shares } = await t.call('POST /contacts', {
    role: 'user',
    external_id: 'other',
    email: 'shared@example.com',
  })
  const who = contact({ external_id: 'cleo', name: 'Cleo', email: 'cleo@example.com' })
  const { body } = await send('new_conversation', event({ external_conversation_id: 'f1', contact: who }))
  assert.equal(body.contact_id, before.id)
  const { body: after } = await t.call(`GET /contacts/${before.id}`)
  assert.deepEqual([after.name, after.email], ['Cleo', 'cleo@example.com'])
  const lead = { type: 'lead', external_id: 'visitor' }
  const first = await send('new_conversation', event({ external_conversation_id: 'f2', contact: lead }))
  const again = await send('new_conversation', event({ external_conversation_id: 'f3', contact: lead }))
  assert.equal(first.body.contact_id, again.body.contact_id)
  assert.equal((await t.call(`GET /contacts/${first.body.contact_id}`)).body.role, 'lead')
  const same = contact({ external_id: 'twin', email: 'shared@example.com' })
  const twin = await send('new_conversation', event({ external_conversation_id: 'f4', contact: same }))
  assert.equal(twin.status, 200)
  assert.notEqual(twin.body.contact_id, shares.id)
})

test('an event that comes twice, also at once, gets the same answer and does nothing', async () => {
  await send('new_conversation', event({ external_conversation_id: 'd1' }))
  const message = event({ external_conversation_id: 'd1', body: 'Once' })
  const answers = await Promise.all(Array.from({ length: 6 }, () => send('new_message', message)))
  answers.push(await send('new_message', { ...message, body: 'Another text' }))
  assert.deepEqual(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1)
  const { body } = await t.call(`GET /conversations/${answers[0]!.body.conversation_id}`)
  assert.equal(body.conversation_parts.total_count, 1)
})

test('events at once that begin the same conversation with the same new contact make one of each', async () => {
  const who = contact({ external_id: 'race', email: 'race@example.com' })
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => send('new_conversation', event({ external_conversation_id: 'r1', contact: who }))),
  )
  assert.deepEqual(
    answers.map(({ status }) => status),
    Array(8).fill(200),
  )
  assert.equal(new Set(answers.map(({ text }) => text)).size, 1)
  const [counted] = await sql`select count(*)::int as count from contacts where external_id = 'race'`
  assert.equal(counted!['count'], 1)
})

test('a refused event can come again, once what it lacked is there', async () => {
  const early = event({ external_conversation_id: 'later', body: 'Too early' })
  assert.equal((await send('new_message', early)).status, 404)
  await send('new_conversation', event({ external_conversation_id: 'later' }))
  assert.equal((await send('new_message', early)).status, 200)
})

test('the paths of 2025 do the same, and answer 204 without a body', async () => {
  const headers = { authorization: `Bearer ${made.api_key}` }
  const post = (path: string, extra: object) =>
    t.app.inject({
      ...{ method: 'POST', url: `/custom_channel_events/${path}`, headers },
      payload: event({ external_conversation_id: 'old', ...extra }),
    })
  const cases: [path: string, extra: object][] = [
    ['new_conversation', {}],
    ['message', { body: 'Hello' }],
    ['attribute', { attribute: { id: 'city', value: 'Cork' } }],
  ]
  for (const [path, extra] of cases) {
    const { statusCode, body } = await post(path, extra)
    assert.deepEqual([statusCode, body], [204, ''])
  }
  assert.equal((await post('quick_reply', { quick_reply_option_id: 'x' })).statusCode, 404)
  const again = await send('new_conversation', event({ external_conversation_id: 'old' }))
  const { body } = await t.call(`GET /conversations/${again.body.conversation_id}`)
  assert.deepEqual(
    body.conversation_parts.conversation_parts.map(({ part_type }: { part_type: string }) => part_type),
    ['comment', 'attribute_collected'],
  )
})

test('a token of the workspace works too: in the channel of the conversation', async () => {
  const { body: second } = await t.call(`POST ${PATH}`, { name: 'Second', callback_url: null })
  const begun = await send('new_conversation', event({ external_conversation_id: 's1' }), { token: second.api_key })
  const { status, body } = await t.call(
    'POST /custom_channel_events/notify_new_message',
    event({ external_conversation_id: 's1', body: 'By the app' }),
  )
  assert.deepEqual([status, body.conversation_id], [200, begun.body.conversation_id])
  assert.equal((await send('new_message', event({ external_conversation_id: 's1', body: 'x' }))).status, 404)
})

test('an attribute without a question is stored if there is one of that name, and refused if it does not fit', async () => {
  await t.call('POST /conversations/attributes', { name: 'Size', data_type: 'integer' })
  const { body: begun } = await send('new_conversation', event({ external_conversation_id: 'a1' }))
  const give = (id: string, value: string) =>
    send('attribute_collected', event({ external_conversation_id: 'a1', attribute: { id, value } }))
  assert.equal((await give('Size', 'large')).status, 422)
  assert.equal((await give('Size', '42')).status, 200)
  assert.equal((await give('nothing here', 'x')).status, 200)
  const { body } = await t.call(`GET /conversations/${begun.conversation_id}`)
  assert.equal(body.custom_attributes.Size, 42)
  const parts = body.conversation_parts.conversation_parts
  assert.deepEqual(parts[0].event_details, { attribute: { name: 'Size' }, value: { name: '42' } })
  assert.equal(parts[0].part_type, 'attribute_collected')
})
