// What a definition names, its size, and its relative dates.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Query } from '#search/query.ts'
import { missingParts, segmentsIn, sizesOf, tagsIn, withDates } from './definition.ts'

const filter = (field: string, value: unknown, operator = '='): Query => ({ field, operator, value })
const all = (...members: Query[]): Query => ({ operator: 'AND', members })
const naming = (...ids: string[]) => filter('segment_id', ids, 'IN')

test('a value that names nothing is left out', () => {
  for (const value of [null, true, {}, [null], [[]], undefined]) {
    assert.deepEqual(segmentsIn(filter('segment_id', value)), [])
    assert.deepEqual(tagsIn(filter('tag_id', value)), [])
  }
  assert.deepEqual(
    tagsIn(all(filter('tag_id', 'VIP'), filter('tag_id', '99999999999999999999'), filter('name', '7'))),
    [],
  )
  assert.deepEqual([tagsIn(null), segmentsIn(null)], [[], []])
})

test('what is named in several places is named once', () => {
  const query = all(filter('tag_id', 7), all(filter('tag_id', '7', '!='), filter('segment_id', 'a')), naming('a', 'b'))
  assert.deepEqual([tagsIn(query), segmentsIn(query)], [['7'], ['a', 'b']])
})

test('a segment that names itself, also through others, has no size, and neither have those that name it', () => {
  const sizes = sizesOf([
    { id: 'outside', query: naming('one') },
    { id: 'one', query: naming('two') },
    { id: 'two', query: naming('three', 'plain') },
    { id: 'three', query: naming('one') },
    { id: 'self', query: naming('self') },
    { id: 'plain', query: null },
  ])
  for (const id of ['outside', 'one', 'two', 'three', 'self']) assert.equal(sizes.get(id), null, id)
  assert.deepEqual(sizes.get('plain'), { filters: 1, levels: 0 })
})

test('the size counts the filters of named segments as often as they are named, in little time', () => {
  const doubled = Array.from({ length: 40 }, (_, n) => ({
    id: String(n),
    query: n ? all(naming(String(n - 1)), naming(String(n - 1))) : filter('name', 'x'),
  }))
  const sizes = sizesOf(doubled)
  assert.deepEqual(sizes.get('0'), { filters: 2, levels: 0 })
  assert.deepEqual(sizes.get('1'), { filters: 7, levels: 1 })
  assert.equal(sizes.get('39')?.levels, 39)
  assert.ok(sizes.get('39')!.filters > 2 ** 39)
  assert.deepEqual(sizesOf([{ id: 'a', query: naming('unknown') }]).get('a'), { filters: 3, levels: 1 })
})

test('what is missing makes a segment and those that name it miss something, also in a circle', () => {
  const segments = [
    { id: 'tag', query: filter('tag_id', '7'), missing_tag_ids: ['7'] },
    { id: 'field', query: all(filter('plan', 'pro'), filter('name', 'x')), missing_tag_ids: [] },
    { id: 'segment', query: naming('gone'), missing_tag_ids: [] },
    { id: 'outer', query: naming('outermost', 'whole', 'tag'), missing_tag_ids: [] },
    { id: 'outermost', query: naming('outer'), missing_tag_ids: [] },
    { id: 'self', query: naming('self'), missing_tag_ids: [] },
    { id: 'whole', query: filter('name', 'x'), missing_tag_ids: [] },
    { id: 'names-whole', query: naming('whole'), missing_tag_ids: [] },
    { id: 'everyone', query: null, missing_tag_ids: [] },
  ]
  const missing = missingParts(segments, (name) => ['name', 'tag_id', 'segment_id'].includes(name))
  assert.deepEqual(Object.fromEntries(missing), {
    ...{ tag: ['tag_id 7'], field: ['plan'], segment: ['segment_id gone'], self: ['segment_id self'] },
    outer: ['segment_id outermost', 'segment_id tag'],
    outermost: ['segment_id outer'],
    ...{ whole: [], 'names-whole': [], everyone: [] },
  })
})

test('days ago are replaced in dates only, and only if they are a number of whole days', () => {
  const now = new Date('2026-01-31T00:00:00Z')
  const seconds = (date: string) => Date.parse(`${date}T00:00:00Z`) / 1000
  const cases: [value: unknown, expected: unknown][] = [
    [{ days_ago: 30 }, seconds('2026-01-01')],
    [{ days_ago: 0 }, seconds('2026-01-31')],
    ...[{ days_ago: -1 }, { days_ago: 1.5 }, { days_ago: '30' }, { days_ago: 36_501 }, { days_ago: null }].map(same),
    ...[{}, { days_ago: 1, hours_ago: 2 }, { daysAgo: 1 }, null, 7, '30', [{ days_ago: 1 }]].map(same),
  ]
  for (const [value, expected] of cases) {
    const [dated, named] = [filter('last_seen_at', value), filter('name', value)]
    assert.deepEqual(
      withDates(all(dated, named), now, (field) => field === 'last_seen_at'),
      all(filter('last_seen_at', expected), named),
      JSON.stringify(value),
    )
  }
})

const same = (value: unknown): [unknown, unknown] => [value, value]
