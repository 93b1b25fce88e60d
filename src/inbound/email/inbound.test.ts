// Mail that is posted to the endpoint: refusals, senders, and conversations.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { beforeEach, describe, test } from 'node:test'
import { signedAddress } from '#channels/email/addresses.ts'
import { SECRET, testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact, aMessage } from '../../../test/factories.ts'
import { postMail, rawMail, SMTP_ACCOUNT, type TestMail } from '../../../test/mail.ts'

const t = await testApp({ public_url: 'https://interphone.example.com' })
const { workspace, call } = t
const { sql } = t.database
const WEBHOOK = 'POST /webhooks/email/inbound'
const RFC822 = { headers: { 'content-type': 'message/rfc822' } }

let joe: string
let channel: { id: string; inbound_url: string }

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  await sql`delete from channel_accounts`
  channel = (await call('POST /extensions/channels', SMTP_ACCOUNT)).body
  joe = await aContact(workspace, { email: 'joe@example.org', name: 'Joe' })
})

const bring = async (mail: TestMail = {}) => {
  const answer = await postMail(call, rawMail(mail))
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}
const conversation = async (id: string, query = '') => (await call(`GET /conversations/${id}${query}`)).body
const count = async () => (await call('GET /conversations')).body.total_count

/** A message to Joe, its delivery, and its reply address. */
async function written(message: Partial<Parameters<typeof aMessage>[1]> = {}, contact = joe) {
  const id = await aMessage(workspace, { to: contact, subject: 'Your order', body: '<p>Shall we?</p>', ...message })
  const [row] = await sql<{ id: string; conversation_id: string }[]>`
    select id, conversation_id from deliveries
    where workspace_id = ${workspace.id} and message_id = ${id} and contact_id = ${contact}`
  const address = (kind: 'reply' | 'bounce') =>
    signedAddress(kind, { workspace_id: workspace.id, id: row!.id }, { secret: SECRET, domain: 'in.example.com' })
  return {
    id,
    delivery: row!.id,
    conversation_id: row!.conversation_id,
    reply: address('reply'),
    bounce: address('bounce'),
    message_id: `<message-${id}.${workspace.id}@example.com>`,
  }
}

describe('a request is refused', () => {
  test('without the token in the URL or an access token of the workspace', async () => {
    const other = await t.another()
    const forged = channel.inbound_url.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    const urls = ['', '?token=', '?token=x', '?token=a&token=b', new URL(forged).search]
    for (const url of urls)
      assert.equal((await call(WEBHOOK + url, rawMail(), { ...RFC822, token: null })).status, 401, url)
    assert.equal((await call(`${WEBHOOK}?token=x`, rawMail(), RFC822)).status, 401)
    await call(`DELETE /extensions/channels/${channel.id}`)
    assert.equal((await postMail(call, rawMail(), channel.inbound_url)).status, 401)
    assert.equal((await other.call('GET /conversations')).body.total_count, 0)
    assert.equal(await count(), 0)
  })

  test('without a mail, by an error that names the wrong field', async () => {
    const cases: [content_type: string, body: string, status: number, message: RegExp][] = [
      ['application/json', '{}', 415, /message\/rfc822 or multipart/],
      ['text/html', '<p>', 415, /Content-Type/],
      ['message/rfc822', '', 400, /must be a mail/],
      ['application/x-www-form-urlencoded', 'subject=x', 400, /email, raw, body-mime/],
      ['application/x-www-form-urlencoded', 'email=From:a@b.example&envelope={', 400, /^envelope must be JSON/],
      ['multipart/form-data', 'x', 400, /form cannot be read/],
      ['multipart/form-data; boundary=b', 'no such boundary', 400, /form cannot be read|email, raw, body-mime/],
    ]
    for (const [content_type, body, status, message] of cases) {
      const answer = await call(WEBHOOK, body, { headers: { 'content-type': content_type } })
      assert.equal(answer.status, status, `${content_type}: ${answer.text}`)
      assert.match(answer.body.errors[0].message, message)
    }
    assert.equal(await count(), 0)
  })

  test('with a mail that is too large', async () => {
    const large = Buffer.concat([rawMail(), Buffer.alloc(25 * 1024 * 1024, 'x')])
    assert.equal((await postMail(call, large)).status, 413)
    assert.equal((await postMail(call, Buffer.concat([large, large]))).status, 413)
    const many = `From: x@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\n\r\nx\r\n'.repeat(1_100)}`
    assert.equal((await postMail(call, many)).status, 413)
  })

  test('automatic mail and mail of blocked senders are ignored, and nothing of them is stored', async () => {
    const reply = { to: (await written()).reply }
    const vacation = await bring({ ...reply, headers: { 'Auto-Submitted': 'auto-replied' } })
    assert.deepEqual([vacation.outcome, vacation.reason], ['ignored', 'auto_submitted'])
    assert.equal((await bring({ from: 'hello@example.com' })).reason, 'our_own')
    assert.equal((await bring({ message_id: `<part-1.${workspace.id}@x.example>` })).reason, 'our_own')
    await sql`update contacts set blocked_at = now() where workspace_id = ${workspace.id} and id = ${joe}`
    for (const mail of [{}, reply]) assert.equal((await bring(mail)).outcome, 'blocked')
    assert.equal(await count(), 0)
    const kept = await sql`select from received_messages where workspace_id = ${workspace.id}`
    assert.equal(kept.count, 0)
  })
})

test('the server can receive the mails of all mail programs', async (context) => {
  const directory = new URL('../../../test/mails/', import.meta.url)
  const outcomes: Record<string, number> = {}
  for (const name of readdirSync(directory).filter((file) => file.endsWith('.eml'))) {
    const { status, body } = await postMail(call, readFileSync(new URL(name, directory)))
    assert.equal(status, 200, name)
    outcomes[body.outcome ?? status] = (outcomes[body.outcome ?? status] ?? 0) + 1
    if (body.conversation_id) assert.equal((await conversation(body.conversation_id)).source.type, 'email', name)
  }
  context.diagnostic(JSON.stringify(outcomes))
})

describe('a mail from an unknown sender', () => {
  test('starts a conversation, and its sender becomes a lead', async () => {
    const { outcome, conversation_id } = await bring({
      from: '"Roe, Jane" <Jane@Example.net>',
      to: 'Support <support@in.example.com>, joe@example.org',
      subject: 'Where is it?',
      message_id: '<first@example.net>',
      body: 'I wait.\n\n-- \nJane Roe',
      headers: { Cc: 'boss@example.net', 'Reply-To': 'other@example.net' },
    })
    assert.equal(outcome, 'begun')
    const shown = await conversation(conversation_id)
    const { source, contacts, state, channel } = shown
    assert.deepEqual(
      [source.type, source.delivered_as, source.body, state],
      [...['email', 'customer_initiated', '<p>I wait.</p>\n<p>-- <br>Jane Roe</p>', 'open']],
    )
    assert.deepEqual(channel, { initial: 'email', current: 'email' })
    assert.deepEqual(
      [source.author.type, source.author.name, source.author.email],
      [...['lead', 'Roe, Jane', 'Jane@Example.net']],
    )
    assert.deepEqual(
      source.recipients.map((recipient: { type: string; email: string }) => `${recipient.type} ${recipient.email}`),
      ['to support@in.example.com', 'to joe@example.org', 'cc boss@example.net'],
    )
    assert.equal(contacts.contacts.length, 1)
    assert.ok(Math.abs(shown.created_at - Date.now() / 1000) < 60)
    assert.equal(shown.first_contact_reply.type, 'email')
    assert.deepEqual(await topicsOf(workspace, conversation_id), ['conversation.user.created'])
    const { email_message_metadata: metadata } = source
    assert.deepEqual([metadata.subject, metadata.message_id], ['Where is it?', '<first@example.net>'])
    assert.deepEqual(metadata.email_address_headers.at(0), {
      ...{ type: 'from', name: 'Roe, Jane', email_address: 'Jane@Example.net' },
    })
    assert.deepEqual(metadata.email_address_headers.at(-1).type, 'reply_to')
    const { email_address: email, name } = metadata.email_address_headers.at(-1)
    assert.deepEqual(source.reply_to, [{ email, name }])
  })

  test('has its history in the answer if it is requested, since 2.16', async () => {
    const headers = { 'In-Reply-To': '<ours@example.com>' }
    const { conversation_id } = await bring({ body: 'Hello\n\n-- \nJoe', headers })
    const historyIn = async (query: string, version?: string) => {
      const { body } = await call(
        `GET /conversations/${conversation_id}${query}`,
        undefined,
        version ? { version } : {},
      )
      return body.source.email_message_metadata.history
    }
    assert.equal(await historyIn('?include_email_history=true'), '<p>-- <br>Joe</p>')
    assert.equal(await historyIn('?include_email_history=true', '2.16'), '<p>-- <br>Joe</p>')
    assert.equal(await historyIn(''), undefined)
    assert.equal(await historyIn('?include_email_history=true', '2.15'), undefined)
  })

  test('is assigned to the user with that address in any case, before a lead', async () => {
    await aContact(workspace, { role: 'lead', email: 'joe@example.org' })
    const { conversation_id } = await bring({ from: 'JOE@EXAMPLE.ORG' })
    assert.equal((await conversation(conversation_id)).source.author.id, joe)
  })

  test('that is not quite an address begins a conversation of the one that is meant, and can be answered', async () => {
    for (const [from, email] of [
      ['<mailto:anna@example.net>', 'anna@example.net'],
      ['Anna <anna@example.net.>', 'anna@example.net'],
      ['"anna smith"@example.net', '"anna smith"@example.net'],
    ] as const) {
      const { outcome, conversation_id } = await bring({ from })
      assert.equal(outcome, 'begun')
      assert.equal((await conversation(conversation_id)).source.author.email, email)
      const answer = { message_type: 'comment', type: 'admin', admin_id: workspace.admin_id, body: 'Hello' }
      assert.equal((await call(`POST /conversations/${conversation_id}/reply`, answer)).status, 200)
      const [sent] = await sql`
        select address from deliveries where workspace_id = ${workspace.id} and conversation_id = ${conversation_id}`
      assert.equal(sent?.['address'], email)
    }
    const { outcome, reason } = await bring({ from: 'Nobody' })
    assert.deepEqual([outcome, reason], ['ignored', 'no_sender'])
  })

  test('is received once, also if sent twice at once; without a Message-ID a hash identifies it', async () => {
    const raw = rawMail()
    const answers = await Promise.all([1, 2, 3].map(() => postMail(call, raw)))
    assert.deepEqual(answers.map(({ body }) => body.outcome).sort(), ['begun', 'known', 'known'])
    const bare = 'From: fax@example.org\r\n\r\nPage 1'
    assert.equal((await postMail(call, bare)).body.outcome, 'begun')
    assert.equal((await postMail(call, bare)).body.outcome, 'known')
    assert.equal((await postMail(call, `${bare}0`)).body.outcome, 'begun')
  })
})

describe('a reply', () => {
  test('to its reply address goes into the conversation that the message reserved', async () => {
    const message = await written()
    const { outcome, conversation_id } = await bring({
      to: message.reply,
      body: 'Yes.\n\nOn 1 Mar 2026, Ada wrote:\n> Shall we?',
    })
    assert.deepEqual([outcome, conversation_id], ['replied', message.conversation_id])
    const { source, conversation_parts, contacts } = await conversation(conversation_id)
    assert.deepEqual(
      [source.id, source.delivered_as, source.subject],
      [message.id, 'admin_initiated', '<p>Your order</p>'],
    )
    const [part] = conversation_parts.conversation_parts
    assert.deepEqual([part.part_type, part.body, part.author.id], ['comment', '<p>Yes.</p>', joe])
    assert.equal(part.email_message_metadata.subject, 'A question')
    assert.equal(part.email_message_metadata.history, undefined)
    assert.equal(contacts.contacts.length, 1)
    const again = await bring({ to: message.reply, body: 'Quickly' })
    assert.deepEqual([again.outcome, again.conversation_id], ['replied', conversation_id])
    const whole = await conversation(conversation_id, '?include_email_history=true')
    assert.match(whole.conversation_parts.conversation_parts[0].email_message_metadata.history, /Shall we\?/)
  })

  test('to another address is assigned by its headers if its sender is a participant', async () => {
    const message = await written()
    const first = await bring({
      headers: { References: `<x@y> ${message.message_id}` },
      message_id: '<theirs@example.org>',
    })
    assert.equal(first.conversation_id, message.conversation_id)
    const own = await bring({ headers: { 'In-Reply-To': '<theirs@example.org>' } })
    assert.equal(own.conversation_id, message.conversation_id)
    const answered = await call(`POST /conversations/${message.conversation_id}/reply`, {
      ...{ message_type: 'comment', type: 'admin', admin_id: workspace.admin_id, body: 'Done' },
    })
    const part = answered.body.conversation_parts.conversation_parts[0].id
    const third = await bring({ headers: { 'In-Reply-To': `<part-${part}.${workspace.id}@example.com>` } })
    assert.equal(third.conversation_id, message.conversation_id)
    assert.equal((await conversation(message.conversation_id)).conversation_parts.total_count, 4)
  })

  test('of a stranger who names our mail in the headers starts a new conversation', async () => {
    const message = await written()
    const headers = { 'In-Reply-To': message.message_id }
    const { outcome, conversation_id } = await bring({ from: 'eve@example.net', headers })
    assert.equal(outcome, 'begun')
    assert.notEqual(conversation_id, message.conversation_id)
  })

  test('of a stranger to the reply address makes the stranger a participant', async () => {
    const message = await written()
    const { conversation_id } = await bring({
      to: message.reply,
      from: 'Jane <jane@example.org>',
      body: 'For Joe: yes',
    })
    assert.equal(conversation_id, message.conversation_id)
    const { contacts, conversation_parts } = await conversation(conversation_id)
    assert.equal(contacts.contacts.length, 2)
    assert.deepEqual(
      conversation_parts.conversation_parts.map((part: { part_type: string }) => part.part_type),
      ['participant_added', 'comment'],
    )
    assert.ok((await topicsOf(workspace, conversation_id)).includes('conversation.contact.attached'))
    await bring({ to: message.reply, from: 'jane@example.org' })
    assert.equal((await conversation(conversation_id)).conversation_parts.total_count, 3)
  })

  test('of a blind copy’s recipient is in a conversation that the others do not see', async () => {
    const ann = await aContact(workspace, { email: 'ann@example.org' })
    const message = await written({ bcc: [ann] })
    const blind = await sql<{ id: string; conversation_id: string }[]>`
      select id, conversation_id from deliveries where message_id = ${message.id} and contact_id = ${ann}`
    const headers = { 'In-Reply-To': message.message_id }
    const { conversation_id } = await bring({ from: 'ann@example.org', headers })
    assert.equal(conversation_id, blind[0]!.conversation_id)
    assert.notEqual(conversation_id, message.conversation_id)
  })

  test("to another workspace's address is an ordinary mail", async () => {
    const other = await t.another()
    const theirs = await aContact(other.workspace, { email: 'joe@example.org' })
    await aMessage(other.workspace, { to: theirs })
    const [delivery] = await sql<{ id: string }[]>`select id from deliveries where workspace_id = ${other.workspace.id}`
    const named = { workspace_id: other.workspace.id, id: delivery!.id }
    const { outcome } = await bring({ to: signedAddress('reply', named, { secret: SECRET, domain: 'in.example.com' }) })
    assert.equal(outcome, 'begun')
    assert.equal((await other.call('GET /conversations')).body.total_count, 0)
  })

  test('of a deleted contact, or in a deleted conversation, is not lost', async () => {
    const message = await written()
    await call(`POST /contacts/${joe}/archive`)
    const { conversation_id } = await bring({ to: message.reply })
    const { source, contacts } = await conversation(conversation_id)
    assert.equal(source.id, message.id)
    assert.ok(contacts.contacts.some(({ id }: { id: string }) => id !== joe))
    await call('POST /extensions/sandbox/reset')
    assert.equal((await bring({ to: message.reply })).outcome, 'begun')
  })

  test('reopens a closed conversation', async () => {
    const { conversation_id } = await bring({ message_id: '<first@example.org>' })
    await call(`POST /conversations/${conversation_id}/parts`, {
      ...{ message_type: 'close', type: 'admin', admin_id: workspace.admin_id },
    })
    await bring({ headers: { 'In-Reply-To': '<first@example.org>' } })
    const { state, conversation_parts } = await conversation(conversation_id)
    assert.deepEqual([state, conversation_parts.conversation_parts.at(-1).part_type], ['open', 'open'])
  })
})

test('files and pictures are stored, and pictures are shown inline', async () => {
  const raw = readFileSync(new URL('../../../test/mails/nested-multiparts.eml', import.meta.url))
  const { body } = await postMail(call, raw)
  const { source } = await conversation(body.conversation_id)
  assert.deepEqual(
    source.attachments.map(({ name, filesize }: { name: string; filesize: number }) => [name, filesize]),
    [
      ['Umsätze 2026.csv', 8],
      ['the original.eml', 88],
    ],
  )
  const [, picture] = /<img src="(https:\/\/interphone\.example\.com\/attachments\/[^"]+)"/.exec(source.body) ?? []
  const shown = await call(`GET ${new URL(picture ?? '').pathname}`, undefined, { token: null })
  assert.deepEqual([shown.status, shown.headers['content-type']], [200, 'image/png'])
  const file = await call(`GET ${new URL(source.attachments[0].url).pathname}`, undefined, { token: null })
  assert.equal(file.text, 'a;b\r\n1;2')
})

test('HTML is sanitised', async () => {
  const raw = readFileSync(new URL('../../../test/mails/html-only.eml', import.meta.url))
  const { body } = await postMail(call, raw)
  assert.doesNotMatch((await conversation(body.conversation_id)).source.body, /script|steal|color|Never/)
})
