// Several changes together: their order, requests, statuses, and the check that they fit the operations.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Type } from 'typebox'
import type { ChangeOptions, VersionChange } from './change.ts'
import { CHANGES, has, versionOf } from './changes.ts'
import { assertChangesFit } from './check.ts'
import type { Schema } from './compile.ts'
import { conversionsOf, type OperationShape } from './conversions.ts'
import { fields, unchanged, without } from './fields.ts'
import { VERSIONS } from './versions.ts'

const Thing = Object.assign(Type.Object({ size: Type.Integer(), color: Type.Optional(Type.String()) }), {
  $id: 'thing',
})
const plain = (schema: object) => schema as Schema
const getThing: OperationShape = { id: 'getThing', status: 200, answer: plain(Thing) }
const saveThing: OperationShape = {
  id: 'saveThing',
  status: 201,
  answer: plain(Thing),
  body: plain(Thing),
  query: plain(Thing),
}

const change = (name: string, version: string, options: Omit<ChangeOptions, 'why'>): VersionChange => ({
  ...{ name, version, why: '' },
  ...options,
})
const size = (value: (size: unknown) => unknown, schema = {}) => ({ thing: fields({ size: { value, schema } }) })

const fit = (changes: VersionChange[], operations = [getThing, saveThing]) =>
  assertChangesFit(conversionsOf(changes), operations)

test('a change that names an unknown schema or operation is refused', () => {
  const misspelt = change('a-typo', '2.9', { answers: { thingg: without('size') } })
  assert.throws(() => fit([misspelt]), /The change a-typo names the schema thingg, which does not exist/)
  const nowhere = change('no-operation', '2.9', { requests: { loseThing: {} } })
  assert.throws(() => fit([nowhere]), /The change no-operation names the operation loseThing, which does not exist/)
  const status = change('no-status', '2.9', { operations: { loseThing: { status: 200 } } })
  assert.throws(() => fit([status]), /names the operation loseThing/)
})

test('a change that does not fit is refused, and the error names the operation', () => {
  const noHeight = change('no-height', '2.9', { answers: { thing: without('height') } })
  assert.throws(() => fit([noHeight]), /The change no-height does not fit getThing: thing has no property height/)
  const noBody = change('no-body', '2.9', { requests: { getThing: { body: without('size') } } })
  assert.throws(() => fit([noBody]), /getThing has no body/)
  const empty = { ...getThing, answer: plain(Type.Literal('')) }
  const notAnObject = change('empty', '2.9', { operations: { getThing: { answer: without('size') } } })
  assert.throws(() => fit([notAnObject], [empty]), /getThing does not answer an object/)
})

test('each change is checked against the schemas after the newer ones', () => {
  const newer = change('no-color', '2.12', { answers: { thing: without('color') } })
  const older = change('no-color-yet', '2.9', { answers: { thing: without('color') } })
  assert.throws(() => fit([older, newer]), /The change no-color-yet does not fit getThing/)
  fit([newer])
})

test('two changes cannot have the same name', () => {
  const twice = [change('same', '2.9', {}), change('same', '2.10', {})]
  assert.throws(() => fit(twice), /Two changes have the name same/)
})

test('changes that the version lacks are applied from newest to oldest', () => {
  const conversions = conversionsOf([
    change('in-2.9', '2.9', { answers: size((size) => `${size} 2.9`) }),
    change('first-in-2.12', '2.12', { answers: size((size) => `${size} first`) }),
    change('second-in-2.12', '2.12', { answers: size((size) => `${size} second`) }),
  ])
  const sizeIn = (version: string) => {
    const { convertAnswer = (thing: unknown) => thing } = conversions.in(getThing, version)
    return (convertAnswer({ size: 1 }) as { size: unknown }).size
  }
  assert.equal(sizeIn('Preview'), 1)
  assert.equal(sizeIn('2.12'), 1)
  assert.equal(sizeIn('2.11'), '1 second first')
  assert.equal(sizeIn('2.7'), '1 second first 2.9')
})

test('an operation is compiled once for each version, and is the latest one if nothing has changed', () => {
  const conversions = conversionsOf([change('in-2.12', '2.12', { answers: size(String) })])
  assert.equal(conversions.in(getThing, '2.7'), conversions.in(getThing, '2.7'))
  assert.equal(conversions.in(getThing, '2.12'), getThing)
  const untouched = { ...getThing, answer: plain(Type.Object({})) }
  assert.equal(conversions.in(untouched, '2.7').convertAnswer, undefined)
})

test('requests are upgraded for each operation, from the oldest change to the newest', () => {
  const append = (text: string) => ({
    value: ({ size }: { size?: unknown }) => ({ size: `${size} ${text}` }),
    schema: unchanged,
  })
  const conversions = conversionsOf([
    change('in-2.9', '2.9', { requests: { saveThing: { body: append('2.9'), query: without('color') } } }),
    change('in-2.12', '2.12', { requests: { saveThing: { body: append('2.12') } } }),
  ])
  const { upgradeBody, upgradeQuery, query } = conversions.in(saveThing, '2.7')
  assert.deepEqual(upgradeBody?.({ size: 1 }), { size: '1 2.9 2.12' })
  assert.deepEqual(upgradeQuery?.({ size: '1', color: 'red' }), { size: '1' })
  assert.deepEqual(Object.keys(query?.['properties'] as object), ['size'])
  assert.deepEqual(conversions.in(saveThing, '2.11').upgradeBody?.({ size: 1 }), { size: '1 2.12' })
  assert.equal(conversions.in(saveThing, '2.11').upgradeQuery, undefined)
  assert.equal(conversions.in(getThing, '2.7').upgradeBody, undefined)
})

test('a status and an answer can change for one operation alone', () => {
  const conversions = conversionsOf([
    change('saving-is-201', '2.12', { operations: { saveThing: { status: 200, answer: without('color') } } }),
  ])
  const saving = conversions.in(saveThing, '2.11')
  assert.equal(saving.status, 200)
  assert.deepEqual(saving.convertAnswer?.({ size: 1, color: 'red' }), { size: 1 })
  assert.equal(conversions.in(saveThing, '2.12').status, 201)
  assert.equal(conversions.in(getThing, '2.11').convertAnswer, undefined)
})

test('a workspace has a change from the version of the change on', () => {
  for (const { name, version } of CHANGES) {
    assert.equal(versionOf(name), version)
    for (const [index, asked] of VERSIONS.entries()) {
      assert.equal(has({ version: asked }, name), index >= VERSIONS.indexOf(version), `${name} in ${asked}`)
    }
  }
})
