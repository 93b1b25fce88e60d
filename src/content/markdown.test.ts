// Content as markdown and back.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { contentOf, contentOfMarkdown } from './content.ts'
import { convertHtml, convertMarkdown } from './convert.ts'
import { LOCALES } from './locales.ts'
import { htmlOfMarkdown, markdownOf } from './markdown.ts'

const HOSTILE = [
  '[link](javascript:steal())',
  '![x](javascript:steal())',
  '<script>steal()</script>',
  '<img src=x onerror=steal()>',
  '[x]: javascript:steal()\n\n[x]',
  '`</code><script>steal()</script>`',
  ':::button label="x" href="javascript:steal()" :::',
  ':::button label="<img src=x onerror=steal()>" href="https://a.test" :::',
  ':::video src="https://evil.test/embed" :::',
  ':::callout background="red;background:url(//evil.test)"\n<svg onload=steal()>\n:::',
  '```js"><script>steal()</script>\nx\n```',
  '<javascript:steal()>',
]

test('markdown brings nothing that can execute', () => {
  for (const markdown of HOSTILE) {
    const html = htmlOfMarkdown(markdown)
    assert.doesNotMatch(html, /<(script|svg)|href="javascript|<[^>]*\bonerror=|evil\.test/i, markdown)
    assert.equal(contentOf(html).body, html, markdown)
  }
})

/** What is written, and the same as markdown. */
const SAME: [html: string, markdown: string][] = [
  ['', ''],
  ['<p class="no-margin">Body of the Article</p>', 'Body of the Article\n'],
  ['<p class="no-margin"><strong>a</strong> <em>b</em> <s>c</s> <code>d</code></p>', '**a** *b* ~~c~~ `d`\n'],
  ['<p class="no-margin">1 * 2 # [x] _y_</p>', '1 \\* 2 # \\[x\\] \\_y\\_\n'],
  ['<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>', '- a\n- b\n  - c\n'],
  ['<ol start="3"><li>a</li><li>b</li></ol>', '3. a\n4. b\n'],
  ['<blockquote><p class="no-margin">a</p><p class="no-margin">b</p></blockquote>', '> a\n> \n> b\n'],
  ['<pre><code class="language-ts">a &lt; b\n</code></pre>', '```ts\na < b\n```\n'],
  ['<hr>', '---\n'],
  ['<div class="intercom-container"><img src="https://a.test/a.png" alt="A"></div>', '![A](https://a.test/a.png)\n'],
  [
    '<p class="no-margin"><a href="https://a.test/?b=1&amp;c=2" target="_blank" class="intercom-content-link">a</a></p>',
    '[a](https://a.test/?b=1&c=2)\n',
  ],
  [
    '<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1 | 2</td><td></td></tr></tbody></table>',
    '| a | b |\n| --- | --- |\n| 1 \\| 2 |  |\n',
  ],
  [
    '<p class="no-margin"><a href="https://a.test/?b=1&amp;c=2" target="_blank" class="intercom-h2b-button">Say "go" &amp;amp;</a></p>',
    ':::button label="Say &quot;go&quot; &amp;amp;" href="https://a.test/?b=1&c=2" :::\n',
  ],
  [
    '<div class="intercom-h2b-video"><iframe src="https://www.youtube.com/embed/a" frameborder="0" allowfullscreen="allowfullscreen"></iframe></div>',
    ':::video src="https://www.youtube.com/embed/a" :::\n',
  ],
  [
    '<div class="intercom-interblocks-callout" style="background-color:#fff;border-color:#000"><p class="no-margin">a</p><ul><li>b</li></ul></div><p class="no-margin">c</p>',
    ':::callout background="#fff" border="#000"\na\n\n- b\n:::\n\nc\n',
  ],
]

test('content is written as markdown, and read from it again', () => {
  for (const [html, markdown] of SAME) {
    assert.equal(markdownOf(html), markdown, html)
    assert.equal(htmlOfMarkdown(markdown), html, markdown)
  }
})

test('headings keep their level', () => {
  const markdown = '# a\n\n## b\n\n### c\n\n#### d\n'
  assert.equal(markdownOf(htmlOfMarkdown(markdown)), markdown)
})

test('deep nesting of markdown becomes text instead of an error', () => {
  for (const markdown of [
    '>'.repeat(5_000),
    '- '.repeat(5_000),
    '1. '.repeat(5_000),
    '['.repeat(5_000),
    '*a '.repeat(5_000),
  ]) {
    assert.ok(contentOfMarkdown(`${markdown}end`).body.includes('end'))
  }
})

test('a long body is converted in a thread, to the same as in this one', async () => {
  const html = '<h1>a</h1><p>b &amp; <b>c</b></p>'.repeat(500)
  assert.deepEqual(await convertHtml(html), contentOf(html))
  const markdown = '# a\n\nb **c**\n\n'.repeat(500)
  assert.deepEqual(await convertMarkdown(markdown), contentOfMarkdown(markdown))
})

test('there are 37 locales', () => {
  assert.equal(new Set(LOCALES).size, 37)
})
