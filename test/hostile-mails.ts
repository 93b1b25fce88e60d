// Mails that cost much time or memory if they are parsed without bounds.

const MB = 1024 * 1024
const HEAD = 'From: joe@example.org\r\nSubject: Hello\r\n'
const repeat = (text: string, bytes: number) => text.repeat(Math.floor(bytes / text.length))
/** Lines of 400 characters. */
const folded = (text: string, by = '\r\n') => text.replace(/.{400}/g, `$&${by}`)
const html = (text: string) => `${HEAD}Content-Type: text/html\r\n\r\n${folded(text)}`
const encoded = (encoding: string, text: string) =>
  `${HEAD}Content-Type: application/zip\r\nContent-Transfer-Encoding: ${encoding}\r\n\r\n${text}`
const header = (line: string) => `${HEAD}${line}\r\n\r\nHello`

function nested(levels: number): string {
  const opened = Array.from(
    { length: levels },
    (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
  )
  return `${HEAD}${opened.join('')}\r\nHello`
}

/** Text that is too long for a body is stored as a file. */
const FILE = 'An attachment is too large'
const LINES = 'The message has more than 1000000 lines'

/** Functions, because the largest have 25 MB. A mail without a refusal is accepted. */
export const HOSTILE_MAILS: [name: string, mail: () => string, refusal?: string][] = [
  ['24 MB of line ends', () => `${HEAD}\r\n${repeat('\r\n', 24 * MB)}`, LINES],
  ['24 MB of bare line feeds', () => `${HEAD.replaceAll('\r', '')}\n${repeat('\n', 24 * MB)}`, LINES],
  ['a million lines', () => `${HEAD}\r\n${repeat('> aaaaaaaaaaaaaaaaaaaa\r\n', 23 * MB)}`, LINES],
  ['many short lines', () => `${HEAD}\r\n${repeat('> aaaaaaaaaaaaaaaaaaaaaaaa\r\n', 24 * MB)}`, FILE],
  ['24 MB of quote marks', () => `${HEAD}\r\n${repeat('>', 24 * MB)}`, FILE],
  ['a megabyte of quote marks in lines', () => `${HEAD}\r\n${repeat('>\r\n', MB)}`],
  ['a megabyte of <p>', () => html(repeat('<p>x', 0.95 * MB))],
  ['a megabyte of <br>', () => html(repeat('<br>', 0.95 * MB))],
  ['a megabyte of blockquotes', () => html(repeat('<blockquote>x</blockquote>', 0.95 * MB))],
  ['a megabyte of blockquotes in blockquotes', () => html(repeat('<blockquote>x', 0.95 * MB))],
  ['a megabyte of <b>', () => html(repeat('<b>a', 0.95 * MB))],
  ['a megabyte of table cells', () => html(repeat('<td>x', 0.95 * MB))],
  ['a megabyte of attributes', () => html(`<p ${repeat('a=1 ', 0.95 * MB)}>`)],
  ['a megabyte of entities', () => html(repeat('&amp;', 0.95 * MB))],
  ['a megabyte of open tags', () => html(repeat('<', 0.95 * MB))],
  ['a megabyte of comments', () => html(repeat('<!--', 0.95 * MB))],
  ['24 MB of <p>', () => html(repeat('<p>x', 23 * MB)), FILE],
  ['24 MB of base64 that is none', () => encoded('base64', folded(repeat('A!', 23 * MB)))],
  ['24 MB of quoted-printable', () => encoded('quoted-printable', repeat('=41=\r\n', 5 * MB))],
  ['a megabyte of groups', () => header(`To: ${folded(repeat('g:a@b.c;', 0.9 * MB), '\r\n ')}`)],
  ['a megabyte of addresses without an at sign', () => header(`To: ${repeat('a', 0.9 * MB)}`)],
  ['a megabyte of opened quotes', () => header(`To: ${repeat('"', 0.9 * MB)}`)],
  ['a megabyte of comments in an address', () => header(`To: ${repeat('(', 0.9 * MB)}`)],
  ['a megabyte of encoded words', () => header(`Subject: ${folded(repeat('=?utf-8?q?a?= ', 0.9 * MB), '\r\n ')}`)],
  ['a megabyte of References', () => header(`References: ${folded(repeat('<a@b.c> ', 0.9 * MB), '\r\n ')}`)],
  ['a megabyte of headers', () => `${HEAD}${repeat('X: y\r\n', 0.9 * MB)}\r\nHello`, 'The message cannot be read'],
  ['parameters of a header', () => header(`Content-Type: text/plain; ${repeat('a*0*=b; ', 0.9 * MB)}`)],
  ['900 parts in parts', () => nested(900)],
  [
    'a million parts',
    () => `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n${repeat('--b\r\n\r\nx\r\n', 10 * MB)}`,
    LINES,
  ],
  [
    'a thousand files',
    () =>
      `${HEAD}Content-Type: multipart/mixed; boundary=b\r\n\r\n${'--b\r\nContent-Type: image/png\r\n\r\nx\r\n'.repeat(999)}`,
    'The message has more than 100 files',
  ],
]
