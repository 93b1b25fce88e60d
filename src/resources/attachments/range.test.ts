// Parts of files, as requests ask for them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { names, sliceOf } from './range.ts'

test('what is no range that we serve gets the whole file', () => {
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

test('a range beyond the end is told so', () => {
  for (const range of ['bytes=10-', 'bytes=10-20', 'bytes=-0', `bytes=${'9'.repeat(15)}-`])
    assert.equal(sliceOf(range, 10), 'beyond', range)
  assert.equal(sliceOf('bytes=0-', 0), 'beyond')
  assert.equal(sliceOf('bytes=-5', 0), 'beyond')
})

test('a range is cut to what there is', () => {
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

test('a client has what there is where it names it, alone or among others, weak or strong', () => {
  for (const header of ['"a"', 'W/"a"', '"b", "a"', '*']) assert.ok(names(header, '"a"'), header)
  for (const header of [undefined, '', '"b"', 'a', '"a']) assert.ok(!names(header, '"a"'), header)
})
