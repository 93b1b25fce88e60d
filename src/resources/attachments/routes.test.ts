// The link of a file: for browsers, players and caches, and for requests that must be refused.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { get as httpGet, type IncomingMessage } from 'node:http'
import { test } from 'node:test'
import { linkTo } from '#files/link.ts'
import { sign } from '#lib/sign.ts'
import { SECRET, testApp } from '../../../test/app.ts'
import { eventually } from '../../../test/factories.ts'
import { storeFile } from './store.ts'

const t = await testApp()
const { sql } = t.database
const DAY = 24 * 60 * 60_000
const links = { secret: SECRET }

async function linkOf(name: string, content_type: string, bytes: Buffer | string) {
  const { file_id } = await storeFile(t.workspace, t.files, { name, content_type, bytes: Buffer.from(bytes as string) })
  return linkTo(links, { workspace_id: t.workspace.id, file_id })
}
const get = (url: string, headers = {}) => t.app.inject({ url, headers })

/** Files of the storage that this process has open, if the system can list them. */
function openFiles(): number {
  const directory = '/proc/self/fd'
  if (!existsSync(directory)) return 0
  const links = readdirSync(directory).map((fd) => {
    try {
      return readlinkSync(`${directory}/${fd}`)
    } catch {
      return ''
    }
  })
  return links.filter((path) => path.includes('/interphone-files-')).length
}

const GIF = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')
const text = await linkOf('notes.txt', 'text/plain', '0123456789')

test('a link that is not signed, of another workspace, or of a deleted file is a 404', async () => {
  const tokens = ['1', 'zz-00', `${Buffer.from(`${t.workspace.id}.1.99999`).toString('hex')}-00000000000000000000`]
  for (const token of tokens) {
    const { statusCode, headers, json } = await get(`/attachments/${token}`)
    assert.deepEqual([statusCode, json().errors[0].code], [404, 'not_found'])
    assert.match(String(headers['content-type']), /^application\/json/)
  }
  const stranger = await t.another()
  const [row] = await sql`select id from attachments order by id limit 1`
  for (const [workspace_id, file_id] of [
    [stranger.created.id, row!['id']],
    [t.workspace.id, '999999'],
    [t.workspace.id, 'x'],
  ])
    assert.equal((await get(linkTo(links, { workspace_id, file_id }))).statusCode, 404)
})

test('an expired link is a 410 that says so, and discloses nothing', async () => {
  const { file_id } = await storeFile(t.workspace, t.files, { name: 'a.gif', bytes: GIF })
  const file = { workspace_id: t.workspace.id, file_id }
  const old = await get(linkTo(links, file, new Date(Date.now() - 8 * DAY)))
  assert.deepEqual([old.statusCode, old.json().errors[0].code], [410, 'link_expired'])
  assert.equal(old.headers['content-disposition'], undefined)
  assert.equal((await get(linkTo(links, file, new Date(Date.now() - 7 * DAY)))).statusCode, 200)
  const endless = sign(SECRET, 'attachment', `${file.workspace_id}.${file.file_id}.x`)
  assert.equal((await get(`/attachments/${endless}`)).statusCode, 410)
})

test('browsers open nothing that they could run; pictures are shown, and only as pictures', async () => {
  const harmful: [name: string, content_type: string, bytes: string | Buffer][] = [
    ['a.html', 'text/html', '<script>alert(1)</script>'],
    ['a.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'],
    ['a.png', 'image/png', '<html><script>alert(1)</script>'],
    ['a.js', 'text/javascript', 'alert(1)'],
    ['a.exe', 'application/x-msdownload', 'MZ'],
    ['a.xml', 'application/xml', '<?xml version="1.0"?><x/>'],
    ['a.pdf', 'application/pdf', '%PDF-1.4'],
  ]
  for (const [name, type, bytes] of harmful) {
    const { headers, statusCode } = await get(await linkOf(name, type, bytes))
    assert.equal(statusCode, 200)
    assert.match(String(headers['content-disposition']), /^attachment; /, name)
    assert.ok(['application/octet-stream', 'application/pdf'].includes(String(headers['content-type'])), name)
    assert.equal(headers['content-security-policy'], "default-src 'none'; sandbox")
    assert.equal(headers['x-content-type-options'], 'nosniff')
  }
  const { headers } = await get(await linkOf('a.gif', 'text/html', GIF))
  assert.deepEqual([headers['content-type'], headers['x-content-type-options']], ['image/gif', 'nosniff'])
  assert.match(String(headers['content-disposition']), /^inline; /)
  assert.equal(headers['content-security-policy'], "default-src 'none'; sandbox")
})

test('a file name is preserved, and breaks no header', async () => {
  const name = `"; filename=evil.exe; x='*(ü)\r\nX-Evil: 1.txt`
  const { headers } = await get(await linkOf(name, 'text/plain', 'x'))
  const [, encoded = ''] =
    /^attachment; filename\*=UTF-8''([\w.%~!-]+)$/.exec(String(headers['content-disposition'])) ?? []
  assert.equal(decodeURIComponent(encoded), `"; filename=evil.exe; x='*(ü)X-Evil: 1.txt`)
  assert.equal(headers['x-evil'], undefined)
})

test('a file has its length, and a client that has it already gets a 304', async () => {
  const { headers, body } = await get(text)
  assert.deepEqual([body, headers['content-length'], headers['accept-ranges']], ['0123456789', '10', 'bytes'])
  assert.match(String(headers['cache-control']), /^private, max-age=\d{6}, immutable$/)
  const etag = String(headers['etag'])
  assert.match(etag, /^"[0-9a-f]{64}"$/)
  for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
    const again = await get(text, { 'if-none-match': known })
    assert.deepEqual([again.statusCode, again.body, again.headers['etag']], [304, '', etag])
  }
  assert.equal((await get(text, { 'if-none-match': '"x"' })).statusCode, 200)
})

test('a range returns a part of a file; one beyond its end is a 416; a changed file is returned whole', async () => {
  const part = await get(text, { range: 'bytes=2-4' })
  assert.deepEqual([part.statusCode, part.body], [206, '234'])
  assert.deepEqual([part.headers['content-range'], part.headers['content-length']], ['bytes 2-4/10', '3'])
  assert.equal((await get(text, { range: 'bytes=-2' })).body, '89')
  const beyond = await get(text, { range: 'bytes=10-' })
  assert.deepEqual([beyond.statusCode, beyond.headers['content-range']], [416, 'bytes */10'])
  assert.equal(beyond.json().errors[0].code, 'range_not_satisfiable')
  const etag = String(part.headers['etag'])
  assert.equal((await get(text, { range: 'bytes=2-4', 'if-range': etag })).statusCode, 206)
  assert.deepEqual((await get(text, { range: 'bytes=2-4', 'if-range': '"x"' })).statusCode, 200)
})

test('a file whose bytes are still in its row is read like any other', async () => {
  const [row] = await sql<{ id: string }[]>`
    insert into attachments (workspace_id, name, content_type, data, size, sha256, created_at)
    values (${t.workspace.id}, 'old.txt', 'text/plain', 'from before', 11, sha256('from before'), now()) returning id`
  const link = linkTo(links, { workspace_id: t.workspace.id, file_id: row!.id })
  const whole = await get(link)
  assert.deepEqual([whole.body, whole.headers['content-length']], ['from before', '11'])
  assert.equal((await get(link, { range: 'bytes=5-' })).body, 'before')
})

test('the link of a file that is not fetched yet is not found', async () => {
  const [row] = await sql<{ id: string }[]>`
    insert into attachments (workspace_id, name, content_type, source_url, created_at)
    values (${t.workspace.id}, 'a.txt', 'text/plain', 'https://example.com/a.txt', now()) returning id`
  assert.equal((await get(linkTo(links, { workspace_id: t.workspace.id, file_id: row!.id }))).statusCode, 404)
})

test('a large file is streamed over a socket, and a client that disconnects ends the read', async () => {
  const bytes = Buffer.alloc(8 * 2 ** 20, 'large ')
  const link = await linkOf('large.bin', 'application/zip', bytes)
  const url = (await t.app.listen({ port: 0, host: '127.0.0.1' })) + link
  const read = async () => {
    const request = httpGet(url, { agent: false })
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    return { request, answer }
  }
  const { answer } = await read()
  assert.equal(answer.headers['content-length'], String(bytes.length))
  assert.ok(Buffer.concat(await answer.toArray()).equals(bytes))

  const impatient = await read()
  await once(impatient.answer, 'readable')
  impatient.request.destroy()
  impatient.answer.on('error', () => {})
  await eventually(
    async () => openFiles(),
    (count) => count === 0,
  )
})
