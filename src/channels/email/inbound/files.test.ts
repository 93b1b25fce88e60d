// Text parts that have a name, and pictures in the text: files, and not part of the body.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readMail } from './mail.ts'

const HEAD = 'From: joe@example.org\nSubject: Log\nContent-Type: multipart/mixed; boundary=b\n\n'
const LETTER = '--b\nContent-Type: text/plain\n\nThe log is attached.\n'
const part = (headers: string, text = 'line 1\nline 2') => `--b\n${headers}\n\n${text}\n`

async function read(...parts: string[]) {
  const { contents } = await readMail(Buffer.from(`${HEAD}${parts.join('')}--b--\n`.replaceAll('\n', '\r\n')))
  return { body: contents.body, files: contents.files.map((file) => `${file.name} ${file.content_type} ${file.data}`) }
}

test('a text without a name stays in the body, and so do the alternatives of a text', async () => {
  for (const headers of [
    'Content-Type: text/plain',
    'Content-Type: text/plain\nContent-Disposition: inline',
    'Content-Type: text/plain; charset=utf-8; format=flowed\nContent-Disposition: inline; size=12',
    'Content-Type: text/plain; name=""\nContent-Disposition: inline; filename=""',
    'Content-Description: server.log',
  ]) {
    const { body, files } = await read(LETTER, part(headers, 'more'))
    assert.match(body, /attached\.\s+more/, headers)
    assert.deepEqual(files, [], headers)
  }
  const alternative = (type: string, text: string) =>
    `--c\nContent-Type: text/${type}; name="body.${type}"\n\n${text}\n`
  const { body, files } = await read(
    `--b\nContent-Type: multipart/alternative; boundary=c\n\n${alternative('plain', 'Hello')}${alternative('html', '<p>Hello</p>')}--c--\n`,
  )
  assert.deepEqual([body, files], ['Hello', []])
})

test('a named text is a file, however its name is written', async () => {
  for (const [headers, name, type = 'text/plain'] of [
    ['Content-Type: text/plain\nContent-Disposition: inline; filename="server.log"', 'server.log'],
    ['Content-Type: text/plain; name="server.log"', 'server.log'],
    ['Content-Type: text/plain; name=server.log\nContent-Disposition: inline', 'server.log'],
    ['Content-Type: text/plain\nContent-Disposition: attachment; filename=server.log', 'server.log'],
    ['Content-Disposition: inline; filename="server.txt"', 'server.txt'],
    ["Content-Type: text/plain\nContent-Disposition: inline; filename*=utf-8''Gr%C3%B6%C3%9Fe.txt", 'Größe.txt'],
    ["Content-Type: text/plain; name*=iso-8859-1'de'Gr%F6%DFe.txt", 'Größe.txt'],
    ['Content-Type: text/plain; name*0="ser"; name*1="ver.log"', 'server.log'],
    ['Content-Type: text/plain; name="=?utf-8?Q?Gr=C3=B6=C3=9Fe.txt?="', 'Größe.txt'],
    ['Content-Type: text/html; name="report.html"', 'report.html', 'text/html'],
    ['Content-Type: text/html\nContent-Disposition: inline; filename="report.html"', 'report.html', 'text/html'],
    ['Content-Type: text/plain; format=flowed; name=notes.txt', 'notes.txt'],
  ] as [string, string, string?][]) {
    const { body, files } = await read(LETTER, part(headers))
    assert.equal(body, 'The log is attached.', headers)
    assert.deepEqual(files, [`${name} ${type} line 1\r\nline 2`], headers)
  }
})

test('the letter can be above, below or between its files, and in HTML', async () => {
  const file = part('Content-Type: text/plain; name=a.txt', 'file a')
  const other = part('Content-Type: text/html; name=b.html', '<p>file b</p>')
  const html = part('Content-Type: text/html', '<p>The log is <b>attached</b>.</p>')
  for (const parts of [
    [file, other, LETTER],
    [file, LETTER, other],
    [LETTER, other, file],
    [html, file, other],
    [file, html, other],
  ]) {
    const { body, files } = await read(...parts)
    assert.equal(body, 'The log is attached.')
    assert.deepEqual(files.map((shown) => shown.split(' ')[0]).sort(), ['a.txt', 'b.html'])
  }
})

test('a mail that is nothing but a named text has it as its body, and as a file', async () => {
  const expected = { body: 'line 1\nline 2', files: ['message.txt text/plain line 1\r\nline 2'] }
  const named = 'Content-Type: text/plain; name=message.txt'
  assert.deepEqual(await read(part(named)), expected)
  assert.deepEqual(await read(part('Content-Type: text/plain', '  '), part(named)), expected)
  const alone = await readMail(Buffer.from(`From: joe@example.org\r\n${named}\r\n\r\nline 1\r\nline 2`))
  assert.equal(alone.contents.body, 'line 1\nline 2')
  assert.deepEqual(
    alone.contents.files.map(({ name }) => name),
    ['message.txt'],
  )
})

test('a file keeps its bytes, whatever its charset is', async () => {
  const bytes = Buffer.from([0x47, 0x72, 0xf6, 0xdf, 0x65, 0x0d, 0x0a, 0x80])
  const raw = Buffer.concat([
    Buffer.from(`${HEAD}${LETTER}--b\nContent-Type: text/plain; charset=utf-8; name=a.txt\n\n`),
    bytes,
    Buffer.from('\n--b--\n'),
  ])
  const { contents, doubtful_parts } = await readMail(raw)
  assert.deepEqual(contents.files[0]?.data, bytes)
  assert.equal(contents.body, 'The log is attached.')
  assert.deepEqual(doubtful_parts, [])
})

test('a picture in a data: URL is a picture of the mail, and does not count as text', async () => {
  const picture = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(1_500_000)])
  const mail = `From: joe@example.org\nContent-Type: text/html\n\n<img src="data:image/png;base64,${picture.toString('base64')}">`
  const { contents } = await readMail(Buffer.from(mail))
  assert.deepEqual(
    contents.pictures.map(({ name, content_type, data }) => [name, content_type, data.length]),
    [['image-1.png', 'image/png', picture.length]],
  )
  assert.equal(contents.html, `<img src="cid:${contents.pictures[0]?.cid}">`)
  assert.deepEqual(contents.files, [])
})
