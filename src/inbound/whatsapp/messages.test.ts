// Received WhatsApp messages, posted and signed by a Meta server, and their conversations.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { aContact, eventually } from '../../../test/factories.ts'
import { webhookBody, wrote } from '../../../test/meta.ts'
import { accountOf, whatsapp } from '../../../test/whatsapp.ts'

const w = await whatsapp()
const { t, peer, postWebhook, send, becomes } = w
const { call, workspace } = t
const { sql } = t.database
const NUMBER = '12025550123'

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
})

const text = (body: string, more = {}) => ({ type: 'text', text: { body }, ...more })
type Sent = { type: string; [part: string]: unknown }
type Writer = { from?: string; name?: string; at?: Date }
const write = async (message: Sent, { from = NUMBER, ...profile }: Writer = {}) => {
  const value = wrote(from, message, profile)
  assert.equal((await postWebhook(value)).status, 200)
  return value
}
const conversations = async () => (await call('GET /conversations')).body.conversations
/** The only conversation, with the bodies of its parts. */
async function conversation() {
  const [one, ...more] = await conversations()
  assert.equal(more.length, 0)
  const { body } = await call(`GET /conversations/${one.id}`)
  return { ...body, parts: body.conversation_parts.conversation_parts }
}
const plain = (html: string) => html.replace(/<br>/g, '\n').replace(/<[^>]+>/g, '')

test('a body with a wrong signature is refused, and nothing is stored', async () => {
  const { status } = await postWebhook(wrote(NUMBER, text('Hello')), { secret: 'forged' })
  assert.equal(status, 403)
  assert.deepEqual(await conversations(), [])
  assert.equal((await call('GET /contacts')).body.total_count, 0)
})

test('an unknown number becomes a lead with the name of the profile, and starts a conversation', async () => {
  const { messages } = await write(text('Hello <b>there</b>\n\nAnybody?'), { name: '  Sheena ' })
  const { source, contacts, state, created_at } = await conversation()
  assert.deepEqual([source.type, source.delivered_as, state], ['whatsapp', 'customer_initiated', 'open'])
  assert.equal(source.body, '<p>Hello &lt;b&gt;there&lt;/b&gt;</p>\n<p>Anybody?</p>')
  assert.equal(created_at, Number(messages[0]?.timestamp))
  const { body } = await call(`GET /contacts/${contacts.contacts[0].id}`)
  assert.deepEqual([body.role, body.name, body.phone], ['lead', 'Sheena', `+${NUMBER}`])
})

test('a message that is sent twice, also at once, is added once', async () => {
  const value = wrote(NUMBER, text('Hello'))
  const answers = await Promise.all([
    postWebhook(value),
    postWebhook(value),
    postWebhook({ ...value, messages: value.messages.concat(value.messages) }),
  ])
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  )
  assert.equal((await conversation()).parts.length, 0)
  assert.equal((await call('GET /contacts')).body.total_count, 1)
})

test('a message of a blocked contact is ignored', async () => {
  await aContact(workspace, { formatted_phone: `+${NUMBER}`, blocked_at: new Date() })
  await write(text('Hello'))
  assert.deepEqual(await conversations(), [])
})

test('an answer to a message creates its conversation, with the time when it was written', async () => {
  const joe = await aContact(workspace, { formatted_phone: `+${NUMBER}` })
  const id = await send(joe)
  await becomes(id, 'sent')
  const at = new Date(Date.now() - 5_000)
  await write(text('Thanks'), { at })
  const { source, parts } = await conversation()
  assert.deepEqual([source.id, source.delivered_as], [id, 'admin_initiated'])
  assert.deepEqual([parts[0].body, parts[0].created_at], ['<p>Thanks</p>', Math.floor(at.getTime() / 1000)])
})

test('a message that quotes another one answers that, not the newest', async () => {
  const joe = await aContact(workspace, { formatted_phone: `+${NUMBER}` })
  const old = await send(joe)
  const { provider_id } = await becomes(old, 'sent')
  await becomes(await send(joe), 'sent')
  await write({
    type: 'button',
    button: { text: 'Yes, please', payload: 'YES' },
    context: { from: '1', id: provider_id },
  })
  const { source, parts } = await conversation()
  assert.equal(source.id, old)
  assert.deepEqual([parts[0].body, parts[0].metadata], ['<p>Yes, please</p>', { picked: 'YES' }])
})

test('a message that quotes an answer in a closed conversation continues that conversation', async () => {
  await write(text('Hello'))
  const { id } = await conversation()
  const admin = { type: 'admin', admin_id: workspace.admin_id }
  await call(`POST /conversations/${id}/reply`, { message_type: 'comment', body: 'Hi', ...admin })
  const wamid = await sentIn(id)
  await call(`POST /conversations/${id}/parts`, { message_type: 'close', ...admin })
  await sql`update conversations set last_close_at = now() - interval '20 days'`
  await write(text('One more thing', { context: { id: wamid } }))
  const { state, parts } = await conversation()
  const said = parts.map(({ body }: { body: string | null }) => plain(body ?? ''))
  assert.deepEqual([state, said.includes('One more thing')], ['open', true])
})

/** The wamid of its only answer, once Meta has it. */
async function sentIn(conversation_id: string): Promise<string> {
  const [sent] = await eventually(
    () => sql`select provider_id from deliveries where conversation_id = ${conversation_id} and status = 'sent'`,
    ({ count }) => count === 1,
  )
  return sent?.['provider_id']
}

test('a quote of an unknown message, or of one to another contact, is ignored', async () => {
  const ann = await aContact(workspace, { formatted_phone: '+12025550177' })
  const { provider_id } = await becomes(await send(ann), 'sent')
  await write(text('Me too', { context: { id: provider_id } }))
  await write(text('And this', { context: { id: 'wamid.unknown' } }))
  const { source, parts } = await conversation()
  assert.deepEqual([source.delivered_as, plain(source.body), parts.length], ['customer_initiated', 'Me too', 1])
})

test('of two contacts with the same number, the one who got the message answers', async () => {
  await aContact(workspace, { formatted_phone: `+${NUMBER}`, last_seen_at: new Date() })
  const lead = await aContact(workspace, { role: 'lead', formatted_phone: `+${NUMBER}` })
  const { provider_id } = await becomes(await send(lead), 'sent')
  await write(text('It is me', { context: { id: provider_id } }))
  assert.equal((await conversation()).contacts.contacts[0].id, lead)
})

test('a contact is found although WhatsApp has the number without its 9', async () => {
  const ana = await aContact(workspace, { formatted_phone: '+5547999998888' })
  const { provider_id } = await becomes(await send(ana), 'sent')
  await write(text('Oi', { context: { id: provider_id } }), { from: '554799998888' })
  await write(text('Oi?'), { from: '554799998888' })
  const { contacts, parts } = await conversation()
  assert.deepEqual([contacts.contacts[0].id, parts.length], [ana, 2])
  assert.equal((await call('GET /contacts')).body.total_count, 1)
})

test('a contact is found in any spelling that its country had, as it was stored and as it comes in', async () => {
  const pairs: [stored: string, from: string][] = [
    ['+52 1 55 1234 5678', '5215512345678'],
    ['+52 1 55 1234 5678', '525512345678'],
    ['+52 55 1234 5678', '5215512345678'],
    ['+54 11 2345 6789', '5491123456789'],
    ['+54 9 11 2345 6789', '541123456789'],
    ['+55 47 9999-8888', '5547999998888'],
  ]
  for (const [phone, from] of pairs) {
    await call('POST /extensions/sandbox/reset')
    const { body: contact } = await call('POST /contacts', { role: 'user', external_id: 'a', phone })
    await write(text('Hola'), { from })
    assert.equal((await conversation()).contacts.contacts[0].id, contact.id, `${phone}, ${from}`)
  }
})

test('a number that Meta names exists, although the list of numbering plans does not know it', async () => {
  for (const from of ['999123456789', '2120000000', '55479999888', '1202555014']) {
    await call('POST /extensions/sandbox/reset')
    await write(text('Hello'), { from })
    await write(text('Anybody?'), { from })
    const { contacts, parts } = await conversation()
    const { body } = await call(`GET /contacts/${contacts.contacts[0].id}`)
    assert.deepEqual([body.phone, body.formatted_phone, parts.length], [`+${from}`, `+${from}`, 1])
  }
})

test('a message of any type has a text', async () => {
  const kinds: [message: Sent, body: string][] = [
    [
      { type: 'interactive', interactive: { type: 'button_reply', button_reply: { id: 'b1', title: 'Tomorrow' } } },
      'Tomorrow',
    ],
    [
      {
        type: 'interactive',
        interactive: { type: 'list_reply', list_reply: { id: 'l1', title: 'Blue', description: 'The blue one' } },
      },
      'Blue',
    ],
    [
      { type: 'interactive', interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', response_json: '{}' } } },
      '[Form]',
    ],
    [
      { type: 'location', location: { latitude: 48.2, longitude: 16.37, name: 'Café Central', address: 'Vienna' } },
      'Location: Café Central, Vienna\nhttps://maps.google.com/?q=48.2,16.37',
    ],
    [{ type: 'location', location: { latitude: 1, longitude: 2 } }, 'Location: 1, 2\nhttps://maps.google.com/?q=1,2'],
    [
      {
        type: 'contacts',
        contacts: [
          { name: { formatted_name: 'Ann Lee' }, phones: [{ phone: '+1 202' }], emails: [{ email: 'a@b.co' }] },
          {},
        ],
      },
      'Contact: Ann Lee, +1 202, a@b.co\nContact: without a name',
    ],
    [
      { type: 'unsupported', errors: [{ code: 131051, title: 'Message type unknown' }] },
      '[A message that cannot be shown here: Message type unknown]',
    ],
    [{ type: 'unsupported' }, '[A message that cannot be shown here]'],
    [{ type: 'order', order: {} }, '[A message that cannot be shown here: order]'],
    [{ type: 'text', text: { body: 'half \ud83d and \u0000 none' } }, 'half \ufffd and  none'],
  ]
  await write(text('Hello'))
  for (const [message, body] of kinds) {
    await write(message)
    const { parts } = await conversation()
    assert.equal(plain(parts.at(-1).body), body)
  }
})

test('a reaction and a changed number are ignored', async () => {
  await write({ type: 'reaction', reaction: { message_id: 'wamid.x', emoji: '👍' } })
  await write({ type: 'reaction', reaction: { message_id: 'wamid.x' } })
  await write({ type: 'system', system: { body: 'Changed number', type: 'user_changed_number' } })
  assert.deepEqual(await conversations(), [])
  assert.equal((await call('GET /contacts')).body.total_count, 0)
})

test('media are stored at once with their id and name', async () => {
  await write({
    type: 'image',
    image: { id: '4000', mime_type: 'image/jpeg', sha256: 'aGFzaA==', caption: 'My cat' },
  })
  const { source } = await conversation()
  assert.equal(source.body, '<p>My cat</p>')
  const [begun] = await sql`select metadata from messages where id = ${source.id}`
  assert.deepEqual(begun?.['metadata'], {
    whatsapp_media: { id: '4000', name: 'image-4000.jpg', content_type: 'image/jpeg', sha256: 'aGFzaA==' },
  })
  await write({ type: 'audio', audio: { id: '4001', mime_type: 'audio/ogg; codecs=opus', voice: true } })
  await write({
    type: 'document',
    document: { id: '4002', mime_type: 'application/pdf', filename: 'Offer.pdf' },
  })
  await write({ type: 'sticker', sticker: { id: '4003', mime_type: 'image/webp', animated: false } })
  await write({ type: 'video', video: { id: '4004', mime_type: 'video/mp4' } })
  const { parts } = await conversation()
  assert.deepEqual(
    parts.map(({ body, metadata }: { body: string; metadata: { whatsapp_media: { name: string } } }) => [
      plain(body),
      metadata.whatsapp_media.name,
    ]),
    [
      ['[Voice message]', 'audio-4001.oga'],
      ['[Document: Offer.pdf]', 'Offer.pdf'],
      ['[Sticker]', 'sticker-4003.webp'],
      ['[Video]', 'video-4004.mp4'],
    ],
  )
  await write({ type: 'document', document: { id: '4005', filename: `${'x'.repeat(254)}😀.pdf` } })
  assert.equal((await conversation()).parts.at(-1).metadata.whatsapp_media.name, `${'x'.repeat(254)}\ufffd`)
})

test('a message that cannot be read is logged without its text, and the others are received', async () => {
  const good = wrote(NUMBER, text('Hello'))
  const [message] = good.messages
  const logged = w.logged.length
  const bad = [
    ...[null, 7, [], {}, { ...message, id: 'wamid.a', from: undefined }, { ...message, id: 'wamid.b', from: '12' }],
    ...[
      { ...message, id: 'wamid.c', timestamp: '-1' },
      { ...message, id: 'wamid.d', text: 'secret words' },
    ],
    { ...message, id: 'wamid.e', type: 'image', image: { caption: 'secret words' } },
  ]
  const answer = await postWebhook({ contacts: [null, 7, {}, { wa_id: 7 }], messages: [...bad, message] })
  assert.equal(answer.status, 200)
  assert.equal(plain((await conversation()).source.body), 'Hello')
  const lines = w.logged.slice(logged)
  assert.equal(lines.filter((line) => /message that cannot be read/.test(line)).length, bad.length)
  assert.doesNotMatch(lines.join(), /secret words/)
})

test('many messages in one body, of several people, are all added in order', async () => {
  const people = ['12025550101', '12025550102', '12025550103']
  const values = people.flatMap((from) => [wrote(from, text('one')), wrote(from, text('two'))])
  const body = webhookBody(peer.phone_number_id, {})
  body.entry = values.map((value) => webhookBody(peer.phone_number_id, value).entry[0]!)
  assert.equal((await peer.post(w.webhook, body)).status, 200)
  const all = await conversations()
  assert.equal(all.length, 3)
  for (const { id } of all) {
    const { body } = await call(`GET /conversations/${id}`)
    const said = [
      body.source.body,
      ...body.conversation_parts.conversation_parts.map(({ body }: { body: string }) => body),
    ]
    assert.deepEqual(said.map(plain), ['one', 'two'])
  }
})

test('two workspaces with one number each get the message, separately', async () => {
  const other = await t.another()
  const { body } = await other.call('POST /extensions/channels', accountOf(peer))
  await write(text('Hello'))
  assert.equal((await conversations()).length, 1)
  const theirs = (await other.call('GET /conversations')).body.conversations
  assert.equal(theirs.length, 1)
  assert.equal((await call(`GET /conversations/${theirs[0].id}`)).status, 404)
  await other.call(`DELETE /extensions/channels/${body.id}`)
})

test('an answer is sent as free text, and not a day later', async () => {
  await write(text('Hello'))
  const { id } = await conversation()
  const answer = { message_type: 'comment', type: 'admin', admin_id: workspace.admin_id, body: '<p>Hi <b>you</b></p>' }
  await call(`POST /conversations/${id}/reply`, answer)
  await sentIn(id)
  assert.deepEqual(peer.received.at(-1)?.['text'], { body: 'Hi *you*' })
  await call('POST /extensions/sandbox/reset')
  await write(text('Hello'), { at: new Date(Date.now() - 25 * 3_600_000) })
  const late = await conversation()
  const asked = peer.requests
  await call(`POST /conversations/${late.id}/reply`, answer)
  const [delivery] = await eventually(
    async () => (await call('GET /extensions/deliveries')).body.data,
    ([one]) => one?.status === 'failed',
  )
  assert.equal(delivery.error.code, '131047')
  assert.equal(peer.requests, asked)
})

test('all requests to Meta are valid', () => assert.deepEqual(peer.faults, []))
