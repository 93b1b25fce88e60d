// Every operation in every version: random answers are converted to the version's schema, and the caller's own data is
// unchanged.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TSchema } from 'typebox'
import { Compile } from 'typebox/compile'
import { CONVERSIONS } from '#http/convert.ts'
import { assertChangesFit } from '#versions/check.ts'
import { before, LATEST, VERSIONS, type Version } from '#versions/versions.ts'
import { allOperations } from '../operations.ts'

const operations = await allOperations()

/** Data that a caller may store, similar to the objects that change most. */
const ofTheCaller = fc
  .constantFrom(
    { type: 'conversation', priority: 'high', admin_assignee_id: 0 },
    { type: 'contact', owner_id: '1', archived: true },
    { type: 'admin', team_priority_level: { primary_team_ids: [] } },
    { type: 'tag', users: [], companies: [] },
    { type: 'data_attribute', data_type: 'datetime' },
  )
  .map((value) => ({ ...value, mine: true }))

type Schema = {
  const?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  type?: string
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema & { not?: object }
  patternProperties?: Record<string, Schema>
}

/** Random values that fit the schema of an answer, with and without their optional parts. */
function valuesOf(schema: Schema): fc.Arbitrary<unknown> {
  const { anyOf, properties, items, patternProperties, type } = schema
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  if (anyOf) return fc.oneof(...anyOf.map(valuesOf))
  if (properties) {
    const values = Object.fromEntries(Object.entries(properties).map(([key, inner]) => [key, valuesOf(inner)]))
    return fc.record(values, { requiredKeys: schema.required ?? [] })
  }
  if (patternProperties)
    return fc.dictionary(fc.constantFrom('plan', 'type'), valuesOf(Object.values(patternProperties)[0]!))
  if (type === 'array') return items && !items.not ? fc.array(valuesOf(items), { maxLength: 2 }) : fc.constant([])
  if (type === 'integer' || type === 'number') return fc.integer({ min: 0, max: 10 })
  if (type === 'string') return fc.constantFrom('7', '42')
  if (type === 'boolean') return fc.boolean()
  return type === 'null' ? fc.constant(null) : ofTheCaller
}

/** The first versions in which a conversation has them, and so shows the attributes in them. */
const SINCE: Partial<Record<string, Version>> = { company: '2.15', ticket: '2.9' }

const isHidden = (object: object, key: string, version: Version): boolean =>
  SINCE[key] !== undefined && 'type' in object && object.type === 'conversation' && before(version, SINCE[key])

/** The caller's own data, as far as a version shows it. */
function mineIn(value: unknown, version: Version): unknown[] {
  if (typeof value !== 'object' || value === null) return []
  if ('mine' in value) return [value]
  return Object.entries(value).flatMap(([key, inner]) => (isHidden(value, key, version) ? [] : mineIn(inner, version)))
}

test('every change names existing schemas and operations, and fits them', () => {
  assertChangesFit(CONVERSIONS, operations)
})

test('in each version every operation answers by the schema of that version', () => {
  for (const operation of operations) {
    const values = valuesOf(operation.answer as Schema)
    for (const version of VERSIONS) {
      const { answer, convertAnswer = (value: unknown) => value } = CONVERSIONS.in(operation, version)
      if (answer === operation.answer && version !== LATEST) continue
      const validator = Compile(answer as unknown as TSchema)
      fc.assert(
        fc.property(values, (value) => {
          const converted = convertAnswer(value)
          const [wrong] = validator.Errors(converted)
          assert.equal(wrong, undefined, `${operation.id} in ${version}: ${JSON.stringify(wrong)}`)
          assert.deepEqual(mineIn(converted, version), mineIn(value, version))
        }),
        { numRuns: 20, seed: 1 },
      )
    }
  }
})
