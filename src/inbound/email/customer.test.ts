// Mails that one of us sends for a customer: through a contact form, and as a forward of a teammate.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { signedAddress } from '#channels/email/addresses.ts'
import { SECRET, testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact, aMessage } from '../../../test/factories.ts'
import { postMail, rawMail, type TestMail } from '../../../test/mail.ts'

const t = await testApp()
const { workspace, call } = t
const { sql } = t.database

const smtp = {
  provider: 'smtp',
  settings: { from: 'hello@shop.example', reply_domain: 'in.shop.example' },
  secrets: { url: 'smtp://127.0.0.1:2525' },
}

/** A customer, her conversation, and a message to her with its reply address. */
let berta: string
let message: { conversation_id: string; reply: string; message_id: string }

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  await sql`delete from channel_accounts`
  await sql`update admins set email = 'ada@shop.example' where workspace_id = ${workspace.id} and not is_bot`
  await call('POST /extensions/channels', smtp)
  berta = await aContact(workspace, { email: 'berta@example.org', name: 'Berta' })
  const id = await aMessage(workspace, { to: berta, subject: 'Your order', body: '<p>Shall we?</p>' })
  const [row] = await sql<{ id: string; conversation_id: string }[]>`
    select id, conversation_id from deliveries where workspace_id = ${workspace.id} and message_id = ${id}`
  const named = { workspace_id: workspace.id, id: row!.id }
  message = {
    conversation_id: row!.conversation_id,
    reply: signedAddress('reply', named, { secret: SECRET, domain: 'in.shop.example' }),
    message_id: `<message-${id}.${workspace.id}@shop.example>`,
  }
})

async function bring(mail: TestMail) {
  const answer = await postMail(call, rawMail({ to: 'hello@shop.example', ...mail }))
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}
const conversation = async (id: string) => (await call(`GET /conversations/${id}?include_email_history=true`)).body
const notesOf = ({ conversation_parts }: { conversation_parts: { conversation_parts: Note[] } }) =>
  conversation_parts.conversation_parts.filter(({ part_type }) => part_type === 'note')
type Note = { part_type: string; body: string; author: { type: string } }

describe('a mail from our own sending address', () => {
  const form = (headers: Record<string, string> = {}): TestMail => ({
    ...{ from: 'Shop <hello@shop.example>', subject: 'Contact form', body: 'My lamp arrived broken.', headers },
  })

  const left_out: [name: string, headers: Record<string, string>, mail?: TestMail][] = [
    ['without Reply-To', {}],
    ['with itself in Reply-To', { 'Reply-To': 'Hello@Shop.Example' }],
    ['with a Reply-To in the reply domain', { 'Reply-To': 'anything@in.shop.example' }],
    ['with a signed address of another domain in Reply-To', { 'Reply-To': 'reply-61-62@old.example' }],
    ['with a bounce address in Reply-To', { 'Reply-To': 'bounce-61-62@old.example' }],
    ['with a Reply-To that is no address', { 'Reply-To': 'nobody' }],
    ['with an empty group in Reply-To', { 'Reply-To': 'undisclosed:;' }],
    ['with our Message-ID', { 'Reply-To': 'anna@example.org' }, { message_id: '<part-1.WORKSPACE@shop.example>' }],
    ['to a reply address', { 'Reply-To': 'anna@example.org' }, { to: 'REPLY' }],
  ]
  for (const [name, headers, mail] of left_out) {
    test(`${name} is left out as our own`, async () => {
      const to = mail?.to && { to: message.reply }
      const message_id = mail?.message_id && { message_id: mail.message_id.replace('WORKSPACE', workspace.id) }
      const { outcome, reason } = await bring({ ...form(headers), ...to, ...message_id })
      assert.deepEqual([outcome, reason], ['ignored', 'our_own'])
    })
  }

  test('that a program wrote is left out, whatever Reply-To says', async () => {
    const { reason } = await bring(form({ 'Reply-To': 'anna@example.org', 'Auto-Submitted': 'auto-replied' }))
    assert.equal(reason, 'auto_submitted')
  })

  test('begins a conversation of the person in Reply-To', async () => {
    const { outcome, conversation_id } = await bring(form({ 'Reply-To': '"Anna Example" <anna@example.org>' }))
    assert.equal(outcome, 'begun')
    const { source, contacts } = await conversation(conversation_id)
    assert.deepEqual(
      [source.author.type, source.author.name, source.author.email, source.body, source.subject],
      ['lead', 'Anna Example', 'anna@example.org', '<p>My lamp arrived broken.</p>', '<p>Contact form</p>'],
    )
    assert.equal(contacts.contacts.length, 1)
    const { email_address_headers } = source.email_message_metadata
    assert.deepEqual(
      email_address_headers.map(({ type, email_address }: Record<string, string>) => `${type} ${email_address}`),
      ['from hello@shop.example', 'to hello@shop.example', 'reply_to anna@example.org'],
    )
  })

  test('takes the first Reply-To that is not ours, and finds a contact that exists', async () => {
    const { conversation_id } = await bring(form({ 'Reply-To': 'hello@shop.example, BERTA@example.org' }))
    assert.equal((await conversation(conversation_id)).source.author.id, berta)
  })

  test('never goes into a conversation that exists, though its headers name one', async () => {
    const headers = { 'Reply-To': 'berta@example.org', 'In-Reply-To': message.message_id }
    const { outcome, conversation_id } = await bring(form(headers))
    assert.equal(outcome, 'begun')
    assert.notEqual(conversation_id, message.conversation_id)
  })

  test('of a blocked contact is left out', async () => {
    await sql`update contacts set blocked_at = now() where workspace_id = ${workspace.id} and id = ${berta}`
    assert.equal((await bring(form({ 'Reply-To': 'berta@example.org' }))).outcome, 'blocked')
  })

  test('is from the person in Reply-To when it is taken from the list, too', async () => {
    const { left_out_id } = await bring(form({ 'Reply-To': 'anna@example.org', Precedence: 'bulk' }))
    const { body } = await call(`POST /extensions/inbound/${left_out_id}/take`)
    assert.equal(body.source.author.email, 'anna@example.org')
  })
})

test('Reply-To of anybody else changes nothing: the mail is from From', async () => {
  for (const from of ['joe@example.org', 'ada@shop.example', 'sales@shop.example']) {
    const { conversation_id } = await bring({ from, headers: { 'Reply-To': 'anna@example.org' } })
    assert.equal((await conversation(conversation_id)).source.author.email, from)
  }
})

const forwarded = (from = 'Berta Customer <berta@example.org>', note = 'FYI, please handle.\n\n') =>
  `${note}---------- Forwarded message ---------\nFrom: ${from}\nDate: Mon, May 6, 2024 at 9:00 AM\nSubject: Broken lamp\nTo: <ada@shop.example>\n\nThe lamp is broken.`

const ADA = { from: 'Ada Admin <Ada@shop.example>', subject: 'Fwd: Broken lamp' }

describe('a mail that somebody forwards', () => {
  const refused: [name: string, mail: TestMail][] = [
    ['who is no teammate', { ...ADA, from: 'eve@example.net', body: forwarded() }],
    [
      'who only has the name of a teammate',
      { ...ADA, from: '"ada@shop.example" <eve@example.net>', body: forwarded() },
    ],
    ['in another domain', { ...ADA, from: 'ada@shop.example.net', body: forwarded() }],
    ['without the subject of a forward', { ...ADA, subject: 'Broken lamp', body: forwarded() }],
    ['as a reply', { ...ADA, subject: 'Re: Broken lamp', body: forwarded() }],
    ['without the pattern of a forward', { ...ADA, body: 'Berta wrote that the lamp is broken.' }],
    ['of a person without an address', { ...ADA, body: forwarded('Berta Customer') }],
    ['of our own sending address', { ...ADA, body: forwarded('Shop <hello@shop.example>') }],
    ['of our reply domain', { ...ADA, body: forwarded('Shop <x@in.shop.example>') }],
    ['of the teammate', { ...ADA, body: forwarded('Ada <ADA@shop.example>') }],
    ['as the bot', { ...ADA, from: 'BOT', body: forwarded() }],
  ]
  for (const [name, mail] of refused) {
    test(`${name} is a mail of who sent it, with its whole text`, async () => {
      const [bot] = await sql<
        { email: string }[]
      >`select email from admins where workspace_id = ${workspace.id} and is_bot`
      const from = mail.from === 'BOT' ? bot!.email : mail.from!
      const { conversation_id } = await bring({ ...mail, from })
      const shown = await conversation(conversation_id)
      const sender = /<([^<>]+)>$/.exec(from)?.[1] ?? from
      assert.equal(shown.source.author.email, sender)
      assert.match(shown.source.body, /lamp is broken/)
      assert.equal(shown.source.email_message_metadata.history, undefined)
      assert.equal(notesOf(shown).length, 0)
    })
  }

  test('by a teammate begins a conversation of the customer, with a note of the bot', async () => {
    const { outcome, conversation_id } = await bring({ ...ADA, body: forwarded('Anna <anna@example.org>') })
    assert.equal(outcome, 'begun')
    const shown = await conversation(conversation_id)
    const { source, contacts, admin_assignee_id, statistics } = shown
    assert.deepEqual(
      [source.author.type, source.author.name, source.author.email, source.body, source.subject],
      ['lead', 'Anna', 'anna@example.org', '<p>The lamp is broken.</p>', '<p>Broken lamp</p>'],
    )
    assert.deepEqual([contacts.contacts.length, admin_assignee_id], [1, 0])
    const [note, ...others] = notesOf(shown)
    assert.equal(others.length, 0)
    assert.deepEqual(
      [note?.author.type, note?.body],
      ['bot', '<p>Forwarded by Ada Admin &lt;Ada@shop.example&gt;, who wrote:</p>\n<p>FYI, please handle.</p>'],
    )
    assert.equal(statistics.first_admin_reply_at ?? null, null)
    assert.deepEqual(await topicsOf(workspace, conversation_id), [
      'conversation.user.created',
      'conversation.admin.noted',
    ])
    const all = (await call('GET /contacts')).body.data
    assert.ok(all.every(({ email }: { email: string }) => email.toLowerCase() !== 'ada@shop.example'))
  })

  test('without a word has a note that only says who forwarded it; a known customer is found', async () => {
    const { conversation_id } = await bring({ ...ADA, from: 'ada@shop.example', body: forwarded(undefined, '') })
    const shown = await conversation(conversation_id)
    assert.equal(shown.source.author.id, berta)
    assert.deepEqual(
      notesOf(shown).map(({ body }) => body),
      ['<p>Forwarded by ada@shop.example</p>'],
    )
  })

  test('never goes into a conversation that exists, neither of the customer nor by its headers', async () => {
    const headers = { 'In-Reply-To': message.message_id, References: message.message_id }
    const { outcome, conversation_id } = await bring({ ...ADA, headers, body: forwarded() })
    assert.equal(outcome, 'begun')
    assert.notEqual(conversation_id, message.conversation_id)
    assert.equal((await call(`GET /conversations/${message.conversation_id}`)).status, 404)
  })

  test('to a reply address is a reply of the teammate, not of the customer', async () => {
    const { outcome, conversation_id } = await bring({ ...ADA, to: message.reply, body: forwarded() })
    assert.deepEqual([outcome, conversation_id], ['replied', message.conversation_id])
    const { conversation_parts } = await conversation(conversation_id)
    const reply = conversation_parts.conversation_parts.find(({ part_type }: Note) => part_type === 'comment')
    assert.equal(reply.author.email, 'Ada@shop.example')
    assert.match(reply.body, /FYI[\s\S]*The lamp is broken/)
  })

  test('by a teammate of another workspace is an ordinary mail', async () => {
    const other = await t.another()
    await sql`update admins set email = 'zoe@other.example' where workspace_id = ${other.workspace.id} and not is_bot`
    const { conversation_id } = await bring({ ...ADA, from: 'zoe@other.example', body: forwarded() })
    assert.equal((await conversation(conversation_id)).source.author.email, 'zoe@other.example')
  })

  test('is received once', async () => {
    const mail = rawMail({ ...ADA, to: 'hello@shop.example', body: forwarded() })
    const answers = await Promise.all([1, 2, 3].map(() => postMail(call, mail)))
    assert.deepEqual(answers.map(({ body }) => body.outcome).sort(), ['begun', 'known', 'known'])
  })

  test('of a blocked customer is left out', async () => {
    await sql`update contacts set blocked_at = now() where workspace_id = ${workspace.id} and id = ${berta}`
    assert.equal((await bring({ ...ADA, body: forwarded() })).outcome, 'blocked')
  })

  test('as a file brings the files of the customer', async () => {
    const inner =
      'From: Anna <anna@example.org>\nSubject: Lamp\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nThe lamp is broken.\n--i\nContent-Type: image/png; name=lamp.png\n\nPNG\n--i--'
    const body = `--b\n\nFYI\n--b\nContent-Type: message/rfc822\n\n${inner}\n--b--`
    const { conversation_id } = await bring({
      ...ADA,
      headers: { 'Content-Type': 'multipart/mixed; boundary=b' },
      body,
    })
    const shown = await conversation(conversation_id)
    assert.deepEqual([shown.source.author.email, shown.source.body], ['anna@example.org', '<p>The lamp is broken.</p>'])
    assert.deepEqual(
      shown.source.attachments.map(({ name }: { name: string }) => name),
      ['lamp.png', 'message.eml'],
    )
    assert.match(notesOf(shown)[0]?.body ?? '', /FYI/)
  })
})
