// Charsets of whole mails: in every part, in headers, in names of files, and how a doubtful part is read again.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import iconv from 'iconv-lite'
import { readMail } from './mail.ts'

type Piece = string | Buffer
const mail = (...pieces: Piece[]) =>
  Buffer.concat(
    pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece.replaceAll('\n', '\r\n')) : piece)),
  )
const bytesOf = (text: string, charset: string) => iconv.encode(text, charset)
const HEAD = 'From: joe@example.org\n'
const JAPANESE = Buffer.from('\x1b$B$*Ld$$9g$o$;$"$j$,$H$&$4$6$$$^$9!#\x1b(B', 'latin1')
const THANKS = 'お問い合わせありがとうございます。'

test('a part that cannot be read for certain is named, and is read again with the charset that a person gives', async () => {
  const raw = mail(
    `${HEAD}Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nCertain: Grüße\n--b\nContent-Type: text/plain\n\n`,
    bytesOf('Zażółć gęślą jaźń', 'iso-8859-2'),
    '\n--b--\n',
  )
  const first = await readMail(raw)
  assert.deepEqual(
    first.doubtful_parts.map(({ part, reason }) => [part, reason]),
    [['2', 'No charset is named']],
  )
  assert.ok(first.text?.includes('Certain: Grüße'))
  assert.ok(!first.text?.includes('\ufffd'), 'no character is replaced')
  const again = await readMail(raw, 'iso-8859-2')
  assert.ok(again.text?.includes('Zażółć gęślą jaźń'), again.text ?? '')
  assert.ok(again.text?.includes('Certain: Grüße'))
  assert.deepEqual(again.doubtful_parts, [])
  assert.equal(again.id, first.id)
})

test('a charset that does not fit either leaves the doubt', async () => {
  const raw = mail(`${HEAD}\n`, bytesOf('Zażółć gęślą jaźń', 'iso-8859-2'))
  for (const charset of ['utf-8', 'euc-jp', 'no-such-charset'])
    assert.equal((await readMail(raw, charset)).doubtful_parts.length, 1, charset)
})

test('every part is read, whatever it declares', async () => {
  const part = (header: string, bytes: Piece) => [`--b\n${header}\n\n`, bytes, '\n']
  const cases: [name: string, header: string, bytes: Buffer, expected: string][] = [
    ['Japanese without a charset', 'Content-Type: text/plain;', JAPANESE, THANKS],
    ['Japanese in HTML', 'Content-Type: text/html', JAPANESE, THANKS],
    [
      'Russian in HTML',
      'Content-Type: text/html',
      bytesOf('<meta charset=windows-1251><p>Здравствуйте', 'cp1251'),
      'Здравствуйте',
    ],
    ['UTF-8 that is windows-1252', 'Content-Type: text/plain; charset=utf-8', bytesOf('Größe', 'cp1252'), 'Größe'],
    ['US-ASCII that is UTF-8', 'Content-Type: text/plain; charset=us-ascii', Buffer.from('Größe'), 'Größe'],
    ['cp-850', 'Content-Type: text/plain; charset="cp-850"', bytesOf('Straße', 'cp850'), 'Straße'],
    ['gb2312 with more', 'Content-Type: text/plain; charset=gb2312', bytesOf('朱镕基', 'gbk'), '朱镕基'],
    ['x-sjis', 'Content-Type: text/plain; charset=x-sjis', bytesOf('①②髙橋', 'cp932'), '①②髙橋'],
    ['Hebrew', 'Content-Type: text/plain; charset=iso-8859-8-i', bytesOf('שלום', 'iso-8859-8'), 'שלום'],
    ['Korean', 'Content-Type: text/plain; charset=ks_c_5601-1987', bytesOf('똠방각하', 'cp949'), '똠방각하'],
    ['HZ', 'Content-Type: text/plain; charset=hz-gb-2312', Buffer.from('~{<:Ky2;S{!#~}'), '己所不欲。'],
    ['UTF-7', 'Content-Type: text/plain; charset=utf-7', bytesOf('Grüße', 'utf-7'), 'Grüße'],
    [
      'UTF-16',
      'Content-Type: text/plain; charset=utf-16le\nContent-Transfer-Encoding: base64',
      Buffer.from(bytesOf('Grüße', 'utf-16le').toString('base64')),
      'Grüße',
    ],
    [
      'quoted-printable',
      'Content-Type: text/plain\nContent-Transfer-Encoding: quoted-printable',
      Buffer.from('Gr=FC=DFe'),
      'Grüße',
    ],
    ['flowed', 'Content-Type: text/plain; format=flowed', bytesOf('Grüße', 'cp1252'), 'Grüße'],
  ]
  for (const [name, header, bytes, expected] of cases) {
    const alone = await readMail(mail(`${HEAD}${header}\n\n`, bytes))
    assert.ok(alone.contents.body.includes(expected), `alone, ${name}: ${alone.contents.body}`)
    const first = part('Content-Type: text/plain', 'Hello')
    const within = await readMail(
      mail(`${HEAD}Content-Type: multipart/mixed; boundary=b\n\n`, ...first, ...part(header, bytes), '--b--\n'),
    )
    assert.ok(within.contents.body.includes(expected), `in a multipart, ${name}: ${within.contents.body}`)
    assert.deepEqual(within.doubtful_parts, [], name)
  }
})

test('headers are read in raw bytes, in seven bits, and in encoded words that are wrong', async () => {
  const utf8 = Buffer.from('你好')
  const word = (charset: string, bytes: Buffer) => `=?${charset}?B?${bytes.toString('base64')}?=`
  const cases: [name: string, subject: Piece, expected: string][] = [
    ['raw windows-1252', bytesOf('Größere Maße', 'cp1252'), 'Größere Maße'],
    ['raw UTF-8', 'Größere Maße', 'Größere Maße'],
    ['raw ISO-2022-JP', JAPANESE, THANKS],
    ['raw Russian', bytesOf('Здравствуйте, у меня вопрос', 'koi8-r'), 'Здравствуйте, у меня вопрос'],
    [
      'a character between two words',
      `${word('utf-8', utf8.subarray(0, 4))} ${word('utf-8', utf8.subarray(4))}`,
      '你好',
    ],
    ['UTF-8 that is windows-1252', '=?utf-8?Q?Gr=F6=DFe?=', 'Größe'],
    ['us-ascii that is UTF-8', '=?us-ascii?Q?Gr=C3=B6=C3=9Fe?=', 'Größe'],
    ['an unknown charset', '=?x-unknown?Q?Gr=C3=B6=C3=9Fe?=', 'Größe'],
    ['an odd name', word('cp-850', bytesOf('Straße', 'cp850')), 'Straße'],
    ['gb2312 with more', word('gb2312', bytesOf('朱镕基', 'gbk')), '朱镕基'],
    ['Japanese with its escapes', word('iso-2022-jp', JAPANESE), THANKS],
    ['Japanese that declares UTF-8', word('utf-8', JAPANESE), THANKS],
    ['a language', '=?iso-8859-1*de?Q?Gr=F6=DFe?=', 'Größe'],
    ['two charsets', '=?iso-8859-1?Q?Gr=F6=DFe?= =?utf-8?Q?_und_Ma=C3=9F?=', 'Größe und Maß'],
    ['no encoded word', 'a =?b c?= d =?utf-8?x?y?=', 'a =?b c?= d =?utf-8?x?y?='],
  ]
  for (const [name, subject, expected] of cases)
    assert.equal((await readMail(mail(`${HEAD}Subject: `, subject, '\n\nHello'))).subject, expected, name)
})

test('the name of a sender, and of a file, is read as well', async () => {
  const sender = await readMail(mail('From: "', bytesOf('Jörg Müller', 'cp1252'), '" <joe@example.org>\n\nHello'))
  assert.deepEqual(sender.from, { name: 'Jörg Müller', address: 'joe@example.org' })
  const word = await readMail(
    mail('From: =?gb2312?B?', bytesOf('朱镕基', 'gbk').toString('base64'), '?= <a@b.example>\n\nx'),
  )
  assert.equal(word.from?.name, '朱镕基')
  const named = async (...disposition: Piece[]) => {
    const head = `${HEAD}Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: application/pdf\nContent-Disposition: `
    return (await readMail(mail(head, ...disposition, '\n\nx\n--b--\n'))).files[0]?.name
  }
  assert.equal(await named('attachment; filename="', bytesOf('Größe.pdf', 'cp1252'), '"'), 'Größe.pdf')
  assert.equal(
    await named('attachment; filename="=?gb2312?B?', bytesOf('朱镕基.pdf', 'gbk').toString('base64'), '?="'),
    '朱镕基.pdf',
  )
  assert.equal(await named("attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe.pdf"), 'Größe.pdf')
})
