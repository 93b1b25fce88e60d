// Range requests for parts of files.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matches } from '#http/etag.ts'
import { sliceOf } from './range.ts'

test('an unsupported range gets the whole file', () => {
  const odd = [
    undefined,
    '',
    'bytes',
    'bytes=',
    'bytes=-',
    'bytes=a-b',
    'bytes=5-2',
    'bytes=0-1,3-4',
    'lines=0-1',
    'bytes=--1',
  ]
  for (const range of odd) assert.equal(sliceOf(range, 10), 'whole', range)
})

test('a range beyond the end is out of range', () => {
  for (const range of ['bytes=10-', 'bytes=10-20', 'bytes=-0', `bytes=${'9'.repeat(15)}-`])
    assert.equal(sliceOf(range, 10), 'out_of_range', range)
  assert.equal(sliceOf('bytes=0-', 0), 'out_of_range')
  assert.equal(sliceOf('bytes=-5', 0), 'out_of_range')
})

test('a range is limited to the size of the file', () => {
  const cases: [range: string, start: number, end: number][] = [
    ['bytes=0-0', 0, 0],
    ['bytes=2-5', 2, 5],
    ['bytes=2-', 2, 9],
    ['bytes=2-999', 2, 9],
    ['bytes=-3', 7, 9],
    ['bytes=-99', 0, 9],
    ['bytes= 0 - 1', 0, 1],
  ]
  for (const [range, start, end] of cases) assert.deepEqual(sliceOf(range, 10), { start, end }, range)
})

test('an etag matches alone or in a list, weak or strong', () => {
  for (const header of ['"a"', 'W/"a"', '"b", "a"', '*']) assert.ok(matches(header, '"a"'), header)
  for (const header of [undefined, '', '"b"', 'a', '"a']) assert.ok(!matches(header, '"a"'), header)
})
