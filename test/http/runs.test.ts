// How handlers run: reads open no transaction, and handlers that call other servers hold none while they wait.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Type } from 'typebox'
import { op } from '#http/op.ts'
import { testApp } from '../app.ts'

const t = await testApp()
const { sql } = t.database

const Answer = Type.Object({ number: Type.Integer(), in_transaction: Type.Boolean() })
let called = 0
let release = () => {}

for (const [name, options] of Object.entries({
  reads: { runs: 'read' },
  writes: {},
  calls: { runs: 'outside' },
} as const)) {
  t.app.post(
    `/test/${name}`,
    op(`test_${name}`, { summary: name, response: Answer, ...options }),
    async ({ workspace, headers }) => {
      called++
      if (headers['x-fails']) throw new Error('it failed')
      if (headers['x-waits']) await new Promise<void>((resolve) => (release = resolve))
      return { number: called, in_transaction: !('begin' in workspace.sql) }
    },
  )
}

const post = (name: string, key?: string, headers: Record<string, string> = {}) =>
  t.app.inject({
    method: 'POST',
    url: `/test/${name}`,
    headers: { authorization: `Bearer ${t.created.token}`, ...(key && { 'idempotency-key': key }), ...headers },
  })

const keys = () => sql<{ key: string; status: number | null }[]>`select key, status from idempotency_keys order by key`

test('an operation that writes runs in a transaction; one that reads or calls other servers does not', async () => {
  for (const [name, expected] of [
    ['reads', false],
    ['writes', true],
    ['calls', false],
  ] as const)
    assert.equal((await post(name)).json().in_transaction, expected, name)
})

test('a read ignores an Idempotency-Key: it is carried out each time, and nothing is stored', async () => {
  const [first, second] = [await post('reads', 'read'), await post('reads', 'read')]
  assert.notEqual(first.json().number, second.json().number)
  assert.equal((await keys()).length, 0)
})

describe('an Idempotency-Key of an operation that calls other servers', () => {
  test('can be used again if the operation fails', async () => {
    assert.equal((await post('calls', 'a', { 'x-fails': '1' })).statusCode, 500)
    assert.equal((await keys()).length, 0)
    assert.equal((await post('calls', 'a')).statusCode, 200)
  })

  test('gets the first answer again', async () => {
    const before = called
    const again = await post('calls', 'a')
    assert.equal(again.headers['idempotent-replayed'], 'true')
    assert.equal(called, before)
  })

  test('is refused with 409 during the first request', async () => {
    const first = post('calls', 'b', { 'x-waits': '1' })
    const before = called
    while (called === before) await new Promise((resolve) => setTimeout(resolve, 5))
    const second = await post('calls', 'b')
    assert.equal(second.statusCode, 409, second.body)
    release()
    assert.equal((await first).statusCode, 200)
    assert.equal((await post('calls', 'b')).json().number, (await first).json().number)
  })

  test('can be used again five minutes after a crash', async () => {
    await sql`
      insert into idempotency_keys (workspace_id, key, request_hash, created_at)
      values (${t.created.id}, 'c', 'x', now() - interval '4 minutes')`
    assert.equal((await post('calls', 'c')).statusCode, 409)
    await sql`update idempotency_keys set created_at = created_at - interval '2 minutes' where key = 'c'`
    assert.equal((await post('calls', 'c')).statusCode, 200)
  })
})
