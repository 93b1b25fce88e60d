// Reports of mail servers about our mail, and the formats of inbound-parse services.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { identityOf, signedAddress } from '#channels/email/addresses.ts'
import { UNSUBSCRIBE } from '#channels/email/email-of-delivery.ts'
import { sign } from '#lib/sign.ts'
import { SECRET, testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact, aMessage } from '../../../test/factories.ts'
import { postMail, rawMail } from '../../../test/mail.ts'

const t = await testApp()
const { workspace, call } = t
const { sql } = t.database

let joe: string
let jane: string
let message_id: string
let deliveries: Record<string, string>

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  joe = await aContact(workspace, { email: 'joe@example.org' })
  jane = await aContact(workspace, { email: 'jane@example.org' })
  const id = await aMessage(workspace, { to: [joe, jane] })
  message_id = `<${identityOf({ kind: 'message', id, workspace_id: workspace.id }, SECRET)}@example.com>`
  await sql`update deliveries set status = 'sent' where workspace_id = ${workspace.id}`
  const rows = await sql<{ id: string; contact_id: string }[]>`
    select id, contact_id from deliveries where workspace_id = ${workspace.id}`
  deliveries = Object.fromEntries(rows.map((row) => [row.contact_id, row.id]))
})

const bounceAddress = (contact: string, workspace_id = workspace.id) =>
  signedAddress('bounce', { workspace_id, id: deliveries[contact]! }, { secret: SECRET, domain: 'in.example.com' })

type Report = { to?: string; fields: string; returned?: string; type?: string; id?: string }

function reported({ to = 'hello@example.com', fields, returned = '', type = 'delivery-status', id }: Report) {
  const part = type === 'delivery-status' ? 'message/delivery-status' : 'message/feedback-report'
  const body = [
    ...['--b', 'Content-Type: text/plain', '', 'For people'],
    ...['--b', `Content-Type: ${part}`, '', fields],
    ...['--b', 'Content-Type: text/rfc822-headers', '', `Message-ID: ${message_id}`, returned, '--b--'],
  ].join('\n')
  const headers = { 'Content-Type': `multipart/report; report-type=${type}; boundary=b`, 'Return-Path': '<>' }
  return rawMail({ from: 'MAILER-DAEMON@mx.example.org', to, body, headers, ...(id && { message_id: id }) })
}

const failed = (recipient: string, status = '5.1.1', more = '') =>
  `Reporting-MTA: dns; mx.example.org\n\nFinal-Recipient: rfc822; ${recipient}\nAction: failed\nStatus: ${status}\n${more}`

const bring = async (report: Report) => (await postMail(call, reported(report))).body
const delivery = async (contact: string) => (await call(`GET /extensions/deliveries/${deliveries[contact]}`)).body
const contact = async (id: string) => (await call(`GET /contacts/${id}`)).body

describe('a report about a mail', () => {
  test('of another workspace, or an unknown mail, changes nothing', async () => {
    const other = await t.another()
    const { body } = await postMail(other.call, reported({ to: bounceAddress(joe), fields: failed('joe@example.org') }))
    assert.deepEqual(body.delivery_ids, [])
    assert.deepEqual((await bring({ fields: failed('stranger@example.org') })).delivery_ids, [])
    assert.equal((await delivery(joe)).status, 'sent')
    assert.equal((await contact(joe)).has_hard_bounced, false)
  })

  test('that bounced is sent to its signed address, and fails that delivery', async () => {
    const fields = failed('old-joe@elsewhere.example', '5.1.1', 'Diagnostic-Code: smtp; 550 5.1.1 Who?\n')
    const { outcome, delivery_ids } = await bring({ to: bounceAddress(joe), fields })
    assert.deepEqual([outcome, delivery_ids], ['reported', [deliveries[joe]]])
    const { status, error, history } = await delivery(joe)
    assert.equal(status, 'failed')
    assert.equal(error.code, 'dsn_5.1.1')
    assert.equal(history.at(-1).provider_answer, '550 5.1.1 Who?')
    assert.equal((await contact(joe)).has_hard_bounced, true)
    assert.equal((await delivery(jane)).status, 'sent')
  })

  test('is assigned by Message-ID and recipient, because deliveries share the Message-ID', async () => {
    const { delivery_ids } = await bring({ fields: failed('JANE@example.org') })
    assert.deepEqual(delivery_ids, [deliveries[jane]])
    assert.equal((await delivery(joe)).status, 'sent')
    assert.equal((await contact(jane)).has_hard_bounced, true)
  })

  test('of a part of a conversation is also assigned', async () => {
    const { body } = await call('POST /conversations', { from: { type: 'user', id: joe }, body: 'Hi' })
    await sql`update conversations set source_type = 'email' where id = ${body.conversation_id}`
    const answered = await call(`POST /conversations/${body.conversation_id}/reply`, {
      ...{ message_type: 'comment', type: 'admin', admin_id: workspace.admin_id, body: 'Hello' },
    })
    const part = answered.body.conversation_parts.conversation_parts[0].id
    message_id = `<${identityOf({ kind: 'part', id: part, workspace_id: workspace.id }, SECRET)}@example.com>`
    const [row] = await sql<{ id: string }[]>`select id from deliveries where part_id = ${part}`
    assert.deepEqual((await bring({ fields: failed('joe@example.org') })).delivery_ids, [row!.id])
  })

  test('with a full mailbox is not a hard bounce, and a delay does not change the status', async () => {
    await bring({ to: bounceAddress(joe), fields: failed('joe@example.org', '5.2.2') })
    assert.deepEqual([(await delivery(joe)).status, (await contact(joe)).has_hard_bounced], ['failed', false])
    const fields = failed('jane@example.org', '4.4.1', 'Diagnostic-Code: smtp; timed out\n').replace(
      'failed',
      'delayed',
    )
    const delayed = { to: bounceAddress(jane), fields, id: '<delayed@mx>' }
    assert.equal((await bring(delayed)).outcome, 'reported')
    assert.equal((await bring(delayed)).outcome, 'known')
    const { status, history } = await delivery(jane)
    assert.equal(status, 'sent')
    assert.deepEqual(
      history.map(({ code }: { code: string }) => code),
      ['dsn_4.4.1'],
    )
  })

  test('in the words of an old server fails the delivery that its bounce address names, once', async () => {
    const qmail = rawMail({
      ...{ from: 'MAILER-DAEMON@mx.example.org', to: bounceAddress(joe), message_id: '<qmail@mx.example.org>' },
      ...{
        headers: { 'Return-Path': '<>' },
        body: '<joe@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)',
      },
    })
    const { outcome, delivery_ids } = (await postMail(call, qmail)).body
    assert.deepEqual([outcome, delivery_ids], ['reported', [deliveries[joe]]])
    assert.equal((await postMail(call, qmail)).body.outcome, 'known')
    const { status, error, history } = await delivery(joe)
    assert.deepEqual([status, error.code], ['failed', 'bounce_5.1.1'])
    assert.match(history.at(-1).reason, /no mailbox here by that name/)
    assert.equal((await contact(joe)).has_hard_bounced, true)
    assert.equal((await delivery(jane)).status, 'sent')
  })

  test('in words that it will be sent later is only in the history; an out-of-office is not even there', async () => {
    const headers = { 'Return-Path': '<>', 'Auto-Submitted': 'auto-replied' }
    const to = bounceAddress(joe)
    const late = { from: 'MAILER-DAEMON@mx.example.org', body: 'Your message was delayed. It will be retried.' }
    assert.equal((await postMail(call, rawMail({ ...late, to, headers }))).body.outcome, 'reported')
    const away = { from: 'joe@example.org', body: 'I am away. Your mail could not be delivered to my desk.' }
    const { outcome, reason, left_out_id } = (await postMail(call, rawMail({ ...away, to, headers }))).body
    assert.deepEqual([outcome, reason, typeof left_out_id], ['ignored', 'auto_submitted', 'string'])
    const { status, history } = await delivery(joe)
    assert.equal(status, 'sent')
    assert.deepEqual(
      history.map(({ code }: { code: string }) => code),
      ['bounce_delayed'],
    )
  })

  test('that was delivered counts, and a later failure does not', async () => {
    const fields = failed('joe@example.org', '2.1.5').replace('failed', 'delivered')
    await bring({ to: bounceAddress(joe), fields })
    await bring({ to: bounceAddress(joe), fields: failed('joe@example.org', '4.4.7') })
    assert.equal((await delivery(joe)).status, 'delivered')
  })

  test('that its reader marked as spam marks and unsubscribes the contact, once', async () => {
    const complaint = { type: 'feedback-report', fields: 'Feedback-Type: abuse\nOriginal-Rcpt-To: <joe@example.org>' }
    assert.deepEqual((await bring(complaint)).delivery_ids, [deliveries[joe]])
    await bring(complaint)
    const { marked_email_as_spam, unsubscribed_from_emails } = await contact(joe)
    assert.deepEqual([marked_email_as_spam, unsubscribed_from_emails], [true, true])
    assert.equal((await topicsOf(workspace, joe)).filter((topic) => topic === 'contact.unsubscribed').length, 1)
    assert.equal((await contact(jane)).marked_email_as_spam, false)
  })

  test('without the complaining reader is assigned by our unsubscribe link, or ignored', async () => {
    const optOut = { type: 'feedback-report', fields: 'Feedback-Type: opt-out' }
    assert.deepEqual((await bring(optOut)).delivery_ids, [])
    const link = (token: string) => `List-Unsubscribe: <https://interphone.example.com/unsubscribe/${token}>`
    assert.deepEqual((await bring({ ...optOut, returned: link('6a-6b') })).delivery_ids, [])
    const token = sign(SECRET, UNSUBSCRIBE, `${workspace.id}.${jane}`)
    assert.deepEqual((await bring({ ...optOut, returned: link(token) })).delivery_ids, [deliveries[jane]])
    const { marked_email_as_spam, unsubscribed_from_emails } = await contact(jane)
    assert.deepEqual([marked_email_as_spam, unsubscribed_from_emails], [false, true])
    assert.deepEqual(
      (await bring({ ...optOut, fields: 'Feedback-Type: not-spam', returned: link(token) })).delivery_ids,
      [],
    )
  })
})

describe('an inbound-parse service posts a mail', () => {
  const WEBHOOK = 'POST /webhooks/email/inbound'
  const latin = Buffer.concat([
    Buffer.from('From: Joe <joe@example.org>\r\nContent-Type: text/plain; charset=iso-8859-1\r\n'),
    Buffer.from('Content-Transfer-Encoding: 8bit\r\n\r\nGr\xfc\xdfe\r\n', 'latin1'),
  ])
  const form = (fields: Record<string, Buffer | string>) =>
    Buffer.concat([
      ...Object.entries(fields).flatMap(([name, value]) => [
        Buffer.from(`--xYzZY\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`),
        Buffer.from(value),
        Buffer.from('\r\n'),
      ]),
      Buffer.from('--xYzZY--\r\n'),
    ])
  const postForm = (fields: Record<string, Buffer | string>) =>
    call(WEBHOOK, form(fields), { headers: { 'content-type': 'multipart/form-data; boundary=xYzZY' } })
  const bodyOf = async (conversation_id: string) =>
    (await call(`GET /conversations/${conversation_id}`)).body.source.body

  test('as raw MIME with any content type of mail, with the token in the URL', async () => {
    const { body: channel } = await call('POST /extensions/channels', {
      ...{ provider: 'smtp', settings: { from: 'hello@example.com' }, secrets: { url: 'smtp://127.0.0.1:2525' } },
    })
    assert.match(channel.inbound_url, /^\/webhooks\/email\/inbound\?token=[\da-f]+-[\da-f]+$/)
    for (const type of ['message/rfc822', 'text/plain; charset=us-ascii', 'application/octet-stream']) {
      const options = { headers: { 'content-type': type }, token: null }
      const answer = await call(`POST ${channel.inbound_url}`, rawMail(), options)
      assert.deepEqual([answer.status, answer.body.outcome], [200, 'begun'], type)
    }
  })

  test('in the format of SendGrid: a form with unchanged bytes and the envelope', async () => {
    const envelope = JSON.stringify({ to: ['support@in.example.com'], from: 'joe@example.org' })
    const { body } = await postForm({ email: latin, envelope, subject: 'x', charsets: '{}' })
    assert.equal(await bodyOf(body.conversation_id), '<p>Grüße</p>')
    const bounced = await postForm({ email: rawMail(), envelope: JSON.stringify({ to: [], from: '' }) })
    assert.equal(bounced.body.reason, 'empty_return_path')
    const named = JSON.stringify({ to: [bounceAddress(joe)], from: '' })
    const report = await postForm({ email: reported({ fields: failed('x@example.org') }), envelope: named })
    assert.deepEqual(report.body.delivery_ids, [deliveries[joe]])
  })

  test('in the format of Mailgun: a form with the field body-mime', async () => {
    const { body } = await postForm({
      'body-mime': latin,
      recipient: 'support@in.example.com',
      sender: 'joe@example.org',
    })
    assert.equal(await bodyOf(body.conversation_id), '<p>Grüße</p>')
    const urlencoded = new URLSearchParams({ 'body-mime': rawMail().toString(), sender: 'joe@example.org' }).toString()
    const options = { headers: { 'content-type': 'application/x-www-form-urlencoded' } }
    assert.equal((await call(WEBHOOK, urlencoded, options)).body.outcome, 'begun')
  })
})
