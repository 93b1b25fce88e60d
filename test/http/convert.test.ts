// The hooks that convert between versions, on a small server with its own changes.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import Fastify from 'fastify'
import { Type } from 'typebox'
import { convertVersions } from '#http/convert.ts'
import { ApiError, errorHandler } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { collectOperations } from '#http/operations.ts'
import { named } from '#http/types.ts'
import { validatorCompiler } from '#http/validator.ts'
import { changesIn } from '#versions/change.ts'
import { conversionsOf } from '#versions/conversions.ts'
import { fields, unchanged, without } from '#versions/fields.ts'
import type { Workspace } from '#workspaces/workspace.ts'

const Sum = named('sum', Type.Object({ type: Type.Literal('sum'), total: Type.Integer() }))
const Numbers = Type.Object({ numbers: Type.Array(Type.Integer()) })
const Add = Type.Object({ plus: Type.Optional(Type.Integer()) })

const CHANGES = changesIn('2.9', {
  'sums-are-numbers': {
    why: 'Totals are numbers; before, text.',
    answers: { sum: fields({ total: { value: String, schema: Type.String() } }) },
  },
  'numbers-are-a-list': {
    why: 'The numbers are a list; before, text with commas. `plus` is new.',
    requests: {
      addNumbers: {
        body: {
          value: ({ numbers }) => ({ numbers: String(numbers).split(',').map(Number) }),
          schema: unchanged,
        },
        query: without('plus'),
      },
    },
  },
  'adding-is-201': { why: 'It answers 201.', operations: { addNumbers: { status: 200 } } },
})

async function server(changes = CHANGES as Parameters<typeof conversionsOf>[0]): Promise<App> {
  const app = Fastify({ exposeHeadRoutes: false }) as unknown as App
  app.setValidatorCompiler(validatorCompiler)
  app.setErrorHandler(errorHandler)
  app.decorateRequest('workspace')
  app.addHook('onRequest', async (request) => {
    const version = request.headers['intercom-version']
    if (version) request.workspace = { version } as unknown as Workspace
  })
  convertVersions(app, { operations: collectOperations(app), conversions: conversionsOf(changes), check: true })
  app.register(async (scope) => {
    ;(scope as unknown as App).post(
      '/sum',
      op('addNumbers', { summary: 'Add', query: Add, body: Numbers, response: Sum, status: 201 }),
      async ({ query, body }, reply) => {
        const total = body.numbers.reduce((sum, number) => sum + number, query.plus ?? 0)
        if (total === 14) reply.code(202)
        if (total < 0) throw new ApiError(422, 'negative', 'The total is negative')
        return { type: 'sum' as const, total: total === 13 ? ('thirteen' as unknown as number) : total }
      },
    )
  })
  await app.ready()
  return app
}

const app = await server()
async function add(version: string, numbers: unknown, query = '') {
  const headers = { 'intercom-version': version }
  const answer = await app.inject({ method: 'POST', url: `/sum${query}`, headers, payload: { numbers } })
  return [answer.statusCode, answer.json()] as const
}

test('a request of an older version is validated after its conversion', async () => {
  const [status, body] = await add('2.8', '1,two')
  assert.deepEqual([status, body.errors[0].code], [400, 'parameter_invalid'])
  assert.equal((await add('2.9', '1,2'))[0], 400)
})

test('errors are the same in all versions', async () => {
  const [status, { errors }] = await add('2.8', '-1')
  assert.deepEqual([status, errors], [422, [{ code: 'negative', message: 'The total is negative' }]])
})

test('an answer with another status, or that does not fit the schema of its version, is a server error', async () => {
  assert.equal((await add('2.9', [13]))[0], 500)
  assert.equal((await add('2.9', [14]))[0], 500)
  assert.deepEqual(await add('2.8', '13'), [200, { type: 'sum', total: 'thirteen' }])
})

test('body, query, answer and status are those of the version', async () => {
  assert.deepEqual(await add('2.9', [1, 2], '?plus=4'), [201, { type: 'sum', total: 7 }])
  assert.deepEqual(await add('2.8', '1,2', '?plus=4'), [200, { type: 'sum', total: '3' }])
  assert.deepEqual(await add('Preview', [1, 2]), [201, { type: 'sum', total: 3 }])
})
