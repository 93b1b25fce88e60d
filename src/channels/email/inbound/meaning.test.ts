// Mails of real mail programs, from files, and how each of them is classified and read.
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { RECEIVER } from '../../../../test/mail.ts'
import { signedAddress } from '../addresses.ts'
import { MAIL_LIMIT, RefusedMail, readMail } from './mail.ts'
import { type Envelope, type InboundMessage, meaningOf } from './meaning.ts'

const MAILS = new URL('../../../../test/mails/', import.meta.url)
const UNKNOWN: Envelope = { return_path: null, recipients: [] }

const bytesOf = (name: string) => readFileSync(new URL(`${name}.eml`, MAILS))
const meaningOfFile = async (name: string, envelope = UNKNOWN) =>
  meaningOf(await readMail(bytesOf(name)), envelope, RECEIVER)
const meaningOfText = async (text: string, envelope = UNKNOWN) =>
  meaningOf(await readMail(Buffer.from(text.replaceAll('\n', '\r\n'))), envelope, RECEIVER)

async function messageOf(name: string): Promise<InboundMessage> {
  const meaning = await meaningOfFile(name)
  assert.equal(meaning.kind, 'message', JSON.stringify(meaning))
  return meaning as InboundMessage & { kind: 'message' }
}

type Expected = {
  from: string
  body: string
  subject?: string
  /** A text in the history; empty: no history. */
  history?: string
  files?: string[]
  pictures?: string[]
  /** Whether its recipient address names our delivery 42, and its headers our message 19. */
  is_reply?: boolean
}

const MESSAGES: Record<string, Expected> = {
  'gmail-reply': {
    from: 'Joe Example <joe@example.org>',
    body: 'Yes please, send it on Friday.\n\nJoe',
    history: 'shall we send it?',
    is_reply: true,
  },
  'gmail-inline-answers': {
    from: 'Joe Example <joe@example.org>',
    body: 'On Sun, Mar 1, 2026 at 1:00 PM Ada Admin wrote:\n\n> Which colour?\n\nBlue.\n\n> Which size?\n\nLarge.',
    history: 'Best, Ada',
    is_reply: true,
  },
  'gmail-forward': {
    from: 'Joe Example <joe@example.org>',
    subject: 'Fwd: Invoice 77',
    body: 'Is this one yours?\n\n---------- Forwarded message ---------\nFrom: Billing <billing@example.net>\nDate: Fri, Feb 27, 2026 at 8:00 AM\nSubject: Invoice 77\nTo: Joe Example <joe@example.org>\n\nPlease pay 30 EUR.',
  },
  'gmail-forward-without-a-word': {
    from: 'Joe Example <joe@example.org>',
    body: '---------- Forwarded message ---------\nFrom: Billing <billing@example.net>\nDate: Fri, Feb 27, 2026 at 8:00 AM\nSubject: Invoice 78\nTo: Joe Example <joe@example.org>\n\nPlease pay 31 EUR.',
  },
  'outlook-desktop': {
    from: 'Example, Joe <Joe.Example@corp.example.org>',
    body: 'Dear Ada,\n\nplease go ahead.\n\nKind regards\n\nJoe',
    history: 'Hello Joe, shall we send it?',
    is_reply: true,
  },
  'outlook-desktop-german': {
    from: 'Jörg Beispiel <joerg@example.org>',
    subject: 'AW: Ihre Bestellung für März',
    body: 'Schönen Tag,\n\nbitte schicken Sie es für 30\u00a0Euro.',
    history: 'Sollen wir es schicken?',
    is_reply: true,
  },
  'outlook-web': {
    from: 'Joe Example <joe@outlook.example>',
    body: 'Fine with me – thank you.',
    history: 'Head of Examples',
    is_reply: true,
  },
  'outlook-ios': {
    from: 'Joe Example <joe@outlook.example>',
    body: 'Friday works.',
    history: 'Outlook for iOS',
    is_reply: true,
  },
  'original-message': {
    from: 'Joe Example <joe@example.org>',
    body: 'No thanks.',
    history: 'Original Message',
    is_reply: true,
  },
  'apple-mail': {
    from: 'Joe Example <joe@icloud.example>',
    body: 'Look at this:\n\nIt came broken.',
    history: 'did it arrive?',
    pictures: ['broken.png'],
    is_reply: true,
  },
  'iphone-text': {
    from: 'Joe <joe@icloud.example>',
    body: 'On my way 🚲',
    history: 'Sent from my iPhone',
    is_reply: true,
  },
  'thunderbird-below': {
    from: 'Joe Example <joe@example.org>',
    body: 'Please do, and add the small one as well.',
    history: 'Example Street 1',
    is_reply: true,
  },
  'thunderbird-html': {
    from: 'Joe Example <joe@example.org>',
    body: 'Ça marche.',
    history: 'shall we send it?',
    is_reply: true,
  },
  yahoo: {
    from: 'Joe Example <joe@yahoo.example>',
    body: 'Not today, thanks.',
    history: 'shall we send it?',
    is_reply: true,
  },
  'japanese-iso-2022-jp': {
    from: '山田太郎 <yamada@example.jp>',
    subject: 'Re: ご注文について',
    body: 'お世話になっております。\n金曜日にお願いします。',
    history: 'いつ送りましょうか。',
    is_reply: true,
  },
  'french-windows-1252': {
    from: 'Zoé Exemple <zoe@example.fr>',
    subject: 'Re: Commande €',
    body: 'Bonjour Ada,\n\ncela coûte combien – 30 € ? « Livré » d’ici vendredi…\n\nCordialement,\nZoé',
    history: 'a écrit :',
    is_reply: true,
  },
  'russian-koi8-r': {
    from: 'Иван Примеров <ivan@example.ru>',
    subject: 'Re: Ваш заказ',
    body: 'Здравствуйте!\nДа, отправьте в пятницу.',
    history: 'Отправить?',
    is_reply: true,
  },
  'chinese-gb18030': {
    from: '李雷 <li@example.cn>',
    subject: '回复：您的订单',
    body: '好的，周五发货。',
    history: '什么时候发货？',
    is_reply: true,
  },
  'raw-utf-8-headers': {
    from: 'Žofie Příkladová <zofie@example.cz>',
    subject: 'Re: Vaše objednávka – díky!',
    body: 'Děkuji, pošlete to.',
    history: 'Máme to poslat?',
    is_reply: true,
  },
  'raw-latin-1-headers': {
    from: 'Søren Eksempel <soren@example.dk>',
    subject: 'Re: Din ordre på fredag',
    body: 'Ja tak, på fredag.',
    history: 'Skal vi sende den?',
    is_reply: true,
  },
  'text-spanish': {
    from: 'Ana <ana@example.es>',
    body: 'Sí, por favor.\n\nGracias',
    history: 'escribió:',
    is_reply: true,
  },
  'text-italian': { from: 'Gino <gino@example.it>', body: 'Va bene venerdì.', history: 'Inviato da', is_reply: true },
  'text-dutch': { from: 'Jan <jan@example.nl>', body: 'Ja graag.', history: 'Verstuurd vanaf', is_reply: true },
  'text-polish': { from: 'Jan <jan@example.pl>', body: 'Tak, proszę.', history: 'napisał(a):', is_reply: true },
  'text-german': { from: 'Jo <jo@example.de>', body: 'Ja, gern.', history: 'Von meinem iPhone', is_reply: true },
  'text-portuguese': { from: 'Zé <ze@example.pt>', body: 'Pode ser.', history: 'escreveu', is_reply: true },
  'text-swedish': { from: 'Bo <bo@example.se>', body: 'Ja tack.', history: 'skrev Ada', is_reply: true },
  'html-only': {
    from: 'Joe Example <joe@example.org>',
    body: 'Where is order 7 (https://shop.example.com/orders/7)?\n\n(https://tracker.example.com/p.gif)',
  },
  'no-text-part': { from: 'Scanner <scan@example.org>', body: '', files: ['scan.pdf application/pdf 45'] },
  'calendar-invite': {
    from: 'Joe Example <joe@example.org>',
    body: 'You have been invited to a call on Friday.',
    files: ['invite.ics text/calendar 144', 'invite.ics application/ics 32'],
  },
  'winmail-dat': {
    from: 'Joe Example <joe@example.org>',
    body: 'See the enclosed.',
    files: ['winmail.dat application/ms-tnef 32'],
  },
  'smime-signed': {
    from: 'Joe Example <joe@example.org>',
    body: 'Signed, and sent.',
    files: ['smime.p7s application/pkcs7-signature 13'],
    is_reply: true,
  },
  'pgp-encrypted': {
    from: 'Joe Example <joe@example.org>',
    body: '',
    files: ['application-1.pgp application/pgp-encrypted 12', 'encrypted.asc application/octet-stream 82'],
    is_reply: true,
  },
  'pgp-inline': {
    from: 'Joe Example <joe@example.org>',
    body: '-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nSend it on Friday.\n-----BEGIN PGP SIGNATURE-----\n\niQEzBAEBCAAdFiEE\n-----END PGP SIGNATURE-----',
    history: 'When?',
    is_reply: true,
  },
  'nested-multiparts': {
    from: 'Joe Example <joe@example.org>',
    body: 'The rich one\n\n--\nThis footer was added by the mail gateway',
    pictures: ['image-1.png'],
    files: ['Umsätze 2026.csv text/csv 8', 'the original.eml message/rfc822 88'],
  },
  'huge-headers': { from: 'Joe Example <joe@example.org>', body: 'Still here.', is_reply: true },
  'without-message-id-and-date': { from: 'Fax Machine <fax@example.org>', body: 'Page 1 of 1' },
  truncated: {
    from: 'Joe Example <joe@example.org>',
    body: 'It is attached.',
    files: ['photo.jpg image/jpeg 87'],
    is_reply: true,
  },
  'missing-boundary': {
    from: 'Joe Example <joe@example.org>',
    body: 'A mailer forgot its boundary.',
    is_reply: true,
  },
  'wrong-charset': { from: 'Joe <joe@example.org>', body: 'Plain enough.', is_reply: true },
  'emoji-subject': {
    from: '🦊 Fox <fox@example.org>',
    subject: "🎉 It's here! 👫🇩🇪",
    body: 'It came 🎁 today 👨‍👩‍👧‍👦',
  },
  'several-recipients': {
    from: 'Joe Example <joe@example.org>',
    body: 'Both of us would like it.',
    history: 'Who wants it?',
    is_reply: true,
  },
  'own-signature': {
    from: 'Joe Example <joe@example.org>',
    body: 'Hi,\n\ndoes it come in red? I wrote: "red" in my order, sent 3 days ago:\nnobody answered. From: which shop do you send?\n\n-- \nJoe Example | Example Ltd | +44 20 7946 0000',
  },
  'nul-bytes-and-lone-returns': {
    from: 'Joe Example <joe@example.org>',
    subject: 'Re: Your order',
    body: 'A NUL  and half an emoji ��� here.',
    is_reply: true,
  },
  'name-is-an-address': { from: 'ceo@bank.example <mallory@example.net>', body: 'Pay me.' },
}

const AUTOMATIC: Record<string, string> = {
  vacation: 'auto_submitted',
  'exchange-out-of-office': 'auto_submitted',
  'mailing-list': 'mailing_list',
  'our-own': 'our_own',
}

const REPORTS = [
  ...['dsn-postfix', 'dsn-postfix-delayed', 'dsn-exchange', 'dsn-gmail-mailbox-full', 'dsn-delivered'],
  ...['arf-spam-complaint', 'arf-redacted', 'daemon-without-a-report'],
]

test('every file has an expected result', () => {
  const files = readdirSync(MAILS).filter((name) => name.endsWith('.eml'))
  const expected = [...Object.keys(MESSAGES), ...Object.keys(AUTOMATIC), ...REPORTS, 'without-from']
  assert.deepEqual(files.map((name) => name.slice(0, -4)).sort(), expected.sort())
  assert.ok(files.length >= 30)
})

describe('a message of a person is read', () => {
  for (const [name, expected] of Object.entries(MESSAGES)) {
    test(name, async () => {
      const { from, subject, contents, delivery_id, answers } = await messageOf(name)
      assert.equal(`${from.name} <${from.address}>`, expected.from)
      if (expected.subject) assert.equal(subject, expected.subject)
      assert.equal(contents.body, expected.body)
      if (expected.history) assert.ok(contents.history.includes(expected.history), contents.history)
      else assert.equal(contents.history, '')
      const files = contents.files.map((file) => `${file.name} ${file.content_type} ${file.data.length}`)
      assert.deepEqual(files, expected.files ?? [])
      assert.deepEqual(
        contents.pictures.map((file) => file.name),
        expected.pictures ?? [],
      )
      assert.equal(delivery_id, expected.is_reply ? '42' : null)
      assert.deepEqual(
        answers.map(({ ours }) => ours),
        expected.is_reply ? [{ kind: 'message', id: '19', workspace_id: 'ab12cd34' }] : [],
      )
    })
  }
})

describe('automatic mail is recognised by its headers', () => {
  for (const [name, why] of Object.entries(AUTOMATIC)) {
    test(name, async () => assert.deepEqual(await meaningOfFile(name), { kind: 'automatic', why }))
  }

  test('a mail that has passed too many servers is a loop', async () => {
    const meaning = await meaningOfText(`${'Received: from a\n'.repeat(60)}From: joe@example.org\n\nHello`)
    assert.deepEqual(meaning, { kind: 'automatic', why: 'loop' })
  })

  test('mail with an empty return path, of a mail daemon or from our own addresses is automatic', async () => {
    const from = (address: string) => `From: ${address}\n\nHello`
    const empty = await meaningOfText(from('joe@example.org'), { return_path: '', recipients: [] })
    assert.deepEqual(empty, { kind: 'automatic', why: 'empty_return_path' })
    assert.deepEqual(await meaningOfText(from('Postmaster@example.org')), { kind: 'automatic', why: 'mailer_daemon' })
    for (const own of ['Hello@Example.com', 'reply-61-62@IN.example.com'])
      assert.deepEqual(await meaningOfText(from(own)), { kind: 'automatic', why: 'our_own' })
  })
})

describe('a report updates the status of a delivery', () => {
  const reportsOf = async (name: string) => {
    const meaning = await meaningOfFile(name)
    assert.ok(meaning.kind === 'report', meaning.kind)
    return meaning
  }

  test('an address that does not exist is a hard bounce', async () => {
    for (const [name, code, delivery_id, recipient] of [
      ['dsn-postfix', 'dsn_5.1.1', '42', 'joe@example.org'],
      ['dsn-exchange', 'dsn_5.1.10', null, 'Joe@corp.example.org'],
    ] as const) {
      const meaning = await reportsOf(name)
      const [report] = meaning.reports
      assert.ok(report && 'update' in report)
      assert.equal(meaning.delivery_id, delivery_id)
      assert.equal(report.about.message_id, '<message-19.ab12cd34@example.com>')
      assert.equal(report.about.recipients[0], recipient)
      assert.deepEqual([report.update.status, report.update.code, report.update.hard_bounce], ['failed', code, true])
      assert.match(report.update.answer ?? '', /^550 5\.1/)
    }
  })

  test('a full mailbox fails the mail, but not the address', async () => {
    const { reports } = await reportsOf('dsn-gmail-mailbox-full')
    const [report] = reports
    assert.ok(report && 'update' in report)
    assert.deepEqual([report.update.status, report.update.hard_bounce], ['failed', undefined])
  })

  test('a delay and a relay are only remarks, and a delivery is a status update', async () => {
    const [delayed] = (await reportsOf('dsn-postfix-delayed')).reports
    assert.ok(delayed && 'remark' in delayed)
    assert.deepEqual(
      [delayed.remark.code, delayed.remark.reason],
      ['dsn_4.4.1', 'A mail server reports the mail delayed'],
    )
    const [delivered, relayed] = (await reportsOf('dsn-delivered')).reports
    assert.ok(delivered && 'update' in delivered && relayed && 'remark' in relayed)
    assert.equal(delivered.update.status, 'delivered')
    assert.deepEqual(relayed.about.recipients, ['jane@example.org'])
  })

  test('a complaint finds its contact in the returned headers', async () => {
    const [complaint] = (await reportsOf('arf-spam-complaint')).reports
    assert.ok(complaint && 'update' in complaint)
    assert.deepEqual([complaint.update.spam_complaint, complaint.update.unsubscribe], [true, true])
    assert.match(complaint.about.return_path ?? '', /^bounce-/)
    const [redacted] = (await reportsOf('arf-redacted')).reports
    assert.ok(redacted && 'update' in redacted)
    assert.deepEqual([redacted.update.spam_complaint, redacted.update.unsubscribe], [undefined, true])
    assert.deepEqual([redacted.about.recipients, redacted.about.contact_id], [[], '6762f0dd1bb69f9f2193bb83'])
  })

  test('a bounce without a report fails the delivery that its address names', async () => {
    const { delivery_id, reports } = await reportsOf('daemon-without-a-report')
    const [report] = reports
    assert.ok(report && 'update' in report)
    assert.deepEqual([delivery_id, report.update.status, report.update.code], ['42', 'failed', 'bounce_text'])
  })

  test('an empty report reports nothing', async () => {
    const head = 'From: x@example.org\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n'
    const meaning = await meaningOfText(`${head}--b\nContent-Type: message/delivery-status\n\nnothing here\n--b--`)
    assert.deepEqual(meaning, { kind: 'report', reports: [], delivery_id: null })
  })
})

describe('mail that cannot be a message is refused', () => {
  test('a mail without a sender is refused', async () => {
    await assert.rejects(meaningOfFile('without-from'), /does not say whom it is from/)
    await assert.rejects(meaningOfText('From: Nobody\n\nHello'), RefusedMail)
    await assert.rejects(meaningOfText(''), RefusedMail)
  })

  test('a mail with too many bytes, parts, files or headers is refused', async () => {
    const refused = async (raw: string | Buffer) =>
      assert.rejects(readMail(Buffer.from(raw)), (error: RefusedMail) => error.is_too_large)
    await refused(Buffer.alloc(MAIL_LIMIT + 1, 'x'))
    const head = 'From: x@example.org\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n'
    await refused(head + '--b\r\n\r\nx\r\n'.repeat(1_100))
    await refused(head + '--b\r\nContent-Type: image/png\r\n\r\nx\r\n'.repeat(101))
    await refused(`From: x@example.org\r\nX-Long: ${'x'.repeat(1_100_000)}\r\n\r\nx`)
  })

  test('an attachment of 15 MB is read in reasonable time', async () => {
    const data = Buffer.alloc(15 * 1024 * 1024, 7)
    const head = 'From: x@example.org\r\nContent-Type: application/octet-stream; name="big.bin"\r\n'
    const body = data.toString('base64').replace(/.{76}/g, '$&\r\n')
    const mail = await readMail(Buffer.from(`${head}Content-Transfer-Encoding: base64\r\n\r\n${body}`))
    assert.ok(mail.files[0]?.data.equals(data))
  })

  test('text and HTML that are too long or too deep are stored as files', async () => {
    const type = (subtype: string) => `From: x@example.org\nContent-Type: text/${subtype}\n\n`
    const long = (await meaningOfText(type('plain') + 'word '.repeat(60_000))) as InboundMessage
    assert.deepEqual([long.contents.body.length, long.contents.files[0]?.data.length], [249_999, 300_000])
    const deep = (await meaningOfText(`${type('html') + '<b>'.repeat(100_000)}Hello`)) as InboundMessage
    assert.deepEqual([deep.contents.body, deep.contents.files[0]?.name], ['Hello', 'message.html'])
    const wide = (await meaningOfText(type('html') + '<p>Hello</p>'.repeat(100_000))) as InboundMessage
    assert.equal(wide.contents.files[0]?.name, 'message.html')
    assert.match(wide.contents.body, /^Hello +Hello/)
  })
})

test('From is the sender, and Reply-To is stored as metadata', async () => {
  const { metadata, recipients } = await messageOf('several-recipients')
  assert.deepEqual(
    metadata.email_address_headers.map(({ type, name }) => `${type} ${name}`),
    ['from Joe Example', 'to Ada Admin', 'to Roe, Jane', 'cc null', 'cc null', 'reply_to Joe at home'],
  )
  assert.deepEqual(metadata.message_id, '<all1@example.org>')
  assert.deepEqual(
    recipients.map(({ type, email }) => `${type} ${email.replace(/^reply-.*@/, 'reply@')}`),
    ['to reply@in.example.com', 'to jane@example.org', 'cc a@example.org', 'cc b@example.org'],
  )
})

test('a forged address, or one of another workspace, names no delivery', async () => {
  const theirs = signedAddress(
    'reply',
    { workspace_id: 'zz99zz99', id: '42' },
    { ...RECEIVER, domain: 'in.example.com' },
  )
  const ours = signedAddress(
    'reply',
    { workspace_id: 'ab12cd34', id: '42' },
    { secret: 'another', domain: 'in.example.com' },
  )
  for (const to of [theirs, ours, 'reply-@in.example.com', 'reply-6-7@in.example.com']) {
    const message = (await meaningOfText(`From: joe@example.org\nTo: ${to}\n\nHello`)) as InboundMessage
    assert.equal(message.delivery_id, null, to)
  }
})

test('a signed address fits into an envelope, even with large delivery ids', () => {
  const address = signedAddress(
    'bounce',
    { workspace_id: 'ab12cd34', id: '99999999999' },
    { secret: 's', domain: 'x.example' },
  )
  assert.ok(address.indexOf('@') <= 64)
})
