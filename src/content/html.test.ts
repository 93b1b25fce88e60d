// The sanitiser of content: hostile documents become harmless, and what the editor makes stays as it is.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DomUtils, parseDocument } from 'htmlparser2'
import { HOSTILE_HTML } from '../../test/hostile-html.ts'
import { sanitizeContent } from './html.ts'
import { plainText } from './plain.ts'

const TAGS = new Set(
  'a b blockquote br code div em h1 h2 h3 h4 hr i iframe img li ol p pre s strong sub sup table tbody td tfoot th thead tr u ul'.split(
    ' ',
  ),
)
const ATTRIBUTES: Record<string, RegExp> = {
  href: /^(https?:|mailto:|tel:|#h_)/i,
  src: /^https?:\/\//i,
  class: /^[\w -]+$/,
  style: /^(\s*(text-align|background-color|border-color)\s*:\s*[\w#(),.% ]+;?)+$/i,
  id: /^h_[0-9a-f]+$/,
  target: /^_blank$/,
  alt: /^/,
  width: /^\d+$/,
  height: /^\d+$/,
  colspan: /^\d+$/,
  rowspan: /^\d+$/,
  start: /^\d+$/,
  role: /^presentation$/,
  frameborder: /^0$/,
  allowfullscreen: /^allowfullscreen$/,
}

/** Returns what is in HTML although it must not be. */
function forbiddenIn(html: string): string[] {
  const elements = DomUtils.getElementsByTagName('*', parseDocument(html).children, true)
  return elements.flatMap(({ name, attribs }) => [
    ...(TAGS.has(name) ? [] : [name]),
    ...Object.entries(attribs).flatMap(([key, value]) => (ATTRIBUTES[key]?.test(value) ? [] : [`${key}="${value}"`])),
    ...(name === 'iframe' && !/^https:\/\/(www\.youtube\.com|player\.vimeo\.com)\//.test(attribs['src'] ?? '')
      ? [name]
      : []),
  ])
}

test(`nothing of ${HOSTILE_HTML.length} hostile documents can execute, and the result stays as it is`, () => {
  assert.ok(HOSTILE_HTML.length >= 200)
  for (const document of HOSTILE_HTML) {
    const html = sanitizeContent(document)
    assert.deepEqual(forbiddenIn(html), [], document)
    assert.equal(sanitizeContent(html), html, document)
    assert.doesNotMatch(html, /<!|<\/?(script|style|svg|math)/i, document)
  }
})

test('the check of this test finds what it is for', () => {
  const bad = [
    '<script>x</script>',
    '<p onclick="x">',
    '<a href="javascript:x">',
    '<p style="position:fixed">',
    '<iframe src="https://evil.test/">',
  ]
  for (const html of bad) assert.notDeepEqual(forbiddenIn(html), [], html)
})

/** Blocks as the editor makes them. */
const BLOCKS = [
  '<p class="no-margin">Plain text with “quotes”, 5 &lt; 6 &amp; "more"</p>',
  '<p class="no-margin"><b>Bold</b>, <i>italic</i>, <b><i>both</i></b>, <u>underlined</u>, <s>gone</s>, H<sub>2</sub>O</p>',
  '<p class="no-margin" style="text-align:center">Centred<br>in two lines</p>',
  '<p class="no-margin"></p>',
  '<h1 id="h_0a1b2c3d4e">First steps</h1>',
  '<h2 id="h_1a1b2c3d4e" style="text-align: right;">Install <code>npm</code></h2>',
  '<h3 id="h_2a1b2c3d4e"><a href="https://example.test/" target="_blank" class="intercom-content-link">A linked heading</a></h3>',
  '<ul><li>One</li><li>Two <b>bold</b><ul><li>Nested</li></ul></li></ul>',
  '<ul><li><p class="no-margin">A paragraph</p></li><li><p class="no-margin">Another</p><ol><li>Number</li></ol></li></ul>',
  '<ol start="3"><li>Three</li><li>Four</li></ol>',
  '<blockquote>Said before</blockquote>',
  '<blockquote><p class="no-margin">Said before</p><p class="no-margin">twice</p></blockquote>',
  '<pre><code>const a = 1 &lt; 2\n\n  indented &amp;&amp; kept</code></pre>',
  '<pre><code class="language-ts">let a = "b"</code></pre>',
  '<hr>',
  '<div class="intercom-container"><img src="https://files.test/a.png?token=1&amp;x=2" alt="A screen" width="640" height="480"></div>',
  '<div class="intercom-container intercom-align-center"><a href="https://example.test/" target="_blank" class="intercom-content-link"><img src="https://files.test/b.jpg"></a></div>',
  '<p class="no-margin">An icon <img src="https://files.test/i.png" alt=""> in text</p>',
  '<div class="intercom-interblocks-callout" style="background-color: #e3e7fa80; border-color: #334bfa33;"><p class="no-margin">Note this</p><ul><li>and this</li></ul></div>',
  '<div class="intercom-interblocks-callout" style="background-color:rgba(10, 20, 30, 0.5)"><h2 id="h_3a1b2c3d4e">Beware</h2></div>',
  '<p class="no-margin"><a href="https://example.test/start" target="_blank" class="intercom-h2b-button">Start now</a></p>',
  '<div class="intercom-h2b-video"><iframe src="https://www.youtube.com/embed/abc123" frameborder="0" allowfullscreen="allowfullscreen"></iframe></div>',
  '<div class="intercom-h2b-video"><iframe src="https://player.vimeo.com/video/1" width="640" height="360"></iframe></div>',
  '<table><tbody><tr><td>1</td><td style="background-color:#fff">2</td></tr><tr><td colspan="2">both</td></tr></tbody></table>',
  '<table><thead><tr><th>Name</th><th>Value</th></tr></thead><tbody><tr><td><p class="no-margin">a</p></td><td><ul><li>b</li></ul></td></tr></tbody></table>',
  '<div class="intercom-interblocks-table-container"><table role="presentation"><tbody><tr><td>1</td></tr></tbody></table></div>',
  '<p class="no-margin"><a href="mailto:anna@example.test" target="_blank" class="intercom-content-link">Write</a> or <a href="tel:+49301234" target="_blank" class="intercom-content-link">call</a>, see <a href="#h_0a1b2c3d4e" class="intercom-content-link">above</a></p>',
  '<p class="no-margin">日本語 😀 עברית\u00a0and a space</p>',
]
const once = BLOCKS.filter((block) => !/ id="/.test(block))
const real = [...BLOCKS, ...BLOCKS.flatMap((first) => once.map((second) => `${first}${second}`)), BLOCKS.join('')]

test(`${real.length} documents of the editor stay as they are`, () => {
  assert.ok(real.length >= 200)
  for (const document of real) assert.equal(sanitizeContent(document), document)
})

const BECOMES: [from: string, to: string][] = [
  ['', ''],
  ['   ', ''],
  ['Body of the Article', '<p class="no-margin">Body of the Article</p>'],
  ['One\ntwo\n\nthree', '<p class="no-margin">One<br>two</p><p class="no-margin">three</p>'],
  ['1 < 2', '<p class="no-margin">1 &lt; 2</p>'],
  ['<p>a</p>\n<p>b</p>', '<p class="no-margin">a</p><p class="no-margin">b</p>'],
  [
    'loose <b>text</b><p>a</p>more',
    '<p class="no-margin">loose <b>text</b></p><p class="no-margin">a</p><p class="no-margin">more</p>',
  ],
  ['<div>a</div><section>b</section>', '<p class="no-margin">a</p><p class="no-margin">b</p>'],
  ['<b><p>a</p></b>', '<p class="no-margin">a</p>'],
  ['<h6>a</h6>', '<h4 id="h_1e89149bca">a</h4>'],
  ['<p><img src="https://a.test/a.png"></p>', '<div class="intercom-container"><img src="https://a.test/a.png"></div>'],
  ['<img src="/a.png"><p>a</p>', '<p class="no-margin">a</p>'],
  [
    '<a href="https://a.test">a</a>',
    '<p class="no-margin"><a href="https://a.test" target="_blank" class="intercom-content-link">a</a></p>',
  ],
  ['<a href="/relative">a</a>', '<p class="no-margin">a</p>'],
  [
    '<iframe src="https://www.loom.com/embed/1"></iframe>',
    '<div class="intercom-h2b-video"><iframe src="https://www.loom.com/embed/1"></iframe></div>',
  ],
  ['<ul>a<li>b</ul>', '<ul><li>a</li><li>b</li></ul>'],
  ['<tr><td>a</td></tr>', '<p class="no-margin">a</p>'],
  ['<table>x<tr><td>a', '<table><tr><td>a</td></tr></table>'],
  ['<font color=red>a</font> <span style="color:red">b</span>', '<p class="no-margin">a b</p>'],
]

test('other HTML becomes what the editor would make', () => {
  for (const [from, to] of BECOMES) {
    assert.equal(sanitizeContent(from), to, from)
    assert.equal(sanitizeContent(to), to, to)
  }
})

test('each heading has an id of its own: a given one if it is free, otherwise one made of the text', () => {
  const html = sanitizeContent('<h1>a</h1><h1>a</h1><h1 id="h_1">b</h1><h1 id="h_1">b</h1><h1 id="bad">c</h1>')
  const ids = [...html.matchAll(/id="(h_[0-9a-f]+)"/g)].map(([, id]) => id)
  assert.equal(new Set(ids).size, 5)
  assert.equal(ids[2], 'h_1')
  assert.equal(sanitizeContent(html), html)
})

test('deep nesting and long bodies take time in proportion to their length', () => {
  for (const html of [
    '<div><p>'.repeat(20_000),
    '<ul><li>'.repeat(20_000),
    '<b>'.repeat(50_000),
    '<'.repeat(100_000),
  ]) {
    const clean = sanitizeContent(`${html}end`)
    assert.equal(sanitizeContent(clean), clean)
  }
})

test('plain text has a line for each block, and neither tags nor entities', () => {
  const html = sanitizeContent(
    '<h1>Title</h1><p>One &amp; <b>two</b><br>three</p><ul><li>a<ul><li>b</li></ul></li></ul>',
  )
  assert.equal(plainText(html), 'Title\nOne & two\nthree\na\nb')
})
