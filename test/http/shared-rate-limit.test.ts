// A rate limit that several processes share by their database.
import assert from 'node:assert/strict'
import { after, beforeEach, test } from 'node:test'
import { buildApp } from '#app.ts'
import type { Pool } from '#db/sql.ts'
import type { App } from '#http/op.ts'
import { takePermits } from '#http/rate-limit-queries.ts'
import { hashToken } from '#workspaces/tokens.ts'
import { SECRET, testApp } from '../app.ts'

/** 400 requests in a slice, which processes take in chunks of 20. */
const PER_MINUTE = 2_400
const LIMIT = 400
const CHUNK = 20

const t = await testApp({ rate_limit_per_minute: PER_MINUTE, shares_rate_limits: true })
const { sql } = t.database
const opened: App[] = []
after(() => Promise.all(opened.map((app) => app.close())))
const another = (of: Pool = sql, per_minute = PER_MINUTE) => {
  const app = buildApp({
    ...{ sql: of, files: t.files, secret: SECRET },
    ...{ rate_limit_per_minute: per_minute, session_rate_limit_per_minute: 60, shares_rate_limits: true },
  })
  opened.push(app)
  return app
}
let apps: [App, App]
let token: string

/** Of a new token: permits that the processes of an earlier test take late are of another one. */
async function anew(): Promise<void> {
  token = (await t.another()).created.token
  apps = [another(), another()]
}
beforeEach(anew)

const get = (app: App, by = token) =>
  app.inject({ method: 'GET', url: '/tags/0', headers: { authorization: `Bearer ${by}` } })

/** Makes requests at both in turn, some at once. Returns how many of each were let through, and the refusals. */
async function load(requests: number, shares: (n: number) => 0 | 1 = (n) => (n % 2) as 0 | 1) {
  const through = [0, 0]
  const refused: Awaited<ReturnType<typeof get>>[] = []
  for (let n = 0; n < requests; n += 10)
    await Promise.all(
      Array.from({ length: 10 }, async (_, k) => {
        const at = shares(n + k)
        const answer = await get(apps[at])
        if (answer.statusCode === 429) refused.push(answer)
        else through[at]!++
      }),
    )
  return { through: through[0]! + through[1]!, by: through, refused }
}

const isAboutTheLimit = (through: number) => {
  assert.ok(through <= LIMIT, `${through} were let through`)
  assert.ok(through >= LIMIT - 2 * 1.5 * CHUNK, `only ${through} were let through`)
}

test('two processes together let through the limit, however the requests are divided', async () => {
  for (const shares of [undefined, (n: number) => (n % 10 ? 0 : 1) as 0 | 1]) {
    await anew()
    const { through, by, refused } = await load(600, shares)
    isAboutTheLimit(through)
    assert.ok(by.every((one) => one > 0))
    for (const { headers } of refused) {
      assert.equal(headers['x-ratelimit-limit'], String(LIMIT))
      assert.equal(headers['x-ratelimit-remaining'], '0')
      assert.ok(Number(headers['retry-after']) > 0 && Number(headers['retry-after']) <= 10)
    }
  }
})

test('a process that has all of the requests gets all of the limit', async () => {
  const { through } = await load(500, () => 0)
  assert.equal(through, LIMIT)
})

test('the headers count down, also across processes, and both name the same end of the slice', async () => {
  const first = await get(apps[0])
  assert.equal(first.headers['x-ratelimit-remaining'], String(LIMIT - 1))
  await load(100)
  const [one, other] = [await get(apps[0]), await get(apps[1])]
  for (const { headers } of [one, other]) {
    const remaining = Number(headers['x-ratelimit-remaining'])
    assert.ok(Math.abs(remaining - (LIMIT - 102)) <= 2 * CHUNK, `${remaining} remain`)
  }
  const ends = [one, other].map(({ headers }) => Number(headers['x-ratelimit-reset']))
  assert.ok(Math.abs(ends[0]! - ends[1]!) <= 1)
})

test('the requests of one chunk ask the database once', async () => {
  let asked = 0
  const take = takePermits(sql, 'request')
  const { sharedRateLimit } = await import('#http/shared-rate-limit.ts')
  const count = sharedRateLimit(PER_MINUTE, (...given) => {
    asked++
    return take(...given)
  })
  const reply = { header() {} } as never
  await Promise.all(Array.from({ length: 10 }, () => count('a', reply)))
  assert.equal(asked, 1)
  for (let n = 0; n < 190; n++) await count('a', reply)
  assert.ok(asked <= 12, `asked ${asked} times`)
})

test('the next slice begins with the whole limit', async () => {
  await load(500)
  assert.equal((await get(apps[0])).statusCode, 429)
  await sql`update rate_limit_slices set ends_at = now()`
  apps = [another(), another()]
  assert.equal((await get(apps[0])).headers['x-ratelimit-remaining'], String(LIMIT - 1))
})

test('each token has its own limit, and each kind of limit its own slices', async () => {
  await load(500)
  const { created } = await t.another()
  assert.equal((await get(apps[0], created.token)).statusCode, 404)
  const session = {
    method: 'POST' as const,
    url: '/extensions/messenger/sessions',
    payload: { app_id: t.workspace.id },
  }
  const statuses: number[] = []
  for (let n = 0; n < 12; n++) statuses.push((await apps[(n % 2) as 0 | 1].inject(session)).statusCode)
  assert.equal(statuses.filter((status) => status === 200).length, 10)
  assert.equal(statuses.filter((status) => status === 429).length, 2)
})

test('while the permits cannot be asked for, each process counts alone', async () => {
  await sql`alter table rate_limit_slices rename to gone`
  try {
    assert.equal((await load(40)).through, 40)
  } finally {
    await sql`alter table gone rename to rate_limit_slices`
  }
})

test('without a limit nothing is asked and nothing is refused', async () => {
  const app = another(sql, 0)
  assert.equal((await get(app)).statusCode, 404)
  const { count } = await sql`
    select from rate_limit_slices join tokens on key like '%' || workspace_id || ' ' || tokens.id
    where hash = ${hashToken(token)}`
  assert.equal(count, 0)
})
