// The pages of a list after its first one was fetched again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Page, withFirst } from './pages.ts'

type Row = { id: string; text?: string }
const idOf = ({ id }: Row) => id
const page = (ids: string, next?: string): Page<Row> => ({
  data: [...ids].map((id) => ({ id })),
  ...(next && { pages: { next: { starting_after: next } } }),
})
const idsOf = (pages: Page<Row>[]) => pages.map(({ data }) => data.map(idOf).join(''))

const CASES: [what: string, old: Page<Row>[], first: Page<Row>, expected: string[]][] = [
  ['the only page is replaced', [page('cba')], page('dcba'), ['dcba']],
  ['nothing is left of a list that was emptied', [page('cb', 'b'), page('a')], page(''), ['']],
  [
    'new rows come above, and those pushed out of the first page stay',
    [page('dc', 'c'), page('ba')],
    page('ed', 'd'),
    ['edc', 'ba'],
  ],
  ['a row that left the range of the first page is gone', [page('dc', 'c'), page('ba')], page('db', 'b'), ['db', 'a']],
  ['a row that moved up from a later page is there once', [page('dc', 'c'), page('ba')], page('ad', 'd'), ['adc', 'b']],
  [
    'more new rows than a page: the old ones go, as others may be between',
    [page('dc', 'c'), page('ba')],
    page('gf', 'f'),
    ['gf'],
  ],
  ['a list without pages yet takes the first', [], page('b', 'b'), ['b']],
]

for (const [what, old, first, expected] of CASES)
  test(what, () => {
    assert.deepEqual(idsOf(withFirst(old, first, idOf)), expected)
  })

test('a row that changed shows what it is now, and the end of the list stays known', () => {
  const changed: Page<Row> = { ...page('dc', 'c'), data: [{ id: 'd', text: 'new' }, { id: 'c' }], total_count: 9 }
  const [first, last] = withFirst([page('dc', 'c'), page('ba', 'a')], changed, idOf)
  assert.equal(first?.data[0]?.text, 'new')
  assert.equal(first?.total_count, 9)
  assert.deepEqual(last?.pages, { next: { starting_after: 'a' } })
})
