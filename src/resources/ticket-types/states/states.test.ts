// Ticket states, and which types have them: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../../test/app.ts'
import { eventually } from '../../../../test/factories.ts'
import { holdTypeAndState } from '../queries.ts'

const t = await testApp()
const { sql } = t.database

const aType = async (name = 'Bug', as = t): Promise<string> => (await as.call('POST /ticket_types', { name })).body.id
const create = (body: object) => t.call('POST /extensions/ticket_states', body)
const change = (id: string, body: object) => t.call(`PUT /extensions/ticket_states/${id}`, body)
const list = async () => (await t.call('GET /ticket_states')).body.data
const shown = async (id: string) => (await list()).find((state: { id: string }) => state.id === id)
const typesOf = async (id: string) =>
  (await shown(id)).ticket_types.data.map((type: { id: string }) => type.id) as string[]

const aState = async (rest: object = {}): Promise<string> =>
  (await create({ category: 'in_progress', internal_label: 'With engineers', ...rest })).body.id

/** Makes a conversation a ticket. */
async function aTicket(ticket_type_id: string, ticket_state_id: string): Promise<void> {
  const { id } = (await t.call('POST /contacts', { role: 'lead' })).body
  const { body } = await t.call('POST /conversations', { from: { type: 'lead', id }, body: 'Hello' })
  await sql`update conversations set ticket_type_id = ${ticket_type_id}, ticket_state_id = ${ticket_state_id}
    where workspace_id = ${t.created.id} and id = ${body.conversation_id}`
}

test('the operations need a token with its scope; the list exists since 2.12', async () => {
  const text = newTokenText()
  const { admin_id } = t.created
  await insertToken(sql, t.created.id, text, { name: 'Limited', admin_id, scopes: ['read_admins'] }, new Date())
  const routes: [string, object?][] = [
    ['GET /ticket_states'],
    ['POST /extensions/ticket_states', {}],
    ['PUT /extensions/ticket_states/1', {}],
  ]
  for (const [route, body] of routes) {
    assert.equal((await t.call(route, body, { token: null })).status, 401, route)
    assert.equal((await t.call(route, body, { token: text })).status, 403, route)
  }
  assert.equal((await t.call('GET /ticket_states', undefined, { version: '2.11' })).status, 400)
  assert.equal((await t.call('GET /ticket_states', undefined, { version: '2.12' })).status, 200)
})

test('a wrong state is a 400 or 404 that names what is wrong, and nothing is created or changed', async () => {
  const other = await t.another()
  const theirs = await aType('Theirs', other as typeof t)
  const base = { category: 'submitted', internal_label: 'New' }
  const wrong: [body: object, status: number, message: RegExp][] = [
    [{ internal_label: 'New' }, 400, /^category is required/],
    [{ category: 'submitted' }, 400, /^internal_label is required/],
    [
      { ...base, category: 'open' },
      400,
      /^category must be one of submitted, in_progress, waiting_on_customer, resolved/,
    ],
    [{ ...base, internal_label: '' }, 400, /^internal_label /],
    [{ ...base, internal_label: ' \n ' }, 400, /^internal_label /],
    [{ ...base, internal_label: 'x'.repeat(256) }, 400, /^internal_label /],
    [{ ...base, external_label: '' }, 400, /^external_label /],
    [{ ...base, external_label: 7 }, 400, /^external_label /],
    [{ ...base, ticket_type_ids: '1' }, 400, /^ticket_type_ids /],
    [{ ...base, ticket_type_ids: [{}] }, 400, /^ticket_type_ids/],
    [{ ...base, ticket_type_ids: ['nonsense'] }, 404, /^Ticket type not found$/],
    [{ ...base, ticket_type_ids: ['999999'] }, 404, /^Ticket type not found$/],
    [{ ...base, ticket_type_ids: [theirs] }, 404, /^Ticket type not found$/],
    [{ ...base, ticket_type_ids: [await aType(), theirs] }, 404, /^Ticket type not found$/],
  ]
  const id = await aState()
  const before = await list()
  for (const [body, status, message] of wrong) {
    const answer = await create(body)
    assert.equal(answer.status, status, JSON.stringify(body).slice(0, 200))
    assert.match(answer.body.errors[0].message, message)
    if (!/ is required/.test(answer.body.errors[0].message)) assert.equal((await change(id, body)).status, status)
  }
  for (const unknown of ['0', '999999', 'nonsense', '99999999999999999999']) {
    const answer = await change(unknown, { internal_label: 'Mine' })
    assert.deepEqual(answer.body.errors, [{ code: 'not_found', message: 'Resource Not Found' }])
  }
  assert.deepEqual(await list(), before)
})

test('a default state keeps its category, and stays with all types; its labels can change', async () => {
  const [submitted] = await list()
  const wrong: [body: object, message: string][] = [
    [{ category: 'resolved' }, 'category of a default state cannot change'],
    [{ archived: true }, 'archived cannot be true for a default state'],
    [{ ticket_type_ids: [] }, 'ticket_type_ids of a default state cannot change: every type has it'],
    [{ ticket_type_ids: [await aType()] }, 'ticket_type_ids of a default state cannot change: every type has it'],
  ]
  for (const [body, message] of wrong) {
    const answer = await change(submitted.id, body)
    assert.deepEqual([answer.status, answer.body.errors], [400, [{ code: 'parameter_invalid', message }]])
  }
  const labels = { internal_label: 'New', external_label: 'Received' }
  const { status, body } = await change(submitted.id, { ...labels, category: 'submitted', archived: false })
  assert.equal(status, 200)
  assert.deepEqual([body.internal_label, body.external_label], ['New', 'Received'])
  const { ticket_states } = (await t.call('POST /ticket_types', { name: 'Later' })).body
  assert.deepEqual(ticket_states.data[0], { type: 'ticket_state', id: body.id, category: 'submitted', ...labels })
})

test('a state cannot leave a type, nor its category, while tickets of the type have it', async () => {
  const [used, unused] = [await aType('Used'), await aType('Unused')]
  const state = await aState({ ticket_type_ids: [used, unused] })
  await aTicket(used, state)
  for (const [ticket_type_ids, removed] of [
    [[], 1],
    [[unused], 1],
  ] as const) {
    const answer = await change(state, { ticket_type_ids })
    assert.equal(answer.status, 400, String(removed))
    assert.deepEqual(answer.body.errors, [
      { code: 'parameter_invalid', message: `ticket_type_ids must keep ${used}: tickets of the type have the state` },
    ])
  }
  const category = await change(state, { category: 'resolved' })
  assert.deepEqual(category.body.errors, [
    { code: 'parameter_invalid', message: 'category cannot change, because tickets have the state' },
  ])
  assert.deepEqual(await typesOf(state), [used, unused])
  assert.equal((await change(state, { ticket_type_ids: [used] })).status, 200)
  assert.equal((await change(state, { archived: true })).body.archived, true)
  assert.deepEqual(await typesOf(state), [used])
  await assert.rejects(
    sql`delete from ticket_type_states where workspace_id = ${t.created.id} and ticket_state_id = ${state}`,
    { code: '23503' },
  )
})

test('a new state is listed with its types, and the types show it until it is archived', async () => {
  const type = (await t.call('POST /ticket_types', { name: 'Delivery', category: 'Back-office', icon: '🚚' })).body
  const request = { category: 'waiting_on_customer', internal_label: ' With carrier ', ticket_type_ids: [type.id] }
  const { status, body } = await create(request)
  assert.equal(status, 200)
  assert.deepEqual(body, {
    ...{ type: 'ticket_state', id: body.id, category: 'waiting_on_customer', internal_label: 'With carrier' },
    external_label: 'With carrier',
    ticket_types: {
      type: 'list',
      data: [
        {
          ...{ type: 'ticket_type', id: type.id, name: 'Delivery', description: '', icon: '🚚', archived: false },
          ...{ is_internal: false, category: 'Back-office' },
        },
      ],
    },
    archived: false,
  })
  assert.deepEqual(await shown(body.id), body)
  const labels = async () =>
    (await t.call(`GET /ticket_types/${type.id}`)).body.ticket_states.data.map(
      (state: { internal_label: string }) => state.internal_label,
    )
  assert.equal((await labels()).at(-1), 'With carrier')
  const changed = await change(body.id, { external_label: 'On its way', category: 'in_progress', archived: true })
  assert.deepEqual(changed.body, { ...body, external_label: 'On its way', category: 'in_progress', archived: true })
  assert.equal((await labels()).length, 4)
  await change(body.id, { archived: false, ticket_type_ids: [] })
  assert.deepEqual(await typesOf(body.id), [])
  assert.equal((await labels()).length, 4)
  await change(body.id, { ticket_type_ids: [Number(type.id), type.id] })
  assert.deepEqual(await typesOf(body.id), [type.id])
})

test('a ticket can hold a state only of its type, and only one that is not archived', async () => {
  const [type, other] = [await aType('Held'), await aType('Other')]
  const state = await aState({ ticket_type_ids: [type] })
  const cases: [type: string, state: string, holds: boolean][] = [
    [type, state, true],
    [other, state, false],
    [type, '0', false],
    [type, 'nonsense', false],
    ['nonsense', state, false],
  ]
  for (const [type_id, state_id, holds] of cases)
    assert.equal(await holdTypeAndState(t.workspace, type_id, state_id), holds)
  await change(state, { archived: true })
  assert.equal(await holdTypeAndState(t.workspace, type, state), false)
})

test('a state waits for the ticket that is about to get it, and then stays with its type', async () => {
  const type = await aType('Race')
  const state = await aState({ ticket_type_ids: [type] })
  const { id } = (await t.call('POST /contacts', { role: 'lead' })).body
  const { body } = await t.call('POST /conversations', { from: { type: 'lead', id }, body: 'Hello' })
  let removal: Promise<{ status: number }> | undefined
  await sql.begin(async (transaction) => {
    assert.ok(await holdTypeAndState({ ...t.workspace, sql: transaction }, type, state))
    removal = change(state, { ticket_type_ids: [] })
    await eventually(
      () => sql`select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      ({ count }) => count > 0,
    )
    await transaction`update conversations set ticket_type_id = ${type}, ticket_state_id = ${state}
      where workspace_id = ${t.created.id} and id = ${body.conversation_id}`
  })
  assert.equal((await removal)?.status, 400)
  assert.deepEqual(await typesOf(state), [type])
})

test('there are at most 100 states, archived ones included, however many requests come at once', async () => {
  const other = await t.another('Full')
  const at = new Date()
  await sql`
    insert into ticket_states (workspace_id, category, internal_label, external_label, archived, created_at, updated_at)
    select ${other.created.id}, 'resolved', 'State ' || n, 'State', n % 2 = 0, ${at}, ${at} from generate_series(1, 94) n`
  const body = { category: 'resolved', internal_label: 'Last' }
  const answers = await Promise.all([1, 2, 3, 4].map(() => other.call('POST /extensions/ticket_states', body)))
  assert.deepEqual(answers.map(({ status }) => status).toSorted(), [200, 200, 400, 400])
})

test('a new workspace has the default states, which are of no type yet', async () => {
  const other = await t.another('New')
  const { data } = (await other.call('GET /ticket_states')).body
  assert.deepEqual(
    data.map(({ category, archived, ticket_types }: Record<string, unknown>) => [category, archived, ticket_types]),
    ['submitted', 'in_progress', 'waiting_on_customer', 'resolved'].map((category) => [
      ...[category, false, { type: 'list', data: [] }],
    ]),
  )
})
