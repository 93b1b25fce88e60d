// The values of tickets: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ApiError } from '#http/errors.ts'
import { testApp } from '../../../../test/app.ts'
import { findTicketType, type TicketTypeRow } from '../queries.ts'
import { currentValues } from './fragments.ts'
import { itemOf, readValues, showValues } from './values.ts'

const t = await testApp()

const ATTRIBUTES: [name: string, data_type: string, rest?: object][] = [
  ['Short', 'string'],
  ['Long', 'string', { multiline: true }],
  ['Priority', 'list', { list_items: 'Low,High,Gone' }],
  ['Seats', 'integer'],
  ['Amount', 'decimal'],
  ['Paid', 'boolean'],
  ['Due', 'datetime'],
  ['Screenshot', 'files'],
  ['Logs', 'files', { allow_multiple_values: true }],
  ['Internal', 'string', { visible_to_contacts: false }],
  ['Old', 'string'],
]

const { id: type_id } = (await t.call('POST /ticket_types', { name: 'Bug' })).body
const ids: Record<string, string> = {}
for (const [name, data_type, rest] of ATTRIBUTES)
  ids[name] = (
    await t.call(`POST /ticket_types/${type_id}/attributes`, { name, data_type, description: '', ...rest })
  ).body.id
const change = (name: string, body: object) => t.call(`PUT /ticket_types/${type_id}/attributes/${ids[name]}`, body)
await change('Priority', { list_items: 'Low,High' })
await change('Old', { archived: true })

const theType = async () => (await findTicketType(t.workspace, type_id)) as TicketTypeRow
const type = await theType()
const items = type.attributes.find(({ name }) => name === 'Priority')?.options ?? []
const [low, high, gone] = items.map(({ id }) => id)
const [title, description] = type.attributes.map(({ id }) => id)

const BY_ADMIN = { by: 'admin', is_create: false } as const
const file = (rest: object = { data: 'aGVsbG8=' }) => ({ name: 'a.txt', ...rest })

const refuses = (
  given: Record<string, unknown>,
  message: string | RegExp,
  options: Parameters<typeof readValues>[2],
  of = type,
) =>
  assert.throws(
    () => readValues(of, given, options),
    (error) => {
      assert.ok(error instanceof ApiError, String(error))
      assert.deepEqual([error.status, error.code], [400, 'parameter_invalid'])
      if (typeof message === 'string') assert.equal(error.message, message)
      else assert.match(error.message, message)
      return true
    },
    JSON.stringify(given).slice(0, 200),
  )

const EXTRA = 'Extra attributes provided that are not found on ticket type:'

test('unknown and archived attributes are refused by name', () => {
  const wrong: [given: Record<string, unknown>, message: string][] = [
    [{ Severity: 'High' }, `${EXTRA} Severity`],
    [{ priority: low }, `${EXTRA} priority`],
    [{ 'Priority ': low }, `${EXTRA} Priority `],
    [{ Short: 'x', Severity: 1, Team: 2 }, `${EXTRA} Severity, Team`],
    [{ [ids['Short'] as string]: 'x' }, `${EXTRA} ${ids['Short']}`],
    [{ _default_title: 'x' }, `${EXTRA} _default_title`],
    [{ '': 'x' }, `${EXTRA} `],
    [{ constructor: 'x' }, `${EXTRA} constructor`],
    [{ Severity: null }, `${EXTRA} Severity`],
    [{ ['x'.repeat(200)]: 1 }, `${EXTRA} ${'x'.repeat(100)}…`],
    [{ Old: 'x' }, "Ticket attribute 'Old' is archived"],
    [{ Old: null, Severity: 1 }, "Ticket attribute 'Old' is archived"],
  ]
  for (const [given, message] of wrong) refuses(given, message, BY_ADMIN)
  const many = Object.fromEntries(Array.from({ length: 1000 }, (_, n) => [`n${n}`, n]))
  refuses(many, `${EXTRA} n0, n1, n2, n3, n4, n5, n6, n7, n8, n9`, BY_ADMIN)
})

test('a value of another type, or an item that the list does not have, is refused by name', () => {
  const files = /^Ticket attribute 'Logs' must be a list of at most 10 files/
  const wrong: [name: string, value: unknown, message: string | RegExp][] = [
    ['Short', 7, /^Ticket attribute 'Short' must be a text of at most 255 characters$/],
    ['Short', 'x'.repeat(256), /^Ticket attribute 'Short' must be a text of at most 255/],
    ['Short', ['x'], /^Ticket attribute 'Short' must be a text/],
    ['Long', 'x'.repeat(10_001), /^Ticket attribute 'Long' must be a text of at most 10000/],
    ['_default_title_', true, /^Ticket attribute '_default_title_' must be a text/],
    ['Priority', 'low', "Ticket attribute 'Priority' has no option 'low'"],
    ['Priority', gone, `Ticket attribute 'Priority' has no option '${gone}'`],
    ['Priority', 'Gone', "Ticket attribute 'Priority' has no option 'Gone'"],
    ['Priority', 0, "Ticket attribute 'Priority' has no option '0'"],
    ['Priority', [low], "Ticket attribute 'Priority' has no option '[…]'"],
    ['Seats', 1.5, "Ticket attribute 'Seats' must be an integer"],
    ['Seats', '3', "Ticket attribute 'Seats' must be an integer"],
    ['Seats', 2 ** 53, "Ticket attribute 'Seats' must be an integer"],
    ['Amount', '1.5', "Ticket attribute 'Amount' must be a number"],
    ['Amount', Number.POSITIVE_INFINITY, "Ticket attribute 'Amount' must be a number"],
    ['Paid', 'true', "Ticket attribute 'Paid' must be true or false"],
    ['Paid', 1, "Ticket attribute 'Paid' must be true or false"],
    ['Due', 'tomorrow', "Ticket attribute 'Due' must be a time in Unix seconds or ISO 8601"],
    ['Due', 1.5, "Ticket attribute 'Due' must be a time in Unix seconds or ISO 8601"],
    ['Due', 1e15, "Ticket attribute 'Due' must be a time in Unix seconds or ISO 8601"],
    ['Logs', 'a.txt', files],
    ['Logs', [], files],
    ['Logs', Array(11).fill(file()), files],
    ['Logs', [{ name: 'a.txt' }], files],
    ['Logs', [{ name: 'a.txt', data: 'aA==', url: 'https://example.com/a' }], files],
    ['Logs', [{ name: 'a.txt', url: 'file:///etc/passwd' }], files],
    ['Logs', [{ name: '', data: 'aA==' }], files],
    ['Screenshot', [file(), file()], /^Ticket attribute 'Screenshot' must be a list of one file/],
  ]
  for (const [name, value, message] of wrong) refuses({ [name]: value }, message, BY_ADMIN)
  refuses({ Short: 'right', Seats: 'wrong' }, "Ticket attribute 'Seats' must be an integer", BY_ADMIN)
})

test('values are returned by the ids of attributes: a list by the id of its item, a time in seconds', () => {
  const right: [name: string, given: unknown, stored: unknown][] = [
    ['Short', 'Ünïcode 👍', 'Ünïcode 👍'],
    ['Short', '', ''],
    ['Long', 'x'.repeat(10_000), 'x'.repeat(10_000)],
    ['Priority', low, low],
    ['Priority', 'High', high],
    ['Seats', -3, -3],
    ['Amount', 0.1, 0.1],
    ['Paid', false, false],
    ['Due', 1_700_000_000, 1_700_000_000],
    ['Due', '2026-01-02', 1_767_312_000],
    ['Due', '2026-01-02T01:00:00+01:00', 1_767_312_000],
    ['Screenshot', [file()], [file()]],
    ['Logs', [file(), file({ url: 'https://example.com/a' })], [file(), file({ url: 'https://example.com/a' })]],
    ['Internal', 'x', 'x'],
    ['Short', null, null],
    ['Logs', null, null],
  ]
  for (const [name, given, stored] of right)
    assert.deepEqual(readValues(type, { [name]: given }, BY_ADMIN), { [ids[name] as string]: stored })
  const both = { _default_title_: 'Broken', _default_description_: 'All of it' }
  assert.deepEqual(readValues(type, both, BY_ADMIN), {
    [title as string]: 'Broken',
    [description as string]: 'All of it',
  })
  assert.deepEqual(readValues(type, {}, BY_ADMIN), {})
})

test('what is required must be given at creation, and only then; contacts have requirements of their own', async () => {
  const MISSING = 'Missing required ticket attributes'
  const by_admin = { by: 'admin', is_create: true } as const
  const by_contact = { by: 'contact', is_create: true } as const
  await change('Short', { required_to_create: true })
  await change('Seats', { required_to_create_for_contacts: true })
  const strict = await theType()
  for (const given of [{}, { Seats: 1 }, { Short: null }, { Short: '' }, { Short: ' \n' }]) {
    refuses(given, MISSING, by_admin, strict)
  }
  for (const given of [{}, { Short: 'x' }, { Seats: null }]) refuses(given, MISSING, by_contact, strict)
  assert.deepEqual(readValues(strict, { Short: 'x' }, by_admin), { [ids['Short'] as string]: 'x' })
  assert.deepEqual(readValues(strict, { Seats: 0 }, by_contact), { [ids['Seats'] as string]: 0 })
  assert.deepEqual(readValues(strict, { Short: null }, BY_ADMIN), { [ids['Short'] as string]: null })
  refuses({ Seats: 1, Internal: 'x' }, `${EXTRA} Internal`, by_contact, strict)
  await change('Short', { archived: true })
  assert.deepEqual(readValues(await theType(), {}, by_admin), {})
  await change('Short', { archived: false, required_to_create: false })
  await change('Seats', { required_to_create_for_contacts: false })
})

test('a ticket shows each attribute by its name: null without a value, and an archived one only with a value', async () => {
  const files = [{ name: 'a.txt', content_type: 'text/plain', filesize: 5, file_id: '1' }]
  const present = (attachments: { name: string }[]) => attachments.map(({ name }) => ({ type: 'upload', name }))
  const unset = Object.fromEntries(
    ['_default_title_', '_default_description_', ...ATTRIBUTES.map(([name]) => name)].map((name) => [name, null]),
  )
  const { Old: _, ...empty } = unset
  assert.deepEqual(showValues(type, {}, present), empty)
  const values = { [title as string]: 'Broken', [ids['Priority'] as string]: gone, [ids['Logs'] as string]: files }
  const shown = { _default_title_: 'Broken', Priority: gone, Logs: [{ type: 'upload', name: 'a.txt' }] }
  assert.deepEqual(showValues(type, values, present), { ...empty, ...shown })
  const old = { [ids['Old'] as string]: 'kept' }
  assert.deepEqual(showValues(type, { ...old, 999999: 'of no attribute' }, present), { ...empty, Old: 'kept' })
  const another = { name: 'Old', data_type: 'integer', description: '' }
  await t.call(`POST /ticket_types/${type_id}/attributes`, another)
  assert.deepEqual(showValues(await theType(), old, present), unset)
})

test('the item of a list is found by its id, also an archived one', () => {
  const priority = type.attributes.find(({ name }) => name === 'Priority')
  assert.ok(priority)
  assert.equal(itemOf(priority, low)?.name, 'Low')
  assert.deepEqual(itemOf(priority, gone), { id: gone, name: 'Gone', archived: true })
  for (const value of ['Low', null, undefined, 7]) assert.equal(itemOf(priority, value), undefined)
})

test('the stored values have files as they are now, once the worker has fetched them', async () => {
  const { sql, id } = t.workspace
  const [fetched] = await sql<{ id: string }[]>`
    insert into attachments (workspace_id, key, name, content_type, size, created_at)
    values (${id}, 'key', 'a.txt', 'text/html', 7, ${new Date()}) returning id`
  const remote = { name: 'a.txt', url: 'https://example.com/a', content_type: 'text/plain', filesize: 0 }
  const stored = { [title as string]: 'Broken', [ids['Logs'] as string]: [{ ...remote, file_id: fetched?.id }] }
  const ask = async (values: object | null) => {
    const [row] = await sql<{ values: unknown }[]>`
      select ${currentValues(t.workspace, sql`given.column1`)} as values
      from (values (${values && JSON.stringify(values)}::text::jsonb)) given`
    return row?.values
  }
  const { url: _, ...ours } = { ...remote, file_id: fetched?.id, content_type: 'text/html', filesize: 7 }
  assert.deepEqual(await ask(stored), { ...stored, [ids['Logs'] as string]: [ours] })
  assert.deepEqual(await ask({}), {})
  assert.equal(await ask(null), null)
})
