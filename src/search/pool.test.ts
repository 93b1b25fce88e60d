// A slow search ends, and stops neither other requests nor other workspaces; sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newestById } from '#db/page.ts'
import { listedContacts } from '#resources/contacts/queries.ts'
import { testApp } from '../../test/app.ts'
import { findPage } from './find.ts'
import { inTurn, searching } from './pool.ts'

const t = await testApp()
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    ({ status, code, message, headers }) => ({ status, code, message, headers }),
  )

test('a search that takes too long is a 503 that names its filters', async () => {
  await t.call('POST /contacts', { external_id: 'one' })
  const { sql } = t.workspace
  const slow = findPage(t.workspace, listedContacts, {
    page: { number: 1, per_page: 10 },
    order: newestById(t.workspace),
    wanted: {
      name: 'slow',
      description: 'name ~, last_replied_at >',
      is_stable: false,
      compile: () => ({ condition: sql`pg_sleep(5) is null` }),
    },
  })
  const ended = await refusal(cancelSlow(slow))
  assert.deepEqual([ended?.status, ended?.code, ended?.headers['retry-after']], [503, 'service_unavailable', '30'])
  assert.match(ended!.message, /name ~, last_replied_at >/)
})

/** Cancels the statement, as PostgreSQL does after the limit. */
async function cancelSlow(work: Promise<unknown>) {
  const canceling = setInterval(
    () =>
      void t.database.sql`
      select pg_cancel_backend(pid) from pg_stat_activity
      where datname = current_database() and wait_event = 'PgSleep'`.catch(() => {}),
    20,
  )
  try {
    return await work
  } finally {
    clearInterval(canceling)
  }
}

test('two slow statements of a workspace run at once, and a third one waits for its turn', async () => {
  const order: string[] = []
  const gate = Promise.withResolvers<void>()
  const run = (name: string) =>
    inTurn(t.workspace, async () => {
      order.push(name)
      await gate.promise
    })
  const running = [run('first'), run('second'), run('third')]
  const other = await t.another()
  await inTurn(other.workspace, async () => void order.push('another workspace'))
  assert.deepEqual(order, ['first', 'second', 'another workspace'])
  gate.resolve()
  await Promise.all(running)
  assert.deepEqual(order, ['first', 'second', 'another workspace', 'third'])
})

test('one that waits too long is a 429, and the others go on', async () => {
  const gate = Promise.withResolvers<void>()
  const running = [inTurn(t.workspace, () => gate.promise), inTurn(t.workspace, () => gate.promise)]
  const refused = await refusal(inTurn(t.workspace, async () => {}, 10))
  assert.deepEqual([refused?.status, refused?.code, refused?.headers['retry-after']], [429, 'rate_limit_exceeded', '5'])
  gate.resolve()
  await Promise.all(running)
  assert.equal(await inTurn(t.workspace, async () => 'again'), 'again')
})

test('a look-up by id is answered while searches use all of their connections', async () => {
  const { body } = await t.call('POST /contacts', { external_id: 'fast' })
  const busy = searching(t.workspace, ({ sql }) =>
    Promise.all(Array.from({ length: 8 }, () => sql`select pg_sleep(0.2)`)),
  )
  const answer = await Promise.race([t.call(`GET /contacts/${body.id}`), busy])
  assert.equal((answer as { status?: number }).status, 200)
  await busy
})
