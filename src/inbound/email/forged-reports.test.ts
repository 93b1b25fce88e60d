// Reports that do not prove which mail they are about: they change nothing, and are listed with the reason.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { identityOf, signedAddress } from '#channels/email/addresses.ts'
import { UNSUBSCRIBE } from '#channels/email/email-of-delivery.ts'
import { sign } from '#lib/sign.ts'
import { SECRET, testApp } from '../../../test/app.ts'
import { aContact, aMessage } from '../../../test/factories.ts'
import { postMail, rawMail } from '../../../test/mail.ts'

const t = await testApp()
const { workspace, call } = t
const { sql } = t.database
const WS = workspace.id

/** Two recipients of one message, and the ids in it. */
type Sent = { joe: string; jane: string; id: string; delivery: string; other: string }
let sent: Sent

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  const joe = await aContact(workspace, { email: 'joe@example.org' })
  const jane = await aContact(workspace, { email: 'jane@example.org' })
  const id = await aMessage(workspace, { to: [joe, jane] })
  const other = await aMessage(workspace, { to: [jane] })
  await sql`update deliveries set status = 'sent', provider_id = ${'<sent@example.com>'} where workspace_id = ${WS}`
  const [row] = await sql<[{ id: string }]>`
    select id from deliveries where workspace_id = ${WS} and contact_id = ${joe}`
  sent = { joe, jane, id, delivery: row.id, other }
})

type Report = { to?: string; type?: 'dsn' | 'arf'; recipient?: string; returned?: string[] }

function reported({ to = 'hello@example.com', type = 'dsn', recipient = 'joe@example.org', returned = [] }: Report) {
  const [content_type, fields] =
    type === 'dsn'
      ? [
          'delivery-status',
          `Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; ${recipient}\nAction: failed\nStatus: 5.1.1\n`,
        ]
      : ['feedback-report', `Feedback-Type: abuse\nOriginal-Rcpt-To: <${recipient}>\n`]
  const body = [
    ...['--b', `Content-Type: message/${content_type}`, '', fields],
    ...['--b', 'Content-Type: text/rfc822-headers', '', ...returned, '--b--'],
  ].join('\n')
  const headers = { 'Content-Type': `multipart/report; report-type=${content_type}; boundary=b`, 'Return-Path': '<>' }
  return rawMail({ from: 'MAILER-DAEMON@mx.example.org', to, body, headers })
}

const id = (identity: string) => `Message-ID: <${identity}@example.com>`
const link = (token: string) => `List-Unsubscribe: <https://interphone.example.com/unsubscribe/${token}>`
const message = (id: string, secret = SECRET) => identityOf({ kind: 'message', id, workspace_id: WS }, secret)
const address = (kind: 'reply' | 'bounce', named: { workspace_id: string; id: string }, secret = SECRET) =>
  signedAddress(kind, named, { secret, domain: 'in.example.com' })
const bounce = (secret?: string) => address('bounce', { workspace_id: WS, id: sent.delivery }, secret)

const state = async () => {
  const { status, history } = (await call(`GET /extensions/deliveries/${sent.delivery}`)).body
  const contacts = await Promise.all([sent.joe, sent.jane].map(async (id) => (await call(`GET /contacts/${id}`)).body))
  return {
    ...{ status, history },
    contacts: contacts.map(({ has_hard_bounced, marked_email_as_spam, unsubscribed_from_emails, updated_at }) => ({
      ...{ has_hard_bounced, marked_email_as_spam, unsubscribed_from_emails, updated_at },
    })),
  }
}

describe('a report changes nothing, and is listed,', () => {
  const forged: [name: string, reason: 'unsigned_report' | 'unknown_report', report: () => Report][] = [
    ['with an unsigned Message-ID', 'unsigned_report', () => ({ returned: [id(`message-${sent.id}.${WS}`)] })],
    [
      'that complains, with an unsigned Message-ID',
      'unsigned_report',
      () => ({ type: 'arf', returned: [id(`message-${sent.id}.${WS}`)] }),
    ],
    ['with an empty signature', 'unsigned_report', () => ({ returned: [id(`message-${sent.id}.${WS}.`)] })],
    [
      'with a signature of zeros',
      'unsigned_report',
      () => ({ returned: [id(`message-${sent.id}.${WS}.${'0'.repeat(20)}`)] }),
    ],
    ['with a signature by another secret', 'unsigned_report', () => ({ returned: [id(message(sent.id, 'guessed'))] })],
    [
      'with the signature of another mail',
      'unsigned_report',
      () => ({ returned: [id(message(sent.other).replace(`-${sent.other}.`, `-${sent.id}.`))] }),
    ],
    [
      'with the signature of a message at a part',
      'unsigned_report',
      () => ({ returned: [id(message(sent.id).replace('message', 'part'))] }),
    ],
    [
      'with a signed Message-ID of a mail that the recipient did not get',
      'unknown_report',
      () => ({ returned: [id(message(sent.other))] }),
    ],
    [
      'with a signed Message-ID of another workspace',
      'unknown_report',
      () => ({ returned: [id(identityOf({ kind: 'message', id: sent.id, workspace_id: 'zz99zz99' }, SECRET))] }),
    ],
    ['to a bounce address by another secret', 'unknown_report', () => ({ to: bounce('guessed') })],
    [
      'to the reply address, which all who are in the conversation know',
      'unknown_report',
      () => ({ to: address('reply', { workspace_id: WS, id: sent.delivery }) }),
    ],
    [
      'with the reply address as its return path',
      'unsigned_report',
      () => ({
        returned: [
          `Return-Path: <${address('reply', { workspace_id: WS, id: sent.delivery })}>`,
          id(`message-${sent.id}.${WS}`),
        ],
      }),
    ],
    [
      'with a forged unsubscribe link and an unsigned Message-ID',
      'unsigned_report',
      () => ({
        type: 'arf',
        returned: [id(`message-${sent.id}.${WS}`), link(sign('guessed', UNSUBSCRIBE, `${WS}.${sent.joe}`))],
      }),
    ],
    [
      'with an unsubscribe link of another workspace',
      'unsigned_report',
      () => ({
        type: 'arf',
        returned: [id(`message-${sent.id}.${WS}`), link(sign(SECRET, UNSUBSCRIBE, `zz99zz99.${sent.joe}`))],
      }),
    ],
  ]
  for (const [name, reason, report] of forged) {
    test(name, async () => {
      const before = await state()
      const { status, body } = await postMail(call, reported(report()))
      assert.deepEqual([status, body.outcome, body.delivery_ids], [200, 'reported', []])
      assert.deepEqual(await state(), before)
      const { data } = (await call('GET /extensions/inbound?state=left_out')).body
      assert.deepEqual([data.length, data[0].id, data[0].reason], [1, body.left_out_id, reason])
      if (reason === 'unsigned_report') assert.match(data[0].explanation, /without its signature/)
      assert.equal((await call(`GET /extensions/inbound/${body.left_out_id}/raw`)).status, 200)
    })
  }

  test('for others than the contact of its signed unsubscribe link', async () => {
    const janes = link(sign(SECRET, UNSUBSCRIBE, `${WS}.${sent.jane}`))
    const { body } = await postMail(
      call,
      reported({ type: 'arf', recipient: 'joe@example.org', returned: [id(`message-${sent.id}.${WS}`), janes] }),
    )
    assert.equal(body.delivery_ids.length, 1)
    const { contacts } = await state()
    assert.deepEqual(
      contacts.map(({ unsubscribed_from_emails }) => unsubscribed_from_emails),
      [false, true],
    )
  })
})

describe('a report about a mail that an older release sent, without a signature,', () => {
  const report = () => reported({ returned: [id(`message-${sent.id}.${WS}`)] })
  const sentAs = (provider_id: string, days: number) => sql`
    update deliveries set provider_id = ${provider_id}, updated_at = now() - ${days} * interval '1 day'
    where workspace_id = ${WS} and message_id = ${sent.id}`

  test('changes nothing if the mail had another Message-ID, or was sent more than seven days ago', async () => {
    for (const [provider_id, days] of [
      [`<${message(sent.id)}@example.com>`, 1],
      [`<message-${sent.id}.${WS}@other.example>`, 1],
      [`<message-${sent.id}.${WS}@example.com>`, 8],
    ] as const) {
      await sentAs(provider_id, days)
      assert.deepEqual((await postMail(call, report())).body.delivery_ids, [], provider_id)
    }
  })

  test('counts for seven days', async () => {
    await sentAs(`<message-${sent.id}.${WS}@example.com>`, 6)
    assert.deepEqual((await postMail(call, report())).body.delivery_ids, [sent.delivery])
    assert.equal((await state()).status, 'failed')
  })
})
