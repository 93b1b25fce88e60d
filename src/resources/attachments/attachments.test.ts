// Files in a reply: what is refused, what is stored, and how they are shown.
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { diskStorage } from '#files/disk.ts'
import { FileTooLarge } from '#files/files.ts'
import { s3Storage } from '#files/s3.ts'
import { atomically } from '#workspaces/workspace.ts'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'
import { temporaryFolder } from '../../../test/files.ts'
import { bucketOf, s3Server } from '../../../test/s3.ts'
import { claimFile, storeFile, writeUnclaimedFile } from './store.ts'

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII='
const public_url = 'https://support.example.com'

const folder = await temporaryFolder()
const t = await testApp({ public_url, storage: await diskStorage(folder), largest: 2 ** 20 })
const { sql } = t.database

/** Starts a conversation, and replies to it as the admin of `one`. */
async function conversationIn(one: Pick<typeof t, 'call' | 'created' | 'workspace'>) {
  const joe = await aContact(one.workspace, {})
  const started = await one.call('POST /conversations', { from: { type: 'user', id: joe }, body: 'Hello' })
  const id: string = started.body.conversation_id
  const attach = (attachment_files: object[], more: object = {}, options = {}) =>
    one.call(
      `POST /conversations/${id}/reply`,
      {
        message_type: 'comment',
        type: 'admin',
        admin_id: one.created.admin_id,
        body: 'See this',
        attachment_files,
        ...more,
      },
      options,
    )
  return { id, attach }
}

const { id, attach } = await conversationIn(t)
const file = (name: string, content_type: string, data: string) => ({
  name,
  content_type,
  data: Buffer.from(data).toString('base64'),
})
const picture = { name: 'a.png', content_type: 'image/png', data: PNG }
const attachmentsOf = (body: { conversation_parts: { conversation_parts: { attachments: Shown[] }[] } }) =>
  body.conversation_parts.conversation_parts.at(-1)!.attachments
type Shown = { name: string; url: string; content_type: string; filesize: number }
const read = (url: string) => t.app.inject(new URL(url).pathname)

const filesOnDisk = () =>
  readdirSync(join(folder, 'files'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length

test('a file that is empty, not base64 or too large, or the eleventh, is refused, and the field is named', async () => {
  const wrong: [data: string, message: RegExp][] = [
    ['', /^attachment_files\.1\.data must be the file in base64$/],
    [' ', /^attachment_files\.1\.data must be the file in base64$/],
    ['data:image/png;base64,aGVsbG8=', /^attachment_files\.1\.data must be the file in base64$/],
    ['aGVs*bG8=', /^attachment_files\.1\.data must be the file in base64$/],
    ['=', /^attachment_files\.1\.data must be the file in base64$/],
    [Buffer.alloc(2 ** 20 + 1).toString('base64'), /^attachment_files\.1\.data must be a file of at most 1 MB$/],
  ]
  for (const [data, message] of wrong) {
    const { status, body } = await attach([picture, { ...picture, data }])
    assert.deepEqual([status, body.errors[0].code], [400, 'parameter_invalid'])
    assert.match(body.errors[0].message, message)
  }
  const { status, body } = await attach(Array(11).fill(file('a.txt', 'text/plain', 'x')))
  assert.deepEqual([status, body.errors[0].message], [400, 'attachment_files must not have more than 10 items'])
  assert.equal(filesOnDisk(), 0, 'nothing is written before all is right')
})

test('the error for a body that is too large names the likely cause', async () => {
  const { status, body } = await attach([{ ...picture, data: 'A'.repeat(11 * 2 ** 20) }])
  assert.equal(status, 413)
  assert.match(body.errors[0].message, /10 MB.*attachment_files/)
})

test('without a token nothing is written', async () => {
  assert.equal((await attach([picture], {}, { token: null })).status, 401)
  assert.equal((await attach([picture], {}, { token: 'x' })).status, 401)
  assert.equal(filesOnDisk(), 0)
})

test('the files of a refused request are removed after an hour', async () => {
  const unknown = await t.call('POST /conversations/999999/reply', {
    ...{ message_type: 'comment', type: 'admin', admin_id: t.created.admin_id, body: 'x', attachment_files: [picture] },
  })
  assert.equal(unknown.status, 404)
  assert.equal(filesOnDisk(), 1)
  assert.equal(await t.files.removeUnclaimed(), 0)
  await sql`update unclaimed_files set remove_after = now() - interval '1 s'`
  assert.equal(await t.files.removeUnclaimed(), 1)
  assert.equal(filesOnDisk(), 0)
})

test('while the storage is down, a file gets a temporary error without details, and nothing is partly done', async () => {
  const s3 = await s3Server()
  const remote = await testApp({ public_url, storage: s3Storage(bucketOf(s3)) })
  const conversation = await conversationIn(remote)
  s3.is_down = true
  const { status, body, headers } = await conversation.attach([picture])
  assert.deepEqual([status, body.errors[0].code, headers['retry-after']], [503, 'service_unavailable', '5'])
  assert.equal(body.errors[0].message, 'The file storage is not available, try again')
  const parts = (await remote.call(`GET /conversations/${conversation.id}`)).body.conversation_parts
  assert.equal(parts.total_count, 0)

  s3.is_down = false
  const [{ url }] = attachmentsOf((await conversation.attach([picture])).body) as [Shown]
  const path = new URL(url).pathname
  assert.equal((await remote.app.inject(path)).rawPayload.toString('base64'), PNG)
  assert.deepEqual((await remote.app.inject({ url: path, headers: { range: 'bytes=1-3' } })).body, 'PNG')
  s3.is_down = true
  assert.equal((await remote.app.inject(path)).statusCode, 503)
  s3.is_down = false
  s3.objects.clear()
  assert.equal((await remote.app.inject(path)).statusCode, 404)
})

test('files are stored, with the type of their bytes, and URLs in the same request are ignored', async () => {
  const files = [file('../über.html', 'text/html', '<script>'), picture, file('b.png', 'image/png', 'no picture')]
  const { body } = await attach(files, { attachment_urls: ['https://example.com/other.png'] })
  const shown = attachmentsOf(body)
  assert.deepEqual(
    shown.map(({ name, content_type, filesize }) => [name, content_type, filesize]),
    [
      ['über.html', 'text/html', 8],
      ['a.png', 'image/png', 68],
      ['b.png', 'application/octet-stream', 10],
    ],
  )
  for (const { url } of shown) assert.match(url, /^https:\/\/support\.example\.com\/attachments\/[0-9a-f-]+$/)
  assert.equal((await read(shown[0]!.url)).body, '<script>')
})

test('base64 may be wrapped, unpadded, or URL-safe', async () => {
  const bytes = Buffer.from([0xfb, 0xff, 0xfe, 1])
  const spellings = [bytes.toString('base64'), bytes.toString('base64url'), '+//+\r\nAQ==', '+//+AQ']
  const { body } = await attach(spellings.map((data) => ({ name: 'a.bin', content_type: 'x', data })))
  for (const { url, filesize } of attachmentsOf(body)) {
    assert.equal(filesize, 4)
    assert.deepEqual((await read(url)).rawPayload, bytes)
  }
})

test('every answer has a new link: in a part, a list, the source, old versions and plain text', async () => {
  const [first] = attachmentsOf((await attach([picture])).body)
  const again = async (path: string, version?: string) =>
    attachmentsOf((await t.call(`GET ${path}`, undefined, version ? { version } : {})).body)[0]
  assert.deepEqual(await again(`/conversations/${id}`), first)
  assert.deepEqual(await again(`/conversations/${id}`, '2.11'), first)
  assert.deepEqual(await again(`/conversations/${id}?display_as=plaintext`), first)
  const [kept] = await sql`
    select attachments from conversation_parts where attachments <> '[]' order by id desc limit 1`
  assert.deepEqual(Object.keys(kept!['attachments'][0]).sort(), ['content_type', 'file_id', 'filesize', 'name'])
})

test('our own link as attachment_url is the same file', async () => {
  const [original] = attachmentsOf((await attach([picture])).body) as [Shown]
  const { body } = await attach([], { attachment_urls: [original.url, 'https://example.com/a.png'] })
  const [same, other] = attachmentsOf(body) as [Shown, Shown]
  assert.deepEqual(same, { ...original })
  assert.equal(other.url, 'https://example.com/a.png')

  const stranger = await t.another()
  const theirs = await conversationIn(stranger)
  const answer = await theirs.attach([], { attachment_urls: [original.url] })
  assert.deepEqual(
    (await stranger.workspace.sql`select source_url from attachments where workspace_id = ${stranger.created.id}`)[0],
    {
      source_url: original.url,
    },
  )
  assert.equal(attachmentsOf(answer.body)[0]?.url, original.url, 'for others it is an address like any other')
})

test('a repeated request with the same Idempotency-Key has the same file', async () => {
  const options = { headers: { 'idempotency-key': 'attach once' } }
  const first = await attach([picture], {}, options)
  const count = async () => (await sql`select from attachments`).count
  const before = await count()
  const second = await attach([picture], {}, options)
  assert.deepEqual([second.headers['idempotent-replayed'], second.body], ['true', first.body])
  assert.equal(await count(), before)
})

test('a file can be stored in a transaction or outside, from a buffer or a stream', async () => {
  const streamed = async function* () {
    yield Buffer.from('one ')
    yield Buffer.from('two')
  }
  const outside = await storeFile(t.workspace, t.files, {
    name: 'a.txt',
    content_type: 'text/plain',
    bytes: streamed(),
  })
  assert.deepEqual([outside.name, outside.content_type, outside.filesize], ['a.txt', 'text/plain', 7])
  const within = atomically(t.workspace, async (workspace) => {
    const attachment = await storeFile(workspace, t.files, { name: '', bytes: Buffer.from(PNG, 'base64') })
    assert.deepEqual([attachment.name, attachment.content_type], ['file', 'image/png'])
    throw new Error('rolled back')
  })
  await assert.rejects(within, { message: 'rolled back' })
  const large = storeFile(t.workspace, t.files, { name: 'a', bytes: Buffer.alloc(2 ** 20 + 1) })
  await assert.rejects(large, FileTooLarge)
})

test('a file that was written for one workspace cannot be claimed by another', async () => {
  const stranger = await t.another()
  const kept = await writeUnclaimedFile(t.workspace.id, t.files, { name: 'a', bytes: Buffer.from('mine') })
  await assert.rejects(claimFile(stranger.workspace, kept), /too late/)
  assert.equal((await claimFile(t.workspace, kept)).filesize, 4)
  await assert.rejects(claimFile(t.workspace, kept), /too late/, 'and once only')
})

test('after a reset or the end of a workspace its files are removed, and their links are not found', async () => {
  const other = await t.another()
  const { attach } = await conversationIn(other)
  const [{ url }] = attachmentsOf((await attach([picture])).body) as [Shown]
  assert.equal((await read(url)).statusCode, 200)
  await t.files.removeUnclaimed()
  const before = filesOnDisk()
  assert.equal((await other.call('POST /extensions/sandbox/reset')).status, 200)
  assert.equal((await read(url)).statusCode, 404)
  assert.equal(await t.files.removeUnclaimed(), 1)
  await storeFile(other.workspace, t.files, { name: 'a', bytes: Buffer.from('x') })
  assert.equal((await t.call(`DELETE /extensions/workspaces/${other.created.id}`)).status, 200)
  assert.equal(await t.files.removeUnclaimed(), 1)
  assert.equal(filesOnDisk(), before - 1)
})
