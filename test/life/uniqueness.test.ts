// Many requests for one identity at the same moment: one contact or company comes of them, and no request fails otherwise.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Answer, testApp } from '../app.ts'
import { aContact } from '../factories.ts'
import { ended, startJobs } from '../jobs.ts'

/** How many requests are sent at once. */
const PARALLEL = Number(process.env['LIFE_PARALLEL'] ?? 200)

/** How many items a job has, which is limited. */
const ITEMS = Math.min(PARALLEL / 8, 100)

const t = await testApp()
const { call, workspace } = t
const { sql } = t.database
startJobs(sql)

const times = <Result>(count: number, run: (n: number) => Promise<Result>): Promise<Result[]> =>
  Promise.all(Array.from({ length: count }, (_, n) => run(n)))

/** Returns how many answers have each status. */
const statuses = (answers: readonly Answer[]): Record<number, number> =>
  Object.fromEntries(
    Map.groupBy(answers, ({ status }) => status)
      .entries()
      .map(([status, all]) => [status, all.length]),
  )

const takenBy = (id: string) => `A contact matching those details already exists with id=${id}`

async function assertOneWon(answers: readonly Answer[]): Promise<string> {
  assert.deepEqual(statuses(answers), { 200: 1, 409: answers.length - 1 })
  const id = answers.find(({ status }) => status === 200)?.body.id
  for (const { status, body } of answers)
    if (status === 409) assert.deepEqual([body.errors[0].code, body.errors[0].message], ['conflict', takenBy(id)])
  return id
}

async function found(field: string, value: string): Promise<string[]> {
  const query = {
    operator: 'AND',
    value: [
      { field, operator: '=', value },
      { field: 'role', operator: '=', value: 'user' },
    ],
  }
  const { body } = await call('POST /contacts/search', { query })
  assert.equal(body.total_count, body.data.length)
  return body.data.map(({ id }: { id: string }) => id)
}

const countOf = async (topic: string, object_id: string) => {
  const { count } = await sql`
    select from events where workspace_id = ${workspace.id} and topic = ${topic} and object_id = ${object_id}`
  return count
}

const CREATES: [what: string, field: string, value: string, request: (n: number) => object][] = [
  ['email', 'email', 'clara@example.com', () => ({ role: 'user', email: 'clara@example.com' })],
  [
    'email in upper and lower case',
    'email',
    'dora@example.com',
    (n) => ({ role: 'user', email: n % 2 ? 'Dora@Example.COM' : 'dora@example.com' }),
  ],
  ['external_id', 'external_id', 'customer 1', (n) => ({ external_id: 'customer 1', name: `Request ${n}` })],
  [
    'external_id, with an email each,',
    'external_id',
    'customer 2',
    (n) => ({ external_id: 'customer 2', email: `customer.2.${n}@example.com` }),
  ],
]
for (const [what, field, value, request] of CREATES)
  test(`of many creates of one ${what} at once, one is carried out, and the others are a 409 that names it`, async () => {
    const id = await assertOneWon(await times(PARALLEL, (n) => call('POST /contacts', request(n))))
    assert.deepEqual(await found(field, value), [id])
    assert.equal(await countOf('contact.user.created', id), 1)
  })

test('of many updates that give users one email at once, one is carried out, and the others are a 409', async () => {
  const users = await times(PARALLEL / 4, (n) => aContact(workspace, { external_id: `changes ${n}` }))
  const answers = await Promise.all(users.map((id) => call(`PUT /contacts/${id}`, { email: 'emil@example.com' })))
  assert.deepEqual(await found('email', 'emil@example.com'), [await assertOneWon(answers)])
})

test('jobs, requests, updates and merges that want one email at once: one user has it, and all others are refused', async () => {
  const email = 'everyone@example.com'
  const count = ITEMS
  const leads = await times(count, () => aContact(workspace, { role: 'lead', email }))
  const users = await times(2 * count, () => aContact(workspace, { email: null }))
  const [merging, updating] = [users.slice(0, count), users.slice(count)]
  const bulk = (n: number) =>
    call('POST /contacts/bulk', {
      contacts: Array.from({ length: count }, (_, item) => ({ email, external_id: `item ${n} ${item}` })),
    })
  const [jobs, ...others] = await Promise.all([
    times(4, bulk),
    times(count, () => call('POST /contacts', { role: 'user', email })),
    Promise.all(updating.map((id) => call(`PUT /contacts/${id}`, { email }))),
    Promise.all(
      leads.map((from, n) => call('POST /contacts/merge', { from, into: merging[n], skip_duplicate_validation: true })),
    ),
  ])
  const carried_out = await Promise.all(jobs.map(({ body }) => ended(call, body.url, 60_000)))
  const [winner, ...more] = await found('email', email)
  assert.ok(winner)
  assert.deepEqual(more, [])

  const answers = others.flat()
  const won = answers.filter(({ status }) => status === 200)
  assert.deepEqual(statuses(answers), won.length ? { 200: 1, 409: 3 * count - 1 } : { 409: 3 * count })
  for (const { status, body } of answers) if (status === 409) assert.equal(body.errors[0].message, takenBy(winner))
  let refused = 0
  for (const { id } of carried_out) {
    const { body } = await call(`GET /extensions/jobs/${id}/errors?per_page=150`)
    for (const { code, message } of body.data) assert.deepEqual([code, message], ['conflict', takenBy(winner)])
    refused += body.total_count
  }
  assert.equal(refused, won.length ? 4 * count : 4 * count - 1)
})

test('many upserts of one company at once are all a 200 for one company', async () => {
  const answers = await times(PARALLEL, (n) => call('POST /companies', { company_id: 'acme', name: `Acme ${n}` }))
  assert.deepEqual(statuses(answers), { 200: PARALLEL })
  const [id, ...others] = new Set(answers.map(({ body }) => body.id))
  assert.deepEqual(others, [])
  const { body } = await call('GET /companies?company_id=acme')
  assert.equal(body.id, id)
  assert.match(body.name, /^Acme \d+$/)
  assert.equal((await call('GET /companies/scroll')).body.data.length, 1)
  assert.equal(await countOf('company.created', id), 1)
})

test('upserts of one company by jobs, by requests and with new contacts at once lead to one company', async () => {
  const count = ITEMS
  const [single, jobs] = await Promise.all([
    times(count, () => call('POST /companies', { company_id: 'tyrell', size: 7 })),
    times(2, (n) =>
      call('POST /companies/bulk', {
        companies: Array.from({ length: count }, (_, item) => ({ company_id: 'tyrell', name: `Tyrell ${n} ${item}` })),
      }),
    ),
    times(2, (n) =>
      call('POST /contacts/bulk', {
        contacts: Array.from({ length: count }, (_, item) => ({
          external_id: `tyrell ${n} ${item}`,
          companies: [{ company_id: 'tyrell' }],
        })),
      }).then((answer) => ended(call, answer.body.url, 60_000)),
    ),
  ])
  for (const job of jobs) assert.equal((await ended(call, job.body.url, 60_000)).state, 'completed')
  assert.deepEqual(statuses(single), { 200: count })
  const { body } = await call('GET /companies?company_id=tyrell')
  assert.deepEqual([body.size, body.user_count], [7, 2 * count])
  assert.match(body.name, /^Tyrell \d \d+$/)
  const { count: rows } = await sql`
    select from companies where workspace_id = ${workspace.id} and company_id = 'tyrell'`
  assert.equal(rows, 1)
})
