// Placeholders of macros: what is none, how they are shown, and how they are filled.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filledHtml, filledText, withElements } from './placeholders.ts'

const VALUES = {
  user: {
    name: 'Anna <b>',
    email: null,
    age: 7,
    vip: false,
    blank: ' ',
    custom_attributes: { plan: 'pro', tags: ['a'] },
  },
}

test('what is no placeholder stays as it is', () => {
  const texts = [
    ...[
      '{{}}',
      '{{ }}',
      '{{1}}',
      '{user.name}',
      '{{user name}}',
      '{{user.name',
      'user.name}}',
      '{{{user.name}}}'.slice(1),
    ],
    ...[
      '{{user.name | upcase}}',
      "{{user.name | fallback: 'it's'}}",
      '{{user.name | fallback: there}}',
      '{{user.name|}}',
    ],
    ...['<a href="https://example.com/{{user.name}}">here</a>', '{{user.<b>name</b>}}', `{{${'x'.repeat(501)}}}`],
  ]
  for (const text of texts.filter((text) => text !== '{{user.name}}}')) {
    assert.equal(withElements(text), text)
    assert.equal(filledHtml(text, VALUES), text)
  }
})

test('a placeholder is shown as an element; its default is escaped', () => {
  const cases: [html: string, shown: string][] = [
    ['{{user.name}}', '<attribute key="user.name"/>'],
    ["{{user.name | fallback: 'there'}}", '<attribute key="user.name" default="there"/>'],
    ['{{ user.name|fallback:"there" }}', '<attribute key="user.name" default="there"/>'],
    ['{{user.name | fallback: &#39;there&#39;}}', '<attribute key="user.name" default="there"/>'],
    ['{{user.name | fallback: &quot;there&quot;}}', '<attribute key="user.name" default="there"/>'],
    ["{{user.name | fallback: ''}}", '<attribute key="user.name" default=""/>'],
    [
      '{{user.name | fallback: \'a &lt;b&gt; &amp; "c"\'}}',
      '<attribute key="user.name" default="a &lt;b&gt; &amp; &quot;c&quot;"/>',
    ],
    ['<p>{{a.b}}, {{c}}</p>', '<p><attribute key="a.b"/>, <attribute key="c"/></p>'],
    ['{{order.custom_attributes.no-1}}', '<attribute key="order.custom_attributes.no-1"/>'],
  ]
  for (const [html, shown] of cases) assert.equal(withElements(html), shown)
})

test('a placeholder is filled with its value, which is escaped in HTML, or else with its default', () => {
  const cases: [text: string, filled: string][] = [
    ['Hi {{user.name}}', 'Hi Anna <b>'],
    ["{{user.email | fallback: 'none'}}", 'none'],
    ['[{{user.email}}]', '[]'],
    ["{{user.blank | fallback: 'none'}}", 'none'],
    ['{{user.age}} {{user.vip}}', '7 false'],
    ['{{user.custom_attributes.plan}}', 'pro'],
    ["{{user.custom_attributes.tags | fallback: 'no text'}}", 'no text'],
    ["{{user.custom_attributes | fallback: 'no text'}}", 'no text'],
    ["{{user.name.length | fallback: 'no'}}", 'no'],
    ["{{user.constructor.name | fallback: 'no'}}", 'no'],
    ["{{__proto__ | fallback: 'no'}}", 'no'],
    ["{{other.name | fallback: '{{user.name}}'}}", "{{other.name | fallback: 'Anna <b>'}}"],
  ]
  for (const [text, filled] of cases) assert.equal(filledText(text, VALUES), filled)
  assert.equal(filledHtml('<p>{{user.name}}</p>', VALUES), '<p>Anna &lt;b&gt;</p>')
  assert.equal(filledHtml("<p>{{x | fallback: '&lt;'}}</p>", VALUES), '<p>&lt;</p>')
})

test('a body full of half a placeholder is read in a moment', () => {
  for (const piece of ['{{a|fallback:"', '{{a ', "{{a|fallback:'", '{{', '<', '&quot;', '{{a}}', ' ']) {
    const body = `{{a${piece.repeat(50_000 / piece.length)}`
    const from = performance.now()
    withElements(body)
    filledText(body, VALUES)
    assert.ok(performance.now() - from < 1_000, piece)
  }
})
