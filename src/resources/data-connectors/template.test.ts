// Templates: whatever a value is, it stays in its place.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  filledForm,
  filledHeader,
  filledJson,
  filledText,
  filledUrl,
  hasFixedHost,
  keysOf,
  Unfillable,
} from './template.ts'

const HOSTILE = [
  ...[
    'a/b',
    '../x',
    '?admin=1',
    '#top',
    'a&b=c',
    '%2e%2e',
    '@evil.example',
    'a b',
    'ü',
    '\\',
    "'--",
    '"},"x":{"',
    '\r\nX: 1',
  ],
  ...['{{other}}', '\u2028', '\ud800', ';', ':', '//evil.example', '</script>', 'true', '1e3'],
]

test('a URL whose host has a variable, or none, is refused', () => {
  const refused = [
    ...[
      '',
      'ftp://a.example',
      '/orders',
      '{{url}}',
      'https://{{host}}/x',
      'https://a.{{tld}}/',
      'https://',
      'https:///x',
    ],
    ...['https://{{user}}@a.example/', 'https://a.example{{path}}', 'https://a.example:{{port}}/', 'https://a b/'],
  ]
  for (const url of refused) assert.equal(hasFixedHost(url), false, url)
  for (const url of [
    'https://a.example',
    'http://a.example:81/{{x}}',
    'https://a.example?x={{x}}',
    'https://a.example#{{x}}',
  ])
    assert.equal(hasFixedHost(url), true, url)
})

test('a step in the path is refused: URLs would drop it', () => {
  for (const value of ['.', '..'])
    for (const url of [
      'https://a.example/{{x}}',
      'https://a.example/orders/{{x}}/state',
      'https://a.example/{{x}}?y=1',
    ])
      assert.throws(() => filledUrl(url, () => value), Unfillable, url)
  assert.throws(() => filledUrl('https://a.example/.{{x}}/', () => '.'), Unfillable)
  assert.equal(
    filledUrl('https://a.example/a{{x}}', () => '..'),
    'https://a.example/a..',
  )
  assert.equal(
    filledUrl('https://a.example/?x={{x}}', () => '..'),
    'https://a.example/?x=..',
  )
})

test('a value in a URL is one segment of its path, or one value of its query', () => {
  for (const value of HOSTILE) {
    const url = new URL(filledUrl('https://a.example/orders/{{x}}/state?q={{ x }}&r=1#{{x}}', () => value))
    assert.equal(url.host, 'a.example', value)
    const segments = url.pathname.split('/')
    assert.deepEqual([segments.length, segments[1], segments[3]], [4, 'orders', 'state'], value)
    assert.equal(decodeURIComponent(segments[2] as string), value.toWellFormed())
    assert.deepEqual(
      [...url.searchParams],
      [
        ['q', value.toWellFormed()],
        ['r', '1'],
      ],
    )
  }
})

test('a value in a JSON body is one value, within quotes and outside', () => {
  for (const value of HOSTILE) {
    const body = JSON.parse(
      filledJson('{"a \\" {{x}}": 1, "text": "<{{x}}>", "whole": {{x}}, "list": ["{{x}}", {{x}}]}', () => value),
    )
    const shown = value.toWellFormed()
    assert.deepEqual(body[`a " ${shown}`], 1)
    assert.deepEqual([body.text, body.list[0]], [`<${shown}>`, shown])
    assert.deepEqual([Object.keys(body).length, typeof body.whole], [4, 'string'])
  }
  const values: Record<string, number | boolean> = { n: 5, yes: true }
  assert.equal(
    filledJson('[{{n}}, {{yes}}, "{{n}}"]', (key) => values[key] as number),
    '[5, true, "5"]',
  )
  for (const template of ['{', '{"a": }', 'text {{n}}', '"open {{n}}'])
    assert.throws(() => filledJson(template, () => 5), Unfillable, template)
})

test('a value in a form is one value', () => {
  for (const value of HOSTILE)
    assert.deepEqual(
      [...new URLSearchParams(filledForm('a={{x}}&b=1', () => value))],
      [
        ['a', value.toWellFormed()],
        ['b', '1'],
      ],
    )
})

test('a value that no header can have is refused', () => {
  for (const value of ['a\r\nX: 1', 'a\nb', '\0', 'ü', '\u007f'])
    assert.throws(() => filledHeader('Bearer {{x}}', () => value), Unfillable)
  assert.equal(
    filledHeader('Bearer {{x}}', () => 'abc'),
    'Bearer abc',
  )
})

test('a value is not filled again, and what is no variable stays', () => {
  assert.equal(
    filledText('{{x}} {{ x }} {{}} {x} {{x | y}}', () => '{{x}}'),
    '{{x}} {{x}} {{}} {x} {{x | y}}',
  )
  assert.deepEqual(keysOf('{{a}} {{ contact.custom_attributes.plan }} {{1}}'), ['a', 'contact.custom_attributes.plan'])
})
