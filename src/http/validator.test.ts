// The first error of a wrong request: the same one, and soon, however long its arrays are.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import { Compile } from 'typebox/compile'
import { Id } from './types.ts'
import { firstErrors } from './validator.ts'

const Item = Type.Object({ id: Id, tags: Type.Optional(Type.Array(Type.String(), { minItems: 1 })) })
const compiled = Compile(
  Type.Object({
    name: Type.String(),
    items: Type.Optional(Type.Array(Item, { maxItems: 10_000 })),
    few: Type.Optional(Type.Array(Id, { maxItems: 1_000 })),
    one_or_many: Type.Optional(Type.Union([Item, Type.Array(Item, { maxItems: 1_000 })])),
  }),
)

const right = (count: number): object[] => Array.from({ length: count }, (_, n) => ({ id: n }))
const ids = (count: number) => right(count).map((_, n) => n)

test('the first error is the one of the whole value, wherever it is', () => {
  const wrong: [value: object, path: string, message: RegExp][] = [
    [{}, '', /required properties name/],
    [{ name: 1 }, '/name', /must be string/],
    [{ name: 'x', items: right(3).concat({}) }, '/items/3', /required properties id/],
    [{ name: 'x', items: right(99).concat({}) }, '/items/99', /required properties id/],
    [{ name: 'x', items: right(100).concat({}) }, '/items/100', /required properties id/],
    [{ name: 'x', items: right(9_000).concat({}, right(900)) }, '/items/9000', /required properties id/],
    [{ name: 'x', items: right(10_001) }, '/items', /more than 10000 items/],
    [{ name: 'x', few: ids(1_001) }, '/few', /more than 1000 items/],
    [{ name: 'x', few: ids(19_000) }, '/few', /more than 1000 items/],
    [{ name: 'x', few: [...ids(700), null] }, '/few/700', /must be string/],
    [{ name: 'x', items: [{ id: 1, tags: [] }] }, '/items/0/tags', /fewer than 1 items/],
    [{ name: 'x', items: [{ id: 1, tags: [...Array(500).fill('a'), 1] }] }, '/items/0/tags/500', /must be string/],
    [{ name: 'x', one_or_many: right(2).concat({}) }, '/one_or_many', /must be object/],
    [{ name: 'x', items: 'x', few: ids(2_000) }, '/items', /must be array/],
  ]
  for (const [value, path, message] of wrong) {
    const [first] = firstErrors(compiled, value)
    assert.equal(first?.instancePath, path)
    assert.match(first.message, message)
    assert.deepEqual(first, compiled.Errors(value)[0], path)
  }
})

test('a list of a hundred thousand wrong items is refused in milliseconds', () => {
  const value = { name: 'x', items: Array(100_000).fill({}), one_or_many: Array(100_000).fill({}) }
  const started = performance.now()
  assert.equal(firstErrors(compiled, value)[0]?.instancePath, '/items/0')
  assert.ok(performance.now() - started < 100)
})
