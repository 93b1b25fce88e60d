// Pictures in `data:` URLs: what is no picture first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DataUrl, takeDataPictures } from './data-pictures.ts'

const PNG = Buffer.from('\x89PNG\r\n\x1a\n the rest', 'latin1').toString('base64')
const JPEG = Buffer.from('\xff\xd8\xff\xe0 the rest', 'latin1').toString('base64')
const GIF = Buffer.from('GIF89a the rest').toString('base64')
const WEBP = Buffer.from('RIFF\0\0\0\0WEBPVP8 ').toString('base64')
const SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>steal()</script></svg>'

function take(html: string) {
  const urls: DataUrl[] = []
  return { html: takeDataPictures(html, (url) => `place:${urls.push(url)}`), urls }
}

test('what browsers do not show as a picture is no picture, whatever it says', () => {
  for (const [url, kind, content_type] of [
    [`data:image/svg+xml;base64,${Buffer.from(SVG).toString('base64')}`, 'file', 'image/svg+xml'],
    [`data:image/svg+xml;utf8,${encodeURIComponent(SVG)}`, 'file', 'image/svg+xml'],
    [`data:image/png;base64,${Buffer.from(SVG).toString('base64')}`, 'file', 'image/png'],
    [`data:text/html;base64,${Buffer.from('<script>').toString('base64')}`, 'file', 'text/html'],
    ['data:,Hello', 'file', 'text/plain'],
    ['data:application/javascript,alert(1)', 'file', 'application/javascript'],
    ['data:image/png;base64,', 'broken', 'image/png'],
    ['data:image/png;base64,%%%', 'broken', 'image/png'],
    ['data:image/png;base64,iVBOR#w0KGgo=', 'broken', 'image/png'],
    ['data:image/png;base64,<b>', 'broken', 'image/png'],
    ['data:image/png,%zz', 'broken', 'image/png'],
    ['data:image/png;base64,AA==', 'file', 'image/png'],
    ['data:nonsense of a type;base64,AAAA', 'file', 'text/plain'],
  ] as const) {
    const { urls } = take(`<p><img src="${url}"></p>`)
    assert.deepEqual([urls[0]?.kind, urls[0]?.content_type], [kind, content_type], url)
  }
})

test('a picture is taken, however its tag is written', () => {
  for (const [tag, type] of [
    [`<img src="data:image/png;base64,${PNG}">`, 'image/png'],
    [`<IMG SRC='DATA:image/PNG;BASE64,${PNG}'/>`, 'image/png'],
    [`<img alt="a" width=5 src = "data:image/png;base64,${PNG}" title="x">`, 'image/png'],
    [`<img src=data:image/png;base64,${PNG}>`, 'image/png'],
    [`<img\n  src="data:image/jpeg;base64,\n${JPEG.slice(0, 8)}\r\n ${JPEG.slice(8)}">`, 'image/jpeg'],
    [`<img src="data:image/gif;charset=utf-8;base64,${GIF}">`, 'image/gif'],
    [`<img src="data:image/webp;base64,${encodeURIComponent(WEBP)}">`, 'image/webp'],
    [`<img src="data:image/jpeg;base64,${PNG}">`, 'image/png'],
    [`<img src="data:;base64,${PNG}">`, 'image/png'],
    [`<img src=" data:image/png;base64,${PNG.replaceAll('+', '-').replaceAll('/', '_')}">`, 'image/png'],
  ] as const) {
    const { html, urls } = take(`<p>a${tag}b</p>`)
    assert.deepEqual([urls.length, urls[0]?.kind, urls[0]?.content_type], [1, 'picture', type], tag)
    assert.ok(html.includes('"place:1"') && !/data:/i.test(html), html)
    assert.ok(html.startsWith('<p>a<') && html.endsWith('b</p>'), html)
  }
})

test('equal pictures are taken once, and different ones each', () => {
  const img = (data: string) => `<img src="data:image/png;base64,${data}">`
  const { html, urls } = take(img(PNG) + img(GIF) + img(PNG))
  assert.equal(urls.length, 2)
  assert.equal(html, '<img src="place:1"><img src="place:2"><img src="place:1">')
})

test('texts, links and other tags with a data URL stay as they are', () => {
  for (const html of [
    'data:image/png;base64,AAAA',
    '&lt;img src="data:image/png;base64,AAAA"&gt;',
    '<a href="data:text/html,x">x</a>',
    '<img src="https://example.com/data:x,y">',
    '<img alt="data:image/png;base64,AAAA">',
    '<imgs src="data:image/png;base64,AAAA">',
    '<p title="data:x">img src="data:a,b"</p>',
    '<img src="cid:data">',
    '<img data-src=x>',
    '',
  ])
    assert.deepEqual(take(html), { html, urls: [] }, html)
})

test('hostile tags take time in proportion to their length', () => {
  const started = performance.now()
  for (const piece of [
    '<img ',
    '<img src=',
    '<img src="data:',
    '<img src=data:,',
    '<img src="data:a,b"',
    "<img src='data:;base64,",
    'data:',
  ])
    take(piece.repeat(200_000))
  assert.ok(performance.now() - started < 10_000)
})
