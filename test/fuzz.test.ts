// Every operation answers or refuses every request, and nothing breaks: random requests that fit the OpenAPI document,
// and malicious ones.
import assert from 'node:assert/strict'
import { text as textOf } from 'node:stream/consumers'
import { test } from 'node:test'
import fc from 'fast-check'
import { step } from '#resources/broadcasts/expansion/step.ts'
import { SECRET, testApp } from './app.ts'
import { captureAll } from './capture.ts'
import { contentsOf } from './contents.ts'
import { aSession, eventually } from './factories.ts'
import { namesOf, populate, together } from './fixtures.ts'
import { type Operation, type Request, requestsOf } from './fuzz/requests.ts'
import { vocabularyOf } from './fuzz/vocabulary.ts'
import { resolve } from './openapi/resolve.ts'

/** FUZZ_SEED starts another run, FUZZ_RUNS makes it longer. */
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_122)
const REQUESTS_PER_OPERATION = Number(process.env['FUZZ_RUNS'] ?? 80)

const t = await testApp()
const { sql } = t.database
const another = await t.another()
/** Faults armed here apply to nothing: its only requests are to the sandbox, and it sends nothing. */
const faulty = await t.another()
const mine = await populate(t)
const theirs = await populate(another)
// So that the worker, which serves all workspaces, finds none of their deliveries.
await sql`update deliveries set status = 'delivered' where workspace_id = ${another.created.id}`
const session = await aSession(t.workspace, SECRET, mine.user)
await sql`update broadcasts set due_at = null where workspace_id = ${another.created.id}`
const untouched = await contentsOf(another.workspace)

await t.call('POST /conversations', { from: { type: 'user', id: mine.user }, body: 'For a second page' })
const cursorOf = async (list: string) => (await t.call(`GET ${list}?per_page=1`)).body.pages.next.starting_after
const cursors = [await cursorOf('/contacts'), await cursorOf('/conversations')]
/** One that verifies identities, and one that does not. */
const app_ids = [t.created.id, (await t.another()).created.id]
const vocabulary = vocabularyOf(mine, theirs, cursors, app_ids)

const { body: description } = await t.call('GET /openapi.json')
const operations = Object.entries<Record<string, Omit<Operation, 'method' | 'path'>>>(
  resolve(description, description.paths),
).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, rest]) => ({ ...rest, method: method.toUpperCase(), path })),
)

const counted = new Map<number, number>()

/** Authenticates the caller: operations of a messenger need the session of a contact. */
function callerOf({ operationId, path }: Operation): string {
  if (path.startsWith('/extensions/messenger/')) return session
  return (operationId === 'armFault' ? faulty : t).created.token
}

async function send(operation: Operation, { url, payload, headers }: Request) {
  const answer = await t.app.inject({
    method: operation.method as 'POST',
    url,
    headers: { ...headers, authorization: `Bearer ${callerOf(operation)}` },
    ...(payload !== undefined && { payload }),
    payloadAsStream: true,
  })
  const { statusCode: status } = answer
  counted.set(status, (counted.get(status) ?? 0) + 1)
  if (isEndless(answer.headers)) return void answer.stream().destroy()
  const text = await textOf(answer.stream())
  assert.ok(status < 500, `${status} ${text}`)
  if (status >= 400) assertRefusal(JSON.parse(text), text, answer.headers)
}

/** A stream of events continues while it is read. */
const isEndless = (headers: Record<string, unknown>) => String(headers['content-type']).startsWith('text/event-stream')

const RATING_REFUSED = /^\{"errors":\{"(base|rating|external_conversation_id)":"[^"]+"\}\}$/

/**
 * An `error.list`, the bare error of the operations that read WhatsApp statuses, the key of an error that POST
 * /phone_call_redirects answers, or the errors by field of POST /fin/csat.
 */
function assertRefusal(body: Record<string, unknown>, text: string, headers: Record<string, unknown>) {
  assert.match(String(headers['content-type']), /^application\/json/)
  if (body['error_key']) return void assert.match(text, /^\{"error_key":"(invalid_phone_number|sms_failed|some_error)"/)
  if (RATING_REFUSED.test(text)) return
  assert.equal(body['request_id'], headers['x-request-id'])
  if (body['type'] === 'error') assert.ok(body['message'], text)
  else {
    assert.equal(body['type'], 'error.list')
    const [error, ...more] = body['errors'] as Record<string, unknown>[]
    assert.ok(error?.['code'] && error['message'] && more.length === 0, text)
  }
  assert.doesNotMatch(text, /\bat \S+:\d+|node_modules|PostgresError|syntax error/)
}

const tryOut = (operation: Operation) =>
  test(`${operation.operationId} answers or refuses every request`, async () => {
    await fc.assert(
      fc.asyncProperty(requestsOf(vocabulary, operation), (request) => send(operation, request)),
      { seed: SEED, numRuns: REQUESTS_PER_OPERATION },
    )
  })

/** Operations that remove something run last, so that the others find the objects. */
const removing = new Set([...Object.keys(together('removals')), ...namesOf('removes_too')])
const takesAway = ({ operationId }: Operation) => removing.has(operationId)

for (const operation of operations.filter((operation) => !takesAway(operation))) tryOut(operation)

test('accepted messages are delivered, whatever they contain', async (context) => {
  while (await step(sql));
  const stop = await captureAll(sql, context)
  await eventually(
    () => sql`select from deliveries where status = 'queued'`,
    ({ count }) => count === 0,
  ).finally(stop)
  const bugs = await sql`select code, reason from delivery_history where code = 'internal'`
  assert.deepEqual([...bugs], [])
  const { count } = await sql`select from captured_messages`
  context.diagnostic(`${count} messages captured`)
})

for (const operation of operations.filter(takesAway)) tryOut(operation)

test('another workspace is unchanged after all of that', async (context) => {
  assert.deepEqual(await contentsOf(another.workspace), untouched)
  const total = [...counted.values()].reduce((sum, count) => sum + count)
  const answered = [...counted].sort(([a], [b]) => a - b).map(([status, count]) => `${count} × ${status}`)
  context.diagnostic(`${operations.length} operations, ${total} requests: ${answered.join(', ')}`)
})
