// How many levels and values a JSON text may have.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exceededBound } from './json-bounds.ts'

const bounds = { levels: 3, values: 6 }

test('a text with too many levels or values is found, wherever they are', () => {
  const wrong: [text: string, bound: 'levels' | 'values'][] = [
    ['[[[[]]]]', 'levels'],
    ['{"a":{"b":{"c":{}}}}', 'levels'],
    ['[[[[', 'levels'],
    ['{"a":[{"b":[1]}]}', 'levels'],
    ['["x\\\\",[[[]]]]', 'levels'],
    ['[1,2,3,4,5,6,7]', 'values'],
    ['[{},{},{},{}]', 'values'],
    ['{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7}', 'values'],
    ['[[],[],[],[]]', 'values'],
    [',,,,,,,', 'values'],
    ['["\\"",1,1,1,1,1,1]', 'values'],
    ['[1, 1,\n1,\t1,1 ,1,1', 'values'],
  ]
  for (const [text, bound] of wrong) assert.equal(exceededBound(text, bounds), bound, text)
})

test('brackets, commas and quotes in strings are text', () => {
  for (const text of [
    '{"a":"[[[[{{{{,,,,,,,,"}',
    '["\\"[[[[,,,,,,,", 1]',
    '["\\\\\\"[[[[,,,,,,,"]',
    '{"[[[[":"]]]]"}',
    '"[[[[',
    '[[[]],[[]]]',
    '[1,2,3,4,5,6]',
    'null',
    '',
  ])
    assert.equal(exceededBound(text, bounds), undefined, text)
})
