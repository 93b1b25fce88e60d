// Bounces in the words of old mail servers and gateways, to the signed bounce address of a delivery.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { RECEIVER } from '../../../../test/mail.ts'
import { signedAddress } from '../addresses.ts'
import { readMail } from './mail.ts'
import { meaningOf } from './meaning.ts'

const addressOf = (kind: 'bounce' | 'reply', workspace_id = 'ab12cd34') =>
  signedAddress(kind, { workspace_id, id: '42' }, { secret: RECEIVER.secret, domain: 'in.example.com' })

type Written = {
  from?: string
  to?: string
  subject?: string
  body: string
  headers?: string[]
  /** Null: the transport does not say. */
  return_path?: string | null
}

async function meaningOfBounce({ body, ...mail }: Written) {
  const { from = 'MAILER-DAEMON@mx.example.org', to = addressOf('bounce'), subject = 'failure notice' } = mail
  const head = [`From: ${from}`, `To: ${to}`, `Subject: ${subject}`, ...(mail.headers ?? [])].join('\n')
  const parsed = await readMail(Buffer.from(`${head}\n\n${body}`.replaceAll('\n', '\r\n')))
  return meaningOf(
    parsed,
    { return_path: mail.return_path === undefined ? '' : mail.return_path, recipients: [] },
    RECEIVER,
  )
}

async function reportOf(mail: Written) {
  const meaning = await meaningOfBounce(mail)
  assert.ok(meaning.kind === 'report', JSON.stringify(meaning))
  assert.equal(meaning.delivery_id, '42')
  assert.equal(meaning.reports.length, 1)
  return meaning.reports[0]!
}

describe('no bounce is', () => {
  const OUT_OF_OFFICE = { from: 'Joe <joe@example.org>', subject: 'Out of office', body: 'I am away until Monday.' }
  const cases: Record<string, Written> = {
    'an out-of-office to the bounce address': { ...OUT_OF_OFFICE, headers: ['Auto-Submitted: auto-replied'] },
    'the same, with X-Autoreply': { ...OUT_OF_OFFICE, headers: ['X-Autoreply: yes'] },
    'an out-of-office to the reply address': {
      ...{ ...OUT_OF_OFFICE, to: addressOf('reply') },
      headers: ['Auto-Submitted: auto-replied'],
    },
    'a bounce to the reply address': { to: addressOf('reply'), body: 'Your mail could not be delivered. 5.1.1' },
    'a bounce to another address': { to: 'hello@example.com', body: 'Your mail could not be delivered. 5.1.1' },
    'a bounce to a forged bounce address': { to: 'bounce-61-62@in.example.com', body: 'could not be delivered' },
    'a bounce of another workspace': { to: addressOf('bounce', 'zz99zz99'), body: 'could not be delivered' },
    'a mail of a person with a return path': {
      ...{ from: 'joe@example.org', body: 'My mail could not be delivered: 550 5.1.1', return_path: 'joe@example.org' },
    },
    'a mail of a person, without a known return path': {
      ...{ from: 'joe@example.org', body: 'My mail could not be delivered.', return_path: null },
    },
    'an autoresponder that says the mailbox is closed': {
      ...{
        from: 'joe@example.org',
        body: 'This mailbox does not exist any more.',
        headers: ['Auto-Submitted: auto-replied'],
      },
    },
  }
  for (const [name, mail] of Object.entries(cases)) {
    test(name, async () => {
      const meaning = await meaningOfBounce(mail)
      assert.notEqual(meaning.kind, 'report', JSON.stringify(meaning))
    })
  }
})

/** Whether the address is dead, and words in the reason. */
const FAILED: Record<string, [mail: Written, code: string, is_dead: boolean, reason: RegExp]> = {
  qmail: [
    {
      body: "Hi. This is the qmail-send program at mx.example.org.\nI'm afraid I wasn't able to deliver your message to the following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work out.\n\n<joe@example.org>:\nSorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <bounce@in.example.com>\nSubject: 4.4.1 x",
    },
    ...(['bounce_5.1.1', true, /no mailbox here/] as const),
  ],
  'qmail that gives up after days': [
    {
      body: "<joe@example.org>:\n192.0.2.1 does not like recipient.\nRemote host said: 450 4.2.1 mailbox busy\nI'm not going to try again; this message has been in the queue too long.",
    },
    ...(['bounce_4.2.1', false, /mailbox busy/] as const),
  ],
  'Exim, with no code': [
    {
      from: 'Mail Delivery System <Mailer-Daemon@mx.example.org>',
      headers: ['X-Failed-Recipients: joe@example.org', 'Auto-Submitted: auto-replied'],
      body: 'This message was created automatically by mail delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  joe@example.org\n    Unrouteable address\n\n------ This is a copy of the message, including all the headers. ------\n\nReturn-path: <x@y>',
    },
    ...(['bounce_text', false, /Unrouteable address/] as const),
  ],
  'Exim, with the answer of a server': [
    {
      headers: ['X-Failed-Recipients: joe@example.org'],
      body: 'The following address(es) failed:\n\n  joe@example.org\n    host mx.example.org [192.0.2.1]\n    SMTP error from remote mail server after RCPT TO:<joe@example.org>:\n    550 5.1.1 <joe@example.org>: User unknown',
    },
    ...(['bounce_5.1.1', true, /User unknown/] as const),
  ],
  'Postfix, as plain text': [
    {
      from: 'Mail Delivery System <MAILER-DAEMON@mx.example.org>',
      subject: 'Undelivered Mail Returned to Sender',
      body: "This is the mail system at host mx.example.org.\n\nI'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients.\n\n<joe@example.org>: host mx.example.org said: 552 5.2.2 Mailbox full (in reply to RCPT TO command)",
    },
    ...(['bounce_5.2.2', false, /Mailbox full/] as const),
  ],
  Sendmail: [
    {
      from: 'Mail Delivery Subsystem <MAILER-DAEMON@mx.example.org>',
      subject: 'Returned mail: User unknown',
      body: '   ----- The following addresses had permanent fatal errors -----\n<joe@example.org>\n\n   ----- Transcript of session follows -----\n... while talking to mx.example.org.:\n>>> RCPT To:<joe@example.org>\n<<< 550 <joe@example.org>... User unknown',
    },
    ...(['bounce_550', true, /User unknown/] as const),
  ],
  Exchange: [
    {
      from: 'System Administrator <postmaster@corp.example.org>',
      subject: 'Undeliverable: Your order',
      body: 'Your message\n\n  To: joe@corp.example.org\n  Subject: Your order\n\ndid not reach the following recipient(s):\n\nThe e-mail account does not exist at the organization this message was sent to. <mx.corp.example.org #5.1.1>',
    },
    ...(['bounce_5.1.1', true, /does not exist/] as const),
  ],
  Domino: [
    {
      from: 'Postmaster <postmaster@domino.example.org>',
      subject: 'DELIVERY FAILURE: User joe (joe@domino.example.org) not listed in Domino Directory',
      body: 'Your message\n\n  Subject: Your order\n\nwas not delivered to:\n\n  joe@domino.example.org\n\nbecause:\n\n  User joe (joe@domino.example.org) not listed in Domino Directory',
    },
    ...(['bounce_text', false, /not|because/] as const),
  ],
  'a gateway in German': [
    {
      from: 'postmaster@gw.example.de',
      subject: 'Unzustellbar: Ihre Bestellung',
      body: 'Ihre Nachricht an joe@example.de konnte nicht zugestellt werden.',
    },
    ...(['bounce_text', false, /konnte nicht zugestellt werden/] as const),
  ],
  'a mail server in words that nobody knows': [
    { from: 'MAILER-DAEMON@mx.example.org', subject: 'Xyzzy', body: 'Plugh.' },
    ...(['bounce_text', false, /Plugh/] as const),
  ],
  'a sender without a domain, and no known return path': [
    {
      from: 'MAILER-DAEMON (Mail Delivery System)',
      return_path: null,
      body: 'Delivery failed: 554 5.7.1 rejected as spam',
    },
    ...(['bounce_5.7.1', false, /rejected as spam/] as const),
  ],
  'HTML alone': [
    {
      headers: ['Content-Type: text/html'],
      body: '<html><body><h1>Delivery has failed</h1><p>joe@example.org</p><p>550 5.1.10 Recipient not found</p></body></html>',
    },
    ...(['bounce_5.1.10', true, /Recipient not found/] as const),
  ],
  'a human sender with an empty return path': [
    { from: 'noreply@gw.example.org', body: 'Your mail could not be delivered: the recipient is unknown here.' },
    ...(['bounce_text', false, /could not be delivered/] as const),
  ],
}

describe('a bounce fails the delivery with its words', () => {
  for (const [name, [mail, code, is_dead, reason]] of Object.entries(FAILED)) {
    test(name, async () => {
      const report = await reportOf(mail)
      assert.ok('update' in report, JSON.stringify(report))
      const { update } = report
      assert.deepEqual([update.status, update.code, update.hard_bounce ?? false], ['failed', code, is_dead])
      assert.match(update.reason ?? '', reason)
      assert.ok(update.answer && !/copy of the message|Return-path/i.test(update.answer), update.answer)
    })
  }

  const STATUS =
    'Reporting-MTA: dns; gw.example.org\n\nFinal-Recipient: rfc822; joe@example.org\nAction: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user'
  const parts = (...bodies: string[]) => `${bodies.map((body) => `--b\n${body}`).join('\n')}\n--b--`
  const TEXT = 'Content-Type: text/plain\n\nYour mail did not reach joe@example.org: no such user.'
  const multiparts: Record<string, [type: string, body: string, code: string]> = {
    'multipart/mixed with a machine-readable part': [
      'mixed',
      parts(TEXT, `Content-Type: message/delivery-status\n\n${STATUS}`),
      'dsn_5.1.1',
    ],
    'a machine-readable part as a named text': [
      'mixed',
      parts(TEXT, `Content-Type: text/plain; name=details.txt\n\n${STATUS}`),
      'dsn_5.1.1',
    ],
    'a machine-readable part as bytes': [
      'report',
      parts(TEXT, `Content-Type: application/octet-stream; name=ATT1.dat\n\n${STATUS}`),
      'dsn_5.1.1',
    ],
    'a report without a machine-readable part': [
      'report; report-type=delivery-status',
      parts(TEXT, 'Content-Type: text/rfc822-headers\n\nSubject: Your order'),
      'bounce_text',
    ],
    'a report with an empty machine-readable part': [
      'report',
      parts(TEXT, 'Content-Type: message/delivery-status\n\n'),
      'bounce_text',
    ],
    'a report with a broken machine-readable part': [
      'report',
      parts(TEXT, 'Content-Type: message/delivery-status\n\nnothing here'),
      'bounce_text',
    ],
    'multipart/mixed with the returned mail': [
      'mixed',
      parts(TEXT, 'Content-Type: message/rfc822\n\nSubject: Your order\n\nHello'),
      'bounce_text',
    ],
  }
  for (const [name, [type, body, code]] of Object.entries(multiparts)) {
    test(name, async () => {
      const headers = [`Content-Type: multipart/${type}; boundary=b`]
      const report = await reportOf({ from: 'postmaster@gw.example.org', subject: 'Undeliverable', headers, body })
      assert.ok('update' in report, JSON.stringify(report))
      assert.deepEqual([report.update.status, report.update.code], ['failed', code])
      assert.match(`${report.update.reason} ${report.update.answer}`, /no such user/)
    })
  }
})

describe('a server that still tries, or an unclear mail, is only a remark', () => {
  const cases: Record<string, [mail: Written, code: string]> = {
    Exim: [
      {
        subject: 'Warning: message 1a2b delayed 24 hours',
        body: 'A message that you sent has not yet been delivered to one or more of its recipients.\nNo action is required on your part. Delivery attempts will continue for some time.\n\n  joe@example.org\n    Delay reason: 451 4.7.1 greylisted',
      },
      'bounce_delayed',
    ],
    Postfix: [
      {
        subject: 'Delayed Mail (still being retried)',
        body: 'Your message could not be delivered for more than 4 hour(s).\nIt will be retried until it is 5 day(s) old.\n\n<joe@example.org>: connect to mx.example.org: timed out',
      },
      'bounce_delayed',
    ],
    Sendmail: [
      {
        subject: 'Warning: could not send message for past 4 hours',
        body: '** THIS IS A WARNING MESSAGE ONLY **\n** YOU DO NOT NEED TO RESEND YOUR MESSAGE **\n450 busy',
      },
      'bounce_delayed',
    ],
    Exchange: [
      {
        subject: 'Delivery delayed: Your order',
        body: 'The server will keep trying to deliver this message for the next 2 days.',
      },
      'bounce_delayed',
    ],
    'a gateway that tries again': [
      { body: 'Delivery has been delayed. We will try again for 5 days.' },
      'bounce_delayed',
    ],
    'a German server': [
      { subject: 'Zustellung verzögert', body: 'Die Zustellung wird weiter versucht.' },
      'bounce_delayed',
    ],
    'a report with broken fields': [
      {
        headers: ['Content-Type: multipart/report; boundary=b'],
        body: '--b\n\nThe message was delayed; it will be retried.\n--b\nContent-Type: message/delivery-status\n\nx\n--b--',
      },
      'bounce_delayed',
    ],
    'a machine-readable delay': [
      {
        headers: ['Content-Type: multipart/mixed; boundary=b'],
        body: '--b\n\nLate.\n--b\nContent-Type: message/delivery-status\n\nFinal-Recipient: rfc822; joe@example.org\nAction: delayed\nStatus: 4.4.1\n--b--',
      },
      'dsn_4.4.1',
    ],
    'a delivery': [
      { subject: 'Receipt', body: 'Your message was successfully delivered to joe@example.org.' },
      'bounce_delivered',
    ],
    'words that nobody knows, of nobody known': [
      { from: 'x@gw.example.org', subject: 'Xyzzy', body: 'Plugh.' },
      'bounce_unclear',
    ],
    'a postmaster with a return path': [
      { from: 'postmaster@example.org', return_path: 'postmaster@example.org', subject: 'Hello', body: 'Plugh.' },
      'bounce_unclear',
    ],
  }
  for (const [name, [mail, code]] of Object.entries(cases)) {
    test(name, async () => {
      const report = await reportOf(mail)
      assert.ok('remark' in report, JSON.stringify(report))
      assert.equal(report.remark.code, code)
      assert.ok(report.remark.reason)
    })
  }
})
