// Side conversations: begun from a conversation, sent by a real mail server, and answered by mail; hidden everywhere else.
import assert from 'node:assert/strict'
import { after, beforeEach, describe, test } from 'node:test'
import { accountPool } from '#channel-accounts/pool.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import { startWorker } from '#delivery/worker.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { NEARBY, SECRET, testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact, eventually } from '../../../../test/factories.ts'
import { postMail, rawMail } from '../../../../test/mail.ts'
import { smtpSink } from '../../../../test/smtp-sink.ts'

const public_url = 'https://interphone.example.com'
const t = await testApp({ public_url })
const { call, workspace } = t
const { sql } = t.database
const { admin_id } = t.created

const sink = await smtpSink()
const mail = { from: 'team@example.com', reply_domain: null, public_url, secret: SECRET }
const accounts = accountPool(sql, { public_url, secret: SECRET, egress: NEARBY }, captureAccount(mail))
const log = { error() {}, warn() {}, info() {} }
const worker = await startWorker({ sql, recipients: contactRecords, accounts, log })
after(async () => {
  await worker.stop()
  await accounts.close()
  await sink.close()
})

let anna: string
let id: string

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  await sql`delete from channel_accounts`
  anna = await aContact(workspace, { email: 'anna@example.org' })
  const from = { type: 'user', id: anna }
  id = (await call('POST /conversations', { from, body: 'Where is my parcel?' })).body.conversation_id
})

const SUPPLIER = 'Stock@supplier.example'
const begin = (request: object = {}, of = id) =>
  call(`POST /extensions/conversations/${of}/side_conversations`, {
    ...{ admin_id, to: [SUPPLIER], subject: 'Order 7', body: '<p>Is it <b>there</b>?</p>', ...request },
  })
const reply = (side: string, body: object = {}, of = id) =>
  call(`POST /extensions/conversations/${of}/side_conversations/${side}/replies`, {
    admin_id,
    body: 'Any news?',
    ...body,
  })
const begun = async (request: object = {}, of = id): Promise<string> => {
  const { status, body, text } = await begin(request, of)
  assert.equal(status, 200, text)
  return body.side_conversation_id
}
const list = async (query = '', of = id) => (await call(`GET /conversations/${of}/side_conversations${query}`)).body
const bodies = async () => {
  const [side] = (await list()).side_conversations
  const shown = side.conversation_parts.filter(({ part_type }: { part_type: string }) => part_type === 'comment')
  return shown.map(({ body }: { body: string }) => body.replace(/<[^>]+>/g, '').trim())
}
const refusal = ({ status, body }: Awaited<ReturnType<typeof call>>) => [status, body.errors[0].message]

describe('a side conversation is refused', () => {
  const cases: [why: string, request: object, refused: [number, string]][] = [
    ['without an admin', { admin_id: undefined }, [400, 'admin_id is required']],
    ['by an unknown admin', { admin_id: '1' }, [404, 'Admin not found']],
    ['without a subject', { subject: undefined }, [400, 'subject is required']],
    ['with an empty body', { body: ' ' }, [400, 'Body is required']],
    ['with markup that has no text', { body: '<p><br></p>' }, [400, 'Body is required']],
    ['to what is no address', { to: ['anna'] }, [400, 'to has anna, which is not an email address']],
    ['to an address with a line break', { to: ['a@b.example\r\nBcc: c@d.example'] }, [400, 'to has']],
  ]
  for (const [why, request, [status, message]] of cases)
    test(why, async () => {
      const answer = refusal(await begin(request))
      assert.equal(answer[0], status)
      assert.ok(String(answer[1]).startsWith(message), String(answer[1]))
      assert.deepEqual((await list()).side_conversations, [])
    })

  test('to more than twenty addresses, or with a subject that is too long', async () => {
    const to = Array.from({ length: 21 }, (_, n) => `a${n}@example.org`)
    for (const request of [{ to }, { subject: 'x'.repeat(999) }]) assert.equal((await begin(request)).status, 400)
  })

  test('of a conversation that does not exist, is of another workspace, or is a side conversation', async () => {
    const side = await begun()
    for (const none of ['999999', 'x', side]) {
      assert.deepEqual(refusal(await begin({}, none)), [404, 'Resource Not Found'])
      assert.deepEqual(refusal(await call(`GET /conversations/${none}/side_conversations`)), [
        404,
        'Resource Not Found',
      ])
    }
    const other = await t.another()
    assert.equal((await other.call(`GET /conversations/${id}/side_conversations`)).status, 404)
    for (const version of ['2.15', '2.11', '2.8'])
      assert.equal((await call(`GET /conversations/${id}/side_conversations`, undefined, { version })).status, 400)
  })

  test('a reply, without a body, to another side conversation, or by an unknown admin', async () => {
    const side = await begun()
    const another = (await call('POST /conversations', { from: { type: 'user', id: anna }, body: 'x' })).body
    assert.deepEqual(refusal(await reply(side, { body: '' })), [400, 'Body is required'])
    assert.deepEqual(refusal(await reply(side, { admin_id: '1' })), [404, 'Admin not found'])
    for (const [of, unknown] of [
      [id, '999999'],
      [id, 'x'],
      [id, id],
      [another.conversation_id, side],
    ])
      assert.deepEqual(refusal(await reply(unknown as string, {}, of as string)), [404, 'Resource Not Found'])
  })
})

test('without side conversations the list is empty', async () => {
  const pages = { type: 'pages', page: 1, per_page: 25, total_pages: 0 }
  assert.deepEqual(await list(), { type: 'side_conversation.list', side_conversations: [], total_count: 0, pages })
})

test('they are listed in their order, with all parts and in pages', async () => {
  const ids: string[] = []
  for (const subject of ['A', 'B', 'C']) ids.push(await begun({ subject, to: [] }))
  await reply(ids[0]!, { body: 'Second' })
  const body = await list('?per_page=2')
  assert.deepEqual([body.total_count, body.pages.total_pages, body.side_conversations.length], [3, 2, 2])
  const [first] = body.side_conversations
  assert.deepEqual([first.side_conversation_id, first.total_count], [ids[0], 2])
  const [message, part] = first.conversation_parts
  assert.deepEqual(
    [message.type, message.part_type, message.body],
    ['conversation_part', 'comment', '<p>Is it <b>there</b>?</p>'],
  )
  assert.deepEqual([message.author.type, message.author.id, part.body], ['admin', admin_id, '<p>Second</p>'])
  assert.equal((await list('?per_page=2&page=2')).side_conversations[0].side_conversation_id, ids[2])
  assert.equal((await list('?per_page=500')).pages.per_page, 50)
})

test('it is seen nowhere else: reads, lists, searches, counts, events, the contact’s messenger', async () => {
  const side = await begun({ to: ['anna@example.org'] })
  await reply(side)
  for (const [route, body] of [
    [`GET /conversations/${side}`],
    [`PUT /conversations/${side}`, { read: true }],
    [`POST /conversations/${side}/reply`, { message_type: 'comment', type: 'admin', admin_id, body: 'x' }],
    [`POST /conversations/${side}/reply`, { message_type: 'comment', type: 'user', intercom_user_id: anna, body: 'x' }],
    [`POST /conversations/${side}/parts`, { message_type: 'close', type: 'admin', admin_id }],
    [`POST /conversations/${side}/customers`, { customer: { intercom_user_id: anna } }],
    [`GET /conversations/${side}/handling_events`],
    [`DELETE /conversations/${side}`],
  ] as const)
    assert.equal((await call(route, body)).status, 404, route)
  assert.equal(
    (await call(`POST /conversations/${side}/merge`, { merge_into_conversation_id: Number(id) })).status,
    404,
  )
  assert.equal(
    (await call(`POST /conversations/${id}/merge`, { merge_into_conversation_id: Number(side) })).status,
    422,
  )
  assert.equal((await call('GET /conversations')).body.total_count, 1)
  for (const query of [
    { field: 'id', operator: '=', value: side },
    { field: 'source.subject', operator: '=', value: 'Order 7' },
    { field: 'source.body', operator: '~', value: 'there' },
    { field: 'source.type', operator: '=', value: 'email' },
  ])
    assert.equal((await call('POST /conversations/search', { query })).body.total_count, 0, query.field)
  const query = { field: 'contact_ids', operator: '=', value: anna }
  assert.equal((await call('POST /conversations/search', { query })).body.total_count, 1)
  const last = { message_type: 'comment', type: 'user', intercom_user_id: anna, body: 'Hello?' }
  assert.equal((await call('POST /conversations/last/reply', last)).body.id, id)
  assert.deepEqual(await topicsOf(workspace, side), [])
  assert.equal((await call(`GET /conversations/${id}`)).body.contacts.contacts.length, 1)
})

/** Waits for the mails to a recipient, and returns the last one. */
async function arrived(to: string, count: number) {
  const mails = await eventually(
    async () => sink.received.filter((mail) => mail.to.toLowerCase() === to.toLowerCase()),
    ({ length }) => length >= count,
  )
  return mails.at(-1)!.mail
}

test('it is sent by email, and answers land in it: by the signed address, and by the headers alone', async () => {
  const settings = { from: 'hello@example.com', reply_domain: 'in.example.com' }
  const account = { provider: 'smtp', settings, secrets: { url: sink.url } }
  assert.equal((await call('POST /extensions/channels', account)).status, 200)
  const side = await begun({ body: 'Is it there?' })
  const first = await arrived(SUPPLIER, 1)
  assert.equal(first.subject, 'Order 7')
  assert.match(first.text ?? '', /Is it there\?/)
  const to = first.replyTo?.value[0]?.address ?? ''
  assert.match(to, /@in\.example\.com$/)
  const from = `Stock <${SUPPLIER}>`
  const answer = await postMail(call, rawMail({ from, to, body: 'Tomorrow', message_id: '<one@supplier.example>' }))
  assert.deepEqual([answer.body.outcome, answer.body.conversation_id], ['replied', side])

  await reply(side, { body: 'Thank you' })
  const second = await arrived(SUPPLIER, 2)
  assert.equal(second.subject, 'Re: Order 7')
  assert.equal(second.inReplyTo, '<one@supplier.example>')
  assert.deepEqual([second.references].flat(), [first.messageId, '<one@supplier.example>'])
  const headers = { 'In-Reply-To': second.messageId ?? '', References: second.messageId ?? '' }
  const threaded = await postMail(call, rawMail({ from, to: 'support@in.example.com', body: 'Welcome', headers }))
  assert.equal(threaded.body.conversation_id, side)
  const colleague = await postMail(call, rawMail({ from: 'Boss <boss@supplier.example>', to, body: 'We are late' }))
  assert.equal(colleague.body.conversation_id, side)
  assert.deepEqual(await bodies(), ['Is it there?', 'Tomorrow', 'Thank you', 'Welcome', 'We are late'])
  assert.equal((await call('GET /conversations')).body.total_count, 1)
})

test('it goes with its conversation: merged into the primary, deleted with it', async () => {
  const primary = (await call('POST /conversations', { from: { type: 'user', id: anna }, body: 'Again' })).body
    .conversation_id
  const side = await begun({ body: 'A secret question' })
  await reply(side)
  await call(`POST /conversations/${id}/merge`, { merge_into_conversation_id: primary })
  assert.equal((await list('', primary)).side_conversations[0].side_conversation_id, side)
  assert.equal((await list()).total_count, 0)
  await call(`DELETE /conversations/${primary}`)
  for (const table of ['conversations', 'conversation_parts', 'messages'])
    assert.equal((await sql`select from ${sql(table)} t where t::text like '%secret question%'`).count, 0, table)
  const { total_count } = (await call('GET /conversations/deleted')).body
  assert.equal(total_count, 1)
  assert.equal((await call('GET /conversations')).body.total_count, 1)
})
