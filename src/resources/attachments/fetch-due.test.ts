// Attachments by URL: the URL is shown at once, and our own file after it was fetched. The remote servers are real, and
// some misbehave.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, afterEach, test } from 'node:test'
import { safeFetcher } from '#net/safe-fetch.ts'
import { SECRET, testApp } from '../../../test/app.ts'
import { aContact, eventually } from '../../../test/factories.ts'
import { fetchFile } from './fetch.ts'
import { fetchAttachments } from './fetch-due.ts'
import { leaseFetches } from './queries.ts'

const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
const MOST = 100_000

const t = await testApp({ public_url: 'https://support.example.com', largest: MOST })
const { sql } = t.database
const fetch = safeFetcher({ allowed: ['127.0.0.0/8'] })
const means = { sql, files: t.files, fetch, secret: SECRET }

/** What the remote server does for each path, and how often each was requested. */
const asked = new Map<string, number>()
const answers: Record<string, (response: ServerResponse, n: number) => unknown> = {
  '/a.gif': (response) => response.writeHead(200, { 'content-type': 'image/gif' }).end(GIF),
  '/lies.png': (response) => response.writeHead(200, { 'content-type': 'image/png' }).end('no picture'),
  '/gone': (response) => response.writeHead(404).end(),
  '/page': (response) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<p>Log in'),
  '/empty': (response) => response.writeHead(200).end(),
  '/large': (response) => response.writeHead(200).end(Buffer.alloc(MOST + 1)),
  '/private': (response) => response.writeHead(302, { location: 'http://10.0.0.1/' }).end(),
  '/later.gif': (response, n) => (n < 3 ? response.writeHead(503).end() : response.writeHead(200).end(GIF)),
  '/never': (response) => response.writeHead(500).end(),
  '/breaks': (response) => response.writeHead(200, { 'content-length': 1_000 }).write('half', () => response.destroy()),
  '/hangs': () => {},
}
const server = createServer(({ url = '' }, response) => {
  const n = (asked.get(url) ?? 0) + 1
  asked.set(url, n)
  answers[url.split('?')[0] as string]?.(response, n)
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
after(() => {
  server.closeAllConnections()
  server.close()
})
const there = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

type Logged = { level: string; about: object; words: string }
const logged: Logged[] = []
const at = (level: string) => (about: object, words: string) => void logged.push({ level, about, words })
const log = { warn: at('warn'), info: at('info'), debug: at('debug') } as never
afterEach(() => void logged.splice(0))

async function conversationWith(urls: string[], one: Pick<typeof t, 'call' | 'workspace'> = t) {
  const contact = await aContact(one.workspace)
  const body = { from: { type: 'user', id: contact }, body: 'See these', attachment_urls: urls }
  const { status, body: message, text } = await one.call('POST /conversations', body)
  assert.equal(status, 200, text)
  return async () => (await one.call(`GET /conversations/${message.conversation_id}`)).body.source.attachments
}

/** Fetches each due file once. Returns the outcomes, and the waits until the next attempt in seconds. */
async function fetchOnce() {
  const due = await leaseFetches(sql, { room: 100, share: 100, seconds: 60 })
  const results = await Promise.all(due.map((one) => fetchFile(means, one)))
  const rows = await sql<{ id: string; wait: number | null }[]>`
    select id, extract(epoch from fetch_due_at - now())::int as wait from attachments`
  const waits = new Map(rows.map(({ id, wait }) => [id, wait]))
  return due.map(({ url, id }, n) => ({ url, ...results[n]!, wait: waits.get(id) }))
}
const allAreDue = () => sql`update attachments set fetch_due_at = now() - interval '1 s' where fetch_due_at is not null`

test('a file that is private, a page, gone, empty or too large is given up at once', async () => {
  const urls = ['/gone', '/page', '/empty', '/large', '/private'].map((path) => there + path)
  const shown = await conversationWith([...urls, 'http://169.254.169.254/latest/meta-data', 'http://10.0.0.1/a.png'])
  const before = await shown()
  const results = await fetchOnce()
  assert.equal(results.length, 7)
  for (const { outcome, wait } of results) assert.deepEqual([outcome, wait], ['given_up', null])
  assert.deepEqual(await shown(), before)
  await allAreDue()
  assert.deepEqual(await fetchOnce(), [])
})

test('a server that is down is retried with growing waits, and then given up', async () => {
  const shown = await conversationWith([`${there}/never`])
  const waits: (number | null | undefined)[] = []
  for (let attempt = 1; attempt <= 6; attempt++) {
    const [result] = await fetchOnce()
    waits.push(result?.wait)
    assert.equal(result?.outcome, attempt < 6 ? 'postponed' : 'given_up')
    await allAreDue()
  }
  assert.deepEqual(waits, [10, 60, 300, 1_800, 7_200, null])
  assert.equal((await shown())[0].url, `${there}/never`)
})

test('a file that is cut off is not stored', async () => {
  const shown = await conversationWith([`${there}/breaks`])
  const [result] = await fetchOnce()
  assert.equal(result?.outcome, 'postponed')
  assert.equal((await shown())[0].url, `${there}/breaks`)
  await sql`update attachments set fetch_due_at = null`
})

test('the URL is shown until the file is fetched, and then a link with the type of its bytes', async () => {
  const shown = await conversationWith([`${there}/later.gif`, `${there}/lies.png`, `${there}/a.gif?signature=secret`])
  const { count: unclaimed } = await sql`select from unclaimed_files`
  const stop = fetchAttachments({ ...means, log })
  const before = await shown()
  assert.deepEqual([before[0].url, before[0].filesize], [`${there}/later.gif`, 0])
  await eventually(shown, (attachments) => attachments[2].filesize > 0 && attachments[1].filesize > 0)
  const [later, lies, gif] = await shown()
  assert.equal(later.url, `${there}/later.gif`)
  assert.deepEqual([lies.name, lies.content_type, lies.filesize], ['lies.png', 'application/octet-stream', 10])
  assert.deepEqual([gif.name, gif.content_type, gif.filesize], ['a.gif', 'image/gif', GIF.length])
  assert.match(gif.url, /^https:\/\/support\.example\.com\/attachments\//)
  assert.deepEqual((await t.app.inject(new URL(gif.url).pathname)).rawPayload, GIF)

  for (let again = 0; again < 2; again++) {
    await eventually(
      () => sql`select from attachments where source_url like '%/later.gif' and fetch_due_at > now() + interval '5 s'
        and fetch_due_at < now() + interval '100 s'`,
      ({ count }) => count === 1,
    )
    await allAreDue()
  }
  await eventually(shown, ([{ filesize }]) => filesize === GIF.length)
  await stop()
  assert.equal((await sql`select from unclaimed_files`).count, unclaimed)
})

test('a failure is logged at a low level, without the URL', async () => {
  await conversationWith([`${there}/gone?token=secret`, `${there}/never?token=secret`])
  const stop = fetchAttachments({ ...means, log })
  await eventually(
    async () => logged,
    ({ length }) => length === 2,
  )
  await stop()
  assert.deepEqual(logged.map(({ level }) => level).sort(), ['debug', 'info'])
  assert.ok(!JSON.stringify(logged).includes('secret'))
  await sql`update attachments set fetch_due_at = null`
})

test('the files at the URLs of a reply are fetched too', async () => {
  const contact = await aContact(t.workspace)
  const started = await t.call('POST /conversations', { from: { type: 'user', id: contact }, body: 'Hello' })
  const path = `/conversations/${started.body.conversation_id}`
  const reply = { message_type: 'comment', type: 'user', intercom_user_id: contact, body: 'x' }
  const shown = await t.call(`POST ${path}/reply`, { ...reply, attachment_urls: [`${there}/a.gif`] })
  const attachmentOf = ({ body }: typeof shown) => body.conversation_parts.conversation_parts.at(-1).attachments[0]
  assert.equal(attachmentOf(shown).url, `${there}/a.gif`)
  await fetchOnce()
  assert.equal(attachmentOf(await t.call(`GET ${path}`)).filesize, GIF.length)
})

test('a fetch of a killed worker is due again after its lease, and two fetches of one file store one', async () => {
  const shown = await conversationWith([`${there}/a.gif`])
  const lease = () => leaseFetches(sql, { room: 1, share: 1, seconds: 60 })
  const [killed] = await lease()
  assert.equal((await lease()).length, 0)
  await allAreDue()
  const [second] = await lease()
  assert.equal(second?.id, killed?.id)
  await Promise.all([fetchFile(means, killed!), fetchFile(means, second!)])
  assert.equal((await shown())[0].filesize, GIF.length)
  await sql`update unclaimed_files set remove_after = now() - interval '1 s'`
  assert.ok((await t.files.removeUnclaimed()) >= 1)
  assert.equal((await t.app.inject(new URL((await shown())[0].url).pathname)).statusCode, 200)
})

test('a file whose attachment was deleted meanwhile is not stored', async () => {
  const other = await t.another()
  await conversationWith([`${there}/a.gif`], other)
  const [due] = await leaseFetches(sql, { room: 1, share: 1, seconds: 60 })
  await other.call('POST /extensions/sandbox/reset')
  assert.deepEqual(await fetchFile(means, due!), { outcome: 'fetched' })
  assert.equal((await sql`select from attachments where workspace_id = ${other.created.id}`).count, 0)
  const [waiting] = await sql`select count(*)::int from unclaimed_files where key like ${`${other.created.id}/%`}`
  assert.equal(waiting!['count'], 1)
})

test('a workspace whose servers hang delays no other one, and stopping does not wait for them', async () => {
  const slow = await t.another()
  for (let n = 0; n < 4; n++)
    await conversationWith(
      Array.from({ length: 10 }, (_, m) => `${there}/hangs?${n}-${m}`),
      slow,
    )
  const stop = fetchAttachments({ ...means, log })
  await eventually(
    async () => [...asked.keys()].filter((url) => url.startsWith('/hangs')).length,
    (count) => count === 3,
  )
  const shown = await conversationWith([`${there}/a.gif`])
  await eventually(shown, ([{ filesize }]) => filesize > 0, 4_000)
  const started = Date.now()
  await stop()
  assert.ok(Date.now() - started < 4_000)
})

test('if fetching is off, only the URL is stored', async () => {
  const quiet = await testApp({ fetch_attachments: false })
  const shown = await conversationWith([`${there}/a.gif`], quiet)
  assert.equal((await quiet.database.sql`select from attachments`).count, 0)
  assert.equal((await shown())[0].url, `${there}/a.gif`)
})
