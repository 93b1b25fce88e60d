// Compiled searches on real rows: every operator on every kind of field, unset values, and errors.
import assert from 'node:assert/strict'
import { after, before as beforeAll, test } from 'node:test'
import fc from 'fast-check'
import { beyond, type Cursor, cursorValue, inOrder, newest, pageResult } from '#db/page.ts'
import type { Fragment } from '#db/sql.ts'
import { ApiError } from '#http/errors.ts'
import { has } from '#versions/changes.ts'
import { LATEST, type Version } from '#versions/versions.ts'
import { type Workspace, workspaceOf } from '#workspaces/workspace.ts'
import { type TestDatabase, testDatabase } from '../../test/database.ts'
import { attributeFields } from './attributes.ts'
import { readQuery } from './query.ts'
import { type Field, type Searchable, sortOf, where } from './where.ts'

// 1 March 2026, 00:30 in Berlin: still 28 February in UTC.
const AT = 1_772_321_400
const DAY = 86_400

const DEFINITIONS = ['string', 'integer', 'float', 'boolean', 'date', 'datetime'].map((type) => ({
  name: type,
  data_type: type,
}))

const fields: Record<string, Field> = {
  id: { kind: 'text', required: true },
  email: { kind: 'text', fold: true },
  name: { kind: 'text' },
  body: { kind: 'word' },
  number: { kind: 'id' },
  serial: { kind: 'id', column: 'number', ordered: true },
  age: { kind: 'number' },
  weight: { kind: 'number' },
  open: { kind: 'boolean' },
  created_at: { kind: 'date', required: true },
  seen_at: { kind: 'date' },
  tag_id: {
    kind: 'set',
    of: 'bigint',
    operators: ['=', '!='],
    has: ({ sql }, ids) => (ids ? sql`tags && ${ids}::bigint[]` : sql`cardinality(tags) > 0`),
  },
  contact_ids: { kind: 'set', has: ({ sql }, ids) => (ids ? sql`name = any(${ids}::text[])` : sql`name is not null`) },
  ...attributeFields('custom_attributes.', 'attributes', DEFINITIONS, (workspace) =>
    has(workspace, 'contact-searches-compare-seconds') ? 'utc-day' : 'day',
  ),
}
const contacts: Searchable = {
  fields,
  precision: (workspace) => (has(workspace, 'contact-searches-compare-seconds') ? 'second' : 'day'),
  checks_order: (workspace) => has(workspace, 'contact-search-order-is-checked'),
}
const conversations: Searchable = { fields, inclusive: true }

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
  const { sql } = database
  await sql`insert into workspaces (id, name, timezone, created_at) values ('abcdefgh', 'Test', 'Europe/Berlin', now())`
  await sql`
    create table specimens (
      workspace_id text collate "C", id text collate "C", email text, name text, body text, number bigint, age integer,
      weight double precision, open boolean, created_at timestamptz(3) not null, seen_at timestamptz(3),
      tags bigint[] not null default '{}', attributes jsonb not null default '{}')`
  await sql`create index specimens_by_email on specimens (workspace_id, lower(email))`
  const created_at = new Date(AT * 1000 + 123)
  const full = { workspace_id: 'abcdefgh', created_at, seen_at: created_at }
  const ada = {
    email: 'Ada@Example.com',
    name: 'Ada',
    body: '<p>I need <b>support</b>, don\u2019t I?</p>',
    number: '81',
  }
  const bob = { email: 'bob_100%@example.com', name: 'Bob \\ Co', body: 'supportive', number: '82' }
  await sql`insert into specimens ${sql([
    { ...full, ...ada, id: 'a', age: 36, weight: 0.5, open: true, tags: ['1', '2'] as never },
    { ...full, ...bob, id: 'b', age: -1, weight: 2, open: false, tags: ['2'] as never },
  ])}`
  await sql`insert into specimens (workspace_id, id, created_at) values ('abcdefgh', 'n', ${new Date((AT + DAY) * 1000)})`
  const set = { string: 'Pro', integer: 7, float: 0.1, boolean: true, date: AT, datetime: AT }
  await sql`update specimens set attributes = ${sql.json(set)} where id = 'a'`
  const odd = { string: 12, integer: 'seven', float: null, boolean: 'yes', date: 1e30, datetime: {} }
  await sql`update specimens set attributes = ${sql.json(odd)} where id = 'b'`
})
after(() => database.close())

const as = (version: Version = LATEST): Workspace =>
  workspaceOf(database.sql, { workspace_id: 'abcdefgh', admin_id: '1' }, version)
type Options = { version?: Version; noun?: Searchable }

const compile = (query: unknown, { version, noun = contacts }: Options = {}) =>
  where(as(version), noun, readQuery(query))
const run = async (condition: () => Fragment, order = () => database.sql`order by id`) => {
  const rows = await database.sql<{ id: string }[]>`
    select id from specimens where workspace_id = 'abcdefgh' and ${condition()} ${order()}`
  return rows.map(({ id }) => id).join('')
}
/** Returns the ids of the matching rows as one string. */
const found = (query: unknown, options?: Options) => run(() => compile(query, options))
const refused = (query: unknown, code: string, message: string, options?: Options) =>
  assert.throws(() => compile(query, options), { status: 400, code, message })

const OPERATORS = ['=', '!=', 'IN', 'NIN', '>', '<', '>=', '<=', '~', '!~', '^', '$']

/** Field, operator, value, matching rows: `a` and `b` have values, `n` has none. */
const TABLE: [field: string, operator: string, value: unknown, rows: string][] = [
  ['email', '=', 'ADA@example.com', 'a'],
  ['email', '!=', 'ada@example.com', 'bn'],
  ['email', 'IN', ['ADA@EXAMPLE.COM', 'x'], 'a'],
  ['email', 'IN', [], ''],
  ['email', 'NIN', ['ada@example.com'], 'bn'],
  ['email', 'NIN', [], 'abn'],
  ['email', '~', 'EXAMPLE', 'ab'],
  ['email', '!~', 'ada', 'bn'],
  ['email', '^', 'bob_1', 'b'],
  ['email', '$', '.COM', 'ab'],
  ['email', '~', '_', 'b'],
  ['email', '~', '0%@', 'b'],
  ['email', '=', null, 'n'],
  ['email', '!=', null, 'ab'],
  ['email', '=', "' or true --", ''],
  ['name', '=', 'ada', ''],
  ['name', 'IN', ['Ada'], 'a'],
  ['name', '~', '\\', 'b'],
  ['name', '$', '\\', ''],
  ['body', '=', 'Support', 'a'],
  ['body', '!=', 'support', 'bn'],
  ['body', '=', 'need support', ''],
  ['body', '=', 'don\u2019t', 'a'],
  ['body', '=', 'p', ''],
  ['body', 'IN', ['NEED', 'supportive'], 'ab'],
  ['body', 'NIN', ['need'], 'bn'],
  ['body', '~', 'SUPPORT', 'ab'],
  ['body', '!~', 'need', 'bn'],
  ['body', '^', 'i need', 'a'],
  ['body', '$', 'tive', 'b'],
  ['body', '=', null, 'n'],
  ['number', '=', 81, 'a'],
  ['number', '=', '81', 'a'],
  ['number', '!=', '81', 'bn'],
  ['number', '=', 'eighty-one', ''],
  ['number', '!=', '99999999999999999999', 'abn'],
  ['number', 'IN', ['81', 82, 'x'], 'ab'],
  ['number', 'NIN', ['81', 'x'], 'bn'],
  ['number', '^', '8', 'ab'],
  ['number', '$', '2', 'b'],
  ['number', '~', '1', 'a'],
  ['number', '!~', '1', 'bn'],
  ['number', '!=', null, 'ab'],
  ['serial', '>', '81', 'b'],
  ['serial', '>', 80, 'ab'],
  ['serial', '>', '0', 'ab'],
  ['serial', '>', '9', 'ab'],
  ['serial', '>', '99999999999999999999', ''],
  ['serial', '>', '', 'ab'],
  ['serial', '>=', '', 'ab'],
  ['serial', '<', '', ''],
  ['serial', '=', '', ''],
  ['serial', '!=', '', 'abn'],
  ['serial', '<', '82', 'a'],
  ['serial', '<', '81', ''],
  ['serial', '<', '100', 'ab'],
  ['serial', '>=', '82', 'b'],
  ['serial', '<=', 81, 'a'],
  ['serial', '=', '81', 'a'],
  ['serial', '~', '2', 'b'],
  ['age', '=', '36', 'a'],
  ['age', '=', 36.0, 'a'],
  ['age', '=', 36.5, ''],
  ['age', '!=', 36, 'bn'],
  ['age', 'IN', ['36', 36.5, -1], 'ab'],
  ['age', 'NIN', [36], 'bn'],
  ['age', '>', -1, 'a'],
  ['age', '<', 36, 'b'],
  ['age', '>=', -1, 'ab'],
  ['age', '<=', -1, 'b'],
  ['age', '<', '99999999999999999999', 'ab'],
  ['age', '>', -1.7e308, 'ab'],
  ['age', '=', null, 'n'],
  ['weight', '=', '.5', 'a'],
  ['weight', '>', 5e-324, 'ab'],
  ['weight', '<', 1, 'a'],
  ['open', '=', true, 'a'],
  ['open', '=', 'false', 'b'],
  ['open', '!=', false, 'an'],
  ['open', 'IN', [true, 'false'], 'ab'],
  ['open', 'NIN', [true], 'bn'],
  ['open', '=', null, 'n'],
  ['seen_at', '=', AT, 'ab'],
  ['seen_at', '=', AT - 1, ''],
  ['seen_at', '!=', AT, 'n'],
  ['seen_at', '>', AT, ''],
  ['seen_at', '>', String(AT - 1), 'ab'],
  ['seen_at', '>=', AT, 'ab'],
  ['seen_at', '<', AT, ''],
  ['seen_at', '<=', AT, 'ab'],
  ['seen_at', '<', AT + 0.5, ''],
  ['seen_at', '>', -DAY, 'ab'],
  ['seen_at', '=', null, 'n'],
  ['seen_at', '!=', null, 'ab'],
  ['tag_id', '=', '2', 'ab'],
  ['tag_id', '!=', 1, 'bn'],
  ['tag_id', '=', 'vip', ''],
  ['tag_id', '=', null, 'n'],
  ['tag_id', '!=', null, 'ab'],
  ['contact_ids', 'IN', ['Ada', 'Eve'], 'a'],
  ['contact_ids', 'NIN', ['Ada'], 'bn'],
  ['custom_attributes.string', '=', 'Pro', 'a'],
  ['custom_attributes.string', '~', 'r', 'a'],
  ['custom_attributes.string', '!=', 'Pro', 'bn'],
  ['custom_attributes.string', '=', null, 'n'],
  ['custom_attributes.integer', '>', '6', 'a'],
  ['custom_attributes.integer', '=', null, 'bn'],
  ['custom_attributes.float', '=', 0.1, 'a'],
  ['custom_attributes.boolean', '=', true, 'a'],
  ['custom_attributes.boolean', '!=', true, 'bn'],
  ['custom_attributes.date', '<', AT + DAY, 'a'],
  ['custom_attributes.datetime', '<=', AT, 'a'],
]

for (const [field, operator, value, rows] of TABLE) {
  test(`${field} ${operator} ${JSON.stringify(value)} finds ${rows || 'nothing'}`, async () => {
    assert.equal(await found({ field, operator, value }), rows)
  })
}

test('an unknown field is refused, even one that every JavaScript object has', () => {
  for (const field of ['not_a_field', 'constructor', '__proto__', 'custom_attributes.unknown', '']) {
    refused({ field, operator: '=', value: 'x' }, 'invalid_field', `${field} is not a valid field`)
  }
  const noun: Searchable = { fields, called: 'search field' }
  const query = { field: 'segment_id', operator: '=', value: 'x' }
  refused(query, 'invalid_field', 'segment_id is not a valid search field', { noun })
})

test('an operator that a field does not have is refused, whatever the value', () => {
  const supported: Record<string, string[]> = {
    email: ['=', '!=', 'IN', 'NIN', '~', '!~', '^', '$'],
    body: ['=', '!=', 'IN', 'NIN', '~', '!~', '^', '$'],
    number: ['=', '!=', 'IN', 'NIN', '~', '!~', '^', '$'],
    age: ['=', '!=', 'IN', 'NIN', '>', '<', '>=', '<='],
    open: ['=', '!=', 'IN', 'NIN'],
    seen_at: ['=', '!=', '>', '<', '>=', '<='],
    tag_id: ['=', '!='],
    contact_ids: ['=', '!=', 'IN', 'NIN'],
    'custom_attributes.date': ['=', '>', '<'],
  }
  for (const [field, operators] of Object.entries(supported)) {
    for (const operator of [...OPERATORS, 'AND', 'LIKE', ''].filter((operator) => !operators.includes(operator))) {
      for (const value of ['x', null, [1]]) {
        refused({ field, operator, value }, 'invalid_operator', `${field} does not support operator: ${operator}`)
      }
    }
  }
})

test('a value of the wrong kind is refused, and the error shows it', () => {
  const wrong: [field: string, operator: string, value: unknown, message: string][] = [
    ['email', '=', true, 'true is not a valid string'],
    ['email', '=', {}, '{…} is not a valid string'],
    ['email', '~', ['a'], '[…] is not a valid string'],
    ['email', '=', 'a\0b', 'a\ufffdb is not a valid string'],
    ['email', '~', 'x'.repeat(5000), `${'x'.repeat(100)}… is not a valid string`],
    ['email', 'IN', 'a', 'a is not a valid array'],
    ['email', 'IN', ['a', null], 'null is not a valid string'],
    ['tag_id', '=', [1], '[…] is not a valid string'],
    ['serial', '>', 'eighty-one', 'eighty-one is not a valid number'],
    ['serial', '<', ['81'], '[…] is not a valid number'],
    ['age', '=', 'old', 'old is not a valid number'],
    ['age', '>', '', ' is not a valid number'],
    ['age', '>', '0x10', '0x10 is not a valid number'],
    ['age', '<', Number.POSITIVE_INFINITY, 'Infinity is not a valid number'],
    ['age', '<', '1e999', '1e999 is not a valid number'],
    ['open', '=', 'yes', 'yes is not a valid boolean'],
    ['open', 'IN', [1], '1 is not a valid boolean'],
    ['seen_at', '=', 'foobar', 'foobar is not a valid date'],
    ['seen_at', '>', '2026-03-01', '2026-03-01 is not a valid date'],
    ['seen_at', '>', 1e300, '1e+300 is not a valid date'],
    ['seen_at', '<', AT * 1000, `${AT * 1000} is not a valid date`],
  ]
  for (const [field, operator, value, message] of wrong) refused({ field, operator, value }, 'invalid_value', message)
})

test('only = and != accept a missing value', () => {
  for (const operator of ['>', '<', '>=', '<=']) {
    assert.throws(() => compile({ field: 'age', operator }), { status: 400, code: 'invalid_query' })
  }
  for (const operator of ['IN', 'NIN', '~', '^']) {
    assert.throws(() => compile({ field: 'email', operator, value: null }), { status: 400, code: 'invalid_query' })
  }
})

test('IN accepts a thousand values and no more', async () => {
  const ids = Array.from({ length: 1000 }, (_, index) => String(index))
  assert.equal(await found({ field: 'number', operator: 'IN', value: ids }), 'ab')
  assert.throws(() => compile({ field: 'number', operator: 'IN', value: [...ids, '1000'] }), {
    status: 400,
    code: 'invalid_values',
  })
})

test('before Preview, dates of contacts compare by whole days in the workspace, with =, > and < only', async () => {
  const days = (operator: string, value: number) => found({ field: 'seen_at', operator, value }, { version: '2.16' })
  const midnight = AT - 30 * 60
  assert.equal(await days('=', midnight), 'ab')
  assert.equal(await days('=', midnight + DAY - 1), 'ab')
  assert.equal(await days('=', midnight - 1), '')
  assert.equal(await days('>', midnight), '')
  assert.equal(await days('>', midnight - 1), 'ab')
  assert.equal(await days('<', AT + DAY / 2), '')
  assert.equal(await days('<', midnight + DAY), 'ab')
  const query = { field: 'seen_at', operator: '!=', value: AT }
  refused(query, 'invalid_operator', 'seen_at does not support operator: !=', { version: '2.16' })
})

test('a day has 23 hours where the clocks go forward', async () => {
  const midnight = Date.UTC(2026, 2, 28, 23) / 1000
  const before = { field: 'created_at', operator: '<', value: midnight + 23 * 3600 - 1 }
  const { sql } = database
  const bounds = await sql`select ${compile({ ...before, operator: '=' }, { version: '2.11' })} as inside
    from (values (to_timestamp(${midnight + 23 * 3600 - 1})), (to_timestamp(${midnight + 23 * 3600}))) v(created_at)`
  assert.deepEqual([...bounds.map(({ inside }) => inside)], [true, false])
})

test('a date attribute compares by days: of UTC in Preview, of the workspace before', async () => {
  const on = (value: number, version: Version) =>
    found({ field: 'custom_attributes.date', operator: '=', value }, { version })
  assert.equal(await on(AT - 3600, LATEST), 'a')
  assert.equal(await on(AT - 3600, '2.16'), '')
  assert.equal(await on(AT + DAY / 2, LATEST), '')
  assert.equal(await on(AT + DAY / 2, '2.16'), 'a')
})

test('for conversations and tickets > and < include the equal value, and dates can be lists', async () => {
  const noun = conversations
  assert.equal(await found({ field: 'seen_at', operator: '>', value: AT }, { noun }), 'ab')
  assert.equal(await found({ field: 'seen_at', operator: '<', value: AT }, { noun }), 'ab')
  assert.equal(await found({ field: 'seen_at', operator: '>', value: AT + 1 }, { noun }), '')
  assert.equal(await found({ field: 'age', operator: '>', value: 36 }, { noun }), 'a')
  assert.equal(await found({ field: 'seen_at', operator: 'IN', value: [AT, '7'] }, { noun }), 'ab')
  assert.equal(await found({ field: 'seen_at', operator: 'NIN', value: [AT] }, { noun }), 'n')
})

test('groups join their members, and nested groups are in parentheses', async () => {
  const is = (id: string) => ({ field: 'id', operator: '=', value: id })
  const either = { operator: 'OR', value: [is('a'), is('b')] }
  const others = { operator: 'OR', value: [is('b'), is('n')] }
  assert.equal(await found(either), 'ab')
  assert.equal(await found({ operator: 'AND', value: [is('a'), is('b')] }), '')
  assert.equal(await found({ operator: 'AND', value: [either, others] }), 'b')
  assert.equal(await found({ operator: 'OR', value: [{ operator: 'AND', value: [is('a'), is('b')] }, is('n')] }), 'n')
})

test('an OR cannot reach the other rows of the table', async () => {
  const { sql } = database
  await sql`insert into specimens (workspace_id, id, created_at) values ('another0', 'x', now())`
  const anything = { field: 'id', operator: '!=', value: 'none' }
  assert.equal(await found({ operator: 'OR', value: [anything, anything] }), 'abn')
})

test('a search by email uses the index on the lower-cased email', async () => {
  const { sql } = database
  await sql`insert into specimens (workspace_id, id, email, created_at)
    select 'crowded0', n::text, n || '@Example.com', now() from generate_series(1, 5000) n`
  await sql`analyze specimens`
  for (const value of ['7@example.com', ['7@example.com', '8@example.com']]) {
    const query = { field: 'email', operator: Array.isArray(value) ? 'IN' : '=', value }
    const plan = await sql`explain select id from specimens where workspace_id = 'crowded0' and ${compile(query)}`
    const text = plan.map((line) => line['QUERY PLAN']).join('\n')
    assert.match(text, /specimens_by_email.*\n\s+Index Cond: .*lower\(email\) = /)
  }
})

const sorted = (sort: { field?: string; order?: unknown }, version?: Version) =>
  run(
    () => database.sql`true`,
    () =>
      inOrder(as(version), sortOf(as(version), contacts, sort, newest(as(version), 'created_at')), {
        number: 1,
        per_page: 9,
      }),
  )

test('a search can be sorted by any field with one value, and unset values are the smallest', async () => {
  for (const field of Object.keys(fields).filter((field) => !['tag_id', 'contact_ids', 'id'].includes(field))) {
    const descending = await sorted({ field })
    assert.equal(await sorted({ field, order: 'ascending' }), [...descending].reverse().join(''), field)
    if (!/^(created_at|custom_.*)$/.test(field)) assert.equal(descending.at(-1), 'n', field)
  }
  assert.equal(await sorted({ field: 'age' }), 'abn')
  assert.equal(await sorted({}), 'nba')
  assert.equal(await sorted({ order: 'ascending' }), 'abn')
})

test('a sorted search is read page by page, also across equal and unset values', async () => {
  const { sql } = database
  for (const field of Object.keys(fields).filter((field) => !['tag_id', 'contact_ids'].includes(field))) {
    const order = sortOf(as(), contacts, { field }, newest(as(), 'created_at'))
    let after: Cursor | undefined
    let ids = ''
    do {
      const page = { number: after?.page ?? 1, per_page: 1, ...(after && { after }) }
      const rows = await sql<{ id: string; cursor_value: string }[]>`
        select id, ${cursorValue(as(), order)} from specimens
        where workspace_id = 'abcdefgh' and ${beyond(as(), order, page)} ${inOrder(as(), order, page)}`
      const { rows: shown, next } = await pageResult(rows, page, async () => 3)
      ids += shown.map(({ id }) => id).join('')
      after = next
    } while (after)
    assert.equal(ids, await sorted({ field }), field)
  }
})

test('a search cannot be sorted by a field with many values, or an unknown one', () => {
  for (const field of ['tag_id', 'nonsense']) {
    assert.throws(() => sortOf(as(), contacts, { field }, newest(as(), 'created_at')), {
      status: 400,
      code: 'invalid_field',
      message: `${field} is not a valid field`,
    })
  }
})

test('an unknown sort order is refused from 2.16, and means descending before', async () => {
  assert.throws(() => sortOf(as('2.16'), contacts, { order: 'desc' }, newest(as(), 'created_at')), {
    status: 400,
    code: 'invalid_sort_order',
    message: "Invalid sort order 'desc'. Must be one of: ascending, descending",
  })
  assert.equal(await sorted({ field: 'age', order: 'asc' }, '2.15'), 'abn')
})

test('every query is answered or refused, and none is a database error', async () => {
  const scalar = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '\0',
      '\\',
      '%_',
      '[',
      '\ud800',
      '-0',
      '1e308',
      '-62135596800',
      '32503680000',
      '9223372036854775808',
      'NaN',
      'infinity',
      '\u0130',
    ),
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.constant(null),
  )
  const value = fc.oneof(scalar, fc.array(scalar, { maxLength: 5 }), fc.jsonValue())
  const filter = fc.record({
    field: fc.constantFrom(...Object.keys(fields)),
    operator: fc.constantFrom(...OPERATORS),
    value,
  })
  const group = fc.record({ operator: fc.constantFrom('AND', 'OR'), value: fc.array(filter, { maxLength: 4 }) })
  const query = fc.oneof({ weight: 8, arbitrary: filter }, group, fc.jsonValue())
  const version = fc.constantFrom('2.7', '2.16', LATEST)
  let answered = 0
  await fc.assert(
    fc.asyncProperty(query, version, fc.constantFrom(contacts, conversations), async (query, version, noun) => {
      try {
        await found(query, { version, noun })
        answered++
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 400) throw error
      }
    }),
    { numRuns: 1500 },
  )
  assert.ok(answered > 100, `${answered} of them were answered`)
})
