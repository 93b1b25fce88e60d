// Contacts who write through the sandbox: on every channel, into the same conversations as messages from a provider.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { captureAll } from '../../../../test/capture.ts'
import { aContact, aMessage, eventually } from '../../../../test/factories.ts'

const t = await testApp()
const other = await t.another()
const { workspace } = t
let anna: string
let ben: string

beforeEach(async () => {
  await t.call('POST /extensions/sandbox/reset')
  anna = await aContact(workspace, {
    ...{ email: 'anna@example.com', formatted_phone: '+12025550171', external_id: 'anna', name: 'Anna' },
  })
  ben = await aContact(workspace, { email: 'ben@example.com', formatted_phone: '+12025550172' })
})

const write = (reply: object) => t.call('POST /extensions/sandbox/replies', reply)
async function received(reply: object) {
  const { status, body, text } = await write(reply)
  assert.equal(status, 200, text)
  return body
}
const conversation = async (id: string) => (await t.call(`GET /conversations/${id}`)).body
const contactOf = async (id: string) => (await t.call(`GET /contacts/${id}`)).body

test('a message that no contact could have written is refused', async () => {
  const message = await aMessage(workspace, { to: [anna, ben], message_type: 'email' })
  const gone = await aContact(workspace, { archived_at: new Date() })
  const bare = await aContact(workspace)
  const their = await aContact(other.workspace, { email: 'theirs@example.com', external_id: 'theirs' })
  const refused: [reply: object, status: number, expected: RegExp][] = [
    [{ contact: { id: anna } }, 400, /^Body is required$/],
    [{ contact: { id: anna }, body: ' \n' }, 400, /^Body is required$/],
    [{ body: 'x' }, 400, /^A contact is required/],
    [{ contact: {}, body: 'x' }, 400, /^A contact is required/],
    [{ contact: { id: anna }, body: 'x', channel: 'fax' }, 400, /^channel must be one of/],
    [{ contact: { id: gone }, body: 'x' }, 404, /^User Not Found$/],
    [{ contact: { id: their }, body: 'x' }, 404, /^User Not Found$/],
    [{ contact: { user_id: 'theirs' }, body: 'x' }, 404, /^User Not Found$/],
    [{ contact: { email: 'nobody@example.com' }, body: 'x' }, 404, /^User Not Found$/],
    [{ contact: { email: 'nobody@example.com' }, channel: 'whatsapp', body: 'x' }, 404, /^User Not Found$/],
    [{ contact: { email: 'not one' }, channel: 'email', body: 'x' }, 400, /^contact\.email is not an email address$/],
    [{ contact: { phone: '+12025550199' }, body: 'x' }, 404, /^User Not Found$/],
    [{ contact: { phone: 'call me' }, channel: 'sms', body: 'x' }, 400, /^contact\.phone is not a phone number/],
    [{ contact: { id: bare }, channel: 'sms', body: 'x' }, 422, /has no valid phone number$/],
    [{ contact: { id: bare }, channel: 'email', body: 'x' }, 422, /has no email$/],
    [{ contact: { id: anna }, to_message: '0', body: 'x' }, 404, /^Message not found$/],
    [{ contact: { id: anna }, to_conversation: 'x', body: 'x' }, 404, /^Conversation not found$/],
    [{ to_message: message, body: 'x' }, 400, /^contact is required: several contacts can reply$/],
    [{ contact: { id: bare }, to_message: message, body: 'x', channel: 'email' }, 422, /has no email$/],
    [{ contact: { id: anna }, to_message: message, body: 'x', channel: 'sms' }, 400, /^channel must be email/],
    [{ contact: { id: anna }, to_message: message, to_conversation: '1', body: 'x' }, 400, /^Only one of/],
    [{ contact: { id: anna }, body: 'x', attachment_urls: ['ftp://x'] }, 400, /^attachment_urls/],
  ]
  for (const [reply, status, expected] of refused) {
    const answer = await write(reply)
    assert.equal(answer.status, status, `${JSON.stringify(reply)} ${answer.text}`)
    assert.match(answer.body.errors[0].message, expected)
  }
  const stranger = await aContact(workspace, { email: 'stranger@example.com' })
  const answer = await write({ contact: { id: stranger }, to_message: message, body: 'x' })
  assert.equal(answer.status, 404)
  assert.equal((await t.call('GET /conversations')).body.total_count, 0)
})

test('a message of a blocked contact is not stored, and the answer says so', async () => {
  const blocked = await aContact(workspace, { blocked_at: new Date() })
  assert.deepEqual(await received({ contact: { id: blocked }, body: 'Hello' }), {
    type: 'reply',
    channel: 'inapp',
    contact_id: blocked,
    outcome: 'blocked',
    conversation_id: null,
    part_ids: [],
    keyword: null,
    answer: null,
  })
  assert.equal((await t.call('GET /conversations')).body.total_count, 0)
})

test('messages with the same provider_id are received once', async () => {
  const sms = { channel: 'sms', contact: { id: anna }, body: 'Hello', provider_id: 'SM1' }
  assert.equal((await received(sms)).outcome, 'begun')
  assert.equal((await received(sms)).outcome, 'known')
  assert.equal((await t.call('GET /conversations')).body.total_count, 1)
})

for (const [channel, source] of Object.entries({
  inapp: 'conversation',
  email: 'email',
  sms: 'sms',
  whatsapp: 'whatsapp',
})) {
  test(`a reply by ${channel} to a message makes its conversation, with the message as its source`, async () => {
    const message_type = channel as 'email'
    const message = await aMessage(workspace, { to: anna, message_type, body: 'Is it you?' })
    const { outcome, conversation_id, part_ids, contact_id } = await received({ to_message: message, body: 'It is me' })
    assert.deepEqual([outcome, contact_id, part_ids.length], ['replied', anna, 1])
    const shown = await conversation(conversation_id)
    assert.deepEqual(
      [shown.source.type, shown.source.id, shown.source.delivered_as],
      [source, message, 'admin_initiated'],
    )
    const [part] = shown.conversation_parts.conversation_parts
    assert.deepEqual([part.id, part.body, part.author.id], [part_ids[0], '<p>It is me</p>', anna])
    assert.deepEqual([shown.state, shown.first_contact_reply.type], ['open', source])
  })
}

test('recipients in blind copy reply in separate conversations', async () => {
  const message = await aMessage(workspace, { to: anna, bcc: [ben] })
  const [hers, his] = [
    await received({ to_message: message, contact: { id: anna }, body: 'To all' }),
    await received({ to_message: message, contact: { email: 'ben@example.com' }, body: 'To you' }),
  ]
  assert.notEqual(hers.conversation_id, his.conversation_id)
  assert.equal((await conversation(his.conversation_id)).source.id, message)
})

test('a reply continues a conversation on any channel, and opens it again', async () => {
  const { conversation_id } = await received({ contact: { user_id: 'anna' }, body: 'Hello' })
  const close = { message_type: 'close', type: 'admin', admin_id: t.created.admin_id }
  await t.call(`POST /conversations/${conversation_id}/parts`, close)
  const answer = { to_conversation: conversation_id, channel: 'email', body: 'By mail', created_at: 1_700_000_000 }
  assert.equal((await received(answer)).conversation_id, conversation_id)
  const { state, conversation_parts } = await conversation(conversation_id)
  assert.equal(state, 'open')
  const part = conversation_parts.conversation_parts.find((one: { body: string }) => one.body === '<p>By mail</p>')
  assert.equal(part.created_at, 1_700_000_000)
})

test('a conversation that a message reserved is created by the reply', async () => {
  await aMessage(workspace, { to: anna, message_type: 'inapp' })
  const [reserved] = await workspace.sql<{ conversation_id: string }[]>`select conversation_id from deliveries`
  const { conversation_id, outcome } = await received({ to_conversation: reserved?.conversation_id, body: 'Yes' })
  assert.deepEqual([conversation_id, outcome], [reserved?.conversation_id, 'replied'])
})

test('if it names nothing that it answers, an SMS or WhatsApp message continues a conversation, an email or in-app one starts one', async () => {
  for (const [channel, count] of Object.entries({ sms: 1, whatsapp: 1, email: 2, inapp: 2 })) {
    const contact = { id: anna }
    const both = [await received({ channel, contact, body: 'One' }), await received({ channel, contact, body: 'Two' })]
    assert.equal(new Set(both.map(({ conversation_id }) => conversation_id)).size, count, channel)
  }
})

test('a new number or address becomes a lead with the given name', async () => {
  const sms = await received({ channel: 'sms', contact: { phone: '+1 (202) 555-0188', name: 'Cora' }, body: 'Hi' })
  const lead = await contactOf(sms.contact_id)
  assert.deepEqual([lead.role, lead.formatted_phone, lead.name], ['lead', '+12025550188', 'Cora'])
  const whatsapp = await received({ channel: 'whatsapp', contact: { phone: 12025550188 }, body: 'Hi' })
  assert.equal(whatsapp.contact_id, sms.contact_id)
  const mail = await received({
    channel: 'email',
    contact: { email: 'dora@example.com' },
    subject: 'Hi',
    body: 'There',
  })
  assert.equal((await contactOf(mail.contact_id)).email, 'dora@example.com')
  const { source } = await conversation(mail.conversation_id)
  assert.deepEqual([source.type, source.subject, source.body], ['email', '<p>Hi</p>', '<p>There</p>'])
})

test('a keyword by SMS is applied and answered, and starts no conversation; on WhatsApp it is a message', async (context) => {
  const sms = (body: string, contact: object = { id: anna }) => received({ channel: 'sms', contact, body })
  const message = () => aMessage(workspace, { to: anna, message_type: 'sms' })
  const stopped = await sms(' Stop. ')
  assert.deepEqual([stopped.outcome, stopped.keyword, stopped.conversation_id], ['keyword', 'STOP', null])
  assert.match(stopped.answer, /no more SMS from First/)
  const stop = await captureAll(t.database.sql, context)
  const deliveryOf = async (id: string) =>
    eventually(
      async () => (await t.call(`GET /extensions/messages/${id}/deliveries`)).body.data[0],
      ({ status }) => status !== 'queued',
    )
  assert.equal((await deliveryOf(await message())).error.code, 'opted_out')
  assert.equal((await sms('START', { phone: '+12025550171' })).contact_id, anna)
  assert.equal((await deliveryOf(await message())).status, 'delivered')
  await stop()
  assert.equal((await sms('help', { phone: '+12025550199' })).contact_id, null)
  assert.notEqual((await sms('stop', { phone: '+12025550199' })).contact_id, null)
  assert.equal((await t.call('GET /conversations')).body.total_count, 0)
  assert.equal((await received({ channel: 'whatsapp', contact: { id: anna }, body: 'STOP' })).outcome, 'begun')
})

test('a reply can have files, with or without text', async () => {
  const file = { name: 'note.txt', content_type: 'text/plain', data: Buffer.from('Hello').toString('base64') }
  const { conversation_id } = await received({ contact: { id: anna }, attachment_files: [file] })
  const { source } = await conversation(conversation_id)
  assert.deepEqual([source.attachments[0].name, source.attachments[0].filesize], ['note.txt', 5])
})
