// Decoding texts in wrong, missing and unknown charsets: what cannot be read first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import iconv from 'iconv-lite'
import { charsetInHtml, decodeText, type Hints } from './charset.ts'

const bytesOf = (text: string, charset: string) => iconv.encode(text, charset)
const latin1 = (text: string) => Buffer.from(text, 'latin1')

test('bytes that no charset explains are read somehow, without U+FFFD where possible, and the doubt is told', () => {
  const cases: [name: string, bytes: Buffer, hints: Hints, doubt: RegExp][] = [
    ['two Japanese words in EUC-JP', bytesOf('お問い合わせ', 'euc-jp'), {}, /No charset is named/],
    ['a short Chinese sentence', bytesOf('您好，我有一个问题', 'gbk'), {}, /No charset is named/],
    ['Arabic in windows-1256', bytesOf('مرحبا بكم', 'windows-1256'), {}, /No charset is named/],
    ['Cyrillic that declares UTF-8', bytesOf('Здравствуйте', 'windows-1251'), { declared: 'utf-8' }, /not valid utf-8/],
    [
      'an encoding that is no charset',
      bytesOf('Zażółć gęślą jaźń', 'iso-8859-2'),
      { declared: 'hex' },
      /not valid hex/,
    ],
    ['a charset that nobody knows', bytesOf('Zażółć gęślą jaźń', 'iso-8859-2'), { declared: 'x-none' }, /x-none/],
    ['UTF-8 that was cut in a character', Buffer.from('Grüße aus Köln und Zürich').subarray(0, 24), {}, /./],
    ['half a character', bytesOf('電話', 'shift_jis').subarray(0, 3), { declared: 'x-sjis' }, /not valid x-sjis/],
    ['a broken escape sequence', latin1('\x1b$B$*\xff'), {}, /./],
    ['an odd ISO-2022-JP', latin1('\x1b$B$*L'), {}, /not valid iso-2022-jp/],
    ['random bytes', Buffer.from([0xfd, 0xff, 0xfe, 0x81, 0x8d, 0x90]), { declared: 'gb2312' }, /./],
  ]
  for (const [name, bytes, hints, doubt] of cases) {
    const decoded = decodeText(bytes, hints)
    assert.match(decoded.doubt ?? 'none', doubt, name)
    assert.notEqual(decoded.doubt, null, name)
  }
})

test('a wrong, missing or odd declaration does not change the text', () => {
  const cases: [declared: string | undefined, charset: string, text: string][] = [
    ['utf-8', 'windows-1252', 'Größere Maße für Müller'],
    ['us-ascii', 'windows-1252', 'It’s a café – déjà vu'],
    ['us-ascii', 'utf-8', 'Привет, это UTF-8'],
    ['iso-8859-1', 'utf-8', 'Überraschung für Jürgen'],
    ['iso-8859-1', 'windows-1252', '“Quotes” and € signs'],
    [undefined, 'windows-1252', 'ação, criação e informação'],
    ['gb2312', 'gb18030', '朱镕基 and 㐀 are not in GB 2312'],
    ['gbk', 'gbk', '您好，我有一个问题'],
    ['GB_2312-80', 'gbk', '联通'],
    ['cp-850', 'cp850', 'Straße für Mädchen'],
    ['ibm850', 'cp850', 'déjà'],
    ['x-sjis', 'shift_jis', 'お問い合わせありがとうございます'],
    ['shift_jis', 'cp932', '①②③ 髙橋様'],
    ['Windows-31J', 'cp932', '㈱高橋'],
    ['ks_c_5601-1987', 'cp949', '안녕하세요 똠방각하'],
    ['cp949', 'cp949', '문의드립니다'],
    ['iso-8859-8-i', 'iso-8859-8', 'שלום וברכה'],
    ['cp1251', 'windows-1251', 'Здравствуйте'],
    ['win-1251', 'windows-1251', 'Здравствуйте'],
    ['x-cp1250', 'windows-1250', 'Zażółć gęślą jaźń'],
    ['koi8-r', 'koi8-r', 'Здравствуйте'],
    ['big5', 'big5', '您好，我有一個問題'],
    ['viscii', 'viscii', 'Tiếng Việt'],
    ['utf-16le', 'utf-16le', 'Hello 你好'],
    ['utf-7', 'utf-7', 'Grüße <b>'],
    ['utf-8', 'cesu8', 'Hello 😀'],
    ['unicode-1-1-utf-8', 'utf-8', 'naïve'],
  ]
  for (const [declared, charset, text] of cases) {
    const decoded = decodeText(bytesOf(text, charset), { declared })
    assert.deepEqual([decoded.text, decoded.doubt], [text, null], `${declared} for ${charset}`)
  }
})

test('escape sequences show Japanese, Korean and Chinese in seven bits, whatever is declared', () => {
  const japanese = latin1('\x1b$B$*Ld$$9g$o$;$"$j$,$H$&$4$6$$$^$9!#\x1b(B')
  const halfWidth = latin1('\x1b(I12\x1b(B')
  const korean = latin1('\x1b$)C\r\n\x0e>H3gGO<<?d\x0f!')
  const chinese = latin1('Hello ~{<:Ky2;S{!#~}~~')
  for (const declared of [undefined, 'us-ascii', 'utf-8', 'iso-8859-1', 'iso-2022-jp']) {
    assert.equal(decodeText(japanese, { declared }).text, 'お問い合わせありがとうございます。', declared)
    assert.equal(decodeText(halfWidth, { declared }).text, 'ｱｲ', declared)
    assert.equal(decodeText(korean, { declared }).text, '안녕하세요!', declared)
  }
  assert.equal(decodeText(chinese, { declared: 'hz-gb-2312' }).text, 'Hello 己所不欲。~')
  assert.equal(decodeText(chinese).text, 'Hello 己所不欲。~')
})

test('texts with the signs of such charsets stay as they are', () => {
  for (const text of ['a ~{b c}~ d', '~{ and ~}', '+ADw-script+AD4-', '1 + 1 - 2', 'price: $B (B)', '~{abc}', '~~'])
    assert.deepEqual(decodeText(Buffer.from(text)), { text, charset: 'us-ascii', doubt: null }, text)
})

test('the charset of another part is a better guess than statistics', () => {
  const bytes = bytesOf('Да', 'koi8-r')
  const decoded = decodeText(bytes, { others: ['utf-8', 'koi8-r'] })
  assert.equal(decoded.text, 'Да')
  assert.match(decoded.doubt ?? '', /another part/)
})

test('the HTML itself names its charset in a meta', () => {
  for (const [html, charset] of [
    ['<meta charset="windows-1251">', 'windows-1251'],
    ["<META CHARSET='koi8-r' />", 'koi8-r'],
    ['<meta charset=utf-8>', 'utf-8'],
    ['<meta http-equiv="Content-Type" content="text/html; charset=gb2312">', 'gb2312'],
    ['<meta content="text/html;charset=Shift_JIS" http-equiv=Content-Type>', 'Shift_JIS'],
    ['<meta name="x" content="charset">', undefined],
    ['<p>charset=big5</p>', undefined],
    [`${' '.repeat(5_000)}<meta charset=big5>`, undefined],
    ['<metadata charset=big5>', undefined],
    ['', undefined],
  ] as const)
    assert.equal(charsetInHtml(Buffer.from(html)), charset, html)
})
