// Workflows through the API: sad paths first. Runs are carried on as a worker does.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { readAll } from '#events/follow.ts'
import { NEARBY, SECRET, testApp } from '../../../test/app.ts'
import { allReadable } from '../../../test/events.ts'
import { workflowReader } from './runs/follow.ts'
import { passTime } from './runs/pass-time.ts'
import { runWorkflows } from './runs/work.ts'

const t = await testApp()
const { sql } = t.database
const failures: object[] = []
const log = { warn() {}, error: (about: object) => failures.push(about) } as never
after(() => assert.deepEqual(failures, []))

const PATH = '/extensions/workflows'
const api = { type: 'api' }
const make = async (steps: object[], more: object = {}, call = t.call) => {
  const { status, body } = await call(`POST ${PATH}`, { title: 'Test', trigger: api, state: 'live', steps, ...more })
  assert.equal(status, 200, JSON.stringify(body))
  return body
}
let n = 0
const aContact = async (more: object = {}) =>
  (await t.call('POST /contacts', { role: 'user', external_id: `w${++n}`, name: 'Anna Blue', ...more })).body
    .id as string
const begin = async (contact?: string) => {
  const id = contact ?? (await aContact())
  const { body } = await t.call('POST /conversations', { from: { type: 'user', id }, body: 'Hello' })
  return { id: body.conversation_id as string, contact: id }
}
type Begun = Awaited<ReturnType<typeof begin>>
const say = ({ id, contact }: Begun, body: object) =>
  t.call(`POST /conversations/${id}/reply`, {
    message_type: 'comment',
    type: 'user',
    intercom_user_id: contact,
    ...body,
  })
const asAdmin = ({ id }: Begun, body: object) =>
  t.call(`POST /conversations/${id}/reply`, {
    message_type: 'comment',
    type: 'admin',
    admin_id: t.created.admin_id,
    ...body,
  })
const show = async ({ id }: Begun) => (await t.call(`GET /conversations/${id}`)).body
// biome-ignore lint/suspicious/noExplicitAny: parts as the API shows them
const partsOf = async (begun: Begun): Promise<any[]> => (await show(begun)).conversation_parts.conversation_parts
const start = async ({ id: workflow }: { id: string }, { id: conversation_id }: Begun) => {
  const { status, body } = await t.call(`POST ${PATH}/${workflow}/runs`, { conversation_id })
  assert.equal(status, 200, JSON.stringify(body))
  return body
}
const runsOf = async ({ id }: { id: string }) => (await t.call(`GET ${PATH}/${id}/runs`)).body.data
/** As a worker: what is in the log is read, twice, because a run writes events too. */
const settle = async () => {
  for (let round = 0; round < 2; round++) {
    await allReadable(sql)
    await readAll({ sql, log }, workflowReader)
  }
  await passTime({ sql, log })
}
const types = (parts: { part_type: string }[]) => parts.map(({ part_type }) => part_type)

describe('a workflow is refused', () => {
  const deep = (levels: number): object =>
    levels ? { type: 'branch', branches: [{ steps: [deep(levels - 1)] }] } : { type: 'close' }
  const cases: [body: object, status: number, message: RegExp][] = [
    [{ title: undefined }, 400, /title is required/],
    [{ title: ' ' }, 400, /^title/],
    [{ trigger: { type: 'full_moon' } }, 400, /trigger/],
    [{ trigger: { type: 'api', channels: ['pigeon'] } }, 400, /channels/],
    [{ state: 'alive' }, 400, /^state/],
    [{ steps: 'none' }, 400, /^steps/],
    [{ steps: [7] }, 400, /steps\[0\] must be an object/],
    [{ steps: [{ type: 'explode' }] }, 400, /steps\[0\]\.type must be one of reply, note/],
    [{ steps: [{ type: ['close'] }] }, 400, /steps\[0\]\.type must be one of reply, note/],
    [{ steps: [{ type: 'reply' }] }, 400, /steps\[0\]\.body must be a text/],
    [{ steps: [{ type: 'wait', seconds: 0 }] }, 400, /steps\[0\]\.seconds/],
    [
      { steps: [{ type: 'quick_replies', body: 'A?', options: [] }] },
      400,
      /steps\[0\]\.options must be a list of 1 to 10/,
    ],
    [
      { steps: [{ type: 'quick_replies', body: 'A?', options: [{ text: '' }] }] },
      400,
      /steps\[0\]\.options\[0\]\.text/,
    ],
    [{ steps: [deep(6)] }, 400, /nested deeper than 5 levels/],
    [{ steps: Array.from({ length: 101 }, () => ({ type: 'close' })) }, 400, /0 to 100/],
    [{ steps: [{ type: 'assign', assignee: { type: 'admin', id: '1' } }] }, 404, /./],
    [{ steps: [{ type: 'tag', tag_id: '1' }] }, 404, /Tag not found/],
    [{ steps: [{ type: 'run_connector', connector_id: '1' }] }, 404, /./],
    [{ conditions: { conversation: { field: 'colour', operator: '=', value: 'red' } } }, 400, /colour/],
    [{ conditions: { contact: { field: 'email', operator: '??', value: 'x' } } }, 400, /./],
    [{ steps: [{ type: 'branch', branches: [{ conditions: { contact: 7 } }] }] }, 400, /./],
  ]
  for (const [body, status, message] of cases)
    test(`${JSON.stringify(body).slice(0, 80)}: ${status}`, async () => {
      const answer = await t.call(`POST ${PATH}`, { title: 'Bad', trigger: api, steps: [], ...body })
      assert.equal(answer.status, status, answer.text)
      assert.match(answer.body.errors[0].message, message)
    })
})

test('an unknown workflow is not found, nor exported in versions that have no export', async () => {
  for (const id of ['1', 'x', '99999999999999999999']) {
    const { status, body } = await t.call(`GET /export/workflows/${id}`)
    assert.deepEqual([status, body.errors[0].code, body.errors[0].message], [404, 'not_found', 'Workflow not found'])
  }
  const { id } = await make([])
  assert.equal((await t.call(`GET /export/workflows/${id}`, undefined, { version: '2.14' })).status, 400)
  assert.equal((await t.call(`GET /export/workflows/${id}`, undefined, { token: null })).status, 401)
})

test('the export has the whole definition', async () => {
  const conditions = { conversation: { field: 'state', operator: '=', value: 'open' } }
  const branches = [{ conditions, steps: [{ type: 'close' }] }]
  const steps = [
    { type: 'branch', branches, otherwise: [] },
    { type: 'set_attribute', of: 'contact', name: 'plan', value: 'pro' },
  ]
  const { id } = await make(steps, {
    description: 'Why',
    state: 'paused',
    trigger: { type: 'inbound_conversation', channels: ['messenger'] },
    conditions,
  })
  for (const version of ['2.15', 'Preview']) {
    const { status, body } = await t.call(`GET /export/workflows/${id}`, undefined, { version })
    assert.equal(status, 200)
    assert.equal(body.export_version, '1.0')
    assert.ok(Number.isSafeInteger(body.app_id))
    const { workflow } = body
    assert.deepEqual([workflow.id, workflow.title, workflow.description, workflow.state], [id, 'Test', 'Why', 'paused'])
    assert.deepEqual([workflow.trigger_type, workflow.target_channels], ['inbound_conversation', ['chat']])
    assert.match(workflow.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    assert.deepEqual(workflow.targeting, conditions)
    assert.deepEqual(workflow.snapshot, { version: 1, steps })
    assert.deepEqual([workflow.attributes, workflow.embedded_rules], [[{ of: 'contact', name: 'plan' }], [conditions]])
  }
})

test('a run does its steps as the bot, with a part for each', async () => {
  const tag = (await t.call('POST /tags', { name: 'Sorted' })).body
  await t.call('POST /conversations/attributes', { name: 'Flow topic', data_type: 'string' })
  const workflow = await make([
    { type: 'reply', body: 'Hello {{user.first_name}}' },
    { type: 'note', body: 'Sorted by a workflow' },
    { type: 'tag', tag_id: tag.id },
    { type: 'set_priority', priority: 'high' },
    { type: 'set_attribute', name: 'Flow topic', value: 'bill' },
    { type: 'assign', assignee: { type: 'admin', id: t.created.admin_id } },
    { type: 'close' },
    { type: 'open' },
    { type: 'snooze', seconds: 3_600 },
  ])
  const begun = await begin()
  const run = await start(workflow, begun)
  assert.deepEqual([run.state, run.reason, run.steps_taken], ['finished', null, 9])
  const conversation = await show(begun)
  const parts = conversation.conversation_parts.conversation_parts
  assert.deepEqual(types(parts), [
    ...['comment', 'note', 'conversation_tags_updated', 'priority_changed_by_rule'],
    ...['conversation_attribute_updated_by_workflow', 'workflow_assignment', 'close', 'open', 'snoozed'],
  ])
  assert.ok(parts.every(({ author }: { author: { type: string } }) => author.type === 'bot'))
  assert.equal(parts[0].body, '<p>Hello Anna</p>')
  assert.deepEqual(parts[2].event_details, { tags_added: ['Sorted'], tags_removed: [] })
  assert.deepEqual(parts[4].event_details.workflow, { name: 'Test' })
  assert.deepEqual([conversation.state, conversation.priority, conversation.waiting_since], ['snoozed', 'high', null])
  assert.equal(conversation.custom_attributes['Flow topic'], 'bill')
  assert.equal(conversation.admin_assignee_id, Number(t.created.admin_id))
})

test('the assistant gets a conversation that is handed to it, and goes on with it', async () => {
  const workflow = await make([{ type: 'hand_to_assistant' }])
  const begun = await begin()
  await start(workflow, begun)
  const { ai_agent, ai_agent_participated } = await show(begun)
  assert.deepEqual([ai_agent_participated, ai_agent.source_type, ai_agent.source_title], [true, 'workflow', 'Test'])
  const [asked] = await sql`
    select payload from graphile_worker._private_jobs jobs join graphile_worker._private_tasks tasks on tasks.id = task_id
    where identifier = 'assistant:answer' and payload ->> 'conversation_id' = ${begun.id}`
  assert.ok(asked)
})

test('a step that cannot be done fails the run, and leaves what was done before', async () => {
  const workflow = await make([
    { type: 'note', body: 'Before' },
    { type: 'set_attribute', name: 'No such', value: 1 },
    { type: 'close' },
  ])
  const begun = await begin()
  const run = await start(workflow, begun)
  assert.deepEqual([run.state, run.step], ['failed', '1'])
  assert.match(run.reason, /No such/)
  assert.deepEqual(types(await partsOf(begun)), ['note'])
})

test('the branch is taken whose conditions hold for the conversation and its contact', async () => {
  const workflow = await make([
    {
      type: 'branch',
      branches: [
        {
          conditions: { contact: { field: 'name', operator: '=', value: 'Zoe' } },
          steps: [{ type: 'note', body: 'first' }],
        },
        {
          conditions: {
            conversation: { field: 'state', operator: '=', value: 'open' },
            contact: { field: 'role', operator: '=', value: 'user' },
          },
          steps: [],
        },
      ],
      otherwise: [{ type: 'note', body: 'neither' }],
    },
    { type: 'note', body: 'after' },
  ])
  for (const [name, bodies] of [
    ['Zoe', ['first', 'after']],
    ['Anna', ['after']],
  ] as const) {
    const begun = await begin(await aContact({ name }))
    await start(workflow, begun)
    assert.deepEqual(
      (await partsOf(begun)).map(({ body }) => body),
      bodies.map((body) => `<p>${body}</p>`),
    )
  }
  const closed = await begin()
  await asAdmin(closed, { message_type: 'close' })
  await start(workflow, closed)
  assert.deepEqual(
    (await partsOf(closed)).slice(1).map(({ body }) => body),
    ['<p>neither</p>', '<p>after</p>'],
  )
})

describe('a quick reply', () => {
  const option = (text: string) => ({ text, steps: [{ type: 'note', body: `picked ${text}` }] })
  const steps = [
    {
      type: 'quick_replies',
      body: 'Which?',
      options: [option('Red'), option('Blue')],
      otherwise: [{ type: 'note', body: 'none' }],
      wait_seconds: 60,
    },
    { type: 'close' },
  ]
  const cases: [title: string, answer: (options: { uuid: string; text: string }[]) => object | null, body: string][] = [
    [
      'that is picked takes its branch',
      ([, blue]) => ({ message_type: 'quick_reply', reply_options: [blue] }),
      'picked Blue',
    ],
    ['that is written takes its branch', () => ({ body: ' red ' }), 'picked Red'],
    ['that is none of them goes on otherwise', () => ({ body: 'Green' }), 'none'],
    ['that never comes goes on otherwise', () => null, 'none'],
  ]
  for (const [title, answer, body] of cases)
    test(title, async () => {
      const workflow = await make(steps)
      const begun = await begin()
      assert.equal((await start(workflow, begun)).waits_for, 'quick_reply')
      const parts = await partsOf(begun)
      assert.deepEqual(types(parts), ['comment', 'quick_reply'])
      const given = answer(parts[1].metadata.quick_reply_options)
      if (given) await say(begun, given)
      else await sql`update workflow_runs set until = now() where workflow_id = ${workflow.id}`
      await settle()
      const after = await partsOf(begun)
      assert.deepEqual(types(after).slice(given ? 3 : 2), ['note', 'close'])
      assert.equal(after.at(-2).body, `<p>${body}</p>`)
    })
})

test('a question stores what the attribute takes, asks again if it does not, and gives up after three', async () => {
  await t.call('POST /conversations/attributes', { name: 'Seats', data_type: 'integer' })
  const workflow = await make([
    { type: 'ask_attribute', body: 'How many?', name: 'Seats', otherwise: [{ type: 'note', body: 'gave up' }] },
    { type: 'close' },
  ])
  const good = await begin()
  await start(workflow, good)
  assert.deepEqual((await partsOf(good))[0].event_details, { workflow: { name: 'Test' }, attribute: { name: 'Seats' } })
  await say(good, { body: 'many' })
  await settle()
  await say(good, { body: '42' })
  await settle()
  assert.deepEqual(types(await partsOf(good)), [
    ...['attribute_collector', 'comment', 'comment', 'comment', 'conversation_attribute_updated_by_workflow', 'close'],
  ])
  assert.equal((await show(good)).custom_attributes.Seats, 42)
  const bad = await begin()
  await start(workflow, bad)
  for (let answers = 0; answers < 3; answers++) {
    await say(bad, { body: 'lots' })
    await settle()
  }
  assert.deepEqual(
    (await partsOf(bad)).slice(-2).map(({ part_type }) => part_type),
    ['note', 'close'],
  )
})

test('an answer can be stored at the contact', async () => {
  const workflow = await make([{ type: 'ask_attribute', body: 'Your email?', of: 'contact', name: 'email' }])
  const begun = await begin()
  await start(workflow, begun)
  await say(begun, { body: 'not one' })
  await settle()
  await say(begun, { body: 'anna.blue@example.com' })
  await settle()
  assert.equal((await t.call(`GET /contacts/${begun.contact}`)).body.email, 'anna.blue@example.com')
})

test('a message that was written before the question is no answer', async () => {
  const workflow = await make([{ type: 'wait_for_reply' }, { type: 'note', body: 'answered' }])
  const begun = await begin()
  await say(begun, { body: 'One more thing' })
  await start(workflow, begun)
  await settle()
  assert.equal((await runsOf(workflow))[0].state, 'waiting')
  await say(begun, { body: 'Yes' })
  await settle()
  assert.deepEqual(types(await partsOf(begun)), ['comment', 'comment', 'note'])
})

test('a wait goes on when its time has come, by the clock of the workspace, and says so', async () => {
  const other = await t.another()
  const { body: contact } = await other.call('POST /contacts', { role: 'user', external_id: 'clock' })
  const { body: message } = await other.call('POST /conversations', {
    from: { type: 'user', id: contact.id },
    body: 'Hi',
  })
  const workflow = await make([{ type: 'wait', seconds: 7_200 }, { type: 'close' }], {}, other.call)
  await other.call(`POST ${PATH}/${workflow.id}/runs`, { conversation_id: message.conversation_id })
  await settle()
  const state = async () => (await other.call(`GET /conversations/${message.conversation_id}`)).body
  assert.equal((await state()).state, 'open')
  await other.call('POST /extensions/sandbox/clock', { advance_seconds: 7_201 })
  await settle()
  const shown = await state()
  assert.deepEqual(types(shown.conversation_parts.conversation_parts), ['operator_workflow_event', 'close'])
  assert.deepEqual(shown.conversation_parts.conversation_parts[0].event_details.event, {
    ...{ type: 'wait_finished', result: 'Finished waiting' },
  })
})

test('runs that wait for the contact stop if a teammate replies or closes; a timer goes on', async () => {
  const asks = await make([{ type: 'wait_for_reply' }])
  const waits = await make([{ type: 'wait', seconds: 60 }])
  for (const [act, reason] of [
    [{ body: 'Me' }, 'A teammate replied'],
    [{ message_type: 'close' }, 'The conversation was closed'],
  ] as const) {
    const begun = await begin()
    await start(asks, begun)
    await start(waits, begun)
    await asAdmin(begun, act)
    await settle()
    const [run] = await runsOf(asks)
    assert.deepEqual([run.state, run.reason], ['stopped', reason])
    assert.equal((await runsOf(waits))[0].state, 'waiting')
  }
})

describe('a trigger', () => {
  const cases: [type: string, act: (begun: Begun) => Promise<unknown>][] = [
    ['contact_replied', (begun) => say(begun, { body: 'More' })],
    ['teammate_replied', (begun) => asAdmin(begun, { body: 'Yes?' })],
    ['conversation_closed', (begun) => asAdmin(begun, { message_type: 'close' })],
    [
      'conversation_assigned',
      (begun) => asAdmin(begun, { message_type: 'assignment', assignee_id: t.created.admin_id }),
    ],
    ['conversation_snoozed', (begun) => asAdmin(begun, { message_type: 'snoozed', snoozed_until: 4_000_000_000 })],
    ['priority_changed', ({ id }) => t.call(`PUT /conversations/${id}`, { priority: 'high' })],
  ]
  for (const [type, act] of cases)
    test(`${type} starts one run for each cause, with its conditions and its state`, async () => {
      const more = { trigger: { type } }
      const begun = await begin()
      const mine = { conversation: { field: 'id', operator: '=', value: begun.id } }
      const live = await make([{ type: 'note', body: type }], { ...more, conditions: mine })
      const paused = await make([], { ...more, state: 'paused' })
      const elsewhere = await make([], { trigger: { type, channels: ['email'] } })
      const unlike = await make([], {
        ...more,
        conditions: { conversation: { field: 'id', operator: '=', value: '1' } },
      })
      await act(begun)
      await settle()
      assert.equal((await runsOf(live)).length, 1)
      for (const none of [paused, elsewhere, unlike]) assert.deepEqual(await runsOf(none), [])
      await t.call(`DELETE ${PATH}/${live.id}`)
    })

  test('inbound_conversation starts with a conversation of a contact', async () => {
    const workflow = await make([{ type: 'reply', body: 'Hi' }], {
      trigger: { type: 'inbound_conversation', channels: ['messenger'] },
    })
    const begun = await begin()
    await settle()
    assert.deepEqual(types(await partsOf(begun)), ['comment'])
    await t.call(`DELETE ${PATH}/${workflow.id}`)
  })
})

test('workflows that cause each other end after twenty runs within an hour', async () => {
  const begun = await begin()
  const conditions = { conversation: { field: 'id', operator: '=', value: begun.id } }
  const pair = [
    await make([{ type: 'open' }], { trigger: { type: 'conversation_closed' }, conditions }),
    await make([{ type: 'close' }], { trigger: { type: 'conversation_opened' }, conditions }),
  ]
  await asAdmin(begun, { message_type: 'close' })
  for (let round = 0; round < 15; round++) await settle()
  const runs = (await Promise.all(pair.map(runsOf))).flat()
  assert.equal(runs.length, 20)
  assert.equal((await t.call(`POST ${PATH}/${pair[0].id}/runs`, { conversation_id: begun.id })).status, 422)
})

test('a run goes on with the version that it began with; new runs follow the new one', async () => {
  const workflow = await make([{ type: 'wait_for_reply' }, { type: 'note', body: 'old' }])
  const before = await begin()
  await start(workflow, before)
  const { body } = await t.call(`PUT ${PATH}/${workflow.id}`, { steps: [{ type: 'note', body: 'new' }] })
  assert.equal(body.version, 2)
  assert.equal((await t.call(`PUT ${PATH}/${workflow.id}`, { title: 'Renamed' })).body.version, 2)
  await say(before, { body: 'go' })
  await settle()
  assert.equal((await partsOf(before)).at(-1).body, '<p>old</p>')
  const later = await begin()
  await start(workflow, later)
  assert.equal((await partsOf(later)).at(-1).body, '<p>new</p>')
})

test('several processes at once start one run for each event, also if one dies in the middle', async () => {
  const contact = await aContact()
  const workflow = await make([{ type: 'note', body: 'once' }], {
    trigger: { type: 'inbound_conversation' },
    conditions: { contact: { field: 'id', operator: '=', value: contact } },
  })
  const stops = [1, 2, 3].map(() => runWorkflows({ sql, log, secret: SECRET, egress: NEARBY }))
  const begun: Begun[] = []
  for (let count = 0; count < 8; count++) begun.push(await begin(contact))
  // The transaction of a run that is rolled back, as after kill -9, leaves neither the run nor the position.
  const dies: typeof workflowReader = {
    ...workflowReader,
    async handle(workspace, event) {
      await workflowReader.handle(workspace, event)
      throw Object.assign(new Error('killed'), { code: 'CONNECTION_CLOSED' })
    },
  }
  await allReadable(sql)
  await readAll({ sql, log }, dies)
  await settle()
  await Promise.all(stops.map((stop) => stop()))
  await settle()
  assert.equal((await runsOf(workflow)).length, 8)
  for (const one of begun) assert.deepEqual(types(await partsOf(one)), ['note'])
})
