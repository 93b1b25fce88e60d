// Ratings of conversations, requested by the team and given in the messenger: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { insertAdmin } from '#workspaces/queries.ts'
import { SECRET, testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact, aSession } from '../../../../test/factories.ts'

const t = await testApp()
const { sql } = t.database
const { admin_id } = t.created
const { id: ann } = await insertAdmin(
  ...([sql, t.workspace.id, { name: 'Ann', email: 'ann@example.com', is_bot: false }, new Date()] as const),
)
const joe = await aContact(t.workspace, { email: 'joe@example.com', external_id: 'joe' })
const session = await aSession(t.workspace, SECRET, joe)
const TEN = 1_772_445_600

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
type Shown = any

const ok = async (route: string, body?: unknown, options = {}): Promise<Shown> => {
  const answer = await t.call(route, body, options)
  assert.equal(answer.status, 200, `${route} ${answer.text}`)
  return answer.body
}
const begin = async (contact = joe): Promise<string> =>
  (await ok('POST /conversations', { from: { type: 'user', id: contact }, body: 'Hello' })).conversation_id
const ask = (id: string, body: object = {}) => t.call(`POST /extensions/conversations/${id}/rating_request`, body)
const asked = async (body: object = {}): Promise<string> => {
  const id = await begin()
  assert.equal((await ask(id, body)).status, 200)
  return id
}
const rate = (id: string, body: object, token = session) =>
  t.call(`POST /extensions/messenger/conversations/${id}/rating`, body, { token })
const show = (id: string, version?: string) => ok(`GET /conversations/${id}`, undefined, version ? { version } : {})
const partsOf = async (id: string): Promise<Shown[]> => (await show(id)).conversation_parts.conversation_parts
const ratedTopics = async (id: string) =>
  (await topicsOf(t.workspace, id)).filter((topic) => topic === 'conversation.rating.added').length

describe('a request for a rating is refused', () => {
  test('without a token, and for a conversation or an admin that is unknown or of another workspace', async () => {
    const id = await begin()
    const other = await t.another()
    const route = `POST /extensions/conversations/${id}/rating_request`
    assert.equal((await t.call(route, {}, { token: null })).status, 401)
    assert.equal((await other.call(route, {})).body.errors[0].message, 'Resource Not Found')
    for (const unknown of ['0', 'x', '99999999999999999999']) assert.equal((await ask(unknown)).status, 404)
    for (const admin of [1, 'ann', other.created.admin_id])
      assert.equal((await ask(id, { admin_id: admin })).body.errors[0].message, 'Admin not found')
    for (const admin of [{}, [], true]) assert.equal((await ask(id, { admin_id: admin })).status, 400)
    assert.equal((await show(id)).conversation_rating, null)
  })

  test('outside the messenger', async () => {
    const id = await begin()
    await sql`update conversations set source_type = 'email' where workspace_id = ${t.workspace.id} and id = ${id}`
    const { status, body } = await ask(id)
    assert.deepEqual([status, body.errors[0].message], [422, 'Only a conversation in the messenger can be rated'])
  })
})

describe('a rating is refused', () => {
  test('without a session, and in the conversation of another contact', async () => {
    const id = await asked()
    for (const token of [null, t.created.token, 'x']) {
      const answer = await t.call(`POST /extensions/messenger/conversations/${id}/rating`, { rating: 5 }, { token })
      assert.equal(answer.status, 401)
    }
    const eve = await aSession(t.workspace, SECRET, await aContact(t.workspace))
    assert.equal((await rate(id, { rating: 5 }, eve)).status, 404)
    assert.equal((await rate('999999', { rating: 5 })).status, 404)
    assert.equal((await show(id)).conversation_rating.rating, null)
  })

  test('if it is none', async () => {
    const id = await asked()
    for (const rating of [0, 6, -1, 1.5, 'good', '★', null, true, [5], 1e9])
      assert.equal((await rate(id, { rating })).status, 400, String(rating))
    assert.equal((await rate(id, {})).body.errors[0].message, 'rating is required')
    assert.equal((await rate(id, { remark: 'Fine' })).body.errors[0].message, 'rating is required')
    assert.equal((await rate(id, { rating: 5, remark: 'x'.repeat(2_001) })).status, 400)
    assert.equal((await rate(id, { rating: 5, remark: 5 })).status, 400)
    assert.equal((await partsOf(id)).length, 0)
  })

  test('if nobody asked, the contact is blocked, or a remark made it final', async () => {
    const unasked = await rate(await begin(), { rating: 5 })
    assert.deepEqual(
      [unasked.status, unasked.body.errors[0].message],
      [422, 'No rating was requested in this conversation'],
    )
    const id = await asked()
    assert.equal((await rate(id, { rating: 2, remark: 'Slow' })).status, 200)
    for (const body of [{ rating: 3 }, { remark: 'Too slow' }, { rating: 3, remark: 'Too slow' }]) {
      const { status, body: answer } = await rate(id, body)
      assert.deepEqual([status, answer.errors[0].message], [422, 'The rating is final, because it has a remark'])
    }
    assert.equal((await partsOf(id)).length, 2)

    const eve = await aContact(t.workspace)
    const theirs = await begin(eve)
    await ask(theirs)
    const token = await aSession(t.workspace, SECRET, eve)
    await sql`update contacts set blocked_at = now() where workspace_id = ${t.workspace.id} and id = ${eve}`
    assert.equal((await rate(theirs, { rating: 1 }, token)).status, 403)
  })
})

test('a request is shown to the team without a value, and to the contact in the messenger', async () => {
  await ok('POST /extensions/sandbox/clock', { freeze_at: TEN })
  const id = await begin()
  await ok('POST /extensions/sandbox/clock', { advance_seconds: 60 })
  const { status, body } = await ask(id, { admin_id: ann })
  assert.equal(status, 200)
  assert.deepEqual(body.conversation_rating, {
    rating: null,
    remark: null,
    created_at: TEN + 60,
    updated_at: TEN + 60,
    contact: { type: 'contact', id: joe, external_id: 'joe' },
    teammate: { type: 'admin', id: ann },
  })
  assert.equal(body.updated_at, TEN + 60)
  assert.equal(body.conversation_parts.total_count, 0)
  const seen = await ok(`GET /extensions/messenger/conversations/${id}`, undefined, { token: session })
  assert.deepEqual(seen.rating, { requested_at: TEN + 60, rating: null, remark: null })
  const plain = await ok(`GET /extensions/messenger/conversations/${await begin()}`, undefined, { token: session })
  assert.equal(plain.rating, null)
  await ok('POST /extensions/sandbox/clock', { reset: true })
})

test('the contact rates, changes the rating, and makes it final with a remark; each leaves a part, and each rating an event', async () => {
  await ok('POST /extensions/sandbox/clock', { freeze_at: TEN })
  const id = await begin()
  await ok(`POST /conversations/${id}/parts`, { message_type: 'assignment', admin_id, assignee_id: ann })
  await ok(`POST /conversations/${id}/parts`, { message_type: 'close', admin_id })
  await ask(id)
  await ok('POST /extensions/sandbox/clock', { advance_seconds: 10 })
  const first = await rate(id, { rating: 3 })
  assert.deepEqual(first.body.rating, { requested_at: TEN, rating: 3, remark: null })
  assert.equal(first.body.parts.length, 1)
  await rate(id, { rating: 3 })
  await ok('POST /extensions/sandbox/clock', { advance_seconds: 10 })
  await rate(id, { rating: 4 })
  await rate(id, { remark: 'Quick & <b>kind</b>' })
  await rate(id, { rating: 4, remark: 'Quick & <b>kind</b>' })

  const conversation = await show(id)
  assert.deepEqual(conversation.conversation_rating, {
    rating: 4,
    remark: 'Quick & <b>kind</b>',
    created_at: TEN,
    updated_at: TEN + 20,
    contact: { type: 'contact', id: joe, external_id: 'joe' },
    teammate: { type: 'admin', id: ann },
  })
  assert.deepEqual([conversation.state, conversation.waiting_since], ['closed', TEN])
  const parts = (await partsOf(id)).slice(2)
  assert.deepEqual(
    parts.map(({ part_type, author, body, event_details, state }: Shown) => [
      ...[part_type, author.type, author.id, body, event_details?.rating, state],
    ]),
    [
      ['conversation_rating_changed', 'user', joe, null, { value: 3, previous: null }, 'closed'],
      ['conversation_rating_changed', 'user', joe, null, { value: 4, previous: 3 }, 'closed'],
      [
        ...['conversation_rating_remark_added', 'user', joe],
        ...['<p>Quick &amp; &lt;b&gt;kind&lt;/b&gt;</p>', undefined, 'closed'],
      ],
    ],
  )
  assert.equal(await ratedTopics(id), 2)
  assert.equal(conversation.statistics.last_contact_reply_at, TEN)
  await ok('POST /extensions/sandbox/clock', { reset: true })
})

test('the newest rating with a value is shown; before 2.15 the newest request', async () => {
  const id = await asked()
  await rate(id, { rating: 5, remark: 'Good' })
  await ask(id)
  assert.equal((await show(id)).conversation_rating.rating, 5)
  assert.equal((await show(id, '2.15')).conversation_rating.rating, 5)
  assert.equal((await show(id, '2.14')).conversation_rating.rating, null)
  assert.ok('updated_at' in (await show(id, '2.14')).conversation_rating)
  assert.ok(!('updated_at' in (await show(id, '2.13')).conversation_rating))
  await rate(id, { rating: 1 })
  for (const version of ['2.8', '2.14', '2.15', '2.16', 'Preview'])
    assert.equal((await show(id, version)).conversation_rating.rating, 1, version)
  assert.equal((await rate(id, { rating: 2 })).status, 200)
})

test('a search finds conversations by their ratings', async () => {
  const fresh = await t.another()
  const contact = await aContact(fresh.workspace, { email: 'kim@example.com' })
  const token = await aSession(fresh.workspace, SECRET, contact)
  const post = async (route: string, body: object = {}, options = {}) => {
    const answer = await fresh.call(`POST ${route}`, body, options)
    assert.equal(answer.status, 200, answer.text)
    return answer.body
  }
  const ids: string[] = []
  for (let n = 0; n < 4; n++) {
    const { conversation_id } = await post('/conversations', { from: { type: 'user', id: contact }, body: 'Hello' })
    ids.push(conversation_id)
    if (n) await post(`/extensions/conversations/${conversation_id}/rating_request`)
    const rating = [undefined, undefined, { rating: 2 }, { rating: 5, remark: 'Great' }][n]
    if (rating) await post(`/extensions/messenger/conversations/${conversation_id}/rating`, rating, { token })
  }
  const admin = fresh.created.admin_id
  const cases: [string, string, unknown, number[]][] = [
    ['score', '=', 5, [3]],
    ['score', '<', 4, [2]],
    ['score', '=', null, [0, 1]],
    ['score', 'IN', [2, 5], [2, 3]],
    ['remark', '=', 'Great', [3]],
    ['remark', '~', 'rea', [3]],
    ['remark', '!=', null, [3]],
    ['contact_id', '=', contact, [1, 2, 3]],
    ['contact_id', '=', 'x', []],
    ['admin_id', '=', admin, [1, 2, 3]],
    ['admin_d', '=', admin, [1, 2, 3]],
    ['admin_d', '=', null, [0]],
    ['requested_at', '>', 1, [1, 2, 3]],
    ['replied_at', '>', 1, [2, 3]],
    ['replied_at', '=', null, [0, 1]],
  ]
  for (const [field, operator, value, found] of cases) {
    const query = { field: `conversation_rating.${field}`, operator, value }
    const { conversations } = await post('/conversations/search', { query })
    const positions = conversations.map(({ id }: Shown) => ids.indexOf(id)).sort()
    assert.deepEqual(positions, found, `${field} ${operator} ${value}`)
  }
  const all = { field: 'conversation_rating.score', operator: '>', value: 0 }
  const sorted = await post('/conversations/search', {
    ...{ query: all, sort: { field: 'conversation_rating.score', order: 'descending' } },
  })
  assert.deepEqual(
    sorted.conversations.map(({ conversation_rating }: Shown) => conversation_rating.rating),
    [5, 2],
  )
})

test('two ratings at once leave what one order of them leaves', async () => {
  for (let round = 0; round < 5; round++) {
    const id = await asked()
    const answers = await Promise.all([
      ...[1, 2, 3].map((rating) => rate(id, { rating })),
      rate(id, { rating: 4, remark: 'Last' }),
      ask(id),
    ])
    for (const { status } of answers) assert.ok([200, 422].includes(status))
    const parts = await partsOf(id)
    const values = parts.flatMap(({ event_details }) => event_details?.rating ?? [])
    assert.ok(values.every(({ previous }, n) => previous === null || previous === values[n - 1].value))
    assert.equal(await ratedTopics(id), values.length)
  }
})
