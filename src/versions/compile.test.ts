// One change, compiled for schemas of many shapes: what it converts, what it leaves alone, and its errors.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TSchema, Type } from 'typebox'
import { Check } from 'typebox/value'
import type { VersionChange } from './change.ts'
import { type Conversion, compileChange, type Schema } from './compile.ts'
import { added, fields, unchanged, without } from './fields.ts'

const named = (name: string, schema: TSchema) => Object.assign(schema, { $id: name })
const Person = named('person', Type.Object({ type: Type.Literal('person'), id: Type.String(), age: Type.Integer() }))
const Pet = named('pet', Type.Object({ type: Type.Literal('pet'), name: Type.String() }))
const ada = { type: 'person', id: '1', age: 36 }
const younger = { type: 'person', id: '1' }

const changing = (answers: VersionChange['answers']): VersionChange => ({
  name: 'a-change',
  version: '2.5',
  why: '',
  ...{ answers },
})
const NO_AGE = changing({ person: without('age') })

const compile = (schema: TSchema, change = NO_AGE): Conversion => compileChange(change)(schema as unknown as Schema)

/** Returns the converted value. Checks that both values fit their schemas. */
function convert(schema: TSchema, value: unknown, change = NO_AGE): unknown {
  assert.ok(Check(schema, value), 'the value fits the newer schema')
  const { schema: older, convert } = compile(schema, change)
  const converted = convert ? convert(value) : value
  assert.ok(Check(older as unknown as TSchema, converted), `${JSON.stringify(converted)} fits the older schema`)
  return converted
}

test('a change of an unknown property is an error', () => {
  assert.throws(() => compile(Person, changing({ person: without('height') })), /person has no property height/)
  const misspelt = fields({ agee: { value: (age) => age, schema: Type.Integer() } })
  assert.throws(() => compile(Person, changing({ person: misspelt })), /person has no property agee/)
})

test('a union whose objects cannot be distinguished is an error if one of them changes', () => {
  const Other = Type.Object({ type: Type.String(), id: Type.String() })
  assert.throws(() => compile(Type.Union([Person, Other])), /no property that distinguishes its objects/)
  const Optional = Type.Object({ type: Type.Optional(Type.Literal('other')) })
  assert.throws(() => compile(Type.Union([Person, Optional])), /no property that distinguishes its objects/)
  assert.throws(() => compile(Type.Union([Person, Person])), /no property that distinguishes its objects/)
  assert.throws(() => compile(Type.Union([Person, Type.Unknown()])), /branch without a type/)
  assert.throws(() => compile(Type.Union([Type.Array(Person), Type.Array(Pet)])), /several kinds of arrays/)
  assert.equal(compile(Type.Union([Pet, Other])).convert, undefined)
})

test('a schema that could hide a change is an error', () => {
  for (const schema of [{ $ref: 'person' }, { allOf: [Person] }, { type: 'array', prefixItems: [Person] }]) {
    assert.throws(() => compile(Type.Object({ inner: schema as unknown as TSchema })), /must not have/)
  }
})

test('an answer without a change is neither converted nor copied, and has the same schema', () => {
  const Answer = Type.Object({ pet: Pet, pets: Type.Array(Pet), anything: Type.Unknown() })
  const { schema, convert } = compile(Answer)
  assert.equal(schema, Answer)
  assert.equal(convert, undefined)
})

test('an object is converted wherever the schema has it', () => {
  assert.deepEqual(convert(Person, ada), younger)
  assert.deepEqual(convert(Type.Array(Person), [ada, ada]), [younger, younger])
  const Page = Type.Object({
    data: Type.Array(Type.Object({ owner: Type.Optional(Person) })),
    total_count: Type.Integer(),
  })
  assert.deepEqual(convert(Page, { data: [{ owner: ada }, {}], total_count: 2 }), {
    data: [{ owner: younger }, {}],
    total_count: 2,
  })
  assert.deepEqual(convert(Type.Record(Type.String(), Person), { ada }), { ada: younger })
})

test('a value that only looks like the object is left alone: the schema decides', () => {
  const Answer = Type.Object({
    person: Person,
    attributes: Type.Record(Type.String(), Type.Unknown()),
    components: Type.Array(Type.Object({ type: Type.String() }, { additionalProperties: true })),
  })
  const value = { person: ada, attributes: { person: ada }, components: [ada], unknown: ada }
  assert.deepEqual(convert(Answer, value), { ...value, person: younger })
})

test('only the objects around a change are copied, and the original answer is not modified', () => {
  const Answer = Type.Object({ pet: Pet, nested: Type.Object({ person: Person, pet: Pet }) })
  const value = Object.freeze({
    pet: { type: 'pet', name: 'Rex' },
    nested: Object.freeze({ person: ada, pet: { type: 'pet', name: 'Tom' } }),
  })
  const converted = convert(Answer, value) as typeof value
  assert.notEqual(converted, value)
  assert.notEqual(converted.nested, value.nested)
  assert.equal(converted.pet, value.pet)
  assert.equal(converted.nested.pet, value.nested.pet)
  assert.equal(value.nested.person.age, 36)
})

test('the branch of a union is chosen by fixed values of the schema', () => {
  const Owner = Type.Union([Pet, Person, Type.Array(Person), Type.Null(), Type.String()])
  assert.deepEqual(convert(Owner, ada), younger)
  assert.deepEqual(convert(Owner, [ada]), [younger])
  const rex = { type: 'pet', name: 'Rex' }
  assert.equal(convert(Owner, rex), rex)
  assert.equal(convert(Owner, null), null)
  assert.equal(convert(Owner, 'person'), 'person')

  const Within = Type.Union([Type.Union([Pet, Person]), Type.Enum(['nobody']), Type.Null()])
  assert.deepEqual(convert(Within, ada), younger)
  assert.equal(convert(Within, 'nobody'), 'nobody')

  const Sorts = (...kinds: string[]) => Type.Object({ kind: Type.Enum(kinds), person: Person })
  const ByEnum = Type.Union([Sorts('a', 'b'), Sorts('c')])
  assert.deepEqual(convert(ByEnum, { kind: 'b', person: ada }), { kind: 'b', person: younger })
})

test('inner objects are converted first, so that each change sees the objects of its version', () => {
  const Family = named('family', Type.Object({ head: Person, others: Type.Array(Person) }))
  const change = changing({
    person: without('age'),
    family: {
      value: ({ head, others }) => ({ members: [head, ...(others as unknown[])] }),
      schema: ({ properties, ...family }) => ({
        ...family,
        properties: { members: properties['others'] as object },
        required: ['members'],
      }),
    },
  })
  assert.deepEqual(convert(Family, { head: ada, others: [ada] }, change), { members: [younger, younger] })
})

test('fields of an older version are added, changed or removed', () => {
  const change = changing({ person: added('object', { value: ({ type }) => type, schema: Type.String() }) })
  assert.deepEqual(convert(Person, ada, change), { ...ada, object: 'person' })
  const asText = fields({ age: { value: String, schema: Type.String() } })
  assert.deepEqual(convert(Person, ada, changing({ person: asText })), { ...ada, age: '36' })
  const Unborn = named('person', Type.Object({ age: Type.Optional(Type.Integer()) }))
  assert.deepEqual(convert(Unborn, {}, changing({ person: asText })), {})
  assert.deepEqual(convert(Person, ada, changing({ person: { value: (person) => person, schema: unchanged } })), ada)
})
