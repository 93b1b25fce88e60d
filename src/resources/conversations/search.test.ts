// POST /conversations/search: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'

const t = await testApp()
const { admin_id } = t.created
const joe = await aContact(t.workspace, { name: 'Joe', email: 'joe@example.com' })
const ann = await aContact(t.workspace, { role: 'lead' })

const begin = async (contact: string, body: string, created_at: number): Promise<string> =>
  (await t.call('POST /conversations', { from: { type: 'contact', id: contact }, body, created_at })).body
    .conversation_id
const post = (id: string, path: string, body: object) =>
  t.call(`POST /conversations/${id}/${path}`, { admin_id, ...body })

await t.call('POST /conversations/attributes', { name: 'issue_type', data_type: 'string' })
const first = await begin(joe, 'I need support, please', 1_700_000_000)
const second = await begin(ann, 'Hello', 1_700_000_100)
const third = await begin(joe, 'Bye', 1_700_000_200)
await post(first, 'reply', { type: 'admin', message_type: 'comment', body: 'Hi', created_at: 1_700_000_030 })
await post(second, 'parts', { message_type: 'assignment', type: 'admin', assignee_id: admin_id })
await post(third, 'parts', { message_type: 'close' })
const { body: tag } = await t.call('POST /tags', { name: 'VIP' })
await post(third, 'tags', { id: tag.id })
await t.call(`PUT /conversations/${second}`, {
  priority: 'high',
  read: true,
  custom_attributes: { issue_type: 'Billing' },
})

const ask = (query: object, more: object = {}, options = {}) =>
  t.call('POST /conversations/search', { query, ...more }, options)
const OLDEST_FIRST = { sort: { field: 'created_at', order: 'ascending' } }
const NUMBERS: Record<string, number> = { [first]: 1, [second]: 2, [third]: 3 }

/** Returns which of the three conversations match. */
const matches = async (field: string, operator: string, value: unknown, options = {}): Promise<number[]> => {
  const { body } = await ask({ field, operator, value }, OLDEST_FIRST, options)
  return body.conversations.map(({ id }: { id: string }) => NUMBERS[id])
}

test('a search without a token is refused', async () => {
  const query = { field: 'id', operator: '=', value: '1' }
  assert.equal((await t.call('POST /conversations/search', { query }, { token: null })).status, 401)
})

test('an invalid field, operator or value is a 400', async () => {
  for (const [query, code] of [
    [{ field: 'colour', operator: '=', value: 'red' }, 'invalid_field'],
    [{ field: 'custom_attributes.unknown', operator: '=', value: 'x' }, 'invalid_field'],
    [{ field: 'state', operator: '>', value: 'open' }, 'invalid_operator'],
    [{ field: 'created_at', operator: '>', value: 'foorbar' }, 'invalid_value'],
    [{ field: 'open', operator: '=', value: 'perhaps' }, 'invalid_value'],
    [{ field: 'id', operator: '>', value: 'the first' }, 'invalid_value'],
    [{ field: 'id', operator: '<', value: [first] }, 'invalid_value'],
    [{ field: 'id', operator: '>', value: null }, 'invalid_query'],
    [{ field: 'source.id', operator: '>', value: '1' }, 'invalid_operator'],
    [{}, 'invalid_query'],
  ] as const) {
    const { status, body } = await ask(query)
    assert.equal(status, 400)
    assert.equal(body.errors[0].code, code)
  }
})

test('another workspace finds none of the conversations', async () => {
  const other = await t.another()
  const query = { field: 'contact_ids', operator: '=', value: joe }
  assert.equal((await other.call('POST /conversations/search', { query })).body.total_count, 0)
})

test('every kind of field can be searched', async () => {
  const cases: [field: string, operator: string, value: unknown, found: number[]][] = [
    ['id', '=', second, [2]],
    ['id', 'IN', [first, third], [1, 3]],
    ['id', '>', second, [2, 3]],
    ['id', '>', Number(second) + 1, [3]],
    ['id', '<', second, [1, 2]],
    ['id', '>', '0', [1, 2, 3]],
    ['id', '<', 0, []],
    ['id', '>=', third, [3]],
    ['id', '<=', first, [1]],
    ['contact_ids', '=', joe, [1, 3]],
    ['contact_ids', 'NIN', [joe], [2]],
    ['teammate_ids', '=', admin_id, [1, 2, 3]],
    ['tag_ids', '=', tag.id, [3]],
    ['tag_ids', '!=', tag.id, [1, 2]],
    ['state', '=', 'closed', [3]],
    ['open', '=', true, [1, 2]],
    ['read', '=', true, [2]],
    ['priority', '=', 'high', [2]],
    ['created_at', '>', 1_700_000_100, [2, 3]],
    ['created_at', '<', 1_700_000_100, [1, 2]],
    ['waiting_since', '=', null, [1]],
    ['admin_assignee_id', '=', Number(admin_id), [2]],
    ['admin_assignee_id', '=', 0, [1, 3]],
    ['admin_assignee_id', '=', null, [1, 3]],
    ['team_assignee_id', '!=', null, []],
    ['channel_initiated', '=', 'messenger', [1, 2, 3]],
    ['source.type', '=', 'conversation', [1, 2, 3]],
    ['source.delivered_as', '=', 'customer_initiated', [1, 2, 3]],
    ['source.body', '=', 'support', [1]],
    ['source.body', '=', 'need support', []],
    ['source.author.id', '=', ann, [2]],
    ['source.author.type', '=', 'lead', [2]],
    ['source.author.name', '=', 'Joe', [1, 3]],
    ['source.author.email', '~', 'JOE@', [1, 3]],
    ['statistics.time_to_admin_reply', '<', 30, [1]],
    ['statistics.median_time_to_reply', '=', 30, [1]],
    ['statistics.count_assignments', '>', 1, [2]],
    ['statistics.last_closed_by_id', '=', admin_id, [3]],
    ['statistics.first_contact_reply_at', '<', 1_700_000_000, [1]],
    ['conversation_rating.score', '=', 5, []],
    ['conversation_rating.admin_d', '=', null, [1, 2, 3]],
    ['ai_agent_participated', '=', false, [1, 2, 3]],
    ['custom_attributes.issue_type', '=', 'Billing', [2]],
  ]
  for (const [field, operator, value, found] of cases) {
    assert.deepEqual(await matches(field, operator, value), found, `${field} ${operator} ${value}`)
  }
})

test('the two old priorities find the new ones', async () => {
  assert.deepEqual(await matches('priority', '=', 'priority', { version: '2.11' }), [2])
  assert.deepEqual(await matches('priority', '=', 'not_priority', { version: '2.11' }), [1, 3])
})

test('filters combine, and results are sorted, in pages and without parts', async () => {
  const query = {
    operator: 'AND',
    value: [
      { field: 'contact_ids', operator: '=', value: joe },
      {
        operator: 'OR',
        value: [
          { field: 'state', operator: '=', value: 'open' },
          { field: 'state', operator: '=', value: 'closed' },
        ],
      },
    ],
  }
  const { body } = await ask(query, { ...OLDEST_FIRST, pagination: { per_page: 1 } })
  assert.deepEqual([body.total_count, body.pages.total_pages, body.conversations[0].id], [2, 2, first])
  assert.ok(!('conversation_parts' in body.conversations[0]))
  const pagination = { per_page: 1, starting_after: body.pages.next.starting_after }
  const next = await ask(query, { ...OLDEST_FIRST, pagination })
  assert.deepEqual([next.body.conversations[0].id, next.body.pages.next], [third, undefined])
})

test('any field can sort, also one that is often unset', async () => {
  const query = { field: 'open', operator: 'IN', value: [true, false] }
  for (const field of ['waiting_since', 'admin_assignee_id', 'statistics.median_time_to_reply', 'source.author.name']) {
    const found: string[] = []
    let starting_after: string | undefined
    do {
      const { body } = await ask(query, { sort: { field }, pagination: { per_page: 1, starting_after } })
      found.push(body.conversations[0].id)
      starting_after = body.pages.next?.starting_after
    } while (starting_after)
    assert.deepEqual(found.sort(), [first, second, third].sort(), field)
  }
})
