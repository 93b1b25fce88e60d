// Finding the content type of a file, and choosing the type that a browser receives.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentTypeOf, isInline, servedAs } from './content-type.ts'

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=',
  'base64',
)
const text = (words: string) => Buffer.from(words)

const cases: [name: string, claimed: string | undefined, head: Buffer, type: string][] = [
  ['a.png', 'image/png', text('<script>alert(1)</script>'), 'application/octet-stream'],
  ['a.png', undefined, text('not a picture'), 'application/octet-stream'],
  ['a.jpg', 'image/jpeg', text(`MZ${'x'.repeat(200)}`), 'application/x-msdownload'],
  ['a.html', 'text/html', PNG, 'image/png'],
  ['a.txt', 'application/octet-stream', PNG, 'image/png'],
  ['photo.PNG', 'IMAGE/PNG; charset=x', PNG, 'image/png'],
  ['a.pdf', 'application/octet-stream', text('%PDF-1.7\n'), 'application/pdf'],
  ['a.csv', '', text('a,b'), 'text/csv'],
  ['a.csv', 'text/csv; charset=utf-8', text('a,b'), 'text/csv'],
  ['BM.txt', 'text/plain', text('BM is how a bitmap begins'), 'text/plain'],
  ['a.docx', 'application/vnd.x-word', text('PK\u0003\u0004'), 'application/vnd.x-word'],
  ['a', 'text/html\r\nX: y', text('x'), 'application/octet-stream'],
  ['a', '../x', text('x'), 'application/octet-stream'],
  ['a', undefined, Buffer.alloc(0), 'application/octet-stream'],
  ['a.svg', 'image/svg+xml', text('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'],
]

test('only bytes make a file a picture; otherwise the claimed type counts, then the bytes, then the name', async () => {
  for (const [name, claimed, head, type] of cases)
    assert.equal(await contentTypeOf({ name, claimed, head }), type, `${name} ${claimed}`)
})

test('files that a browser could run are sent as bytes to save, and only pictures are shown inline', () => {
  const bytes = ['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/javascript', 'text/css', 'text/xml']
  for (const type of [...bytes, 'application/x-msdownload', 'application/zip', 'message/rfc822'])
    assert.deepEqual([servedAs(type), isInline(type)], ['application/octet-stream', false], type)
  for (const type of ['audio/ogg', 'video/mp4', 'application/pdf', 'text/plain'])
    assert.deepEqual([servedAs(type), isInline(type)], [type, false])
  for (const type of ['image/png', 'image/jpeg', 'image/gif', 'image/webp'])
    assert.deepEqual([servedAs(type), isInline(type)], [type, true])
})
