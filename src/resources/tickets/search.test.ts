// Searches for tickets: sad paths first.
import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'
import { resetLimits, SMALL, setLimits } from '../../../test/searches.ts'
import { refusal, stateOf, ticketsBy } from '../../../test/tickets.ts'

const t = await testApp()
const { call, workspace } = t
const { admin_id } = t.created
const anna = await aContact(workspace, { name: 'Anna', external_id: 'anna' })
const ben = await aContact(workspace, { name: 'Ben', external_id: 'ben' })
const { ok, aType, anAttribute, aTicket, aConversation } = ticketsBy(call, anna)
const customer = await aType('Customer')
const internal = await aType('Back-office')
const tracker = await aType('Tracker')
const list = await anAttribute(customer, { name: 'Priority', data_type: 'list', list_items: 'Low,High' })
const count = await anAttribute(customer, { name: 'Count', data_type: 'integer' })
const price = await anAttribute(customer, { name: 'Price', data_type: 'decimal' })
const urgent = await anAttribute(customer, { name: 'Urgent', data_type: 'boolean' })
const due = await anAttribute(customer, { name: 'Due', data_type: 'datetime' })
const code = await anAttribute(customer, { name: 'Code', data_type: 'string' })
const [low, high] = list.input_options.items
const team = await ok('POST /extensions/teams', { name: 'Support', admin_ids: [admin_id] })
const tag = await ok('POST /tags', { name: 'Hot' })

const a = await aTicket(customer, {
  created_at: 1_700_000_000,
  ticket_attributes: {
    ...{ _default_title_: 'Login is broken', _default_description_: 'I need support with the login' },
    ...{ Priority: high.id, Count: 7, Price: 2.5, Urgent: true, Due: 1_800_000_000, Code: 'AB-1' },
  },
})
const b = await aTicket(customer, {
  ...{ created_at: 1_700_000_100, contacts: [{ id: ben }], assignment: { admin_assignee_id: admin_id } },
  ticket_attributes: { _default_title_: 'Printer', Priority: low.id, Count: 3, Price: 1, Urgent: false, Code: 'CD-2' },
})
const c = await aTicket(internal, { created_at: 1_700_000_200, assignment: { team_assignee_id: team.id } })
const d = await aTicket(tracker, { created_at: 1_700_000_300 })
await aConversation()
await ok(`PUT /tickets/${b.id}`, { ticket_state_id: stateOf(customer, 'resolved'), snoozed_until: 2_000_000_000 })
await ok(`PUT /tickets/${c.id}`, { open: false })
await ok(`POST /tickets/${a.id}/tags`, { id: tag.id, admin_id })
await ok(`POST /tickets/${d.id}/reply`, { message_type: 'note', type: 'admin', admin_id, body: 'x' })

const NAMES = new Map([a, b, c, d].map(({ id }, n) => [id, 'abcd'[n]]))
const search = (body: object, version?: string) => call('POST /tickets/search', body, version ? { version } : {})
const find = async (query: object): Promise<string> => {
  const { body, status, text } = await search({ query, sort: { field: 'created_at', order: 'ascending' } })
  assert.equal(status, 200, text)
  const names = body.tickets.map(({ id }: { id: string }) => NAMES.get(id)).join('')
  assert.equal(body.total_count, names.length)
  return names
}

describe('a search is refused', () => {
  for (const [what, query, expected] of [
    ['without a query', undefined, 'invalid_query'],
    ['for an unknown field', { field: 'colour', operator: '=', value: 'x' }, 'invalid_field'],
    ['for an unknown attribute', { field: 'ticket_attribute.999999', operator: '=', value: 'x' }, 'invalid_field'],
    [
      'for an attribute by its name',
      { field: 'ticket_attribute.Priority', operator: '=', value: 'x' },
      'invalid_field',
    ],
    ['for an operator that a field does not have', { field: 'state', operator: '>', value: 'x' }, 'invalid_operator'],
    ['for a boolean that is none', { field: 'open', operator: '=', value: 'perhaps' }, 'invalid_value'],
    ['for a list that is none', { field: 'state', operator: 'IN', value: 'resolved' }, 'invalid_value'],
    ['for a text as a state', { field: 'state', operator: '=', value: { a: 1 } }, 'invalid_value'],
    ['for a date that is none', { field: 'created_at', operator: '>', value: 'soon' }, 'invalid_value'],
  ] as const)
    test(what, async () => {
      const [status, found] = refusal(await search({ query }))
      assert.deepEqual([status, found], [400, expected])
    })
})

describe('a search by', () => {
  afterEach(resetLimits)
  for (const [field, operator, value, expected] of [
    ['id', '=', a.id, 'a'],
    ['id', '>', b.id, 'bcd'],
    ['title', '=', 'LOGIN is broken', 'a'],
    ['title', '~', 'rint', 'b'],
    ['title', '^', 'login', 'a'],
    ['title', '$', 'broken', 'a'],
    ['title', '!=', 'Printer', 'acd'],
    ['title', '=', null, 'cd'],
    ['description', '=', 'support', 'a'],
    ['description', '=', 'need support', ''],
    ['description', '~', 'with the', 'a'],
    ['category', '=', 'request', 'ab'],
    ['category', '=', 'task', 'c'],
    ['category', '!=', 'tracker', 'abc'],
    ['category', 'IN', ['task', 'tracker'], 'cd'],
    ['category', '=', 'Customer', ''],
    ['ticket_type_id', '=', customer.id, 'ab'],
    ['ticket_type_id', 'IN', [internal.id, tracker.id], 'cd'],
    ['contact_ids', '=', ben, 'b'],
    ['contact_ids', 'NIN', [ben], 'acd'],
    ['teammate_ids', '=', admin_id, 'bcd'],
    ['tag_ids', '=', tag.id, 'a'],
    ['admin_assignee_id', '=', Number(admin_id), 'b'],
    ['admin_assignee_id', '=', admin_id, 'b'],
    ['admin_assignee_id', '=', 0, 'acd'],
    ['team_assignee_id', '=', team.id, 'c'],
    ['open', '=', true, 'abd'],
    ['open', '=', false, 'c'],
    ['state', '=', 'resolved', 'b'],
    ['state', '!=', 'resolved', 'acd'],
    ['state', 'IN', ['submitted', 'resolved'], 'abcd'],
    ['state', 'NIN', ['submitted'], 'b'],
    ['state', '~', 'mitt', 'acd'],
    ['state', '=', 'unknown', ''],
    ['snoozed_until', '>', 1_900_000_000, 'b'],
    ['created_at', '>=', 1_700_000_200, 'cd'],
    ['created_at', '<=', 1_700_000_100, 'ab'],
    ['created_at', '>', 1_700_000_200, 'cd'],
    ['updated_at', '>', 1_700_000_000, 'abcd'],
    [`ticket_attribute.${list.id}`, '=', high.id, 'a'],
    [`ticket_attribute.${list.id}`, 'IN', [high.id, low.id], 'ab'],
    [`ticket_attribute.${count.id}`, '=', 7, 'a'],
    [`ticket_attribute.${count.id}`, '>', 3, 'ab'],
    [`ticket_attribute.${price.id}`, '=', '2.5', 'a'],
    [`ticket_attribute.${urgent.id}`, '=', false, 'b'],
    [`ticket_attribute.${due.id}`, '>', 1_700_000_000, 'a'],
    [`ticket_attribute.${code.id}`, '^', 'AB', 'a'],
    [`ticket_attribute.${code.id}`, '=', null, 'cd'],
  ] as const)
    test(`${field.replace(/\d+/, 'id')} ${operator} ${JSON.stringify(value)}, by reading all and by indexes`, async () => {
      assert.equal(await find({ field, operator, value }), expected)
      setLimits(SMALL)
      assert.equal(await find({ field, operator, value }), expected)
    })

  test('several conditions', async () => {
    const open = { field: 'open', operator: '=', value: true }
    const state = (value: string) => ({ field: 'state', operator: '=', value })
    const either = {
      operator: 'OR',
      value: [state('resolved'), { field: 'category', operator: '=', value: 'tracker' }],
    }
    assert.equal(await find({ operator: 'AND', value: [open, either] }), 'bd')
  })
})

describe('the answer', () => {
  const all = { field: 'created_at', operator: '>', value: 0 }

  test('has whole tickets, last updated first, 20 on a page by default', async () => {
    const { body } = await search({ query: all })
    assert.equal(body.tickets[0].id, d.id)
    assert.deepEqual(body.tickets[0], await ok(`GET /tickets/${d.id}`))
    assert.deepEqual([body.type, body.pages.per_page, body.pages.total_pages], ['ticket.list', 20, 1])
    assert.equal((await search({ query: all, pagination: { per_page: 151 } })).body.pages.per_page, 150)
  })

  test('is found page by page', async () => {
    const found: string[] = []
    let starting_after: string | undefined
    do {
      const { body } = await search({ query: all, pagination: { per_page: 3, starting_after } })
      found.push(...body.tickets.map(({ id }: { id: string }) => id))
      assert.equal(body.total_count, 4)
      starting_after = body.pages.next?.starting_after
    } while (starting_after)
    assert.deepEqual(new Set(found), new Set(NAMES.keys()))
    assert.equal(found.length, 4)
  })

  test('follows changes at once', async () => {
    const byState = { field: 'state', operator: '=', value: 'in_progress' }
    assert.equal(await find(byState), '')
    await ok(`PUT /tickets/${d.id}`, { ticket_state_id: stateOf(tracker, 'in_progress') })
    assert.equal(await find(byState), 'd')
    await ok(`PUT /tickets/${a.id}`, { ticket_attributes: { _default_title_: 'Renamed', Count: null } })
    assert.equal(await find({ field: 'title', operator: '=', value: 'renamed' }), 'a')
    assert.equal(await find({ field: `ticket_attribute.${count.id}`, operator: '=', value: 7 }), '')
  })

  test('since 2.10', async () => {
    for (const version of ['2.16', '2.14', '2.12', '2.11', '2.10'])
      assert.equal((await search({ query: all }, version)).status, 200)
    assert.equal((await search({ query: all }, '2.9')).body.errors[0].code, 'intercom_version_invalid')
  })
})
