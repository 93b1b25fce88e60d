// What is cut from the body of a mail as a quote: only in answers, and by what the lines say in any language.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readMail } from './mail.ts'
import { LANGUAGES } from './mailer-words.ts'

type Headers = Record<string, string>

const ANSWER: Headers = { 'In-Reply-To': '<x@shop.example>', Subject: 'Re: Your order' }
const OWN = ['hello@shop.example']

async function contentsOf(body: string, headers: Headers, type = 'plain') {
  const head = { From: 'anna@example.org', To: 'inbox@in.shop.example', Subject: 'Hello', ...headers }
  const lines = Object.entries({ ...head, 'Content-Type': `text/${type}; charset=utf-8` })
  const raw = `${lines.map(([name, value]) => `${name}: ${value}`).join('\r\n')}\r\n\r\n${body.replaceAll('\n', '\r\n')}`
  return (await readMail(Buffer.from(raw), undefined, OWN)).contents
}

const GMAIL_QUOTE =
  '<div class="gmail_quote"><div class="gmail_attr">On Mon, 6 May 2024 at 10:15, Shop &lt;hello@shop.example&gt; wrote:<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc">OLDTEXT</blockquote></div>'

const OUTLOOK = 'From: Shop <hello@shop.example>\nSent: Monday, May 6, 2024 10:15 AM\nTo: Anna\nSubject: Your order'

describe('a mail that answers nothing keeps its whole text', () => {
  const texts: Record<string, string> = {
    'an error message behind quote marks': 'I get this:\n\n> Payment failed: code 51\n> Card declined',
    'a line that starts with From': 'My parcel is missing.\n\n>From what I see it was never sent.',
    'a travel booking':
      'Please change:\n\nFrom: Hamburg\nTo: Lisbon\nDate: 3 June, 10:15\nSubject: trip\n\nAnd call me.',
    'a web form with an address':
      'New request\n\nFrom: Anna <anna@example.org>\nDate: 3 June 2024 10:15\nSubject: Lamp\nIt broke.',
    'a mail of somebody else': `What is this?\n\n-----Original Message-----\n${OUTLOOK}\n\nPay now.`,
    'an attribution':
      'Your page says:\n\nOn Mon, 6 May 2024 at 10:15, Shop <hello@shop.example> wrote:\n> We are closed.\n\nWhy?',
    'a mail that Apple Mail forwards':
      'See this.\n\nBegin forwarded message:\n\nFrom: A <a@example.net>\nTo: B <b@example.net>\nSubject: x\n\nText',
    'a signature': 'Does it come in red?\n\n-- \nAnna Example\nOrder 4711',
    'the line of a phone': 'Where is it?\n\nSent from my iPhone',
    'a list under dashes': 'I need:\n\n--\n2 lamps\n1 table',
    'quotes of two mails': '> one\n\nI agree.\n\n> two',
  }
  for (const [name, text] of Object.entries(texts)) {
    test(name, async () => {
      const { body, history } = await contentsOf(text, {})
      assert.deepEqual([body, history], [text.trim(), ''])
    })
  }

  const pages: Record<string, [html: string, kept: string]> = {
    'an address that Gmail indents': [
      '<div>New address:<blockquote style="margin:0 0 0 40px;border:none;padding:0px">Example Road 1</blockquote></div>',
      'Example Road 1',
    ],
    'a quote of Gmail': ['<p>Look</p><div class="gmail_quote"><blockquote>Old text</blockquote></div>', 'Old text'],
    'a signature of Gmail': ['<p>Hi</p><div class="gmail_signature">Anna, +44 20 7946 0000</div>', '7946'],
    'what Outlook forwards': [
      '<p>Is it yours?</p><hr><div id="divRplyFwdMsg"><b>From:</b> A &lt;a@example.net&gt;<br><b>Sent:</b> Monday, May 6, 2024 10:15 AM<br><b>To:</b> B<br><b>Subject:</b> x</div><p>Please pay.</p>',
      'Please pay.',
    ],
    'what Thunderbird cites': ['<p>Hm</p><blockquote type="cite">A long poem</blockquote>', 'A long poem'],
  }
  for (const [name, [html, kept]] of Object.entries(pages)) {
    test(`${name}, as HTML`, async () => {
      const { body, history } = await contentsOf(html, {}, 'html')
      assert.ok(body.includes(kept), body)
      assert.equal(history, '')
    })
  }

  test('a forward does, though its headers name a mail', async () => {
    const forwarded = `See below.\n\n${OUTLOOK}\n\nPlease pay.`
    for (const Subject of [
      'Fwd: Your order',
      'WG: Ihre Bestellung',
      'TR : Commande',
      '[EXT] RV: Pedido',
      'İLT: Sipariş',
    ])
      assert.match((await contentsOf(forwarded, { ...ANSWER, Subject })).body, /Please pay/, Subject)
  })
})

test('what an answer indents is no quote', async () => {
  for (const style of [
    'margin:0 0 0 40px;border:none;padding:0px',
    'margin: 0 0 0 40px; border: none; padding: 0px;',
  ]) {
    const html = `<div>Send it to<blockquote style="${style}"><div>Example Road 1</div></blockquote></div>`
    const { body, history } = await contentsOf(`${html}<br>${GMAIL_QUOTE}`, ANSWER, 'html')
    assert.match(body, /Example Road 1/)
    assert.doesNotMatch(body, /OLDTEXT/)
    assert.match(history, /OLDTEXT/)
  }
})

test('a mail that an answer passes on is not cut', async () => {
  for (const separator of ['---------- Forwarded message ---------', '-------- Weitergeleitete Nachricht --------']) {
    const text = `This is what your colleague wrote:\n\n${separator}\n${OUTLOOK}\n\nYou get your money.`
    assert.equal((await contentsOf(text, ANSWER)).body, text)
  }
})

describe('lines of an answer that only look like quoted headers stay', () => {
  const texts = [
    'Please change:\nFrom: Hamburg\nTo: Lisbon\nDate: 3 June\nPassengers: 2\nThank you!',
    'De : Paris\nÀ : Lyon\nDate : 3 juin\nMerci de me rappeler.',
    'From: 8 May 2024, 10:00\nTo: 9 May 2024, 12:00\nRoom: 12\nthat is what I booked.',
    'Von: Berlin\nAn: München\nDatum: 3.6.2024\nBetreff: Umzug\nBitte um ein Angebot.',
    'Name: Anna\nMail: anna@example.org\nOrder: 4711\nColour: red\nplease.',
    'From: the shop\nSubject: lamp\nDate: yesterday\nit came broken.',
    'Od: pondělí\nDo: pátku\nTéma: dovolená\nnejsem tu.',
    'Da: Roma\nA: Milano\nData: 3 giugno\nOggetto: treno\ngrazie.',
    'To: you\nCc: everybody\nSubject: this\nis a poem.',
    'From: Hamburg\nTo: anybody who reads this',
    'Name: Anna\nShop: hello@shop.example\nThree lines: are too few\n\nfor a block of headers',
    'Meeting at 10:15 with:\nBob and me',
  ]
  for (const text of texts) {
    test(JSON.stringify(text.slice(0, 40)), async () => {
      assert.deepEqual(await contentsOf(text, ANSWER).then(({ body, history }) => [body, history]), [text, ''])
    })
  }
})

/** From, date, to, subject, and a date as the program writes it. */
const HEADERS: Record<string, [from: string, date: string, to: string, subject: string, when?: string]> = {
  ar: ['من', 'تم الإرسال', 'إلى', 'الموضوع'],
  bg: ['От', 'Изпратено', 'До', 'Относно', '6 май 2024 г. 10:15'],
  ca: ['De', 'Enviat el', 'Per a', 'Assumpte', 'dilluns, 6 de maig de 2024 10:15'],
  cs: ['Od', 'Odesláno', 'Komu', 'Předmět', 'pondělí 6. května 2024 10:15'],
  da: ['Fra', 'Sendt', 'Til', 'Emne', '6. maj 2024 10:15'],
  de: ['Von', 'Gesendet', 'An', 'Betreff', 'Montag, 6. Mai 2024 10:15'],
  el: ['Από', 'Στάλθηκε', 'Προς', 'Θέμα', 'Δευτέρα, 6 Μαΐου 2024 10:15 πμ'],
  'el without accents': ['ΑΠΟ', 'ΣΤΑΛΘΗΚΕ', 'ΠΡΟΣ', 'ΘΕΜΑ'],
  en: ['From', 'Sent', 'To', 'Subject', 'Monday, May 6, 2024 10:15 AM'],
  es: ['De', 'Enviado el', 'Para', 'Asunto', 'lunes, 6 de mayo de 2024 10:15'],
  et: ['Saatja', 'Saadetud', 'Adressaat', 'Teema'],
  fi: ['Lähettäjä', 'Lähetetty', 'Vastaanottaja', 'Aihe', 'maanantai 6. toukokuuta 2024 10.15'],
  fr: ['De ', 'Envoyé ', 'À ', 'Objet ', 'lundi 6 mai 2024 10:15'],
  he: ['מאת', 'נשלח', 'אל', 'נושא'],
  hr: ['Šalje', 'Poslano', 'Prima', 'Predmet'],
  hu: ['Feladó', 'Elküldve', 'Címzett', 'Tárgy', '2024. május 6., hétfő 10:15'],
  id: ['Dari', 'Dikirim', 'Kepada', 'Subjek'],
  it: ['Da', 'Inviato', 'A', 'Oggetto', 'lunedì 6 maggio 2024 10:15'],
  ja: ['差出人', '送信日時', '宛先', '件名', '2024年5月6日 10:15'],
  ko: ['보낸 사람', '보낸 날짜', '받는 사람', '제목', '2024년 5월 6일 월요일 오전 10:15'],
  lt: ['Nuo', 'Išsiųsta', 'Kam', 'Tema'],
  lv: ['No', 'Nosūtīts', 'Kam', 'Tēma'],
  nb: ['Fra', 'Sendt', 'Til', 'Emne'],
  nl: ['Van', 'Verzonden', 'Aan', 'Onderwerp', 'maandag 6 mei 2024 10:15'],
  pl: ['Od', 'Wysłano', 'Do', 'Temat', 'poniedziałek, 6 maja 2024 10:15'],
  pt: ['De', 'Enviado', 'Para', 'Assunto', 'segunda-feira, 6 de maio de 2024 10:15'],
  ro: ['De la', 'Trimis', 'Către', 'Subiect', 'luni, 6 mai 2024 10:15'],
  ru: ['От', 'Отправлено', 'Кому', 'Тема', '6 мая 2024 г. 10:15'],
  sk: ['Od', 'Odoslané', 'Komu', 'Predmet', 'pondelok 6. mája 2024 10:15'],
  sl: ['Od', 'Poslano', 'Za', 'Zadeva'],
  sr: ['Шаље', 'Послато', 'Прима', 'Тема'],
  sv: ['Från', 'Skickat', 'Till', 'Ämne', 'den 6 maj 2024 10:15'],
  th: ['จาก', 'ส่งเมื่อ', 'ถึง', 'เรื่อง', '6 พฤษภาคม 2567 10:15'],
  tr: ['Kimden', 'Gönderilme', 'Kime', 'Konu', '6 Mayıs 2024 Pazartesi 10:15'],
  uk: ['Від', 'Надіслано', 'Кому', 'Тема', '6 травня 2024 р. 10:15'],
  vi: ['Từ', 'Đã gửi', 'Đến', 'Chủ đề'],
  'zh in mainland China': ['发件人', '发送时间', '收件人', '主题', '2024年5月6日 10:15'],
  'zh in Taiwan': ['寄件者', '寄件日期', '收件者', '主旨', '2024年5月6日 上午 10:15'],
}

describe('an answer above the header lines of Outlook is the body', () => {
  for (const [language, [from, date, to, subject, when = '6.5.2024 10:15']] of Object.entries(HEADERS)) {
    const lines = [
      [from, 'Shop <hello@shop.example>'],
      [date, when],
      [to, 'Anna <anna@example.org>'],
      [subject, 'Your order'],
    ]
    test(language, async () => {
      const text = `Yes, 10:15 please.\n\n${lines.map((line) => line.join(': ')).join('\n')}\n\nOLDTEXT`
      assert.equal((await contentsOf(text, ANSWER)).body, 'Yes, 10:15 please.')
      const html = lines.map(([label, value]) => `<b>${label}:</b> ${value?.replaceAll('<', '&lt;')}`).join('<br>')
      const page = `<p>Yes, 10:15 please.</p>\n<div><p>${html}</p></div>\n<p>OLDTEXT</p>`
      const { body, history } = await contentsOf(page, ANSWER, 'html')
      assert.equal(body, 'Yes, 10:15 please.')
      assert.match(history, /OLDTEXT/)
    })
  }

  test('every language of the table has a sender, a date and a subject', () => {
    for (const { language, words } of LANGUAGES)
      for (const label of ['from', 'date', 'to', 'subject'] as const)
        assert.ok(words[label]?.length, `${language} ${label}`)
    assert.ok(LANGUAGES.length >= 35)
  })
})

describe('an answer above other quotes is the body', () => {
  const cases: Record<string, [text: string, type?: string]> = {
    'GMX and web.de, which begin with the date': [
      'Ja bitte\n\nGesendet: Montag, 06. Mai 2024 um 10:15 Uhr\nVon: "Shop" <hello@shop.example>\nAn: anna@example.org\nBetreff: Your order\n\nOLDTEXT',
    ],
    'Yandex, without a verb and quote marks': ['Ja bitte\n\n06.05.2024, 10:15, "Shop" <hello@shop.example>:\nOLDTEXT'],
    'Thunderbird, with labels and values in a table': [
      '<p>Ja bitte</p><p>-------- Original-Nachricht --------</p><table><tr><th>Betreff: </th><td>Your order</td></tr>\n<tr><th>Datum: </th><td>Mon, 6 May 2024 10:15:00 +0200</td></tr>\n<tr><th>Von: </th><td>Shop &lt;hello@shop.example&gt;</td></tr></table><p>OLDTEXT</p>',
      'html',
    ],
    'headers in no known language, with our address': [
      'Ja bitte\n\nXyz: Shop <hello@shop.example>\nAbc: 1.1.2024 10:15\nDef: anna@example.org\nGhi: Your order\n\nOLDTEXT',
    ],
    'headers with an address only in To': [
      'Ja bitte\n\nFrom: The Shop\nSent: Monday\nTo: anna@example.org\nSubject: Your order\n\nOLDTEXT',
    ],
    'headers with no address, but a date with a time': [
      'Ja bitte\n\nFrom: The Shop\nSent: Monday, May 6, 2024 10:15 AM\nTo: Anna\nSubject: Your order\n\nOLDTEXT',
    ],
    'Thunderbird in Lithuanian': ['Ja bitte\n\n2024-05-06 10:15, Shop rašė:\n> OLDTEXT'],
    'Gmail in Vietnamese': [
      'Ja bitte\n\nVào Th 2, 6 thg 5, 2024 vào lúc 10:15 Shop <hello@shop.example> đã viết:\n\n> OLDTEXT',
    ],
    'Thunderbird in Indonesian': ['Ja bitte\n\nPada 06/05/2024 10:15, Shop menulis:\n> OLDTEXT'],
    'Thunderbird in Slovene': ['Ja bitte\n\nShop je 6. 5. 2024 ob 10:15 napisal:\n> OLDTEXT'],
  }
  for (const [name, [text, type]] of Object.entries(cases)) {
    test(name, async () => {
      const { body, history } = await contentsOf(text, ANSWER, type)
      assert.equal(body, 'Ja bitte')
      assert.match(history, /OLDTEXT/)
    })
  }
})

describe('a mail whose headers name no mail', () => {
  const quoted = `Yes please\n\n${OUTLOOK}\n\nOLDTEXT`

  test('is an answer if its subject says so and a quote has an address and a time', async () => {
    for (const Subject of [
      'Re: Your order',
      'AW: Ihre Bestellung',
      'SV: Din ordre',
      'RE[2]: x',
      'Antw: Bestelling',
      '回复：订单',
    ])
      assert.equal((await contentsOf(quoted, { Subject })).body, 'Yes please', Subject)
    const attributed = 'Yes please\n\nOn Mon, May 6, 2024 at 10:15 AM Shop <hello@shop.example> wrote:\n> OLDTEXT'
    assert.equal((await contentsOf(attributed, { Subject: 'Re: Your order' })).body, 'Yes please')
  })

  test('is none if only one of both does', async () => {
    const marks = 'I get this:\n\n> Card declined'
    const bare = 'Yes\n\nFrom: The Shop\nSent: Monday\nTo: anna@example.org\nSubject: Your order\n\nOLDTEXT'
    for (const [text, Subject] of [
      ...[
        [quoted, 'Your order'],
        [quoted, 'Reply'],
        [quoted, 'Regarding: lamp'],
      ],
      ...[
        [marks, 'Re: Payment'],
        [bare, 'Re: Your order'],
      ],
    ] as const)
      assert.equal((await contentsOf(text, { Subject })).body, text, `${Subject}: ${text}`)
  })

  test('is an answer if it was sent to a reply address', async () => {
    const { body } = await contentsOf('Yes\n\n> OLDTEXT', { To: 'reply-61623132-68d4498d@in.shop.example' })
    assert.equal(body, 'Yes')
  })
})
