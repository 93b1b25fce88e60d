// Sanitising HTML from outside, and converting bodies between plain text and HTML.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { escapeHtml, looksLikeHtml, paragraphs, sanitizeHtml, toHtml, toPlainText } from './html.ts'

test('scripts, styles and event handlers are removed completely', () => {
  for (const [html, safe] of [
    ['<script>steal()</script><p>Hi</p>', '<p>Hi</p>'],
    ['<style>p{display:none}</style><p>Hi</p>', '<p>Hi</p>'],
    ['<p onclick="steal()" style="x:y" class="z">Hi</p>', '<p>Hi</p>'],
    ['<head><title>Secret</title></head><p>Hi</p>', '<p>Hi</p>'],
    ['<svg onload=steal()><p>Hi</p></svg>', '<p>Hi</p>'],
    ['<iframe src="https://evil.example"></iframe><p>Hi</p>', '<p>Hi</p>'],
    ['<form action="/x"><input value="y"><p>Hi</p></form>', '<div><p>Hi</p></div>'],
    ['<noscript><p title="</noscript><img src=x onerror=steal()>"></noscript><p>Hi</p>', '<p>Hi</p>'],
    [
      '<textarea></textarea/><img src=https://x.example onerror=steal()></textarea><p>Hi</p>',
      '<img src="https://x.example"><p>Hi</p>',
    ],
    ['<p>1 < 2 && <scr<script></script>ipt>Hi</p>', '<p>1 &lt; 2 &amp;&amp; ipt&gt;Hi</p>'],
  ] as const) {
    assert.equal(sanitizeHtml(html), safe, html)
  }
})

test('links go to the web or to a mailbox, images come from the web, and neither is relative', () => {
  const link = (href: string) => sanitizeHtml(`<a href="${href}">x</a>`)
  for (const href of ['https://a.example/?b=1', 'HTTP://a.example', 'mailto:ann@example.com']) {
    assert.equal(link(href), `<a href="${href}">x</a>`)
  }
  for (const href of [
    'javascript:x()',
    'JaVa\tScript:x()',
    'data:text/html,x',
    '//a.example',
    '/a',
    '#a',
    'file:///etc',
  ]) {
    assert.equal(link(href), '<a>x</a>', href)
  }
  assert.equal(
    sanitizeHtml('<img src="https://a.example/b.png" alt="B" onerror="x()">'),
    '<img src="https://a.example/b.png" alt="B">',
  )
  for (const src of ['data:image/png;base64,x', 'b.png', 'mailto:x@y.example', '']) {
    assert.equal(sanitizeHtml(`<p>a<img src="${src}"></p>`), '<p>a</p>', src)
  }
})

test('hostile markup takes time in proportion to its length', () => {
  const started = performance.now()
  for (const piece of ['<div>', '<b>a', '<p ', '&', '<', '<a b="', '\n ', '<ul><li>', '<p>a</p> ']) {
    const html = piece.repeat(2_000)
    toHtml(html)
    toPlainText(html, { links: 'label (url)' })
  }
  assert.ok(performance.now() - started < 5000)
})

test('html and body tags are removed, and white space between blocks becomes a line break', () => {
  assert.equal(
    sanitizeHtml(
      '<html> <body>  <h2>A list</h2>  <ul>   <li>Coffee</li>\n  <li>Tea</li> </ul>  <p>Bye</p> </body> </html>',
    ),
    '<h2>A list</h2>\n<ul>\n<li>Coffee</li>\n<li>Tea</li>\n</ul>\n<p>Bye</p>',
  )
  assert.equal(sanitizeHtml('<p>a <b>b</b> <i>c</i></p>'), '<p>a <b>b</b> <i>c</i></p>')
  assert.equal(sanitizeHtml('<pre>  a\n\n  b</pre>'), '<pre>  a\n\n  b</pre>')
  assert.equal(sanitizeHtml('a<br/>b<hr>'), 'a<br>b<hr>')
  assert.equal(sanitizeHtml('<section>a</section><section>b</section>'), '<div>a</div><div>b</div>')
})

test('angle brackets alone do not make a text HTML', () => {
  for (const text of ['a < b > c', 'Hi <name>', 'Ann <ann@example.com>', 'AT&T; R&D', '<3', '', '<pizza time>']) {
    assert.equal(looksLikeHtml(text), false, text)
  }
  for (const html of [
    '<p>a</p>',
    'a<br/>b',
    '<B>a</B>',
    'Fish &amp; chips',
    '&#8364;5',
    '<a href="x">y</a>',
    '<!DOCTYPE html>',
  ]) {
    assert.equal(looksLikeHtml(html), true, html)
  }
})

test('plain text becomes escaped paragraphs', () => {
  assert.equal(
    toHtml('Hi <name>,\nR&D says "hello"\n\n\nBye'),
    '<p>Hi &lt;name&gt;,<br>R&amp;D says &quot;hello&quot;</p>\n<p>Bye</p>',
  )
  assert.equal(paragraphs(' a\r\n \r\nb\r\nc '), '<p>a</p>\n<p>b<br>c</p>')
  assert.equal(paragraphs('<b>kept as typed</b>'), '<p>&lt;b&gt;kept as typed&lt;/b&gt;</p>')
  assert.equal(toHtml(' \n '), '')
  assert.equal(escapeHtml(`<a title='"'>&`), '&lt;a title=&#39;&quot;&#39;&gt;&amp;')
})

test('text with a few inline tags is one paragraph that keeps its line breaks', () => {
  assert.equal(
    toHtml('Hi\n\nsee <a href="https://a.example">here</a>\nBye'),
    '<p>Hi<br><br>see <a href="https://a.example">here</a><br>Bye</p>',
  )
  assert.equal(toHtml('a<br>\nb'), '<p>a<br>\nb</p>')
  assert.equal(toHtml('Fish &amp; chips'), '<p>Fish &amp; chips</p>')
  assert.equal(toHtml('<p>a</p><p>b</p>'), '<p>a</p><p>b</p>')
  assert.equal(toHtml('<script>x()</script>'), '')
})

test('HTML becomes plain text with the same content', () => {
  const html = `<h1>News</h1><p>Hi <b>Ann</b> &amp; Bob,<br>see <a href="https://a.example">the docs</a> or
    <a href="https://b.example">https://b.example</a>.</p><ul><li>one</li><li>two</li></ul><blockquote>quoted</blockquote>
    <table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table><img src="https://a.example/c.png" alt="a cat">`
  const expected = (docs: string, cat: string) =>
    `News\n\nHi Ann & Bob,\nsee ${docs} or https://b.example.\n\n- one\n- two\n\n> quoted\n\na b \nc \n\n${cat}`
  const flat = (text: string) => text.replace(/ +\n/g, '\n').replace(/\n{2,}/g, '\n\n')
  assert.equal(flat(toPlainText(html, { links: 'label' })), flat(expected('the docs', 'a cat')))
  assert.equal(
    flat(toPlainText(html, { links: 'label (url)' })),
    flat(expected('the docs (https://a.example)', 'a cat (https://a.example/c.png)')),
  )
  assert.equal(toPlainText(`<p>${'long '.repeat(100)}</p>`, { links: 'label' }).includes('\n'), false)
})
