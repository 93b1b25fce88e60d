// Email end to end: sent by the worker to a real mail server, answered from there by SMTP, and answered again.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createTransport, type NodemailerError } from 'nodemailer'
import { accountPool } from '#channel-accounts/pool.ts'
import { captureAccount } from '#channels/capture/capture.ts'
import { signedAddress } from '#channels/email/addresses.ts'
import { startWorker } from '#delivery/worker.ts'
import { freePort } from '#lib/free-port.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { NEARBY, SECRET, testApp } from '../../test/app.ts'
import { eventually } from '../../test/factories.ts'
import { rawMail, type TestMail } from '../../test/mail.ts'
import { serverProcess } from '../../test/server-process.ts'
import { type Received, smtpSink } from '../../test/smtp-sink.ts'
import { receiveMails } from './receive-mail.ts'

const PUBLIC = 'https://interphone.example.com'
const t = await testApp({ public_url: PUBLIC })
const { workspace, call } = t
const { sql } = t.database
const log = { error() {}, warn() {}, info() {} }
const config = { host: '127.0.0.1', smtp_inbound_port: await freePort(), public_url: PUBLIC }
const sink = await smtpSink()
let stop: () => Promise<void>

const account = (reply_domain: string, from = 'hello@example.com') => ({
  ...{ provider: 'smtp', settings: { from, reply_domain }, secrets: { url: sink.url } },
})

before(async () => {
  await call('POST /extensions/channels', account('in.example.com'))
  const around = { public_url: PUBLIC, secret: SECRET, egress: NEARBY }
  const sandbox = captureAccount({ from: 'sandbox@example.com', reply_domain: null, ...around })
  const accounts = accountPool(sql, around, sandbox)
  const worker = await startWorker({ sql, recipients: contactRecords, accounts, log })
  const stopMail = await receiveMails({ sql, config, secret: SECRET, files: t.files, log })
  stop = async () => {
    await stopMail()
    await worker.stop()
    await accounts.close()
    await sink.close()
  }
})
after(() => stop())

async function smtp(port: number, raw: Buffer, to: string[], from = 'joe@example.org'): Promise<string> {
  const transport = createTransport({ host: '127.0.0.1', port, ignoreTLS: true })
  try {
    return (await transport.sendMail({ envelope: { from, to }, raw })).response
  } catch (error) {
    return (error as NodemailerError).response ?? String(error)
  } finally {
    transport.close()
  }
}
const send = (mail: TestMail, to = [mail.to ?? 'support@in.example.com']) =>
  smtp(config.smtp_inbound_port, rawMail(mail), to)

const nextMail = async (count: number): Promise<Received> =>
  (
    await eventually(
      async () => sink.received,
      (received) => received.length >= count,
    )
  )[count - 1]!

const replyTo = ({ mail }: Received) => mail.replyTo?.value[0]?.address ?? ''
const conversations = async (as = call) => (await as('GET /conversations')).body.conversations

describe('the port accepts mail only for our addresses', () => {
  test('a domain that no workspace has is refused, and so is mail without a sender', async () => {
    assert.match(await send({ to: 'a@elsewhere.example' }), /^550 5\.1\.1/)
    assert.match(
      await smtp(config.smtp_inbound_port, Buffer.from('Subject: x\r\n\r\nx'), ['a@in.example.com']),
      /^554 5\.6\.0/,
    )
    assert.equal((await conversations()).length, 0)
  })

  test('the error for a port in use names its setting', async () => {
    await assert.rejects(
      receiveMails({ sql, config, secret: SECRET, files: t.files, log }),
      /is in use: set SMTP_INBOUND_PORT/,
    )
    await (
      await receiveMails({
        sql,
        config: { ...config, smtp_inbound_port: undefined },
        secret: SECRET,
        files: t.files,
        log,
      })
    )()
  })
})

test('a message, its reply and the answer to that are one thread for the reader and one conversation', async () => {
  const { body: contact } = await call('POST /contacts', { role: 'user', email: 'joe@example.org', name: 'Joe' })
  const sent = await call('POST /messages', {
    ...{ message_type: 'email', subject: 'Your order', body: '<p>Shall we send it?</p>', template: 'plain' },
    ...{ from: { type: 'admin', id: workspace.admin_id }, to: { type: 'user', id: contact.id } },
  })
  const first = await nextMail(1)
  assert.match(first.from, /^bounce-[\da-f]+-[\da-f]+@in\.example\.com$/)
  assert.match(replyTo(first), /^reply-[\da-f]+-[\da-f]+@in\.example\.com$/)

  const began = Date.now()
  const reply = await send({
    ...{ to: replyTo(first), subject: 'Re: Your order', message_id: '<reply@example.org>' },
    body: 'Yes, on Friday.\n\nOn Sun, 1 Mar 2026 at 13:00, Ada Admin wrote:\n> Shall we send it?',
    headers: { 'In-Reply-To': first.message_id, References: first.message_id },
  })
  assert.match(reply, /^250/)
  const [listed] = await conversations()
  const { body: conversation } = await call(`GET /conversations/${listed.id}`)
  assert.equal(conversation.source.id, sent.body.id)
  assert.equal(conversation.source.type, 'email')
  const [part] = conversation.conversation_parts.conversation_parts
  assert.deepEqual([part.body, part.author.id], ['<p>Yes, on Friday.</p>', contact.id])
  assert.ok(part.created_at >= Math.floor(began / 1000) && part.created_at <= Date.now() / 1000)
  assert.equal(conversation.waiting_since, part.created_at)
  assert.equal((await call(`GET /contacts/${contact.id}`)).body.last_replied_at, part.created_at)

  await call(`POST /conversations/${conversation.id}/reply`, {
    ...{ message_type: 'comment', type: 'admin', admin_id: workspace.admin_id, body: 'It is on its way.' },
  })
  const second = await nextMail(2)
  assert.equal(second.mail.subject, 'Re: Your order')
  assert.equal(second.mail.inReplyTo, '<reply@example.org>')
  assert.deepEqual(second.mail.references, [first.message_id, '<reply@example.org>'])

  await send({ to: replyTo(second), headers: { 'In-Reply-To': second.message_id }, body: 'Thanks' })
  const again = await call(`GET /conversations/${conversation.id}`)
  assert.equal(again.body.conversation_parts.total_count, 3)
})

test('an answer in a conversation that a mail started refers to that mail', async () => {
  const mail = { from: 'Ann <ann@example.net>', subject: 'A question', message_id: '<begun@example.net>' }
  assert.match(await send(mail), /^250/)
  const [conversation] = await conversations()
  await call(`POST /conversations/${conversation.id}/reply`, {
    ...{ message_type: 'comment', type: 'admin', admin_id: workspace.admin_id, body: 'An answer' },
  })
  const answer = await nextMail(3)
  assert.equal(answer.to, 'ann@example.net')
  assert.equal(answer.mail.subject, 'Re: A question')
  assert.equal(answer.mail.inReplyTo, '<begun@example.net>')
  assert.equal(answer.mail.references, '<begun@example.net>')
})

test('a bounce is sent to the envelope’s sender, and fails the delivery', async () => {
  const { body: contact } = await call('POST /contacts', { role: 'user', email: 'gone@example.org' })
  const sent = await call('POST /messages', {
    ...{ message_type: 'email', subject: 'Lost', body: 'Hello?', template: 'plain' },
    ...{ from: { type: 'admin', id: workspace.admin_id }, to: { type: 'user', id: contact.id } },
  })
  const mail = await nextMail(4)
  const report = [
    ...['From: MAILER-DAEMON@mx.example.org', `To: ${mail.from}`, 'Message-ID: <bounce@mx.example.org>'],
    ...['Content-Type: multipart/report; report-type=delivery-status; boundary=b', '', '--b'],
    ...['Content-Type: message/delivery-status', '', 'Reporting-MTA: dns; mx.example.org', ''],
    ...['Final-Recipient: rfc822; gone@example.org', 'Action: failed', 'Status: 5.1.1', '', '--b--', ''],
  ]
  assert.match(await smtp(config.smtp_inbound_port, Buffer.from(report.join('\r\n')), [mail.from], ''), /^250/)
  const { body } = await call(`GET /extensions/messages/${sent.body.id}/deliveries`)
  assert.equal(body.data[0].status, 'failed')
  assert.equal((await call(`GET /contacts/${contact.id}`)).body.has_hard_bounced, true)
})

test('one mail to several workspaces is received once by each of them, and by no other', async () => {
  const [second, third] = [await t.another(), await t.another()]
  await second.call('POST /extensions/channels', account('second.example.com'))
  assert.equal((await third.call('POST /extensions/channels', account('second.example.com'))).status, 409)
  const before = (await conversations()).length
  const to = ['support@in.example.com', 'sales@IN.example.com', `${third.created.id}@second.example.com`]
  const mail = { from: 'eve@example.net', message_id: '<several@example.net>' }
  for (const _ of [1, 2]) assert.match(await send(mail, to), /^250/)
  assert.equal((await conversations()).length, before + 1)
  assert.equal((await conversations(second.call)).length, 1)
  assert.equal((await conversations(third.call)).length, 0)
  const signedFor = (workspace_id: string) =>
    signedAddress('reply', { workspace_id, id: '1' }, { secret: SECRET, domain: 'second.example.com' })
  assert.match(await send({ to: signedFor(workspace.id) }), /^550 5\.1\.1/)
  assert.match(await send({ to: signedFor(third.created.id) }), /^550 5\.1\.1/)
  assert.match(await send({ to: signedFor(second.created.id), from: 'ann@example.net' }), /^250/)
  assert.equal((await conversations(second.call)).length, 2)
})

test('an attachment of 15 MB is received completely', async () => {
  const data = Buffer.alloc(15 * 1024 * 1024, 'interphone ')
  const raw = [
    ...['From: big@example.org', 'Message-ID: <big@example.org>', 'Content-Type: application/zip; name="big.zip"'],
    ...['Content-Transfer-Encoding: base64', '', data.toString('base64').replace(/.{76}/g, '$&\r\n'), ''],
  ]
  assert.match(await smtp(config.smtp_inbound_port, Buffer.from(raw.join('\r\n')), ['a@in.example.com']), /^250/)
  const { body } = await call('POST /conversations/search', {
    query: { field: 'source.author.email', operator: '=', value: 'big@example.org' },
  })
  const [{ name, filesize, url }] = body.conversations[0].source.attachments
  assert.deepEqual([name, filesize], ['big.zip', data.length])
  const answer = await t.app.inject({ url: new URL(url).pathname })
  assert.ok(answer.rawPayload.equals(data))
})

test('if the database fails while a mail is received, the sender retries, and the mail is received once', async () => {
  const port = await freePort()
  const server = await serverProcess({
    environment: {
      ...{ SMTP_INBOUND_PORT: String(port), SMTP_URL: sink.url, EMAIL_FROM: 'hello@example.com' },
      EMAIL_REPLY_DOMAIN: 'in.example.com',
    },
  })
  try {
    server.start()
    await server.ready()
    const mails = Array.from({ length: 40 }, (_, n) =>
      rawMail({ from: `client-${n}@example.org`, message_id: `<m${n}@example.org>`, body: 'x'.repeat(100_000) }),
    )
    const refusals: string[] = []
    /** Retries until the mail is accepted, as a mail server does. */
    const deliver = async (raw: Buffer) => {
      for (;;) {
        const answer = await smtp(port, raw, ['support@in.example.com'])
        if (answer.startsWith('250')) return
        refusals.push(answer)
        assert.match(answer, /^(451|421) /)
        await sleep(50)
      }
    }
    const delivering = Promise.all(mails.map(deliver))
    await sleep(60)
    assert.ok(server.killPostgres())
    await delivering
    await server.ready()
    const again = await Promise.all(mails.map((raw) => smtp(port, raw, ['support@in.example.com'])))
    assert.ok(again.every((answer) => answer.startsWith('250')))
    const headers = { authorization: `Bearer ${server.token}` }
    const listed = await (await fetch(`${server.url}/conversations?per_page=150`, { headers })).json()
    const senders = (listed as { conversations: { source: { author: { email: string } } }[] }).conversations.map(
      ({ source }) => source.author.email,
    )
    assert.ok(refusals.length > 0)
    assert.equal(senders.length, mails.length)
    assert.equal(new Set(senders).size, mails.length)
  } finally {
    await server.remove()
  }
})
