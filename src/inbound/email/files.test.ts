// The files of received mails: stored together with the mail or not at all, and shown by links.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { linkTo } from '#files/link.ts'
import { s3Storage } from '#files/s3.ts'
import { SECRET, testApp } from '../../../test/app.ts'
import { postMail } from '../../../test/mail.ts'
import { bucketOf, s3Server } from '../../../test/s3.ts'

const s3 = await s3Server()
const t = await testApp({
  public_url: 'https://interphone.example.com',
  storage: s3Storage(bucketOf(s3)),
  largest: 1_000,
})
const { call } = t
const { sql } = t.database
const mailWith = (bytes: number, id = String(bytes)) =>
  [
    ...['From: ann@example.org', `Message-ID: <${id}@example.org>`, 'MIME-Version: 1.0'],
    ...['Content-Type: multipart/mixed; boundary=x', '', '--x', 'Content-Type: text/plain', '', 'See this', '--x'],
    ...['Content-Type: application/zip; name="big.zip"', 'Content-Transfer-Encoding: base64', ''],
    ...[Buffer.alloc(bytes, 'zip').toString('base64').replace(/.{76}/g, '$&\r\n'), '--x--', ''],
  ].join('\r\n')
const count = async () => (await call('GET /conversations')).body.total_count
const nested = readFileSync(new URL('../../../test/mails/nested-multiparts.eml', import.meta.url))

test('a mail with a file that is too large is refused with the reason, and nothing of it is stored', async () => {
  const { status, body } = await postMail(call, mailWith(1_001))
  assert.deepEqual([status, body.errors[0].code], [413, 'payload_too_large'])
  assert.match(body.errors[0].message, /^An attachment is too large: /)
  assert.equal(await count(), 0)
  assert.equal((await postMail(call, mailWith(1_000))).status, 200)
})

test('a mail is refused while the storage is unavailable, and received when it is sent again', async () => {
  const before = await count()
  s3.is_down = true
  const { status, headers } = await postMail(call, mailWith(10, 'again'))
  assert.deepEqual([status, headers['retry-after'], await count()], [503, '5', before])
  s3.is_down = false
  for (const outcome of ['begun', 'known']) {
    assert.equal((await postMail(call, mailWith(10, 'again'))).body.outcome, outcome)
    assert.equal(await count(), before + 1)
  }
})

test('the files of a repeated mail are removed', async () => {
  await sql`update unclaimed_files set remove_after = now() - interval '1 s'`
  await t.files.removeUnclaimed()
  const [{ count }] = await sql<[{ count: number }]>`select count(*)::int from attachments where key is not null`
  assert.equal(s3.objects.size, count)
})

test('pictures in a mail are stored as references, and shown as links', async () => {
  const { body } = await postMail(call, nested)
  const shown = async (query = '') => (await call(`GET /conversations/${body.conversation_id}${query}`)).body.source
  const [stored] = await sql`select body from conversations where id = ${body.conversation_id}`
  assert.match(stored!['body'], /<img src="https:\/\/attachments\.invalid\/[0-9a-f-]+"/)
  const source = await shown()
  assert.doesNotMatch(JSON.stringify(source), /attachments\.invalid/)
  const [, picture = ''] = /<img src="([^"]+)"/.exec(source.body) ?? []
  const { status, headers } = await call(`GET ${new URL(picture).pathname}`, undefined, { token: null })
  assert.deepEqual([status, headers['content-type']], [200, 'image/png'])
  assert.equal(headers['content-disposition']?.toString().split(';')[0], 'inline')
  for (const query of ['?display_as=plaintext', '?include_email_history=true'])
    assert.doesNotMatch(JSON.stringify(await shown(query)), /attachments\.invalid/, query)
  assert.doesNotMatch((await call('GET /conversations')).text, /attachments\.invalid/)
})

test('a reference or a link in a mail does not give it a file of another mail', async () => {
  const file = { workspace_id: t.workspace.id, file_id: '1' }
  const link = linkTo({ secret: SECRET }, file, new Date('2026-01-01'))
  const reference = `https://attachments.invalid/${link.split('/').at(-1)}`
  const raw = [
    ...['From: eve@example.org', 'Message-ID: <eve@example.org>', 'Content-Type: text/html', ''],
    `<p>Hi</p><img src="${reference}"><img src="https://interphone.example.com${link}">`,
  ].join('\r\n')
  const { body } = await postMail(call, raw)
  const { source } = (await call(`GET /conversations/${body.conversation_id}`)).body
  assert.deepEqual(
    [...source.body.matchAll(/src="([^"]+)"/g)].map(([, src]) => src),
    [reference, `https://interphone.example.com${link}`],
  )
})

const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const html = (id: string, body: string) =>
  ['From: ann@example.org', `Message-ID: <${id}@example.org>`, 'Content-Type: text/html', '', body].join('\r\n')

test('what a mail carries in data: URLs and is no picture is never shown inline: it is a file, or left out', async () => {
  const svg = Buffer.from('<svg onload="steal()"></svg>').toString('base64')
  const { body } = await postMail(
    call,
    html(
      'svg',
      `<p>Hi</p><img src="data:image/svg+xml;base64,${svg}"><img src="data:image/png;base64,#"><img src="data:,x">`,
    ),
  )
  const { source } = (await call(`GET /conversations/${body.conversation_id}`)).body
  assert.equal(source.body, '<p>Hi</p>')
  const [first, second, ...more] = source.attachments
  assert.deepEqual([first.content_type, second.content_type, more], ['image/svg+xml', 'text/plain', []])
  const { headers } = await call(`GET ${new URL(first.url).pathname}`, undefined, { token: null })
  assert.equal(headers['content-type'], 'application/octet-stream')
})

test('a picture that a mail carries in a data: URL is stored once, and shown in its place', async () => {
  const picture = `<img src="data:image/png;base64,${png}" alt="Screenshot">`
  const { body } = await postMail(call, html('data', `<p>See:</p>${picture}<p>and again</p>${picture}`))
  const { source } = (await call(`GET /conversations/${body.conversation_id}`)).body
  const links = [...source.body.matchAll(/<img src="([^"]+)" alt="Screenshot">/g)].map(([, src]) => src)
  assert.equal(links.length, 2)
  assert.equal(new Set(links).size, 1)
  assert.deepEqual(source.attachments, [])
  const { status, headers } = await call(`GET ${new URL(links[0]!).pathname}`, undefined, { token: null })
  assert.deepEqual([status, headers['content-type']], [200, 'image/png'])
})
