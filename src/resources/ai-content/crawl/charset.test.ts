// Charsets of pages: wrong names first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodePage } from './charset.ts'

const latin = (text: string) => Buffer.from(text, 'latin1')

const PAGES: [name: string, bytes: Buffer, type: string, text: string | RegExp][] = [
  ['an unknown charset is taken for UTF-8', Buffer.from('é'), 'text/html; charset=none', 'é'],
  ['an empty charset is taken for UTF-8', Buffer.from('é'), 'text/html; charset=', 'é'],
  ['bytes that the charset does not have', Buffer.from([0x61, 0xff]), 'text/html; charset=utf-8', 'a\ufffd'],
  ['an unknown charset in the header leaves meta', latin('<meta charset=latin1>é'), 'text/html; charset=x', /é$/],
  ['no charset', Buffer.from('é'), 'text/html', 'é'],
  ['a charset of the header', latin('caf\xe9 \x80'), 'text/html; charset=windows-1252', 'café €'],
  ['a charset in quotes', latin('caf\xe9'), 'text/html; Charset="ISO-8859-1"', 'café'],
  ['a charset of meta', latin('<meta charset="iso-8859-15">\xa4'), 'text/html', /€$/],
  [
    'a charset of http-equiv',
    latin('<META http-equiv=Content-Type content="text/html; charset=ISO-8859-1">\xe9'),
    ...(['text/html', /é$/] as const),
  ],
  ['the header wins over meta', latin('<meta charset=utf-8>\xe9'), 'text/html; charset=iso-8859-1', /é$/],
  ['Shift_JIS', Buffer.from([0x93, 0xfa, 0x96, 0x7b]), 'text/html; charset=Shift_JIS', '日本'],
  ['EUC-KR', Buffer.from([0xc7, 0xd1]), 'text/html; charset=euc-kr', '한'],
  ['GB18030', Buffer.from([0xd6, 0xd0]), 'text/html; charset=gb2312', '中'],
  ['KOI8-R', Buffer.from([0xd0, 0xd2]), 'text/html; charset=koi8-r', 'пр'],
  ['a byte order mark wins', Buffer.from('\ufeffé'), 'text/html; charset=iso-8859-1', 'é'],
  ['UTF-16 with a mark', Buffer.from('\ufeffé', 'utf16le'), 'text/html', 'é'],
  ['UTF-16 in meta means UTF-8', Buffer.from('<meta charset=utf-16>é'), 'text/html', /é$/],
]

for (const [name, bytes, type, text] of PAGES)
  test(name, () => {
    const decoded = decodePage(bytes, type)
    if (typeof text === 'string') assert.equal(decoded, text)
    else assert.match(decoded, text)
  })
