// Batching: calls that arrive at the same time share one statement.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testDatabase } from '../../test/database.ts'
import { batched } from './batched.ts'
import type { Sql } from './sql.ts'

type Workspace = { id: string; sql: Sql }

const database = await testDatabase()
test.after(() => database.close())
const { sql } = database
const here: Workspace = { id: 'here', sql }
const there: Workspace = { id: 'there', sql }

/** Halves numbers in the database, which refuses odd ones, and records each batch. */
function halves() {
  const asked: { id: string; numbers: number[] }[] = []
  const half = batched(async (workspace: Workspace, numbers: number[]) => {
    asked.push({ id: workspace.id, numbers })
    const rows = await workspace.sql<{ half: number }[]>`
      select n / case when n % 2 = 0 then 2 else 0 end as half
      from unnest(${numbers}::int[]) with ordinality as asked (n, place) order by place`
    return rows.map((row) => row.half)
  })
  return { asked, half }
}

test('if one call of a batch fails, only its own caller gets the error', async () => {
  const { half } = halves()
  const [two, failed, three] = await Promise.allSettled([half(here, 4), half(here, 5), half(here, 6)])
  assert.deepEqual(
    [two, three],
    [
      { status: 'fulfilled', value: 2 },
      { status: 'fulfilled', value: 3 },
    ],
  )
  assert.match(String((failed as PromiseRejectedResult).reason), /division by zero/)
})

test('a call that fails alone is not repeated', async () => {
  const { asked, half } = halves()
  await assert.rejects(half(here, 7), /division by zero/)
  assert.equal(asked.length, 1)
})

test('a batch is not repeated after the connection breaks: it may have been carried out', async () => {
  let asked = 0
  const breakOff = batched(async (workspace: Workspace, questions: string[]) => {
    asked++
    await workspace.sql`select pg_terminate_backend(pg_backend_pid())`
    return questions
  })
  const outcomes = await Promise.allSettled([breakOff(here, 'a'), breakOff(here, 'b')])
  assert.deepEqual(
    outcomes.map(({ status }) => status),
    ['rejected', 'rejected'],
  )
  assert.equal(asked, 1)
})

test('calls at the same time share one statement, and each gets its own answer', async () => {
  const { asked, half } = halves()
  assert.deepEqual(await Promise.all([half(here, 2), half(here, 8), half(here, 2)]), [1, 4, 1])
  assert.deepEqual(asked, [{ id: 'here', numbers: [2, 8, 2] }])
})

test('two workspaces never share a statement', async () => {
  const { asked, half } = halves()
  assert.deepEqual(await Promise.all([half(here, 2), half(there, 4)]), [1, 2])
  assert.deepEqual(asked, [
    { id: 'here', numbers: [2] },
    { id: 'there', numbers: [4] },
  ])
})

test('a statement has at most a hundred calls; the others are sent at the same time', async () => {
  const { asked, half } = halves()
  const numbers = Array.from({ length: 250 }, (_, n) => n * 2)
  assert.deepEqual(
    await Promise.all(numbers.map((n) => half(here, n))),
    numbers.map((n) => n / 2),
  )
  assert.deepEqual(
    asked.map((one) => one.numbers.length),
    [100, 100, 50],
  )
})

test('a call in a transaction runs in that transaction, without a batch', async () => {
  const { asked, half } = halves()
  const answers = await sql.begin(async (transaction) => {
    const inside: Workspace = { id: 'here', sql: transaction }
    return Promise.all([half(inside, 2), half(here, 4), half(inside, 6)])
  })
  assert.deepEqual(answers, [1, 2, 3])
  assert.deepEqual(
    asked.map((one) => one.numbers),
    [[2], [6], [4]],
  )
})
