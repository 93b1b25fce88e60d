// Pictures in the data: URLs of HTML bodies: what is refused first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'

const t = await testApp()
const { call } = t
const { sql } = t.database
const { admin_id } = t.created
const contact = await aContact(t.workspace, { email: 'ann@example.com' })

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
const GIF = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7'
const picture = (data = PNG, type = 'image/png') => `<img src="data:${type};base64,${data}">`
const svg = Buffer.from('<svg onload="steal()"></svg>').toString('base64')

const send = (body: string, more: object = {}, options = {}) =>
  call(
    'POST /messages',
    { message_type: 'in_app', body, from: { type: 'admin', id: admin_id }, to: { type: 'user', id: contact }, ...more },
    options,
  )
const replyTo = (id: string, body: string, more: object = {}) =>
  call(`POST /conversations/${id}/reply`, { message_type: 'comment', type: 'admin', admin_id, body, ...more })
const conversation = async (): Promise<string> =>
  (await call('POST /conversations', { from: { type: 'user', id: contact }, body: 'Hello' })).body.conversation_id
const files = async () => (await sql<[{ count: number }]>`select count(*)::int from attachments`)[0].count

test('a data: URL that is no picture, or cannot be read, is a 400 that names the body, and stores nothing', async () => {
  const id = await conversation()
  const before = await files()
  for (const [body, message] of [
    [picture(svg, 'image/svg+xml'), 'body has a data: URL that is not a PNG, JPEG, GIF or WebP picture'],
    [picture(svg), 'body has a data: URL that is not a PNG, JPEG, GIF or WebP picture'],
    ['<img src="data:image/svg+xml,<svg/>">', 'body has a data: URL that is not a PNG, JPEG, GIF or WebP picture'],
    ['<img src="data:text/html,hello">', 'body has a data: URL that is not a PNG, JPEG, GIF or WebP picture'],
    ['<img src="data:,x">', 'body has a data: URL that is not a PNG, JPEG, GIF or WebP picture'],
    [picture('%%%'), 'body has a picture (data:) that is not valid base64'],
    [picture(''), 'body has a picture (data:) that is not valid base64'],
    [picture('not base64!'), 'body has a picture (data:) that is not valid base64'],
    [`${picture()}${picture(svg)}`, 'body has a data: URL that is not a PNG, JPEG, GIF or WebP picture'],
    [
      Array.from({ length: 11 }, (_, n) =>
        picture(Buffer.concat([Buffer.from(GIF, 'base64'), Buffer.from([n])]).toString('base64')),
      ).join(''),
      'body must not have more than 10 pictures (data:)',
    ],
    ['x'.repeat(250_001), 'body must not have more than 250000 characters'],
  ] as const) {
    const answers = [
      await send(body),
      await replyTo(id, body),
      await call(`POST /conversations/${id}/parts`, { message_type: 'close', admin_id, body }),
    ]
    for (const [n, { status, body: answer }] of answers.entries()) {
      const expected = n === 0 ? message.replace('250000', '100000') : message
      assert.deepEqual([status, answer.errors?.[0]?.message], [400, expected], body.slice(0, 80))
    }
  }
  assert.equal(await files(), before)
})

test('a message that is refused for another reason leaves no picture', async () => {
  const before = await files()
  assert.equal((await send(picture(), { to: { type: 'user', id: 'nobody' } })).status, 404)
  assert.equal((await send(picture(), { from: { type: 'admin', id: '1' } })).status, 404)
  assert.equal((await replyTo('999999', picture())).status, 404)
  assert.equal(await files(), before)
})

test('what a contact writes, an SMS and a note are texts: nothing is stored', async () => {
  const id = await conversation()
  const before = await files()
  const { status } = await call(`POST /conversations/${id}/reply`, {
    ...{ message_type: 'comment', type: 'user', intercom_user_id: contact, body: picture() },
  })
  assert.equal(status, 200)
  assert.equal(
    (await call(`POST /contacts/${contact}/notes`, { body: `Hello ${picture()}` })).body.body,
    '<p>Hello</p>',
  )
  assert.equal(await files(), before)
})

test('a picture in a message is stored once, and shown and delivered by a link', async () => {
  const before = await files()
  const { status, body } = await send(`<p>See ${picture()} and ${picture()}</p>`, {
    message_type: 'email',
    subject: 'Look',
  })
  assert.equal(status, 200)
  assert.equal(await files(), before + 1)
  const [stored] = await sql`select body from messages where id = ${body.id}`
  assert.match(stored?.['body'], /<img src="https:\/\/attachments\.invalid\/[0-9a-f]+-[0-9a-f]+"/)
  const links = [...body.body.matchAll(/src="([^"]+)"/g)].map(([, link]) => link as string)
  assert.equal(links.length, 2)
  const shown = await call(`GET ${new URL(links[0]!, 'http://localhost').pathname}`, undefined, { token: null })
  assert.deepEqual([shown.status, shown.headers['content-type']], [200, 'image/png'])
})

test('a reply that is nothing but a picture is a reply, and its conversation shows the picture', async () => {
  const id = await conversation()
  const { status, body } = await replyTo(id, picture(GIF, 'image/gif'))
  assert.equal(status, 200)
  const [part] = body.conversation_parts.conversation_parts
  assert.match(part.body, /^<p><img src="[^"]*\/attachments\/[^"]+"><\/p>$/)
  assert.doesNotMatch(JSON.stringify((await call(`GET /conversations/${id}`)).body), /attachments\.invalid|data:image/)
})

test('an in-app message with a picture has the subject of its text', async () => {
  const { body } = await send(`Hello ${picture()}`)
  assert.equal(body.subject, 'Hello ')
})

test('a picture does not count for the length of the body', async () => {
  const large = Buffer.concat([Buffer.from(GIF, 'base64'), Buffer.alloc(400_000, 1)]).toString('base64')
  assert.equal((await send(`<p>Hello</p>${picture(large, 'image/gif')}`)).status, 200)
})

test('a request that is sent again with its Idempotency-Key has the same answer', async () => {
  const headers = { 'idempotency-key': 'one-picture' }
  const first = await send(picture(), {}, { headers })
  const before = await files()
  const second = await send(picture(), {}, { headers })
  assert.deepEqual([second.status, second.body.id], [200, first.body.id])
  assert.equal(await files(), before)
})
