// Mails and messages that are in no conversation: each is listed with its reason, and can be taken after all.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { newKey } from '#files/keys.ts'
import { aContact } from '../../../test/factories.ts'
import { postMail, rawMail, type TestMail } from '../../../test/mail.ts'
import { wrote } from '../../../test/meta.ts'
import { whatsapp } from '../../../test/whatsapp.ts'
import { LIMITS_PER_DAY, leaveOut } from './leave-out.ts'
import { deleteOld } from './queries.ts'

const w = await whatsapp()
const { t, postWebhook } = w
const { call, workspace } = t
const { sql } = t.database
const NUMBER = '12025550123'

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
})

const list = async (query = '') => (await call(`GET /extensions/inbound${query}`)).body
const conversations = async () => (await call('GET /conversations')).body.conversations
const take = (id: string) => call(`POST /extensions/inbound/${id}/take`)
const text = (body: string, more = {}) => ({ type: 'text', text: { body }, ...more })
const write = async (message: { type: string; [part: string]: unknown }) =>
  assert.equal((await postWebhook(wrote(NUMBER, message))).status, 200)

async function bring(mail: TestMail | string) {
  const { status, body, text } = await postMail(call, typeof mail === 'string' ? mail : rawMail(mail))
  assert.equal(status, 200, text)
  return body
}
const AUTOMATIC = { headers: { 'Auto-Submitted': 'auto-replied' } }

const report = (about: string) =>
  'From: mailer-daemon@mx.example.org\r\nTo: bounce@in.example.com\r\nSubject: Undelivered\r\n' +
  'Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n' +
  '--b\r\n\r\nIt bounced\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n' +
  `Reporting-MTA: dns; mx\r\n\r\nFinal-Recipient: rfc822; ${about}\r\nAction: failed\r\nStatus: 5.1.1\r\n--b--\r\n`

describe('a mail is listed with its reason, and is in no conversation', () => {
  const mails: [reason: string, mail: TestMail | string][] = [
    ['no_sender', 'From: nobody\r\nSubject: Hi\r\n\r\nHello'],
    ['no_sender', 'Subject: Hi\r\n\r\nHello'],
    ['no_sender', 'From: \r\n\r\n'],
    ['unknown_report', report('stranger@example.org')],
    [
      'unknown_report',
      'From: a@b.example\r\nContent-Type: multipart/report; boundary=b\r\n\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\nnothing\r\n--b--',
    ],
    ['auto_submitted', AUTOMATIC],
    ['auto_reply', { headers: { 'X-Autoreply': 'yes' } }],
    ['bulk', { headers: { Precedence: 'bulk' } }],
    ['mailing_list', { headers: { 'List-Id': '<news.example.org>' } }],
    ['empty_return_path', { headers: { 'Return-Path': '<>' } }],
    ['mailer_daemon', { from: 'MAILER-DAEMON@mx.example.org' }],
    ['our_own', { message_id: `<part-1.${workspace.id}@x.example>` }],
    ['loop', `${'Received: by x\r\n'.repeat(51)}From: a@b.example\r\n\r\nHello`],
    ['blocked', { from: 'blocked@example.org' }],
  ]
  for (const [reason, mail] of mails) {
    test(`${reason}: ${JSON.stringify(mail).slice(0, 60)}`, async () => {
      await aContact(workspace, { email: 'blocked@example.org', blocked_at: new Date() })
      const raw = typeof mail === 'string' ? mail : rawMail(mail).toString()
      const { left_out_id } = await bring(raw)
      await bring(raw)
      const { data, total_count } = await list('?state=left_out&channel=email')
      assert.equal(total_count, 1)
      assert.deepEqual([data[0].id, data[0].reason, data[0].state], [left_out_id, reason, 'left_out'])
      assert.match(data[0].explanation, /^[A-Z].+\.$/)
      assert.deepEqual(await conversations(), [])
      assert.equal((await call(`GET /extensions/inbound/${left_out_id}/raw`)).text, raw)
    })
  }
})

test('the list says from whom, to whom, what about and when', async () => {
  const { left_out_id } = await bring({
    ...AUTOMATIC,
    subject: 'Away\tnow',
    body: `Back on Monday\n${'x'.repeat(900)}`,
  })
  const { body } = await call(`GET /extensions/inbound/${left_out_id}`)
  const { id, explanation, preview, provider_id, received_at, raw_size, ...shown } = body
  assert.deepEqual(shown, {
    type: 'inbound_message',
    ...{ channel: 'email', state: 'left_out', reason: 'auto_submitted', from: 'joe@example.org' },
    ...{ to: ['support@in.example.com'], subject: 'Away now', conversation_id: null, taken_at: null },
  })
  assert.match(preview, /^Back on Monday x{100}/)
  assert.ok(preview.length <= 500 && explanation.includes('Auto-Submitted') && provider_id && raw_size > 900)
  assert.ok(Math.abs(received_at - Date.now() / 1000) < 60)
})

test('pages, states and channels are listed; an unknown one is refused', async () => {
  for (let n = 0; n < 5; n++) await bring({ ...AUTOMATIC, subject: `Mail ${n}` })
  await write({ type: 'system', system: { type: 'user_changed_number' } })
  const subjects: string[] = []
  for (let after = ''; ; ) {
    const { data, pages } = await list(`?channel=email&per_page=2${after}`)
    subjects.push(...data.map(({ subject }: { subject: string }) => subject))
    if (!pages.next) break
    after = `&starting_after=${encodeURIComponent(pages.next.starting_after)}`
  }
  assert.deepEqual(subjects, ['Mail 4', 'Mail 3', 'Mail 2', 'Mail 1', 'Mail 0'])
  assert.equal((await list('?channel=whatsapp')).total_count, 1)
  assert.equal((await list('?channel=sms')).total_count, 0)
  assert.equal((await list('?state=taken')).total_count, 0)
  for (const query of ['?state=lost', '?channel=inapp', '?starting_after=x'])
    assert.equal((await call(`GET /extensions/inbound${query}`)).status, 400, query)
  for (const id of ['0', 'x', '99999999999999999999'])
    assert.equal((await call(`GET /extensions/inbound/${id}`)).status, 404, id)
})

test('the raw content is downloaded, and no browser shows it', async () => {
  const { left_out_id } = await bring(AUTOMATIC)
  const { headers } = await call(`GET /extensions/inbound/${left_out_id}/raw`)
  assert.match(String(headers['content-disposition']), /^attachment; filename="message-\d+\.eml"$/)
  assert.equal(headers['content-type'], 'application/octet-stream')
  assert.equal(headers['x-content-type-options'], 'nosniff')
  assert.match(String(headers['content-security-policy']), /sandbox/)
})

test('a WhatsApp message is listed once, with what Meta sent, and can be downloaded', async () => {
  await aContact(workspace, { formatted_phone: `+${NUMBER}`, blocked_at: new Date() })
  const value = wrote(NUMBER, text('Let me in'), { name: 'Sheena' })
  for (let n = 0; n < 3; n++) assert.equal((await postWebhook(value)).status, 200)
  await write({ type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '👍' } })
  await postWebhook({ contacts: [], messages: [7, null, { id: 'wamid.z' }, [], [], {}] })
  const { data } = await list()
  const found = data.map(({ reason, from, preview }: Record<string, unknown>) => [reason, from, preview]).reverse()
  assert.deepEqual(found.slice(0, 2), [
    ['blocked', `+${NUMBER}`, 'Let me in'],
    ['unknown_original', `+${NUMBER}`, 'Reacted with 👍'],
  ])
  assert.deepEqual(found.slice(2), Array(5).fill(['unreadable', null, null]))
  const raw = await call(`GET /extensions/inbound/${data.at(-1).id}/raw`)
  const { phone_number_id, ...kept } = JSON.parse(raw.text)
  assert.equal(phone_number_id, w.peer.phone_number_id)
  assert.deepEqual(kept, { message: value.messages[0], contact: value.contacts[0] })
})

describe('taking a message after all', () => {
  test('makes a conversation of an automatic mail, with its files, once', async () => {
    const { left_out_id } = await bring(
      'From: Ann <ann@example.org>\r\nSubject: Report\r\nList-Id: <x>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n' +
        '--b\r\n\r\nSee the file\r\n--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=a.csv\r\n\r\n1,2\r\n--b--',
    )
    const answers = await Promise.all([1, 2, 3].map(() => take(left_out_id)))
    const [first] = answers
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
    assert.deepEqual(new Set(answers.map(({ body }) => body.id)), new Set([first?.body.id]))
    const all = await conversations()
    assert.deepEqual(
      [all.length, all[0].source.body, all[0].source.author.email],
      [1, '<p>See the file</p>', 'ann@example.org'],
    )
    assert.equal(first?.body.source.attachments[0].name, 'a.csv')
    assert.equal((await take(left_out_id)).body.id, first?.body.id)
    const { body } = await call(`GET /extensions/inbound/${left_out_id}`)
    assert.deepEqual([body.state, body.conversation_id], ['taken', first?.body.id])
    assert.ok(body.taken_at)
    assert.equal((await list('?state=left_out')).total_count, 0)
  })

  test('works for every reason of a mail', async () => {
    const joe = await aContact(workspace, { email: 'blocked@example.org', blocked_at: new Date() })
    const mails: [mail: TestMail | string, from: string][] = [
      ['From: Nobody in particular\r\nSubject: Hi\r\n\r\nHello', ''],
      ['\r\nHello', ''],
      [report('stranger@example.org'), 'mailer-daemon@mx.example.org'],
      [{ ...AUTOMATIC, from: 'a@example.org' }, 'a@example.org'],
      [{ from: 'b@example.org', headers: { Precedence: 'bulk' } }, 'b@example.org'],
      [{ from: 'c@example.org', headers: { 'Return-Path': '<>' } }, 'c@example.org'],
      [{ from: 'postmaster@example.org' }, 'postmaster@example.org'],
      [{ from: 'd@example.org', message_id: `<part-1.${workspace.id}@x.example>` }, 'd@example.org'],
      [{ from: 'e@example.org', headers: { 'X-Autorespond': 'x' } }, 'e@example.org'],
      [{ from: 'blocked@example.org' }, 'blocked@example.org'],
    ]
    for (const [mail, from] of mails) {
      const { left_out_id } = await bring(mail)
      const { status, body, text } = await take(left_out_id)
      assert.equal(status, 200, text)
      assert.deepEqual([body.source.type, body.source.author.email], ['email', from])
    }
    assert.equal((await conversations()).length, mails.length)
    const { body } = await call(`GET /contacts/${joe}`)
    assert.equal(body.email, 'blocked@example.org')
    assert.equal((await bring({ from: 'blocked@example.org', subject: 'Again' })).outcome, 'blocked')
  })

  test('puts a reply to its mail into the conversation of that mail', async () => {
    const first = await bring({ message_id: '<one@example.org>' })
    const reply = { headers: { 'In-Reply-To': '<one@example.org>', 'X-Autorespond': 'x' }, body: 'I am away' }
    const { left_out_id } = await bring(reply)
    const { body } = await take(left_out_id)
    assert.equal(body.id, first.conversation_id)
    assert.equal(body.conversation_parts.conversation_parts[0].body, '<p>I am away</p>')
  })

  test('names the conversation of a mail that was received in the meantime', async () => {
    const joe = await aContact(workspace, { email: 'joe@example.org', blocked_at: new Date() })
    const mail = { message_id: '<same@example.org>' }
    const { left_out_id } = await bring(mail)
    await sql`update contacts set blocked_at = null where id = ${joe}`
    const { conversation_id } = await bring(mail)
    assert.equal((await take(left_out_id)).body.id, conversation_id)
    assert.equal((await conversations()).length, 1)
  })

  test('works for WhatsApp messages, readable or not, and for those of blocked contacts', async () => {
    await aContact(workspace, { formatted_phone: `+${NUMBER}`, blocked_at: new Date() })
    const at = Math.floor(Date.now() / 1000)
    await write(text('Let me in'))
    await write({ type: 'system', system: { body: 'Changed number', type: 'user_changed_number' } })
    await write({ type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '👍' } })
    await write({ type: 'text', text: 'not an object' })
    const bare = [
      7,
      {},
      { id: 'wamid.1' },
      { id: 'wamid.2', from: NUMBER, timestamp: -1, type: 'text', text: { body: 'Old' } },
    ]
    await postWebhook({ contacts: [], messages: bare })
    const { data } = await list()
    assert.equal(data.length, 8)
    for (const { id } of data.reverse()) {
      const answers = await Promise.all([take(id), take(id)])
      for (const { status, text } of answers) assert.equal(status, 200, text)
      assert.equal(answers[0].body.id, answers[1].body.id)
    }
    const all = await conversations()
    assert.ok(all.every(({ created_at }: { created_at: number }) => created_at >= at - 60))
    const ours = all.find(({ source }: { source: { body: string } }) => source.body === '<p>Let me in</p>')
    const { body } = await call(`GET /conversations/${ours.id}`)
    const said = body.conversation_parts.conversation_parts.map(({ body }: { body: string }) => body)
    assert.ok(said.includes('<p>Old</p>'), said.join())
    assert.equal((await list('?state=left_out')).total_count, 0)
  })
})

describe('the amount is limited', () => {
  const fill = (messages: number, bytes: number) => sql`
    insert into inbound_messages (workspace_id, channel, provider_id, reason, key, raw_size, received_at)
    select ${workspace.id}, 'email', 'fill-' || n, 'bulk', ${bytes ? `${newKey(workspace.id)}` : null}, ${bytes}, now()
    from generate_series(1, ${messages}::int) n`

  test('above the bytes of a day a mail is listed without its content, and cannot be taken', async () => {
    await fill(1, LIMITS_PER_DAY.raw_bytes)
    const { left_out_id } = await bring(AUTOMATIC)
    assert.equal((await call(`GET /extensions/inbound/${left_out_id}`)).body.raw_size, null)
    assert.equal((await take(left_out_id)).status, 409)
    assert.equal((await call(`GET /extensions/inbound/${left_out_id}/raw`)).status, 409)
    await write({ type: 'system', system: { type: 'user_changed_number' } })
    const [{ id, raw_size }] = (await list('?channel=whatsapp')).data
    assert.equal(raw_size, null)
    for (const route of [`POST /extensions/inbound/${id}/take`, `GET /extensions/inbound/${id}/raw`])
      assert.equal((await call(route)).status, 409)
  })

  test('above the number of a day the sender has to try again, and a blocked one is dropped', async () => {
    await fill(LIMITS_PER_DAY.messages, 0)
    const answer = await postMail(call, rawMail(AUTOMATIC))
    assert.deepEqual([answer.status, answer.headers['retry-after']], [503, '3600'])
    await aContact(workspace, { email: 'blocked@example.org', blocked_at: new Date() })
    assert.deepEqual(await bring({ from: 'blocked@example.org' }), { type: 'inbound_email', outcome: 'blocked' })
    assert.equal((await bring({ from: 'ann@example.org' })).outcome, 'begun')
    await sql`update inbound_messages set received_at = now() - interval '25 hours'`
    assert.ok((await bring(AUTOMATIC)).left_out_id)
  })
})

test('a very long id is stored as its hash, once', async () => {
  const provider_id = Array.from({ length: 5_000 }, (_, n) => String.fromCodePoint(0x4e00 + n)).join('')
  const message = { channel: 'sms', provider_id, reason: 'refused', raw: { a: '\ud83d' } } as const
  const first = await leaveOut(workspace, message)
  assert.equal(await leaveOut(workspace, message), first)
})

test('after a month messages are removed with their files; a sandbox reset empties the list', async () => {
  const stored = () => sql`select key from inbound_messages where workspace_id = ${workspace.id} and key is not null`
  const { left_out_id } = await bring(AUTOMATIC)
  const [{ key }] = (await stored()) as unknown as [{ key: string }]
  assert.equal((await sql`select from unclaimed_files where key = ${key}`).count, 0)
  await sql`update inbound_messages set received_at = now() - interval '29 days'`
  await deleteOld(sql, 30)
  assert.equal((await call(`GET /extensions/inbound/${left_out_id}`)).status, 200)
  await sql`update inbound_messages set received_at = now() - interval '31 days'`
  await deleteOld(sql, 30)
  assert.equal((await call(`GET /extensions/inbound/${left_out_id}`)).status, 404)
  await t.files.removeUnclaimed()
  assert.equal(await t.files.read(key), undefined)
  await bring(AUTOMATIC)
  const [{ key: another }] = (await stored()) as unknown as [{ key: string }]
  await call('POST /extensions/sandbox/reset')
  assert.equal((await list()).total_count, 0)
  await t.files.removeUnclaimed()
  assert.equal(await t.files.read(another), undefined)
})
