// Mails whose charset is in doubt: kept, listed, and read again with another charset.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import iconv from 'iconv-lite'
import { testApp } from '../../../test/app.ts'
import { postMail, rawMail } from '../../../test/mail.ts'

const t = await testApp()
const { call } = t
const POLISH = 'Zażółć gęślą jaźń'
const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

let sent = 0
const mail = (body: Buffer, headers = '') =>
  Buffer.concat([
    Buffer.from(`From: ann@example.org\r\nMessage-ID: <doubt-${++sent}@example.org>\r\nSubject: Hi\r\n${headers}\r\n`),
    body,
  ])
const polish = (text = POLISH) => iconv.encode(text, 'iso-8859-2')
const list = async (query = '') => (await call(`GET /extensions/inbound${query}`)).body.data
const again = (id: string, charset: unknown) => call(`POST /extensions/inbound/${id}/read_again`, { charset })
const errorOf = ({ status, body }: Awaited<ReturnType<typeof again>>) => [status, body.errors?.[0]?.message]

test('what is no mail, in no conversation, or not kept cannot be read again', async () => {
  const automatic = await postMail(call, rawMail({ subject: 'Away', headers: { 'Auto-Submitted': 'auto-replied' } }))
  const { left_out_id } = automatic.body
  assert.deepEqual(errorOf(await again(left_out_id, 'koi8-r')), [
    409,
    'The mail is in no conversation yet: take it first',
  ])
  assert.deepEqual(errorOf(await again('999999', 'koi8-r')), [404, 'Inbound message not found'])
  assert.equal(
    (await call('POST /extensions/inbound/1/read_again', { charset: 'koi8-r' }, { token: null })).status,
    401,
  )
  const other = await t.another()
  await postMail(call, mail(polish()))
  const [{ id }] = await list('?state=doubtful')
  assert.equal((await other.call(`POST /extensions/inbound/${id}/read_again`, { charset: 'koi8-r' })).status, 404)
  await t.database.sql`update inbound_messages set key = null, raw_size = null where id = ${id}`
  assert.deepEqual(errorOf(await again(id, 'koi8-r')), [409, 'The content of this message was not kept'])
})

test('a charset that is unknown or missing is a 400, and changes nothing', async () => {
  const { body } = await postMail(call, mail(polish()))
  const [{ id }] = await list('?state=doubtful')
  const shown = async () => (await call(`GET /conversations/${body.conversation_id}`)).body.source.body
  const before = await shown()
  for (const charset of [
    'no-such-charset',
    'base64',
    'Base-64',
    'hex',
    'internal',
    '',
    ' ',
    'x'.repeat(61),
    undefined,
    null,
    5,
    {},
  ])
    assert.equal((await again(id, charset)).status, 400, String(charset))
  assert.deepEqual(errorOf(await again(id, 'no-such-charset')), [400, 'charset is not known'])
  assert.equal(await shown(), before)
})

test('a mail that is read for certain is not listed', async () => {
  const before = (await list()).length
  for (const raw of [
    mail(Buffer.from('Grüße')),
    mail(iconv.encode('Grüße', 'windows-1252')),
    mail(polish(), 'Content-Type: text/plain; charset=iso-8859-2\r\n'),
    mail(Buffer.from('Hello')),
  ])
    assert.equal((await postMail(call, raw)).body.outcome, 'begun')
  assert.equal((await list()).length, before)
})

test('a doubtful mail is in its conversation, is listed once, and is corrected', async () => {
  const raw = mail(
    Buffer.concat([polish(), Buffer.from('\r\n\r\nOn Mon, 1 Jan 2026 at 10:00, x@y.example wrote:\r\n> '), polish()]),
  )
  const { body } = await postMail(call, raw)
  assert.equal(body.outcome, 'begun')
  assert.equal((await postMail(call, raw)).body.outcome, 'known')
  const listed = (await list('?state=doubtful')).filter(
    (one: { conversation_id: string }) => one.conversation_id === body.conversation_id,
  )
  assert.equal(listed.length, 1)
  const [{ id, state, reason, explanation }] = listed
  assert.deepEqual([state, reason], ['doubtful', 'doubtful_charset'])
  assert.match(explanation, /may be wrong/)
  assert.equal((await call(`GET /extensions/inbound/${id}/raw`)).status, 200)

  const corrected = await again(id, 'ISO-8859-2')
  assert.equal(corrected.status, 200)
  assert.ok(corrected.body.source.body.includes(POLISH), corrected.body.source.body)
  const full = (await call(`GET /conversations/${body.conversation_id}?include_email_history=true`)).body
  assert.ok(
    JSON.stringify(full.source.email_message_metadata).includes(POLISH) || full.source.body.split(POLISH).length === 3,
  )
  assert.match((await call(`GET /extensions/inbound/${id}`)).body.explanation, /read again as ISO-8859-2/)
  assert.equal((await call(`POST /extensions/inbound/${id}/take`)).body.id, body.conversation_id)
})

test('a wrong charset can be corrected once more, and pictures stay', async () => {
  const html = `<p>${POLISH}</p><img src="data:image/png;base64,${PNG}">`
  const { body } = await postMail(call, mail(polish(html), 'Content-Type: text/html\r\n'))
  const [{ id }] = await list('?state=doubtful')
  const pictureIn = (text: string) => /<img src="([^"]+)"/.exec(text)?.[1]
  const first = (await call(`GET /conversations/${body.conversation_id}`)).body.source.body
  const wrong = (await again(id, 'koi8-r')).body.source.body
  const right = (await again(id, 'windows-1250')).body.source.body
  assert.ok(!wrong.includes(POLISH))
  const [{ body: last }] = [(await again(id, 'iso-8859-2')).body.source]
  assert.ok(last.includes(POLISH), last)
  assert.ok(pictureIn(first))
  assert.deepEqual([pictureIn(wrong), pictureIn(right), pictureIn(last)], Array(3).fill(pictureIn(first)))
})

test('a doubtful reply is corrected in its part, and the first message stays', async () => {
  const { body: first } = await postMail(call, mail(Buffer.from('Hello')))
  const reply = mail(polish(), `In-Reply-To: <doubt-${sent}@example.org>\r\n`)
  const { body } = await postMail(call, reply)
  assert.deepEqual([body.outcome, body.conversation_id], ['replied', first.conversation_id])
  const [{ id }] = await list('?state=doubtful')
  const { source, conversation_parts } = (await again(id, 'iso-8859-2')).body
  assert.equal(source.body, '<p>Hello</p>')
  assert.equal(conversation_parts.conversation_parts.at(-1).body, `<p>${POLISH}</p>`)
})

test('the subject and the names in the headers are corrected too', async () => {
  const subject = 'Zażółć gęślą jaźń, łódź'
  const raw = (n: number, more = '') =>
    Buffer.concat([
      Buffer.from('From: "'),
      polish('Łucja Żak, gęś'),
      Buffer.from(`" <lucja${n}@example.org>\r\nMessage-ID: <head-${n}@example.org>\r\n${more}Subject: `),
      polish(subject),
      Buffer.from('\r\n\r\n'),
      polish(),
    ])
  const listed = async (conversation_id: string) =>
    (await list('?state=doubtful')).filter(
      (one: object) => 'conversation_id' in one && one.conversation_id === conversation_id,
    )
  const { body } = await postMail(call, raw(1))
  const [{ id }] = await listed(body.conversation_id)
  const { source } = (await again(id, 'iso-8859-2')).body
  assert.equal(source.subject, `<p>${subject}</p>`)
  assert.equal(source.email_message_metadata.subject, subject)
  assert.equal(source.email_message_metadata.email_address_headers[0].name, 'Łucja Żak, gęś')
  assert.ok(source.body.includes(POLISH))

  const answer = await postMail(call, raw(1, 'In-Reply-To: <head-1@example.org>\r\nX-Second: yes\r\n'))
  assert.equal(answer.body.outcome, 'replied')
  const [second] = (await listed(body.conversation_id)).filter((one: { id: string }) => one.id !== id)
  const { conversation_parts, source: unchanged } = (await again(second.id, 'iso-8859-2')).body
  const part = conversation_parts.conversation_parts.at(-1)
  assert.deepEqual([part.email_message_metadata.subject, unchanged.subject], [subject, source.subject])
})

test('a mail with doubt in its headers alone is listed, and reading it again corrects them', async () => {
  const words = (text: string, charset: string) =>
    `=?${charset}?B?${iconv.encode(text, 'iso-8859-2').toString('base64')}?=`
  const raw = (headers: string | Buffer, n: number) =>
    Buffer.concat([
      Buffer.from(`Message-ID: <header-${n}@example.org>\r\n`),
      Buffer.isBuffer(headers) ? headers : Buffer.from(headers),
      Buffer.from('\r\n\r\nHello\r\n'),
    ])
  const plain = 'From: ann@example.org\r\n'
  const bytes = (line: string) => Buffer.concat([Buffer.from(line), polish()])
  const cases: [name: string, headers: string | Buffer, is_doubtful: boolean][] = [
    ['an unknown charset in the subject', `${plain}Subject: ${words(POLISH, 'x-nothing')}`, true],
    ['a wrong charset in the subject', `${plain}Subject: ${words(POLISH, 'utf-8')}`, true],
    ['raw bytes in the subject', bytes(`${plain}Subject: `), true],
    ['an unknown charset in From', `From: ${words(POLISH, 'x-nothing')} <ann@example.org>\r\nSubject: Hi`, true],
    ['raw bytes in Cc', Buffer.concat([bytes(`${plain}Subject: Hi\r\nCc: `), Buffer.from(' <c@example.org>')]), true],
    ['an unknown charset in To', `${plain}Subject: Hi\r\nTo: ${words(POLISH, 'x-nothing')} <t@example.org>`, true],
    [
      'an unknown charset in Reply-To',
      `${plain}Reply-To: ${words(POLISH, 'x-no')} <t@example.org>\r\nSubject: Hi`,
      true,
    ],
    ['raw bytes in a header that nobody sees', bytes(`${plain}Subject: Hi\r\nX-Note: `), false],
    ['the right charset', `${plain}Subject: ${words(POLISH, 'iso-8859-2')}`, false],
    ['UTF-8 bytes', `${plain}Subject: ${POLISH}`, false],
    ['ASCII', `${plain}Subject: Hi`, false],
  ]
  for (const [n, [name, headers, is_doubtful]] of cases.entries()) {
    const { body } = await postMail(call, raw(headers, n))
    assert.equal(body.outcome, 'begun', name)
    const listed = (await list('?state=doubtful')).filter(
      ({ conversation_id }: { conversation_id: string }) => conversation_id === body.conversation_id,
    )
    assert.equal(listed.length, is_doubtful ? 1 : 0, name)
    if (!is_doubtful) continue
    assert.equal(listed[0].reason, 'doubtful_charset')
    assert.equal((await again(listed[0].id, 'iso-8859-2')).status, 200, name)
    const { source } = (await call(`GET /conversations/${body.conversation_id}`)).body
    assert.match(JSON.stringify([source.subject, source.email_message_metadata]), new RegExp(POLISH), name)
  }
})

test('reading a forwarded mail again corrects the note of the bot, and no other note', async () => {
  await t.database
    .sql`update admins set email = 'ada@shop.example' where workspace_id = ${t.workspace.id} and not is_bot`
  const head = 'From: Ada <ada@shop.example>\r\nMessage-ID: <forward-note@shop.example>\r\nSubject: Fwd: Lamp\r\n\r\n'
  const text = `${POLISH}\n\n---------- Forwarded message ---------\nFrom: Berta <berta@example.org>\nDate: Mon, 2 Nov 2026 at 10:00\nSubject: Lamp\nTo: <ada@shop.example>\n\nIt is broken. ${POLISH}\n`
  const { body } = await postMail(call, Buffer.concat([Buffer.from(head), polish(text)]))
  const notes = async (): Promise<string[]> =>
    (await call(`GET /conversations/${body.conversation_id}`)).body.conversation_parts.conversation_parts
      .filter(({ part_type }: { part_type: string }) => part_type === 'note')
      .map((part: { body: string }) => part.body)
  await call(`POST /conversations/${body.conversation_id}/reply`, {
    ...{ message_type: 'note', type: 'admin', admin_id: t.created.admin_id, body: '<p>Forwarded by hand</p>' },
  })
  const [before, other] = await notes()
  assert.match(before ?? '', /^<p>Forwarded by Ada/)
  assert.doesNotMatch(before ?? '', new RegExp(POLISH))
  const listed = (await list('?state=doubtful')).find(
    ({ conversation_id }: { conversation_id: string }) => conversation_id === body.conversation_id,
  )
  for (const charset of ['koi8-r', 'iso-8859-2', 'iso-8859-2'])
    assert.equal((await again(listed.id, charset)).status, 200)
  const after = await notes()
  assert.equal(after.length, 2)
  assert.match(
    after[0] ?? '',
    new RegExp(`^<p>Forwarded by Ada &lt;ada@shop.example&gt;, who wrote:</p>\\n<p>${POLISH}`),
  )
  assert.equal(after[1], other)
})
