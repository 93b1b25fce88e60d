// The grammar of a search: what is accepted, and which errors the rest gets.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Compile } from 'typebox/compile'
import { readQuery, readSearch, SearchBody } from './query.ts'

const INVALID_QUERY =
  "Invalid query. Ensure 'field', 'operator', 'value' are present for field queries. Ensure 'operator' and 'value' for composite queries."
const filter = { field: 'email', operator: '=', value: 'ada@example.com' }
const group = (value: unknown, operator: unknown = 'AND') => ({ operator, value })
const refused = (body: unknown, code: string, message: string) =>
  assert.throws(() => readSearch(body), { status: 400, code, message })

test('a body without a query is an invalid query', () => {
  for (const query of [undefined, null, 7, 'email', true, [], [filter], {}, { field: 'email' }]) {
    refused({ query }, 'invalid_query', INVALID_QUERY)
  }
  for (const body of [undefined, null, 'query', [], {}]) refused(body, 'invalid_query', INVALID_QUERY)
})

test('a filter needs a field and an operator, both text', () => {
  for (const query of [
    { operator: '=', value: 'a' },
    { ...filter, field: 7 },
    { ...filter, operator: null },
  ]) {
    refused({ query }, 'invalid_query', INVALID_QUERY)
  }
})

test('a group needs a list that is not empty', () => {
  for (const value of [undefined, null, 'email', {}, []])
    refused({ query: group(value) }, 'invalid_query', INVALID_QUERY)
})

test('a group is joined by AND or OR and nothing else', () => {
  for (const operator of ['XOR', 'and', '=']) {
    refused({ query: group([filter], operator) }, 'invalid_operator', 'Composite operators must be of type AND or OR ')
  }
})

test('a group has at most 15 members', () => {
  assert.ok(readSearch({ query: group(Array(15).fill(filter)) }))
  refused(
    { query: group(Array(16).fill(filter)) },
    'invalid_value',
    'Number of elements in composite query is greater than 15, please try again with a smaller list',
  )
})

test('groups nest two levels deep, and deeper ones are refused without being read', () => {
  assert.ok(readSearch({ query: group([filter, group([filter], 'OR')]) }))
  let bomb: unknown = filter
  for (let level = 0; level < 100_000; level++) bomb = group([bomb])
  for (const query of [group([group([group([filter])])]), bomb]) {
    refused({ query }, 'invalid_values', 'Value depth exceeds 10 items')
  }
})

test('an unknown member does not excuse a wrong query, pagination or sort', () => {
  refused({ per_page: 5 }, 'invalid_query', INVALID_QUERY)
  refused({ field: 'email', operator: '=', value: 'a@b.c' }, 'invalid_query', INVALID_QUERY)
  refused({ query: filter, per_page: 5, pagination: { per_page: 'ten' } }, 'bad_request', "bad 'per_page' parameter")
  refused({ query: filter, order: 'asc', sort: 'email' }, 'bad_request', "bad 'sort' parameter")
})

test('an unknown member beside the query is ignored, whatever its value', () => {
  const members = {
    ...{ per_page: 5, page: '2', starting_after: 'WzE=', order: 'desc', display_as: 'plaintext', random_param: 1 },
    ...{ 'sort.field': null, Query: {}, limit: [], filters: [{ field: 'x' }], toString: false, constructor: 'x' },
  }
  const plain = readSearch({ query: filter })
  for (const [name, value] of Object.entries(members)) {
    assert.deepEqual(readSearch({ query: filter, [name]: value }), plain, name)
  }
  assert.deepEqual(readSearch({ ...members, query: filter, pagination: { per_page: 7 } }).pagination, { per_page: 7 })
})

test('a pagination or sort of another shape is refused by name', () => {
  refused({ query: filter, pagination: 'next' }, 'bad_request', "bad 'pagination' parameter")
  refused({ query: filter, sort: 'email' }, 'bad_request', "bad 'sort' parameter")
  refused({ query: filter, sort: { field: 7 } }, 'bad_request', "bad 'field' parameter")
  for (const per_page of ['ten', 1.5, {}, -1n, '']) {
    refused({ query: filter, pagination: { per_page } }, 'bad_request', "bad 'per_page' parameter")
  }
  refused({ query: filter, pagination: { starting_after: 7 } }, 'bad_request', "bad 'starting_after' parameter")
})

test('null as pagination or sort, or within it, means none', () => {
  for (const none of [null, {}, { per_page: null, starting_after: null, field: null, order: null }]) {
    const { pagination, sort } = readSearch({ query: filter, pagination: none, sort: none })
    assert.deepEqual(pagination, {})
    assert.deepEqual([sort.field, sort.order ?? undefined], [undefined, undefined])
  }
})

test('a missing value is null', () => {
  assert.deepEqual(readQuery({ field: 'external_id', operator: '!=' }), {
    field: 'external_id',
    operator: '!=',
    value: null,
  })
})

test('a search is read completely, with the fields that it names', () => {
  const search = readSearch({
    query: group([filter, group([{ field: 'custom_attributes.plan', operator: '~', value: 'pro' }], 'OR')]),
    pagination: { per_page: '5', starting_after: null },
    sort: { field: 'name', order: 'ascending' },
  })
  assert.deepEqual(search.pagination, { per_page: 5 })
  assert.deepEqual(search.sort, { field: 'name', order: 'ascending' })
  assert.deepEqual(search.fields, ['email', 'custom_attributes.plan', 'name'])
})

test('the schema documents a search, and accepts everything so that these errors apply', () => {
  const schema = Compile(SearchBody)
  for (const body of [{ query: filter }, { query: 7, pagination: 'x' }, [], null, 'text']) assert.ok(schema.Check(body))
  const documented = JSON.stringify(SearchBody)
  for (const key of ['field', 'operator', 'value', 'per_page', 'starting_after', 'order']) {
    assert.ok(documented.includes(`"${key}":`), key)
  }
})
