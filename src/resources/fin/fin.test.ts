// Fin Agent: what is refused, the states of a session, and that a message is answered once.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { finCaller } from '../../../test/fin.ts'
import { publishManual } from '../../../test/knowledge/manual.ts'

const t = await testApp()
await publishManual(t.call, t.created.admin_id)
const { newId, message, think, talk, events, told } = finCaller(t)
const user = { id: 'user-1' }
const PUNCTURE = message('Who pays for a puncture?')
const UNKNOWN = message('What is the capital of Australia?')
const TALKS = ['/fin/start', '/fin/reply', '/fin/ask']

test('without a token each call is a 401, and calls that a version lacks are refused', async () => {
  for (const path of [...TALKS, '/fin/escalate', '/fin/csat', '/fin/capabilities'])
    assert.equal((await t.call(`POST ${path}`, {}, { token: null })).status, 401, path)
  for (const path of ['/fin/ask', '/fin/escalate', '/fin/capabilities'])
    assert.equal((await t.call(`POST ${path}`, { user }, { version: '2.16' })).status, 400, path)
  assert.equal((await t.call('POST /fin/start', {}, { version: '2.13' })).status, 400)
})

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, 'x']))
const REFUSED: [path: string, body: object, error: string][] = [
  ['/fin/start', { message: PUNCTURE, user }, 'conversation_id is required'],
  ['/fin/reply', { message: PUNCTURE, user }, 'conversation_id is required'],
  ['/fin/ask', { message: PUNCTURE, user }, 'External Conversation ID is required'],
  ['/fin/ask', { conversation_id: 'r', message: PUNCTURE, user: {} }, 'User ID is required'],
  ['/fin/start', { conversation_id: 'r', user }, 'message is required'],
  [
    '/fin/start',
    { conversation_id: 'r', message: { author: 'dog', body: 'x' }, user },
    'message.author must be one of user, agent, fin',
  ],
  [
    '/fin/start',
    { conversation_id: 'r', message: { ...PUNCTURE, timestamp: 'noon' }, user },
    'message.timestamp must match format "date-time"',
  ],
  [
    '/fin/start',
    { conversation_id: 'r', message: PUNCTURE, user: { id: 'u', attributes: many(11) } },
    'Cannot update more than 10 attributes at once.',
  ],
  ['/fin/capabilities', { user: { id: 'u', attributes: many(11) } }, 'Cannot update more than 10 attributes at once.'],
  [
    '/fin/start',
    { conversation_id: 'r', message: PUNCTURE, user, conversation_metadata: { attributes: many(11) } },
    'Cannot update more than 10 attributes at once.',
  ],
  [
    '/fin/start',
    { conversation_id: 'r', message: PUNCTURE, user, conversation_metadata: { history: Array(11).fill(PUNCTURE) } },
    'Conversation history cannot contain more than 10 items',
  ],
  [
    '/fin/start',
    {
      conversation_id: 'r',
      message: PUNCTURE,
      user,
      attachments: Array(11).fill({ type: 'url', url: 'https://x.example' }),
    },
    'Cannot have more than 10 attachments',
  ],
  [
    '/fin/start',
    { conversation_id: 'r', message: PUNCTURE, user, attachments: [{ type: 'url', url: 'javascript:1' }] },
    'An attachment of type url must have an http or https URL',
  ],
  [
    '/fin/start',
    { conversation_id: 'r', message: PUNCTURE, user, attachments: [{ type: 'file', name: 'x' }] },
    'An attachment of type file must have name, content_type and data',
  ],
  ['/fin/reply', { conversation_id: 'unknown', message: PUNCTURE, user }, 'Conversation not found'],
  ['/fin/escalate', { conversation_id: 'unknown' }, 'Conversation not found'],
  ['/fin/escalate', { context: 'x' }, 'Either conversation_id or user must be provided'],
]

test('what is wrong is a 400 that says so, and leaves nothing behind', async () => {
  for (const [path, body, error] of REFUSED) {
    const answer = await t.call(`POST ${path}`, body)
    assert.equal(answer.status, 400, `${path} ${error}: ${answer.text}`)
    assert.equal(answer.body.errors[0].message, error)
  }
  assert.deepEqual(await told('r'), [])
})

test('a session that exists is started no second time, but a repeated message is a retry', async () => {
  const conversation_id = newId()
  const first = message('Who pays for a puncture?', '2026-01-24T10:01:20.123Z')
  await talk('/fin/start', { conversation_id, message: first })
  assert.equal((await talk('/fin/start', { conversation_id, message: first })).status, 200)
  const { status, body } = await talk('/fin/start', {
    conversation_id,
    message: message('Other', '2026-01-24T10:02:00Z'),
  })
  assert.equal(status, 400)
  assert.match(body.errors[0].message, /^Fin session already exists for this conversation\. Please use \/reply/)
  assert.equal((await talk('/fin/ask', { conversation_id, message: UNKNOWN })).status, 400)
  assert.deepEqual(await told(conversation_id), ['fin_replied replying', 'fin_status_updated awaiting_user_reply'])
})

test('another user cannot reply in a session', async () => {
  const conversation_id = newId()
  await talk('/fin/start', { conversation_id, message: PUNCTURE })
  const { status } = await talk('/fin/reply', { conversation_id, message: PUNCTURE, user: { id: 'user-2' } })
  assert.equal(status, 400)
})

test('a session that is started says that Fin thinks, with the URL of its events', async () => {
  const conversation_id = newId()
  const { body } = await t.call('POST /fin/start', { conversation_id, message: PUNCTURE, user })
  assert.deepEqual([body.conversation_id, body.user_id, body.status], [conversation_id, 'user-1', 'thinking'])
  assert.match(body.created_at_ms, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.match(
    body.sse_subscription_url,
    /\/extensions\/fin\/event-stream\?channels=fin_agent_api%3A.*&accessToken=.*&rewind=2m$/,
  )
  const again = await t.call('POST /fin/reply', { conversation_id, message: PUNCTURE, user })
  assert.doesNotMatch(again.body.sse_subscription_url, /rewind/)
})

test('an answer has its passage, and then it is the turn of the user, again and again', async () => {
  const conversation_id = newId()
  await talk('/fin/start', { conversation_id, message: PUNCTURE })
  await talk('/fin/reply', { conversation_id, message: message('Is the workshop open on Saturdays?') })
  const replies = (await events(conversation_id)).filter(({ event_name }) => event_name === 'fin_replied')
  assert.match(replies[0].message.body, /<p>A puncture costs you nothing\..*<li>.*Punctures/s)
  assert.match(replies[1].message.body, /Saturdays until noon/)
  assert.equal(replies[0].message.author, 'fin')
  assert.equal(replies[0].user_id, 'user-1')
  assert.deepEqual(await told(conversation_id), [
    ...['fin_replied replying', 'fin_status_updated awaiting_user_reply'],
    ...['fin_replied replying', 'fin_status_updated awaiting_user_reply'],
  ])
})

test('up to 2.15 the reply itself awaits the user', async () => {
  for (const [version, expected] of [
    ['2.14', ['fin_replied awaiting_user_reply']],
    ['2.15', ['fin_replied awaiting_user_reply']],
    ['2.16', ['fin_replied replying', 'fin_status_updated awaiting_user_reply']],
  ] as const) {
    const conversation_id = newId()
    await talk('/fin/start', { conversation_id, message: PUNCTURE, settings: { email: true } }, { version })
    assert.deepEqual(await told(conversation_id), expected, version)
    const [reply] = await events(conversation_id)
    assert.doesNotMatch(reply.message.body, /Best regards/, 'settings are newer')
  }
})

test('a message with the same timestamp is one within five minutes', async () => {
  const conversation_id = newId()
  await talk('/fin/start', { conversation_id, message: PUNCTURE })
  const reply = message('Is the workshop open on Saturdays?', '2026-01-24T10:05:00.000Z')
  await Promise.all([1, 2, 3].map(() => talk('/fin/reply', { conversation_id, message: reply })))
  assert.equal((await told(conversation_id)).length, 4)
  await t.database
    .sql`update fin_messages set received_at = received_at - interval '6 minutes' where conversation_id = ${conversation_id}`
  await talk('/fin/reply', { conversation_id, message: reply })
  assert.equal((await told(conversation_id)).length, 6)
})

test('two workers that think about one message answer it once', async () => {
  const conversation_id = newId()
  await t.call('POST /fin/start', { conversation_id, message: PUNCTURE, user })
  await Promise.all([think(conversation_id), think(conversation_id), think(conversation_id)])
  assert.deepEqual(await told(conversation_id), ['fin_replied replying', 'fin_status_updated awaiting_user_reply'])
})

test('a question has one answer, and is complete', async () => {
  const [known, unknown] = [newId(), newId()]
  await talk('/fin/ask', { conversation_id: known, message: PUNCTURE })
  await talk('/fin/ask', { conversation_id: unknown, message: UNKNOWN })
  for (const id of [known, unknown])
    assert.deepEqual(await told(id), ['fin_replied replying', 'fin_status_updated complete'])
  assert.match((await events(unknown))[0].message.body, /could not find an answer/)
})

test('without follow-up questions a conversation ends after its answer; as email it is a letter', async () => {
  const conversation_id = newId()
  const settings = { follow_up_questions: false, email: true }
  await talk('/fin/start', { conversation_id, message: PUNCTURE, user: { id: 'lena', name: 'Lena Lang' }, settings })
  const [reply] = await events(conversation_id)
  assert.match(reply.message.body, /^<p>Hi Lena,<\/p>.*<p>Best regards<\/p>$/s)
  assert.deepEqual(await told(conversation_id), ['fin_replied replying', 'fin_status_updated complete'])
})

test('an answer in the language of the question', async () => {
  const conversation_id = newId()
  await talk('/fin/ask', { conversation_id, message: message('Où puis-je acheter des billets de cinéma ?') })
  assert.match((await events(conversation_id))[0].message.body, /Je n’ai pas trouvé/)
})

const noteBodies = async (id: string): Promise<string[]> => {
  const { body } = await t.call(`GET /conversations/${id}`)
  const parts = body.conversation_parts.conversation_parts as {
    part_type: string
    body: string
    author: { type: string }
  }[]
  return parts.filter(({ part_type, author }) => part_type === 'note' && author.type === 'bot').map(({ body }) => body)
}
const escalatedTo = async (conversation_id: string): Promise<string> => {
  const [row] = await t.database.sql`
    select escalated_conversation_id from fin_sessions where conversation_id = ${conversation_id}`
  return row!['escalated_conversation_id']
}

test('what nothing fits is said, and handed over to the team with a summary', async () => {
  const conversation_id = newId()
  await talk('/fin/start', { conversation_id, message: PUNCTURE })
  await talk('/fin/reply', { conversation_id, message: UNKNOWN })
  const all = await events(conversation_id)
  assert.deepEqual((await told(conversation_id)).slice(2), [
    'fin_replied replying',
    'fin_status_updated escalated',
    'fin_status_updated complete',
  ])
  assert.equal(all.at(-2).reason, 'Conversation finished without resolution')
  assert.ok(!('reason' in all.at(-1)))
  const id = await escalatedTo(conversation_id)
  const { body } = await t.call(`GET /conversations/${id}`)
  assert.equal(body.source.body, '<p>What is the capital of Australia?</p>')
  assert.deepEqual([body.state, body.admin_assignee_id], ['open', 0])
  const [summary] = await noteBodies(id)
  assert.match(summary!, /Who pays for a puncture\?.*A puncture costs you nothing.*capital of Australia/s)
  const refused = await talk('/fin/reply', { conversation_id, message: PUNCTURE })
  assert.deepEqual([refused.status, (await told(conversation_id)).length], [400, 5])
})

test('a user who asks for a person gets one', async () => {
  for (const text of [
    'Can I talk to a human?',
    'human please',
    'Je voudrais parler à un conseiller',
    'get me a real person',
  ]) {
    const conversation_id = newId()
    await talk('/fin/start', { conversation_id, message: message(text) })
    assert.equal((await events(conversation_id)).at(-2).reason, 'Escalation requested by user', text)
  }
})

test('a session is escalated by a call, once, with context and attributes; what waits gets no answer', async () => {
  await t.call('POST /conversations/attributes', { name: 'order_id', data_type: 'string' })
  const conversation_id = newId()
  const conversation_metadata = { attributes: { order_id: '98765', bad: 1 } }
  const started = await t.call('POST /fin/start', { conversation_id, message: PUNCTURE, user, conversation_metadata })
  assert.deepEqual(started.body.errors, {
    conversation: { attributes: { bad: "Conversation attribute 'bad' does not exist" } },
  })
  const escalated = await t.call('POST /fin/escalate', { conversation_id, context: 'Is <b>frustrated</b>' })
  assert.deepEqual(
    [escalated.status, escalated.body.status, escalated.body.conversation_id],
    [200, 'escalated', conversation_id],
  )
  await t.call('POST /fin/escalate', { conversation_id })
  await think(conversation_id)
  assert.deepEqual(await told(conversation_id), ['fin_status_updated escalated', 'fin_status_updated complete'])
  const id = await escalatedTo(conversation_id)
  const notes = await noteBodies(id)
  assert.equal(notes.length, 2)
  assert.match(notes[1]!, /Is &lt;b&gt;frustrated/)
  assert.equal((await t.call(`GET /conversations/${id}`)).body.custom_attributes.order_id, '98765')
})

test('a user without a session is escalated, too', async () => {
  const { body } = await t.call('POST /fin/escalate', {
    user: { id: 'new-one', email: 'new@example.com' },
    context: 'VIP',
  })
  assert.deepEqual(Object.keys(body).sort(), ['intercom_conversation_id', 'status'])
  const conversation = (await t.call(`GET /conversations/${body.intercom_conversation_id}`)).body
  assert.equal(conversation.source.body, '<p>Requesting human support</p>')
  assert.match((await noteBodies(body.intercom_conversation_id))[0]!, /VIP/)
})

test('the session of a contact that is blocked meanwhile ends without the team', async () => {
  const conversation_id = newId()
  await t.call('POST /fin/start', { conversation_id, message: UNKNOWN, user: { id: 'blocked' } })
  await t.database.sql`update contacts set blocked_at = now() where external_id = 'blocked'`
  await think(conversation_id)
  assert.deepEqual(await told(conversation_id), ['fin_replied replying', 'fin_status_updated complete'])
})

test('a user is created, changed and reported on', async () => {
  await t.call('POST /data_attributes', { name: 'plan', model: 'contact', data_type: 'string' })
  const given = { id: 'paul', name: 'Paul', email: 'paul@example.com', attributes: { plan: 'Pro', nope: 1 } }
  const { body } = await t.call('POST /fin/start', { conversation_id: newId(), message: PUNCTURE, user: given })
  assert.deepEqual(body.errors, { user: { attributes: { nope: "User attribute 'nope' does not exist" } } })
  await t.call('POST /fin/start', {
    conversation_id: newId(),
    message: PUNCTURE,
    user: { id: 'paul', email: 'p2@example.com' },
  })
  const contact = (await t.call('GET /contacts/find_by_external_id/paul')).body
  assert.deepEqual(
    [contact.role, contact.name, contact.email, contact.custom_attributes.plan],
    ['user', 'Paul', 'p2@example.com', 'Pro'],
  )
})

test('two first messages of a new user at once make one contact', async () => {
  const start = () => t.call('POST /fin/start', { conversation_id: newId(), message: PUNCTURE, user: { id: 'twice' } })
  const answers = await Promise.all([start(), start(), start()])
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  )
})

test('capabilities are the procedures that can be run, reply and ask', async () => {
  const procedure = { name: 'Greet', state: 'live', has_api_trigger: true, steps: [{ type: 'say', text: 'Hi' }] }
  await t.call('POST /extensions/procedures', procedure)
  const { body } = await t.call('POST /fin/capabilities', { user })
  assert.equal(body.version, 'Preview')
  assert.deepEqual(
    body.capabilities.map(({ type }: { type: string }) => type),
    ['procedure', 'reply', 'ask'],
  )
})

test('Fin that is switched off refuses sessions', async () => {
  await t.call('PUT /extensions/fin/settings', { is_enabled: false })
  const { status, body } = await talk('/fin/start', { conversation_id: newId(), message: PUNCTURE })
  assert.equal(status, 400)
  assert.match(body.errors[0].message, /^No Fin profile is configured/)
  await t.call('PUT /extensions/fin/settings', { is_enabled: true })
})
