// Files that come with a reply, and the links to them.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'

const t = await testApp({ public_url: 'https://support.example.com' })
const joe = await aContact(t.workspace, {})
const { conversation_id } = (await t.call('POST /conversations', { from: { type: 'user', id: joe }, body: 'Hello' }))
  .body

const attach = (attachment_files: object[], more: object = {}) =>
  t.call(`POST /conversations/${conversation_id}/reply`, {
    message_type: 'comment',
    type: 'admin',
    admin_id: t.created.admin_id,
    body: 'See this',
    attachment_files,
    ...more,
  })
const file = (name: string, content_type: string, data: string) => ({
  name,
  content_type,
  data: Buffer.from(data).toString('base64'),
})

test('a file without data is refused, and so is the eleventh', async () => {
  assert.equal((await attach([{ name: 'a.txt', content_type: 'text/plain', data: '' }])).status, 400)
  assert.equal((await attach(Array(11).fill(file('a.txt', 'text/plain', 'x')))).status, 400)
})

test('a link that we did not sign leads nowhere', async () => {
  for (const token of ['1', 'zz-00', `${Buffer.from(`${t.workspace.id}.1`).toString('hex')}-00000000000000000000`]) {
    assert.equal((await t.app.inject(`/attachments/${token}`)).statusCode, 404)
  }
})

test('files are kept and can be read by their links, rather than what urls name', async () => {
  const { body } = await attach([file('../über.html', 'text/html', '<script>'), file('a.png', 'image/png', 'PNG')], {
    attachment_urls: ['https://example.com/other.png'],
  })
  const [page, picture, ...more] = body.conversation_parts.conversation_parts[0].attachments
  assert.equal(more.length, 0)
  assert.deepEqual([page.name, page.content_type, page.filesize], ['über.html', 'text/html', 8])
  assert.match(page.url, /^https:\/\/support\.example\.com\/attachments\//)

  const read = await t.app.inject(new URL(page.url).pathname)
  assert.equal(read.body, '<script>')
  assert.match(String(read.headers['content-disposition']), /^attachment; .*%C3%BCber\.html$/)
  assert.equal(read.headers['content-security-policy'], "default-src 'none'; sandbox")
  assert.match(String((await t.app.inject(new URL(picture.url).pathname)).headers['content-disposition']), /^inline/)
})
