// POST /messages: what is refused, in Intercom's order, and what is accepted.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'

const t = await testApp()
const { workspace, call } = t
const from = { type: 'admin', id: workspace.admin_id }
let anna: string

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  anna = await aContact(workspace, {
    email: 'anna@example.com',
    name: 'Anna',
    formatted_phone: '+12025550141',
    external_id: '70',
  })
})

const errorOf = ({ status, body }: { status: number; body: { errors: { code: string; message: string }[] } }) => ({
  status,
  ...body.errors[0],
})
const deliveries = async (id: string) => (await call(`GET /extensions/messages/${id}/deliveries`)).body.data

test('a request without a token is refused', async () => {
  assert.equal((await call('POST /messages', {}, { token: null })).status, 401)
  assert.equal((await call('GET /messages/status?ruleset_id=1', undefined, { token: null })).status, 401)
  assert.equal((await call('GET /messages/whatsapp/status?message_id=1', undefined, { token: null })).status, 401)
})

const email = () => ({
  from,
  to: { type: 'user', id: anna },
  message_type: 'email',
  subject: 'Hi',
  body: 'Hello',
  template: 'plain',
})
const whatsapp = () => ({
  from,
  to: { phone: 12025550141, name: 'Anna' },
  message_type: 'whatsapp',
  template: 'order_update',
  components: [{ type: 'BODY', parameters: [{ type: 'text', text: 'Anna' }] }],
})

const REFUSED: [what: string, body: () => object, status: number, code: string, message: RegExp][] = [
  ['no sender', () => ({ ...email(), from: undefined }), 400, 'parameter_not_found', /^from is required$/],
  [
    'a sender of an unknown type',
    () => ({ ...email(), from: { type: 'team', id: '1' } }),
    400,
    'parameter_invalid',
    /from.type/,
  ],
  ['no body', () => ({ ...email(), body: null }), 400, 'parameter_invalid', /^Body is required$/],
  [
    'no body, before the missing subject',
    () => ({ ...email(), body: null, subject: undefined }),
    400,
    'parameter_invalid',
    /^Body is required$/,
  ],
  ['a blank body', () => ({ ...email(), body: ' \n' }), 400, 'parameter_invalid', /^Body is required$/],
  [
    'an email without a subject',
    () => ({ ...email(), subject: undefined }),
    422,
    'parameter_not_found',
    /^No subject supplied for email message$/,
  ],
  [
    'an email in an unknown layout',
    () => ({ ...email(), template: 'fancy' }),
    400,
    'parameter_invalid',
    /template must be/,
  ],
  [
    'an SMS with a link',
    () => ({ ...email(), message_type: 'sms', body: 'heyy https://picsum.photos/200/300' }),
    400,
    'parameter_invalid',
    /^Invalid SMS message body$/,
  ],
  [
    'an SMS of more than ten segments',
    () => ({ ...email(), message_type: 'sms', body: 'x'.repeat(1601) }),
    400,
    'parameter_invalid',
    /^Invalid SMS message body$/,
  ],
  [
    'a WhatsApp without a template',
    () => ({ ...whatsapp(), template: undefined }),
    400,
    'parameter_not_found',
    /^template is required$/,
  ],
  [
    'a WhatsApp without components',
    () => ({ ...whatsapp(), components: undefined }),
    400,
    'parameter_not_found',
    /^components is required$/,
  ],
  [
    'a WhatsApp to an invalid number',
    () => ({ ...whatsapp(), to: { phone: '12' } }),
    400,
    'parameter_invalid',
    /to.phone/,
  ],
  ['an unknown message_type', () => ({ ...email(), message_type: 'pigeon' }), 400, 'parameter_invalid', /message_type/],
  ['a body of the wrong type', () => ({ ...email(), body: 5 }), 400, 'parameter_invalid', /^body /],
  ['no recipient', () => ({ ...email(), to: undefined }), 400, 'parameter_not_found', /^to is required$/],
  ['an empty list of recipients', () => ({ ...email(), to: [] }), 400, 'parameter_not_found', /^to is required$/],
  [
    'a recipient without an identifier',
    () => ({ ...email(), to: { type: 'user' } }),
    400,
    'parameter_invalid',
    /to must have/,
  ],
  [
    'an unknown admin',
    () => ({ ...email(), from: { type: 'admin', id: 1 } }),
    404,
    'admin_not_found',
    /Admin not found/,
  ],
  [
    'an impossible admin id',
    () => ({ ...email(), from: { type: 'admin', id: 'x' } }),
    404,
    'admin_not_found',
    /Admin not found/,
  ],
  [
    'an unknown recipient',
    () => ({ ...email(), to: { type: 'user', id: '6762f0dd1bb69f9f2193bb83' } }),
    404,
    'not_found',
    /^User Not Found$/,
  ],
  [
    'an unknown recipient by email',
    () => ({ ...email(), to: { type: 'user', email: 'no@example.com' } }),
    404,
    'not_found',
    /^User Not Found$/,
  ],
  [
    'one unknown among several',
    () => ({ ...email(), cc: [{ type: 'user', id: 'nobody' }] }),
    404,
    'not_found',
    /^User Not Found$/,
  ],
]

for (const [what, body, status, code, message] of REFUSED) {
  test(`${what} is refused, and nothing is stored`, async () => {
    const refused = errorOf(await call('POST /messages', body()))
    assert.equal(refused.status, status)
    assert.equal(refused.code, code)
    assert.match(refused.message as string, message)
    const [{ count }] = (await t.database.sql`select count(*) from messages`) as unknown as [{ count: string }]
    assert.equal(count, '0')
  })
}

test('a contact without an address for the channel is refused by name', async () => {
  const bare = await aContact(workspace, {})
  const refused = errorOf(await call('POST /messages', { ...email(), to: { type: 'user', id: bare } }))
  assert.deepEqual(refused, { status: 422, code: 'parameter_invalid', message: `Contact ${bare} has no email` })
  const sms = errorOf(await call('POST /messages', { ...email(), message_type: 'sms', to: { type: 'user', id: bare } }))
  assert.match(sms.message as string, /no valid phone number/)
})

test('an SMS to a national number without a country code is refused, and no contact is made of it', async () => {
  const phones = [
    ...['(202) 555-0147', '312-555-0198', '818 555 0121', '646.555.0176', '9195550134', '31987654321'],
    ...['139 1234 5678', '15123456789', '8 495 123-45-67', '020 7946 0958', '98765 43210'],
  ]
  for (const phone of phones) {
    const { body: contact } = await call('POST /contacts', { role: 'user', external_id: phone, phone })
    assert.deepEqual([contact.phone, contact.formatted_phone], [phone, null])
    const to = { type: 'user', id: contact.id }
    const refused = errorOf(await call('POST /messages', { ...email(), message_type: 'sms', to }))
    assert.equal(refused.status, 422)
    assert.match(refused.message as string, /no valid phone number/)
    const unread = errorOf(await call('POST /messages', { ...whatsapp(), to: { phone } }))
    assert.equal(unread.status, 400)
    assert.match(unread.message as string, /not a phone number with its country code/)
  }
})

test('an email address that two users share is a conflict', async () => {
  await aContact(workspace, { email: 'ANNA@example.com' })
  const refused = errorOf(await call('POST /messages', { ...email(), to: { type: 'user', email: 'anna@example.com' } }))
  assert.equal(refused.status, 409)
  assert.match(refused.message as string, /^Multiple existing users match/)
})

test("another workspace's contacts and admins are not found", async () => {
  const other = await t.another()
  const theirs = await aContact(other.workspace, { email: 'theirs@example.com' })
  assert.equal((await call('POST /messages', { ...email(), to: { type: 'user', id: theirs } })).status, 404)
  assert.equal((await other.call('POST /messages', { ...email() })).status, 404)
})

test('an archived contact cannot be written to', async () => {
  const gone = await aContact(workspace, { email: 'gone@example.com', archived_at: new Date() })
  assert.equal((await call('POST /messages', { ...email(), to: { type: 'user', id: gone } })).status, 404)
})

test('an email is accepted with its owner, subject and layout, and queued for its recipient', async () => {
  const { status, body } = await call('POST /messages', email())
  assert.equal(status, 200)
  assert.match(body.id, /^\d+$/)
  assert.deepEqual(
    { ...body, id: '', created_at: 0 },
    {
      type: 'admin_message',
      id: '',
      created_at: 0,
      subject: 'Hi',
      body: 'Hello',
      message_type: 'email',
      template: 'plain',
      owner: {
        type: 'admin',
        id: workspace.admin_id,
        name: 'Ada Admin',
        email: 'ada@example.com',
        away_mode_enabled: false,
        away_mode_reassign: false,
      },
    },
  )
  const [delivery] = await deliveries(body.id)
  assert.equal(delivery.address, 'anna@example.com')
  assert.equal(delivery.status, 'queued')
})

test('every spelling of an in-app message is returned as inapp, with its body as subject', async () => {
  for (const message_type of ['inapp', 'in_app', 'conversation', undefined]) {
    const { body } = await call('POST /messages', { ...email(), message_type, subject: undefined })
    assert.equal(body.message_type, 'inapp')
    assert.equal(body.subject, 'Hello')
  }
})

test('recipients can be given by id, external id or email, one or many, each once', async () => {
  const bob = await aContact(workspace, { email: 'bob@example.com', role: 'lead' })
  const to = [
    { type: 'user', user_id: '70' },
    { type: 'lead', email: 'BOB@example.com' },
  ]
  const { body } = await call('POST /messages', { ...email(), to, cc: { id: anna }, bcc: [{ id: bob }] })
  const all = await deliveries(body.id)
  assert.deepEqual(
    all.map(({ contact_id }: { contact_id: string }) => contact_id),
    [anna, bob],
  )
  assert.ok(all.every(({ recipient_type }: { recipient_type: string }) => recipient_type === 'to'))
})

test('a blind copy reserves its own conversation', async () => {
  const bob = await aContact(workspace, { email: 'bob@example.com' })
  const { body } = await call('POST /messages', { ...email(), bcc: { id: bob } })
  const [to, bcc] = await deliveries(body.id)
  assert.equal(bcc.recipient_type, 'bcc')
  assert.notEqual(to.conversation_id, bcc.conversation_id)
})

test('created_at back-dates the message', async () => {
  const { body } = await call('POST /messages', { ...email(), created_at: 1_590_000_000 })
  assert.equal(body.created_at, 1_590_000_000)
})

test('before 2.14 there is one recipient, before 2.16 no WhatsApp, and SMS only in Preview', async () => {
  const two = { ...email(), to: [{ id: anna }, { id: anna }] }
  assert.equal((await call('POST /messages', two, { version: '2.13' })).status, 400)
  assert.equal((await call('POST /messages', two, { version: '2.14' })).status, 200)
  assert.equal((await call('POST /messages', whatsapp(), { version: '2.15' })).status, 400)
  assert.equal((await call('POST /messages', whatsapp(), { version: '2.16' })).status, 200)
  const sms = { ...email(), message_type: 'sms' }
  assert.equal((await call('POST /messages', sms, { version: '2.16' })).status, 400)
  assert.equal((await call('POST /messages', sms)).status, 200)
})

test('messages of the same moment are accepted or refused independently, each with its own error', async () => {
  const answers = await Promise.all([
    call('POST /messages', { ...email(), subject: 'First' }),
    call('POST /messages', { ...email(), to: { type: 'user', id: 'nobody' } }),
    call('POST /messages', { ...email(), from: { type: 'admin', id: '1' } }),
    call('POST /messages', {
      ...email(),
      subject: 'Last',
      to: [{ id: anna }],
      cc: { id: await aContact(workspace, { email: 'b@example.com' }) },
    }),
  ])
  assert.deepEqual(
    answers.map(({ status, body }) => body.errors?.[0].code ?? [status, body.subject]),
    [[200, 'First'], 'not_found', 'admin_not_found', [200, 'Last']],
  )
  assert.deepEqual(
    (await deliveries(answers[0]!.body.id)).map((one: { address: string }) => one.address),
    ['anna@example.com'],
  )
  assert.deepEqual(
    (await deliveries(answers[3]!.body.id)).map((one: { address: string }) => one.address),
    ['anna@example.com', 'b@example.com'],
  )
})

test('messages to the same new numbers in different orders do not deadlock', async () => {
  for (let round = 0; round < 8; round++) {
    const numbers = [`+1202555${2000 + round}`, `+1202555${3000 + round}`]
    const send = (to: string[]) => call('POST /messages', { ...whatsapp(), to: to.map((phone) => ({ phone })) })
    const answers = await Promise.all([numbers, numbers.toReversed(), numbers, numbers.toReversed()].map(send))
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200],
    )
  }
})

test('a WhatsApp message to an unknown number creates a lead with the given name', async () => {
  const { body } = await call('POST /messages', { ...whatsapp(), to: { phone: '+5547999998888', name: 'John Doe' } })
  const [{ contact_id, address }] = await deliveries(body.id)
  assert.equal(address, '+5547999998888')
  const { body: lead } = await call(`GET /contacts/${contact_id}`)
  assert.equal(lead.role, 'lead')
  assert.equal(lead.name, 'John Doe')
  const again = await call('POST /messages', { ...whatsapp(), to: { phone: 5547999998888, name: 'Other' } })
  assert.equal((await deliveries(again.body.id))[0].contact_id, contact_id)
})

test('a contact writes into the inbox', async () => {
  const { status, body } = await call('POST /messages', {
    from: { type: 'user', id: anna },
    body: 'heyy',
    referer: 'https://twitter.com/bob',
  })
  assert.equal(status, 200)
  assert.equal(body.type, 'user_message')
  assert.equal(body.message_type, 'inapp')
  const conversation = await call(`GET /conversations/${body.conversation_id}`)
  assert.equal(conversation.body.source.id, body.id)
  assert.equal(conversation.body.source.url, 'https://twitter.com/bob')
})

test('a conversation is created at once if requested, otherwise by the first reply', async () => {
  const asked = await call('POST /messages', { ...email(), create_conversation_without_contact_reply: true })
  const { body: opened } = await call(`GET /conversations/${asked.body.conversation_id}`)
  assert.equal(opened.source.id, asked.body.id)
  assert.equal(opened.first_contact_reply, null)

  const silent = await call('POST /messages', { ...email(), subject: 'Second' })
  const [{ conversation_id }] = await deliveries(silent.body.id)
  assert.equal((await call(`GET /conversations/${conversation_id}`)).status, 404)
  const reply = { message_type: 'comment', type: 'user', intercom_user_id: anna, body: 'Thanks' }
  const replied = await call('POST /conversations/last/reply', reply)
  assert.equal(replied.body.id, conversation_id)
  assert.equal(replied.body.source.id, silent.body.id)
  assert.equal(replied.body.source.subject, '<p>Second</p>')
})

test('the same Idempotency-Key and body get the first answer again; another body is refused', async () => {
  const headers = { 'idempotency-key': 'k1' }
  const first = await call('POST /messages', email(), { headers })
  const again = await call('POST /messages', email(), { headers })
  assert.deepEqual(again.body, first.body)
  assert.equal(again.headers['idempotent-replayed'], 'true')
  assert.equal((await call('POST /messages', { ...email(), body: 'Other' }, { headers })).status, 422)
  const at_once = await Promise.all(
    Array.from({ length: 8 }, () => call('POST /messages', email(), { headers: { 'idempotency-key': 'k2' } })),
  )
  assert.equal(new Set(at_once.map(({ body }) => body.id)).size, 1)
})

test('the text of a WhatsApp template needs a name, a language and a category as Meta has them', async () => {
  const template = { name: 'parcel_sent', language: 'en', category: 'UTILITY', body: 'Hi {{1}}' }
  const wrong: [change: object, names: RegExp][] = [
    [{ name: 'Parcel sent' }, /name/],
    [{ language: 'english' }, /language/],
    [{ category: 'SALES' }, /category/],
    [{ body: '' }, /body/],
  ]
  for (const [change, names] of wrong) {
    const { status, body } = await call('POST /extensions/whatsapp_templates', { ...template, ...change })
    assert.equal(status, 400)
    assert.match(body.errors[0].message, names)
  }
  await call('POST /extensions/whatsapp_templates', template)
  await call('POST /extensions/whatsapp_templates', { ...template, body: 'Hello {{1}}' })
  const { body } = await call('GET /extensions/whatsapp_templates')
  assert.deepEqual(body.data, [{ type: 'whatsapp_template', id: 'parcel_sent.en', ...template, body: 'Hello {{1}}' }])
  const other = await t.another()
  assert.deepEqual((await other.call('GET /extensions/whatsapp_templates')).body.data, [])
})
