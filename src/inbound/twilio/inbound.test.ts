// Received SMS, posted and signed by a Twilio server: keywords, conversations, pictures, unknown senders.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { topicsOf } from '../../../test/events.ts'
import { aContact, eventually } from '../../../test/factories.ts'
import { createAccount, OURS, sms } from '../../../test/sms.ts'
import { newSid } from '../../../test/twilio.ts'

const s = await sms()
const { t, peer, write, send, becomes } = s
const { call, workspace } = t
const { sql } = t.database
const JOE = '+12025550123'
let joe: string

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  joe = await aContact(workspace, { formatted_phone: JOE, phone: JOE, name: 'Joe' })
})

const EMPTY = '<?xml version="1.0" encoding="UTF-8"?>\n<Response></Response>'
const nothing = async (answer: ReturnType<typeof write>) =>
  assert.deepEqual(await answer, { status: 200, type: 'text/xml; charset=utf-8', text: EMPTY })
const conversations = async () => (await call('GET /conversations')).body.conversations
/** The conversation with the latest message, with its parts. */
async function latest() {
  const [{ id }] = await conversations()
  const { body } = await call(`GET /conversations/${id}`)
  return { ...body, parts: body.conversation_parts.conversation_parts }
}
const wantsSms = async (id: string) =>
  !(await sql`select unsubscribed_from_sms as out from contacts where id = ${id}`)[0]?.['out']
const manage = (id: string, act: object) =>
  call(`POST /conversations/${id}/parts`, { type: 'admin', admin_id: workspace.admin_id, ...act })

describe('a request is refused or ignored', () => {
  test('without a signature or with a wrong one', async () => {
    for (const how of [{ signature: null }, { signature: 'x' }, { auth_token: 'another' }, { signed_as: s.status }])
      assert.equal((await write(JOE, 'Hello', {}, how)).status, 403)
    assert.equal((await write(JOE, 'Hello', { AccountSid: newSid('AC') })).status, 403)
    assert.deepEqual(await conversations(), [])
  })

  test('without a MessageSid, or from a sender that is not a number', async () => {
    assert.equal((await write(JOE, 'Hello', { MessageSid: '' })).status, 400)
    for (const from of ['12345', 'ANONYMOUS', '', 'whatsapp:+12025550123', 'x'.repeat(5_000)])
      await nothing(write(from, 'Hello'))
    assert.deepEqual(await conversations(), [])
    assert.equal((await call('GET /contacts')).body.total_count, 1)
  })

  test('from a blocked contact, but STOP is applied', async () => {
    await sql`update contacts set blocked_at = now() where id = ${joe}`
    for (const body of ['Hello', 'HELP', 'STOP']) await nothing(write(JOE, body))
    assert.deepEqual(await conversations(), [])
    assert.equal(await wantsSms(joe), false)
  })
})

describe('a message that is in no conversation is listed with its reason', () => {
  const leftOut = async () => (await call('GET /extensions/inbound?channel=sms')).body.data
  const take = (id: string) => call(`POST /extensions/inbound/${id}/take`)

  test('from a sender that is not a number, once; taken, it has a lead of its own', async () => {
    const senders = [
      '12345',
      'BANK',
      '',
      'whatsapp:+12025550123',
      '+0',
      '+',
      '00',
      '+1',
      'a@b.example',
      'x'.repeat(5_000),
    ]
    for (const from of senders) {
      const MessageSid = newSid('SM')
      for (let n = 0; n < 2; n++) await nothing(write(from, 'Your code is 1234', { MessageSid }))
      const [one, ...more] = await leftOut()
      assert.deepEqual([one.reason, one.preview, one.provider_id], ['no_number', 'Your code is 1234', MessageSid], from)
      assert.equal(more.length, senders.indexOf(from))
      const answers = await Promise.all([take(one.id), take(one.id)])
      assert.equal(answers[0].body.source?.body, '<p>Your code is 1234</p>', answers[0].text)
      assert.equal(answers[0].body.id, answers[1].body.id)
    }
    assert.equal((await conversations()).length, senders.length)
  })

  test('from a blocked contact; taken, it is theirs', async () => {
    await sql`update contacts set blocked_at = now() where id = ${joe}`
    await nothing(write(JOE, 'Hello'))
    const [one] = await leftOut()
    assert.deepEqual([one.reason, one.from, one.to], ['blocked', JOE, [OURS]])
    assert.equal((await take(one.id)).body.contacts.contacts[0].id, joe)
  })
})

describe('conversations', () => {
  test('an unknown sender becomes a lead with that number', async () => {
    await nothing(write('+4915112345678', 'Hallo 😀\nwie geht’s?\0'))
    const { source, contacts } = await latest()
    assert.equal(source.type, 'sms')
    assert.equal(source.delivered_as, 'customer_initiated')
    assert.equal(source.body, '<p>Hallo 😀<br>wie geht’s?</p>')
    const { body } = await call(`GET /contacts/${contacts.contacts[0].id}`)
    assert.deepEqual([body.role, body.phone], ['lead', '+4915112345678'])
  })

  test('a contact is found by its number in any spelling', async () => {
    await nothing(write('0012025550123', 'Hello'))
    assert.equal((await latest()).contacts.contacts[0].id, joe)
  })

  test('a contact is found in the old and the new spelling of its country, also by STOP', async () => {
    for (const [stored, from] of [
      ['+525512345678', '+5215512345678'],
      ['+541123456789', '+5491123456789'],
      ['+554799998888', '+5547999998888'],
      ['+5547999997777', '+554799997777'],
    ] as const) {
      const ana = await aContact(workspace, { formatted_phone: stored })
      await nothing(write(from, 'Hola'))
      assert.equal((await latest()).contacts.contacts[0].id, ana)
      await write(from, 'STOP')
      assert.equal(await wantsSms(ana), false)
    }
    assert.equal((await call('GET /contacts')).body.total_count, 5)
  })

  test('a number that Twilio names exists, although the list of numbering plans does not know it', async () => {
    for (const from of ['+999123456789', '+2120000000', '+1202555014']) {
      await nothing(write(from, 'Hello'))
      const { body } = await call(`GET /contacts/${(await latest()).contacts.contacts[0].id}`)
      assert.deepEqual([body.role, body.phone, body.formatted_phone], ['lead', from, from])
    }
  })

  test('a callback that is sent twice, also at once, adds one message', async () => {
    const MessageSid = newSid('SM')
    await Promise.all([1, 2, 3].map(() => nothing(write(JOE, 'Hello', { MessageSid }))))
    assert.equal((await conversations()).length, 1)
    assert.equal((await latest()).parts.length, 0)
  })

  test('several messages of an unknown sender at once are one lead and one conversation', async () => {
    await Promise.all(['one', 'two', 'three', 'four'].map((body) => nothing(write('+4915112345678', body))))
    assert.equal((await conversations()).length, 1)
    assert.equal((await latest()).parts.length, 3)
    assert.equal((await call('GET /contacts')).body.total_count, 2)
  })

  test('a reply to a message starts its conversation and closes the open one', async () => {
    await nothing(write(JOE, 'Hello'))
    const first = await latest()
    const message = await send(joe)
    await becomes(message, 'sent')
    await nothing(write(JOE, 'Thanks'))
    const second = await latest()
    assert.notEqual(second.id, first.id)
    assert.deepEqual(
      [second.source.id, second.source.type, second.source.delivered_as, second.source.body, second.state],
      [message, 'sms', 'admin_initiated', '<p>Your parcel is here</p>', 'open'],
    )
    assert.equal(second.source.author.id, workspace.admin_id)
    assert.equal(second.parts[0].body, '<p>Thanks</p>')
    assert.equal(second.parts[0].author.id, joe)
    assert.equal((await call(`GET /conversations/${first.id}`)).body.state, 'closed')
    await nothing(write(JOE, 'When?'))
    assert.equal((await latest()).id, second.id)
  })

  test('a conversation that was closed less than five days ago is continued, an older one is not', async () => {
    await nothing(write(JOE, 'Hello'))
    const { id } = await latest()
    await manage(id, { message_type: 'close' })
    await sql`update conversations set last_close_at = now() - interval '119 hours'`
    await nothing(write(JOE, 'One more thing'))
    assert.deepEqual([(await latest()).id, (await latest()).state], [id, 'open'])
    await manage(id, { message_type: 'close' })
    await sql`update conversations set last_close_at = now() - interval '121 hours'`
    await nothing(write(JOE, 'Hello again'))
    assert.notEqual((await latest()).id, id)
    assert.equal((await conversations()).length, 2)
  })

  test('an answer is sent by SMS, and the reply to it continues the conversation', async () => {
    await nothing(write(JOE, 'Hello'))
    const { id } = await latest()
    const before = peer.received.length
    const admin = { type: 'admin', admin_id: workspace.admin_id }
    await call(`POST /conversations/${id}/reply`, { message_type: 'comment', body: '<p>Hi <b>Joe</b></p>', ...admin })
    const [received] = await eventually(
      async () => peer.received.slice(before),
      ({ length }) => length > 0,
    )
    const { to, from, body } = received!
    assert.deepEqual([to, from, body], [JOE, OURS, 'Hi Joe'])
    await nothing(write(JOE, 'Bye'))
    assert.deepEqual([(await latest()).id, (await latest()).parts.at(-1).body], [id, '<p>Bye</p>'])
  })
})

describe('pictures', () => {
  const media = (more = {}) => ({
    NumMedia: '2',
    MediaUrl0: 'https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1',
    MediaContentType0: 'image/jpeg',
    MediaUrl1: 'https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME2',
    MediaContentType1: 'text/vcard',
    ...more,
  })

  test('invalid URLs and counts are ignored', async () => {
    await nothing(write(JOE, 'Look', media({ MediaUrl0: 'javascript:alert(1)', MediaUrl1: 'x', NumMedia: '9999999' })))
    await nothing(write(JOE, 'Look', media({ NumMedia: '-1' })))
    const { source, parts } = await latest()
    assert.deepEqual([source.attachments, parts[0].attachments], [[], []])
  })

  test('they are fetched, and only once if the callback is repeated', async () => {
    const MessageSid = newSid('MM')
    await Promise.all([1, 2, 3].map(() => nothing(write(JOE, 'Look', media({ MessageSid })))))
    const due = await sql`select name, source_url from attachments where fetch_due_at is not null order by id`
    assert.deepEqual(
      due.map((row) => ({ ...row })),
      [
        { name: 'ME1.jpg', source_url: media().MediaUrl0 },
        { name: 'ME2.vcard', source_url: media().MediaUrl1 },
      ],
    )
  })

  test('without fetching they are stored as links, with and without a text', async () => {
    await nothing(write(JOE, 'Look', media()))
    await nothing(write(JOE, '', media({ NumMedia: '1', MediaContentType0: 'not a type' })))
    const { source, parts } = await latest()
    const shown = ({ name, url, content_type, filesize }: Record<string, unknown>) => [
      ...[name, String(url).split('/').at(-1), content_type, filesize],
    ]
    assert.deepEqual(source.attachments.map(shown), [
      ['ME1.jpg', 'ME1', 'image/jpeg', 0],
      ['ME2.vcard', 'ME2', 'text/vcard', 0],
    ])
    assert.deepEqual(parts[0].attachments.map(shown), [['ME1.bin', 'ME1', 'application/octet-stream', 0]])
  })
})

describe('keywords', () => {
  test('STOP opts out all contacts with the number, is answered with the name of the workspace, and starts no conversation', async () => {
    const lead = await aContact(workspace, { role: 'lead', formatted_phone: JOE })
    const { status, type, text } = await write(JOE, 'Stop.')
    assert.deepEqual([status, type], [200, 'text/xml; charset=utf-8'])
    assert.match(text, /<Response><Message>You will get no more SMS from First\. Reply START.*<\/Message><\/Response>$/)
    assert.deepEqual([await wantsSms(joe), await wantsSms(lead)], [false, false])
    for (const id of [joe, lead]) assert.deepEqual(await topicsOf(workspace, id), ['contact.unsubscribed'])
    assert.deepEqual(await conversations(), [])
    assert.equal((await becomes(await send(joe), 'failed')).error.code, 'opted_out')

    await write(JOE, 'STOP')
    assert.deepEqual(await topicsOf(workspace, joe), ['contact.unsubscribed'])
    assert.match((await write(JOE, 'start')).text, /<Message>You will get SMS from First again\./)
    assert.equal(await wantsSms(joe), true)
    assert.equal((await call(`GET /contacts/${joe}`)).body.sms_consent, true)
    assert.deepEqual(await topicsOf(workspace, joe), ['contact.unsubscribed', 'contact.subscribed'])
    await becomes(await send(joe), 'sent')
  })

  test('an opt-out in other words is applied and answered as STOP is', async () => {
    for (const body of ['Opt out', 'OPT-OUT', 'STOP ALL', 'Arrêt']) {
      assert.match((await write(JOE, body)).text, /<Message>You will get no more SMS from First\./, body)
      assert.equal(await wantsSms(joe), false, body)
      await write(JOE, 'START')
    }
    assert.deepEqual(await conversations(), [])
  })

  test('a repeated STOP callback after a START changes nothing', async () => {
    const MessageSid = newSid('SM')
    await write(JOE, 'STOP', { MessageSid })
    await write(JOE, 'START')
    await write(JOE, 'STOP', { MessageSid })
    assert.equal(await wantsSms(joe), true)
  })

  test('STOP of an unknown sender is stored; START and HELP are not', async () => {
    assert.match((await write('+4915112345678', 'HELP')).text, /<Message>This is First\./)
    assert.match((await write('+4915112345678', 'START')).text, /<Message>/)
    assert.equal((await call('GET /contacts')).body.total_count, 1)
    assert.match((await write('+4915112345678', 'STOP')).text, /<Message>/)
    const [lead] = await sql`select role, unsubscribed_from_sms from contacts where formatted_phone = '+4915112345678'`
    assert.deepEqual({ ...lead }, { role: 'lead', unsubscribed_from_sms: true })
    assert.deepEqual(await conversations(), [])
  })

  test("a keyword that Twilio's Advanced Opt-Out answers is applied, and not answered again", async () => {
    await nothing(write(JOE, 'ARRET', { OptOutType: 'STOP' }))
    assert.equal(await wantsSms(joe), false)
    await nothing(write(JOE, 'START', { OptOutType: 'START' }))
    assert.equal(await wantsSms(joe), true)
    await nothing(write(JOE, 'AIDE', { OptOutType: 'HELP' }))
    assert.deepEqual(await conversations(), [])
  })

  test('a contact who opted out can still write, and a sentence with a keyword is a message', async () => {
    await write(JOE, 'STOP')
    await nothing(write(JOE, 'Please stop by at five'))
    assert.equal((await latest()).source.body, '<p>Please stop by at five</p>')
    assert.equal(await wantsSms(joe), false)
  })
})

describe('several workspaces with one Twilio account', async () => {
  const other = await t.another('Second')
  const theirConversations = async () => (await other.call('GET /conversations')).body.conversations

  test('the number or the service decides the workspace; a message to an unknown number is refused', async () => {
    const messaging_service_sid = newSid('MG')
    await createAccount(other.call, peer, { from: '+12025550177', messaging_service_sid })
    await nothing(write(JOE, 'To the first'))
    assert.deepEqual([(await conversations()).length, (await theirConversations()).length], [1, 0])
    await nothing(write(JOE, 'To the second', { To: '+12025550177' }))
    await nothing(write(JOE, 'To the service', { To: '+12025550188', MessagingServiceSid: messaging_service_sid }))
    assert.deepEqual([(await conversations()).length, (await theirConversations()).length], [1, 1])
    assert.match((await write(JOE, 'HELP', { To: '+12025550177' })).text, /This is Second/)
    const { status, text } = await write('+12025550999', 'To nobody', { To: '+12025550199' })
    assert.deepEqual([status, JSON.parse(text).errors[0].code], [404, 'not_found'])
  })

  test('if both have the number, the message goes to the one that wrote to the sender last', async () => {
    await sql`update channel_accounts set settings = settings || ${sql.json({ from: OURS })}`
    await other.call('POST /extensions/sandbox/reset')
    const known = await aContact(other.workspace, { formatted_phone: JOE })
    const { status } = await other.call('POST /messages', {
      from: { type: 'admin', id: other.created.admin_id },
      to: { type: 'user', id: known },
      ...{ message_type: 'sms', body: 'Your parcel is here' },
    })
    assert.equal(status, 200)
    await nothing(write(JOE, 'Thanks'))
    assert.deepEqual([(await conversations()).length, (await theirConversations()).length], [0, 1])
    await send(joe)
    await nothing(write(JOE, 'Thanks'))
    assert.deepEqual([(await conversations()).length, (await theirConversations()).length], [1, 1])
    await nothing(write('+12025550999', 'Hello'))
    assert.equal((await conversations()).length + (await theirConversations()).length, 3)
  })
})
