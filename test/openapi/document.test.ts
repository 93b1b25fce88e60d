// /openapi.json: each version is described correctly, with valid examples, and a linter finds no error.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createConfig, lintFromString } from '@redocly/openapi-core'
import type { TSchema } from 'typebox'
import { Errors } from 'typebox/value'
import { testApp } from '../app.ts'
import { at, resolve } from './resolve.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape the document has, and asserts on it
type Json = any

const t = await testApp()
const open = { token: null }
const describe = async (version?: string): Promise<Json> => {
  const { status, body } = await t.call(`GET /openapi.json${version ? `?version=${version}` : ''}`, undefined, open)
  assert.equal(status, 200)
  return body
}
const DESCRIBED = ['Preview', '2.16', '2.11', '2.7']
const documents: [version: string, document: Json][] = []
for (const version of DESCRIBED) documents.push([version, await describe(version)])
const latest: Json = documents[0]?.[1]

const operationsOf = (document: Json): [name: string, operation: Json][] =>
  Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
    Object.entries<Json>(methods).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  ) as [string, Json][]

function* partsOf(value: Json, path = ''): Generator<[path: string, part: Json]> {
  if (typeof value !== 'object' || value === null) return
  yield [path, value]
  for (const [key, inner] of Object.entries(value)) yield* partsOf(inner, `${path}/${key}`)
}

test('an unknown version is refused', async () => {
  for (const version of ['2.99', 'latest', '', '2.11&version=2.12']) {
    const { status, body } = await t.call(`GET /openapi.json?version=${version}`, undefined, open)
    assert.equal(status, 400, version)
    assert.equal(body.errors[0].code, 'intercom_version_invalid')
  }
})

test('without a version the latest is described, and a version is found in any case', async () => {
  assert.deepEqual(await describe(), latest)
  assert.deepEqual(await describe('unstable'), latest)
  assert.equal(latest.info.version, 'Preview')
  assert.equal((await describe('2.0')).info.version, '2.0')
})

for (const [version, document] of documents) {
  test(`${version}: a linter finds no error`, async () => {
    const config = await createConfig({ extends: ['recommended'] })
    const problems = await lintFromString({ source: JSON.stringify(document), config })
    const errors = problems.filter(({ severity }) => severity === 'error')
    assert.deepEqual(
      errors.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`),
      [],
    )
  })

  test(`${version}: every reference exists, and every schema is used`, () => {
    const used = new Set<string>()
    for (const [path, { $ref }] of partsOf(document)) {
      if (typeof $ref !== 'string') continue
      assert.ok(at(document, $ref), `${path}: ${$ref}`)
      used.add($ref)
    }
    for (const name of Object.keys(document.components.schemas)) {
      assert.ok(used.has(`#/components/schemas/${name}`), name)
    }
  })

  test(`${version}: a schema that several places share has a name`, () => {
    const places = new Map<string, string[]>()
    for (const [path, part] of partsOf(document)) {
      if (/\/example\b/.test(path) || !part.properties || !Object.keys(part.properties).length) continue
      if (/^\/components\/schemas\/\w+$/.test(path)) continue
      const shape = JSON.stringify(part)
      places.set(shape, [...(places.get(shape) ?? []), path])
    }
    assert.deepEqual(
      [...places.values()].filter(({ length }) => length > 1),
      [],
    )
  })

  test(`${version}: a named schema is written once`, () => {
    const named = new Map(
      Object.entries<Json>(document.components.schemas).map(([name, schema]) => [JSON.stringify(schema), name]),
    )
    const inlined = [...partsOf(document)].flatMap(([path, part]) => {
      const name = named.get(JSON.stringify(part))
      return name && !/^\/components\/schemas\/\w+$/.test(path) ? [`${path} is ${name}`] : []
    })
    assert.deepEqual(inlined, [])
  })

  test(`${version}: every operation has a summary, and every answer a valid example`, () => {
    for (const [name, { summary, responses }] of operationsOf(document)) {
      assert.ok(summary, name)
      for (const [status, reference] of Object.entries<Json>(responses)) {
        const response = reference.$ref ? at(document, reference.$ref) : reference
        const content = response.content?.['application/json']
        if (!content) continue
        const [wrong] = Errors(resolve(document, content.schema) as TSchema, content.example)
        assert.equal(wrong, undefined, `${name} ${status}: ${JSON.stringify(wrong)}`)
      }
    }
  })
}

test('a version has its operations', async () => {
  const in_2_12 = await describe('2.12')
  const in_2_13 = await describe('2.13')
  const path = '/contacts/find_by_external_id/{external_id}'
  assert.equal(in_2_12.paths[path], undefined)
  assert.equal(in_2_13.paths[path].get.operationId, 'ShowContactByExternalId')
  assert.equal(in_2_13.paths['/messages/status'], undefined)
  assert.ok(latest.paths['/messages/status'])
})

test('a version has its answer schemas', async () => {
  const { contact: now, conversation, admin } = latest.components.schemas
  const { contact: then, ...in_2_15 } = (await describe('2.15')).components.schemas
  assert.deepEqual(now.properties.owner_id, { anyOf: [{ type: 'string' }, { type: 'null' }] })
  assert.deepEqual(then.properties.owner_id, { anyOf: [{ type: 'integer' }, { type: 'null' }] })
  assert.deepEqual(conversation.properties.priority.enum, ['none', 'low', 'medium', 'high', 'urgent'])
  assert.deepEqual(in_2_15.conversation.properties.priority.enum, ['priority', 'not_priority'])
  assert.deepEqual(in_2_15.conversation_list_item.properties.priority.enum, ['priority', 'not_priority'])
  assert.ok(admin.properties.team_priority_level)
  assert.equal((await describe('2.7')).components.schemas.admin.properties.team_priority_level, undefined)
})

test('a version has its request schemas', async () => {
  const queryOf = (document: Json) =>
    document.paths['/conversations/{id}'].get.parameters.map(({ name }: { name?: string }) => name)
  assert.ok(queryOf(latest).includes('include_email_history'))
  assert.ok(!queryOf(await describe('2.15')).includes('include_email_history'))
  assert.ok(latest.components.schemas.conversation_update_request.properties.priority)
  const { conversation_update_request } = (await describe('2.16')).components.schemas
  assert.equal(conversation_update_request.properties.priority, undefined)
})

test('an operation shows its authentication and its errors', () => {
  const { get } = latest.paths['/contacts/{id}']
  assert.deepEqual(get.security, [{ token: ['read_write_users'] }])
  assert.deepEqual(Object.keys(get.responses), ['200', '400', '401', '403', '404', '410', '429', 'default'])
  const { post } = latest.paths['/extensions/messenger/conversations']
  assert.deepEqual(post.security, [{ messenger_session: [] }])
  assert.deepEqual(latest.paths['/webhooks/twilio/status'].post.security, [])
  assert.deepEqual(latest.paths['/me'].get.security, undefined)
  assert.deepEqual(latest.security, [{ token: [] }])
})

test('extensions are described too, and lenient parts of schemas are not', () => {
  assert.ok(latest.paths['/extensions/broadcasts'].post)
  const body = latest.paths['/contacts/search'].post.requestBody.content['application/json'].schema
  assert.deepEqual(body, { $ref: '#/components/schemas/search_request' })
})
