// An export is complete or absent, although its worker is killed -9 in the middle of it.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { connect } from '#db/connect.ts'
import { runningEmbedded } from '#db/embedded/running.ts'
import { eventually } from '../factories.ts'
import { insertReceipts, NAMES } from '../receipts.ts'
import { serverProcess } from '../server-process.ts'
import { csvFilesOf } from '../unzip.ts'

const ROWS = 30_000
const server = await serverProcess()
after(server.remove)
const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' }

async function call(path: string, body?: object) {
  const answer = await fetch(server.url + path, {
    headers,
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
  return (await answer.json()) as any
}

const written = () =>
  readdirSync(join(server.directory, 'files'), { recursive: true, withFileTypes: true }).filter((one) => one.isFile())

test('an export whose worker is killed is complete in the end, and nothing of it was there before', async (t) => {
  server.start()
  await server.ready()
  const sql = connect({ ...runningEmbedded(server.directory), max: 2 })
  const [workspace] = await sql<[{ id: string }]>`select id from workspaces where is_first`
  await insertReceipts(sql, workspace.id, ROWS)
  const now = Math.floor(Date.now() / 1000)
  const { job_identifier: id } = await call('/export/content/data', { created_at_after: now, created_at_before: now })
  const show = () => call(`/export/content/data/${id}`)
  await eventually(
    async () => written().length,
    (files) => files > 0,
    30_000,
  )
  await server.kill()
  server.start()
  await server.ready()
  const { status, download_url } = await show()
  if (status !== 'completed') {
    assert.equal(download_url, '')
    assert.equal((await fetch(`${server.url}/download/content/data/${id}`, { headers })).status, 404)
  }
  t.diagnostic(`after the kill, the export is ${status}`)
  const ended = await eventually(show, ({ status }) => status === 'completed', 60_000)
  const answer = await fetch(ended.download_url, { headers })
  const files = await csvFilesOf(Buffer.from(await answer.arrayBuffer()))
  const named = (statistic: string) =>
    Object.entries(files).find(([name]) => name.startsWith(`${statistic}_`))?.[1] ?? []
  assert.deepEqual(
    named('receipt').map(({ name }) => name),
    Array.from({ length: ROWS }, (_, n) => NAMES[(n + 1) % NAMES.length]),
  )
  assert.equal(named('hard_bounce').length, ROWS / 10)
  assert.equal(named('open').length, ROWS / 3 - ROWS / 30)
  const [claimed] = await sql<[{ count: number }]>`select count(*)::int as count from attachments`
  assert.equal(claimed.count, 1)
  await sql.end({ timeout: 1 })
})
