// Procedures: what is refused, the steps of a run, and the person that a step waits for.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { finCaller } from '../../../test/fin.ts'
import { filled, readText } from './steps.ts'

const t = await testApp()
const { newId, message, think, talk, events, told } = finCaller(t)
const user = { id: 'user-1' }
const PATH = '/extensions/procedures'
const say = (text: string) => ({ type: 'say', text })
const HUMAN = {
  ...{ type: 'human', question: 'May {{order}} be refunded?' },
  attributes: [
    { name: 'is_approved', label: 'Approved', data_type: 'boolean' },
    { name: 'reason', data_type: 'list', options: ['Late', 'Broken'] },
  ],
}
const create = async (steps: object[], more = {}) => {
  const answer = await t.call(`POST ${PATH}`, { name: 'Refund', state: 'live', has_api_trigger: true, steps, ...more })
  assert.equal(answer.status, 200, answer.text)
  return answer.body.id as string
}
const run = async (procedure: string, conversation_id = newId(), more = {}) => {
  const answer = await talk(`/fin/procedures/${procedure}/run`, { conversation_id, user, ...more })
  return { ...answer, conversation_id }
}
const reply = (conversation_id: string, text: string) =>
  talk('/fin/reply', { conversation_id, message: message(text), user })
const said = async (conversation_id: string) =>
  (await events(conversation_id))
    .filter(({ event_name }) => event_name === 'fin_replied')
    .map(({ message }) => message.body.replace(/<[^>]*>/g, ''))

test('placeholders are filled, also within values; an unknown one is empty', () => {
  const order = { state: 'sent', lines: [1] }
  assert.equal(filled('{{n}} {{ order.state }} {{order.lines}} {{x}} {{order.x.y}}!', { n: 0, order }), '0 sent [1]  !')
  assert.equal(filled('{{constructor}} {{__proto__.x}} {{a b}}', {}), '  {{a b}}')
})

test('what users write is read by its type', () => {
  const cases: [Parameters<typeof readText>[0], string, unknown][] = [
    ['integer', ' 42 ', 42],
    ['integer', '4.2', undefined],
    ['integer', 'many', undefined],
    ['integer', '', undefined],
    ['decimal', '4,2', 4.2],
    ['decimal', '1e400', undefined],
    ['boolean', 'Yes!', true],
    ['boolean', 'non', false],
    ['boolean', 'maybe', undefined],
    ['string', '  ', undefined],
    ['string', ' a b ', 'a b'],
  ]
  for (const [type, text, value] of cases) assert.equal(readText(type, text), value, `${type} ${text}`)
})

test('a procedure that cannot work is refused', async () => {
  const cases: [object, number][] = [
    [{ steps: [say('x')] }, 400],
    [{ name: 'x' }, 400],
    [{ name: 'x', steps: [] }, 400],
    [{ name: 'x', steps: [{ type: 'dance' }] }, 400],
    [{ name: 'x', steps: [{ type: 'say' }] }, 400],
    [{ name: 'x', steps: [{ type: 'ask', text: 'x', name: 'a b', data_type: 'string' }] }, 400],
    [{ name: 'x', steps: [{ type: 'ask', text: 'x', name: 'a', data_type: 'list' }] }, 400],
    [{ name: 'x', steps: [{ ...HUMAN, attributes: [{ name: 'a', data_type: 'list' }] }] }, 400],
    [{ name: 'x', steps: [{ ...HUMAN, attributes: [] }] }, 400],
    [{ name: 'x', steps: [{ type: 'connector', connector_id: '999999' }] }, 404],
    [{ name: 'x', steps: [say('x')], audience_ids: [999_999] }, 404],
  ]
  for (const [body, status] of cases)
    assert.equal((await t.call(`POST ${PATH}`, body)).status, status, JSON.stringify(body))
  for (const method of ['GET', 'PUT', 'DELETE'])
    assert.equal((await t.call(`${method} ${PATH}/999999`, method === 'PUT' ? { name: 'x' } : undefined)).status, 404)
})

test('only a live procedure with an API trigger runs, in a session of its own', async () => {
  const errorOf = async (id: string, conversation_id?: string) => (await run(id, conversation_id)).body.errors[0]
  const invalid = (text: string) => ({ code: 'parameter_invalid', message: text })
  assert.deepEqual(await errorOf('999999'), invalid('Procedure not found'))
  assert.deepEqual(await errorOf(await create([say('x')], { state: 'draft' })), invalid('Procedure is not live'))
  const without = await create([say('x')], { has_api_trigger: false })
  assert.deepEqual(await errorOf(without), invalid('Procedure does not have an API trigger'))
  const id = await create([say('x')])
  const { conversation_id, body } = await run(id)
  assert.deepEqual([body.procedure_id, body.status], [id, 'thinking'])
  assert.match((await errorOf(id, conversation_id)).message, /^Fin session already exists/)
  assert.equal((await t.call(`POST /fin/procedures/${id}/run`, { user })).status, 400)
  await t.call('PUT /extensions/fin/settings', { is_enabled: false })
  assert.match((await errorOf(id)).message, /^No Fin profile is configured/)
  await t.call('PUT /extensions/fin/settings', { is_enabled: true })
})

test('a run says, asks until the value fits, and resolves the session', async () => {
  const id = await create([
    say('Welcome'),
    { type: 'ask', text: 'Which order?', name: 'order', data_type: 'integer' },
    say('Order {{order}} it is.'),
  ])
  const { conversation_id } = await run(id, newId(), { message: { author: 'agent', body: 'Starting' } })
  assert.deepEqual(await said(conversation_id), ['Welcome', 'Which order?'])
  await reply(conversation_id, 'the blue one')
  await reply(conversation_id, '42')
  assert.deepEqual((await said(conversation_id)).slice(2), [
    'Please write a whole number. Which order?',
    'Order 42 it is.',
  ])
  assert.deepEqual((await told(conversation_id)).slice(-3), [
    ...['fin_status_updated resolved', 'fin_status_updated complete', 'csat_requested'],
  ])
})

test('who asks for a person instead of a value gets one', async () => {
  const id = await create([{ type: 'ask', text: 'Which?', name: 'order', data_type: 'string' }, say('Never')])
  const { conversation_id } = await run(id)
  await reply(conversation_id, 'Let me talk to a human')
  await think(conversation_id)
  assert.deepEqual((await told(conversation_id)).slice(-2), [
    'fin_status_updated escalated',
    'fin_status_updated complete',
  ])
  assert.deepEqual(await said(conversation_id), ['Which?'])
})

test('two workers take each step once', async () => {
  const id = await create([say('One'), say('Two'), say('Three')])
  const conversation_id = newId()
  await t.call(`POST /fin/procedures/${id}/run`, { conversation_id, user })
  await Promise.all([think(conversation_id), think(conversation_id), think(conversation_id)])
  assert.deepEqual(await said(conversation_id), ['One', 'Two', 'Three'])
})

const connectorTo = async (url: string) => {
  const { body } = await t.call('POST /data_connectors', {
    ...{ name: 'Order state', http_method: 'get', url: `${url}/{{order}}` },
    data_inputs: [{ name: 'order', type: 'string', description: 'The order', required: true }],
  })
  const live = await t.call(`PATCH /data_connectors/${body.id}`, { state: 'live' })
  assert.ok(live.status < 300, live.text)
  return body.id as string
}

test('a connector is executed with values of the run, and its answer is a value; one that fails hands over', async () => {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.statusCode = request.url?.endsWith('/7') ? 200 : 500
    response.end(JSON.stringify({ state: 'shipped' }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()))
  const connector_id = await connectorTo(`http://127.0.0.1:${(server.address() as { port: number }).port}`)
  const id = await create([
    { type: 'ask', text: 'Which?', name: 'order', data_type: 'integer' },
    { type: 'connector', connector_id, inputs: { order: '{{order}}' }, save_as: 'found' },
    say('It is {{found.state}}.'),
  ])
  const good = await run(id)
  await reply(good.conversation_id, '7')
  assert.deepEqual((await said(good.conversation_id)).at(-1), 'It is shipped.')
  const bad = await run(id)
  await reply(bad.conversation_id, '8')
  assert.equal((await events(bad.conversation_id)).at(-2).reason, 'Escalation rule: Refund')
  const lost = await run(id)
  await t.database.sql`
    update procedure_runs set state = 'calling', step = 1 where conversation_id = ${lost.conversation_id}`
  await think(lost.conversation_id)
  assert.equal(
    (await events(lost.conversation_id)).at(-2).status,
    'escalated',
    'a call whose result was lost is not made again',
  )
  server.close()
})

const waiting = async (more = {}) => {
  const id = await create([
    { type: 'ask', text: 'Which?', name: 'order', data_type: 'string' },
    { ...HUMAN, ...more },
    say('{{is_approved}} because of {{reason}}'),
  ])
  const { conversation_id } = await run(id)
  await reply(conversation_id, 'A-1')
  const [input] = await t.database.sql`select * from procedure_inputs where session_id = ${conversation_id}`
  const [approved, reason] = input!['attributes']
  const collect = (attribute_values: object[], step_id = input!['step_id']) =>
    t.call(`POST /procedures/${input!['conversation_id']}/collect_agent_input`, { step_id, attribute_values })
  const good = [
    { identifier: approved.identifier, value: true },
    { identifier: reason.identifier, value: reason.options[1].id },
  ]
  return { conversation_id, team_id: input!['conversation_id'], approved, reason, collect, good }
}

test('an answer of a person is refused unless it has a fitting value for each attribute', async () => {
  const { conversation_id, collect, good, approved, reason, team_id } = await waiting()
  const [first, second] = good
  const cases: [object[], number][] = [
    [[], 422],
    [[first!], 422],
    [[first!, { identifier: reason.identifier, value: 'Broken' }], 422],
    [[{ identifier: approved.identifier, value: 'yes' }, second!], 422],
    [[...good, { identifier: 'other', value: 1 }], 422],
  ]
  for (const [values, status] of cases) assert.equal((await collect(values)).status, status, JSON.stringify(values))
  assert.equal((await collect(good, 'unknown')).status, 404)
  assert.equal(
    (await t.call('POST /procedures/999999/collect_agent_input', { step_id: 'x', attribute_values: [] })).status,
    404,
  )
  assert.equal((await t.call(`POST /procedures/${team_id}/collect_agent_input`, {})).status, 400)
  assert.equal((await t.call(`POST /procedures/${team_id}/collect_agent_input`, {}, { token: null })).status, 401)
  await t.call('PUT /extensions/fin/settings', { has_human_input: false })
  const off = await collect(good)
  assert.deepEqual([off.status, off.body.errors[0].message], [403, 'Procedures HITL API is not enabled for your app.'])
  await t.call('PUT /extensions/fin/settings', { has_human_input: true })
  assert.deepEqual(await said(conversation_id), ['Which?'])
})

test('of several answers the first one wins, and the run goes on with it', async () => {
  const { conversation_id, team_id, collect, good } = await waiting()
  const answers = await Promise.all([collect(good), collect(good), collect(good)])
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409])
  assert.deepEqual(answers.find(({ status }) => status === 200)!.body, {})
  const late = answers.find(({ status }) => status === 409)!
  assert.equal(late.body.errors[0].message, 'This HITL request has already been fulfilled')
  await think(conversation_id)
  assert.deepEqual((await said(conversation_id)).at(-1), 'true because of Broken')
  const { body } = await t.call(`GET /conversations/${team_id}`)
  const notes = body.conversation_parts.conversation_parts.map(({ body }: { body: string }) => body).join()
  assert.match(notes, /May A-1 be refunded\?/)
})

test('a step that nobody answers in time hands the session over', async () => {
  const { conversation_id, collect, good } = await waiting({ expires_after_seconds: 60 })
  await think(conversation_id)
  assert.deepEqual((await told(conversation_id)).length, 2, 'it still waits')
  await t.database
    .sql`update procedure_inputs set expires_at = now() - interval '1 second' where session_id = ${conversation_id}`
  const { status, body } = await collect(good)
  assert.deepEqual([status, body.errors[0].message], [404, 'This HITL request has expired'])
  await think(conversation_id)
  assert.deepEqual((await told(conversation_id)).slice(2), [
    'fin_status_updated escalated',
    'fin_status_updated complete',
  ])
})

test('subscribers are told that a step waits, with what they need to answer it', async () => {
  const { body: subscription } = await t.call('POST /extensions/webhook_subscriptions', {
    ...{ url: null, topics: ['procedure.hitl_notification.created'] },
  })
  assert.ok(subscription.id)
  const { conversation_id, team_id, approved, reason } = await waiting({ is_priority: true })
  const [event] = await t.database.sql`
    select snapshot from events where topic = 'procedure.hitl_notification.created' order by id desc limit 1`
  const { snapshot } = event as { snapshot: Record<string, unknown> }
  assert.deepEqual(
    [
      snapshot['type'],
      snapshot['conversation_id'],
      snapshot['hitl_question'],
      snapshot['priority'],
      snapshot['expires_at'],
    ],
    ['procedure.hitl_notification', team_id, 'May A-1 be refunded?', 'priority', null],
  )
  assert.deepEqual(snapshot['attributes_to_collect'], [
    {
      type: 'data_attribute',
      identifier: approved.identifier,
      name: 'is_approved',
      label: 'Approved',
      data_type: 'boolean',
    },
    {
      type: 'data_attribute',
      identifier: reason.identifier,
      name: 'reason',
      label: 'reason',
      data_type: 'list',
      options: reason.options,
    },
  ])
  assert.equal(snapshot['callback_url'], `/procedures/${team_id}/collect_agent_input`)
  assert.ok(conversation_id)
})

test('capabilities list the procedures that can be run, in their audience', async () => {
  const id = await create([say('x')], { name: 'Listed', description: 'For all' })
  await create([say('x')], { name: 'Draft', state: 'draft' })
  const { body: audience } = await t.call('POST /audiences', {
    name: 'Nobody',
    predicates: [{ attribute: 'email', comparison: 'eq', type: 'string', value: 'nobody@example.com' }],
  })
  if (audience.id) await create([say('x')], { name: 'Other audience', audience_ids: [Number(audience.id)] })
  const { body } = await t.call('POST /fin/capabilities', { user })
  const named = body.capabilities.filter(({ name }: { name?: string }) =>
    ['Listed', 'Draft', 'Other audience'].includes(name ?? ''),
  )
  assert.deepEqual(named, [
    {
      type: 'procedure',
      id,
      name: 'Listed',
      description: 'For all',
      endpoint: `/fin/procedures/${id}/run`,
      method: 'POST',
    },
  ])
})

test('a procedure is changed and deleted; a run that has begun goes on', async () => {
  const id = await create([{ type: 'ask', text: 'Old?', name: 'x', data_type: 'string' }, say('Old end')])
  const { conversation_id } = await run(id)
  const changed = await t.call(`PUT ${PATH}/${id}`, { steps: [say('New')], description: 'Changed' })
  assert.deepEqual([changed.body.description, changed.body.steps], ['Changed', [say('New')]])
  assert.equal((await t.call(`DELETE ${PATH}/${id}`)).status, 204)
  await reply(conversation_id, 'go')
  assert.equal((await said(conversation_id)).at(-1), 'Old end')
})
