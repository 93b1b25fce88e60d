// Mails that people forward, as mail programs write them: who wrote the forwarded mail, its words, and what is above it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readMail } from './mail.ts'

type Head = { subject?: string; type?: string }

async function forwardedIn(body: string, { subject = 'Fwd: Lamp', type = 'text/plain' }: Head = {}) {
  const head = `From: Ada <ada@shop.example>\nTo: hello@shop.example\nSubject: ${subject}\nContent-Type: ${type}; charset=utf-8`
  return (await readMail(Buffer.from(`${head}\n\n${body}`.replaceAll('\n', '\r\n')), undefined, ['hello@shop.example']))
    .forwarded
}

const GMAIL = `Please handle.

---------- Forwarded message ---------
From: Berta Customer <berta@example.org>
Date: Mon, May 6, 2024 at 9:00 AM
Subject: Lamp
To: <ada@shop.example>


The lamp is broken.`

describe('a mail forwards nothing', () => {
  const cases: Record<string, [body: string, head?: Head]> = {
    'without the subject of a forward': [GMAIL, { subject: 'Lamp' }],
    'with the subject of a reply': [GMAIL, { subject: 'Re: Fwd: Lamp' }],
    'without text': [''],
    'without header lines': ['See what she wrote: the lamp is broken.'],
    'without the address of the sender': [
      '---------- Forwarded message ---------\nFrom: Berta Customer\nDate: Mon, May 6, 2024 at 9:00 AM\nSubject: Lamp\nTo: <ada@shop.example>\n\nBroken.',
    ],
    'with a separator alone': ['-------- Forwarded Message --------\nThe lamp is broken.'],
    'with two header lines': ['From: berta@example.org\nSubject: Lamp\n\nBroken.'],
    'with an invalid address': ['From: berta@@example\nSent: Monday\nTo: x\nSubject: Lamp\n\nBroken.'],
    'with quote marks alone': ['FYI\n\n> The lamp is broken.'],
    'with HTML that only mentions an address': ['<p>Write to berta@example.org: she asked.</p>', { type: 'text/html' }],
  }
  for (const [name, [body, head]] of Object.entries(cases)) {
    test(name, async () => assert.equal(await forwardedIn(body, head), null))
  }
})

const escaped = (text: string) => text.replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** The labels are those of the program, in its own order; each mail is from Berta, and its text ends in “broken.” */
const CASES: Record<string, [body: string, head?: Head]> = {
  Gmail: [GMAIL],
  'Gmail in German': [GMAIL.replace('From:', 'Von:'), { subject: 'Fwd: Lampe' }],
  'Gmail in Estonian': [GMAIL.replace('From:', 'Saatja:')],
  'Gmail, as HTML': [
    `<div dir="ltr">Please handle.<br><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">---------- Forwarded message ---------<br>From: <strong class="gmail_sendername">Berta Customer</strong> <span>&lt;<a href="mailto:berta@example.org">berta@example.org</a>&gt;</span><br>Date: Mon, May 6, 2024 at 9:00 AM<br>Subject: Lamp<br>To: Ada &lt;ada@shop.example&gt;<br></div><br><br><p>The lamp is broken.</p></div></div>`,
    { type: 'text/html' },
  ],
  'Apple Mail': [
    'Please handle.\n\n> Begin forwarded message:\n> \n> From: Berta Customer <berta@example.org>\n> Subject: Lamp\n> Date: 6 May 2024 at 09:00:00 CEST\n> To: ada@shop.example\n> \n> The lamp is broken.\n',
  ],
  'Apple Mail in Dutch': [
    'Please handle.\n\nBegin doorgestuurd bericht:\n\nVan: Berta Customer <berta@example.org>\nOnderwerp: Lamp\nDatum: 6 mei 2024 om 09:00:00 CEST\nAan: ada@shop.example\n\nThe lamp is broken.',
  ],
  'Apple Mail, as HTML': [
    '<body>Please handle.<br><div><blockquote type="cite"><div>Begin forwarded message:</div><br><div><span><b>From: </b></span><span>Berta Customer &lt;<a href="mailto:berta@example.org">berta@example.org</a>&gt;<br></span></div><div><b>Subject: </b><b>Lamp</b><br></div><div><b>Date: </b>6 May 2024 at 09:00:00 CEST<br></div><div><b>To: </b>ada@shop.example<br></div><br><div>The lamp is broken.</div></blockquote></div></body>',
    { type: 'text/html' },
  ],
  'Outlook in English': [
    'Please handle.\n\n________________________________\nFrom: Berta Customer <berta@example.org>\nSent: Monday, May 6, 2024 9:00 AM\nTo: Ada <ada@shop.example>\nSubject: Lamp\n\nThe lamp is broken.',
    { subject: 'FW: Lamp' },
  ],
  'Outlook in German': [
    'Please handle.\n\nVon: Berta Customer <berta@example.org>\nGesendet: Montag, 6. Mai 2024 09:00\nAn: Ada <ada@shop.example>\nBetreff: Lamp\n\nThe lamp is broken.',
    { subject: 'WG: Lamp' },
  ],
  'Outlook in French, as HTML': [
    `<p>Please handle.</p><hr><div id="divRplyFwdMsg"><b>De :</b> Berta Customer &lt;berta@example.org&gt;<br><b>Envoyé :</b> lundi 6 mai 2024 09:00<br><b>À :</b> Ada<br><b>Objet :</b> Lamp</div>\n<p>The lamp is broken.</p>`,
    { subject: 'TR: Lamp', type: 'text/html' },
  ],
  'Outlook in Spanish, with mailto': [
    'Please handle.\n\nDe: Berta Customer [mailto:berta@example.org]\nEnviado el: lunes, 6 de mayo de 2024 9:00\nPara: Ada\nAsunto: Lamp\n\nThe lamp is broken.',
    { subject: 'RV: Lamp' },
  ],
  'Outlook, on behalf of somebody': [
    'Please handle.\n\nFrom: Shop list <list@example.net> On Behalf Of Berta Customer <berta@example.org>\nSent: Monday, May 6, 2024 9:00 AM\nTo: Ada\nSubject: Lamp\n\nThe lamp is broken.',
    { subject: 'FW: Lamp' },
  ],
  'Outlook for Mac': [
    'Please handle.\n\nOn 06/05/2024, 09:00, "Berta Customer" <berta@example.org> wrote:\n\nThe lamp is broken.',
    { subject: 'FW: Lamp' },
  ],
  'a program, with two authors': [
    GMAIL.replace('<berta@example.org>', '<berta@example.org>, Ben Brother <ben@example.org>'),
  ],
  'a program, with three authors and semicolons': [
    GMAIL.replace('<berta@example.org>', '<berta@example.org> ; Ben <ben@example.org>; <cy@example.org>'),
  ],
  Thunderbird: [
    'Please handle.\n\n-------- Forwarded Message --------\nSubject: \tLamp\nDate: \tMon, 6 May 2024 09:00:00 +0200\nFrom: \tBerta Customer <berta@example.org>\nTo: \tada@shop.example\n\n\n\nThe lamp is broken.',
  ],
  'Thunderbird in Polish, as HTML': [
    `<p>Please handle.</p><div class="moz-forward-container">-------- Treść przekazanej wiadomości --------<table class="moz-email-headers-table"><tbody><tr><th>Temat: </th><td>Lamp</td></tr>\n<tr><th>Data: </th><td>Mon, 6 May 2024 09:00:00 +0200</td></tr>\n<tr><th>Nadawca: </th><td>Berta Customer <a href="mailto:berta@example.org">&lt;berta@example.org&gt;</a></td></tr>\n<tr><th>Adresat: </th><td>ada@shop.example</td></tr></tbody></table><br><p>The lamp is broken.</p></div>`,
    { subject: 'Fwd: Lamp', type: 'text/html' },
  ],
  'Yahoo in Swedish, as HTML': [
    `<div>Please handle.</div><div>----- Vidarebefordrat meddelande -----<div><b>Från:</b> Berta Customer &lt;berta@example.org&gt;</div><div><b>Till:</b> Ada &lt;ada@shop.example&gt;</div><div><b>Skickat:</b> måndag 6 maj 2024 09:00:00 CEST</div><div><b>Ämne:</b> Lamp</div><div>The lamp is broken.</div></div>`,
    { subject: 'VB: Lamp', type: 'text/html' },
  ],
  'a program in no known language': [
    'Please handle.\n\n---------- Forwarded message ---------\nXyz: Berta Customer <berta@example.org>\nAbc: 6.5.2024 9:00\nDef: hello@shop.example\nGhi: Lamp\n\nThe lamp is broken.',
  ],
}

describe('a forwarded mail is read as', () => {
  for (const [name, [body, head]] of Object.entries(CASES)) {
    test(`${name} writes it`, async () => {
      const forwarded = await forwardedIn(body, head)
      assert.ok(forwarded)
      assert.equal(forwarded.from.address, 'berta@example.org')
      assert.match(forwarded.contents.body, /^The lamp is broken\.$/)
      assert.match(forwarded.note, /^(<[^>]+>|\s)*Please handle\.(<[^>]+>|\s)*$/)
      if (!/Mac|no known/.test(name))
        assert.deepEqual([forwarded.from.name, forwarded.subject], ['Berta Customer', 'Lamp'])
    })
  }

  test('a forward without a word has an empty note', async () => {
    const forwarded = await forwardedIn(GMAIL.replace('Please handle.\n\n', ''))
    assert.deepEqual([forwarded?.note, forwarded?.contents.body], ['', 'The lamp is broken.'])
  })

  test('what the forwarded mail quotes stays, and so does its signature', async () => {
    const forwarded = await forwardedIn(`${GMAIL}\n\n-- \nBerta\n\nOn 5 May 2024, Ada wrote:\n> Which lamp?`)
    assert.match(forwarded?.contents.body ?? '', /broken\.\n\n-- \nBerta\n\nOn 5 May[\s\S]*> Which lamp\?$/)
  })

  test('a mail that is attached, with its files', async () => {
    const inner =
      'From: Berta Customer <berta@example.org>\nSubject: Lamp\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nThe lamp is broken.\n--i\nContent-Type: image/png; name=lamp.png\n\nPNG\n--i--'
    const body = `--b\nContent-Type: text/html\n\n<p>Please handle.</p>\n--b\nContent-Type: message/rfc822\nContent-Disposition: attachment; filename="Lamp.eml"\n\n${inner}\n--b--`
    const forwarded = await forwardedIn(body, { type: 'multipart/mixed; boundary=b' })
    assert.deepEqual(forwarded?.from, { name: 'Berta Customer', address: 'berta@example.org' })
    assert.deepEqual([forwarded?.contents.body, forwarded?.note], ['The lamp is broken.', '<p>Please handle.</p>'])
    assert.deepEqual(
      forwarded?.contents.files.map(({ name }) => name),
      ['lamp.png', 'Lamp.eml'],
    )
    assert.ok(forwarded?.contents.files.every(({ data }) => Buffer.isBuffer(data)))
  })

  test('its HTML is safe, and shows its pictures', async () => {
    const html = `<p>See</p><p>${escaped(GMAIL.slice(GMAIL.indexOf('---'), GMAIL.indexOf('\n\n\nThe'))).replaceAll('\n', '<br>')}</p><p>The lamp <img src="cid:lamp@x"><script>x</script></p>`
    const body = `--b\nContent-Type: text/html\n\n${html}\n--b\nContent-Type: image/png\nContent-ID: <lamp@x>\n\nPNG\n--b--`
    const forwarded = await forwardedIn(body, { type: 'multipart/related; boundary=b' })
    assert.equal(forwarded?.contents.html, '<p>The lamp <img src="cid:lamp@x"></p>')
    assert.equal(forwarded?.contents.pictures.length, 1)
  })
})
