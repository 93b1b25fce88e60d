// Content snippets: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'

const t = await testApp()

const aSnippet = async (fields: object = {}) =>
  (await t.call('POST /content_snippets', { title: 'Any', ...fields })).body

test('every operation needs a token, and a version from 2.16', async () => {
  const of_all = ['GET /content_snippets', 'POST /content_snippets', 'POST /content_snippets/1/tags']
  const of_one = ['GET /content_snippets/1', 'PUT /content_snippets/1', 'DELETE /content_snippets/1']
  for (const route of [...of_all, ...of_one, 'DELETE /content_snippets/1/tags/1']) {
    const body = /^P/.test(route) ? {} : undefined
    assert.equal((await t.call(route, body, { token: null })).status, 401, route)
    assert.equal((await t.call(route, body, { version: '2.15' })).status, 400, route)
  }
})

test('a wrong snippet is refused, and nothing is saved', async () => {
  const { id } = await aSnippet()
  const { body: before } = await t.call('GET /content_snippets')
  const LANGUAGE = 'The language is not currently supported for Fin'
  const UNKNOWN = 'audience_ids contains unknown audience IDs: 999'
  const blocks = [{ type: 'paragraph', text: 'a' }]
  const cases: [route: string, body: unknown, status: number, code: string, message?: string][] = [
    ['POST /content_snippets', {}, 400, 'parameter_not_found'],
    ['POST /content_snippets', { title: ' ' }, 400, 'parameter_invalid'],
    ['POST /content_snippets', { title: 'x'.repeat(256) }, 400, 'parameter_invalid'],
    ['POST /content_snippets', { title: 'x', locale: 'xx' }, 422, 'validation_error', LANGUAGE],
    ['POST /content_snippets', { title: 'x', json_blocks: blocks, body_markdown: 'b' }, 422, 'validation_error'],
    ['POST /content_snippets', { title: 'x', json_blocks: ['text'] }, 400, 'parameter_invalid'],
    ['POST /content_snippets', { title: 'x', json_blocks: {} }, 400, 'parameter_invalid'],
    ['POST /content_snippets', { title: 'x', body_markdown: 'x'.repeat(500_001) }, 400, 'parameter_invalid'],
    ['POST /content_snippets', { title: 'x', audience_ids: [999] }, 404, 'parameter_invalid', UNKNOWN],
    [`PUT /content_snippets/${id}`, { title: 'y', audience_ids: [999] }, 404, 'parameter_invalid', UNKNOWN],
    [`PUT /content_snippets/${id}`, { locale: 'klingon' }, 422, 'validation_error', LANGUAGE],
    ['PUT /content_snippets/999999', { title: 'x' }, 404, 'not_found', 'Content snippet not found'],
    ['GET /content_snippets/none', undefined, 404, 'not_found', 'Content snippet not found'],
    ['DELETE /content_snippets/999999', undefined, 404, 'not_found', 'Content snippet not found'],
    ['POST /content_snippets/999999/tags', { id: '1' }, 404, 'content_snippet_not_found', 'Content snippet not found'],
    [`POST /content_snippets/${id}/tags`, { id: '999999' }, 404, 'tag_not_found', 'Tag not found'],
    [`DELETE /content_snippets/${id}/tags/999999`, undefined, 404, 'tag_not_found'],
  ]
  for (const [route, body, status, code, message] of cases) {
    const answer = await t.call(route, body)
    const [error] = answer.body.errors
    assert.deepEqual([answer.status, error.code], [status, code], `${route} ${JSON.stringify(body)?.slice(0, 80)}`)
    if (message) assert.equal(error.message, message)
  }
  assert.deepEqual((await t.call('GET /content_snippets')).body, before)
})

test('a snippet is made of blocks, and its markdown has the title above them', async () => {
  const json_blocks = [{ type: 'paragraph', text: 'Navigate to Settings > Security.' }]
  const made = await t.call('POST /content_snippets', { title: 'Reset a password', json_blocks })
  const body_markdown = '# Reset a password\n\nNavigate to Settings > Security.\n'
  assert.equal(made.status, 201)
  assert.deepEqual([made.body.json_blocks, made.body.body_markdown], [json_blocks, body_markdown])
  const { ai_chatbot_availability, chatbot_availability, audience_ids, locale } = made.body
  assert.deepEqual([ai_chatbot_availability, chatbot_availability, audience_ids, locale], [false, 0, [], 'en'])
  const path = `/content_snippets/${made.body.id}`
  const renamed = (await t.call(`PUT ${path}`, { title: 'Set it' })).body
  assert.equal(renamed.body_markdown, '# Set it\n\nNavigate to Settings > Security.\n')
  const heading = (await t.call(`PUT ${path}`, { title: 'A *b* & c' })).body.body_markdown
  assert.match(heading, /^# A \\\*b\\\* & c\n\nNavigate/)
  await t.call(`PUT ${path}`, { title: 'Set it', body_markdown: heading })
  const same = (await t.call(`PUT ${path}`, { body_markdown: renamed.body_markdown })).body
  assert.deepEqual([same.json_blocks, same.body_markdown], [json_blocks, renamed.body_markdown])
})

const WRITTEN: [name: string, markdown: string, blocks: object[]][] = [
  ['nothing', '', []],
  [
    'paragraphs',
    'One\n\nTwo',
    [
      { type: 'paragraph', text: 'One' },
      { type: 'paragraph', text: 'Two' },
    ],
  ],
  ['inline tags', 'A **b**', [{ type: 'paragraph', text: 'A <strong>b</strong>' }]],
  ['a signed heading', '## Two > one', [{ type: 'subheading', text: 'Two > one' }]],
  ['other headings', '### Three', [{ type: 'subheading3', text: 'Three' }]],
  ['a list', '- a\n- b', [{ type: 'unorderedList', items: ['a', 'b'] }]],
  ['a numbered list', '1. a\n2. b', [{ type: 'orderedList', items: ['a', 'b'] }]],
  ['a line', '---', [{ type: 'horizontalRule' }]],
  ['a picture', '![Map](https://example.com/a.png)', [{ type: 'image', url: 'https://example.com/a.png', alt: 'Map' }]],
  ['a quote', '> Said', [{ type: 'html', content: '<blockquote><p class="no-margin">Said</p></blockquote>' }]],
]

for (const [name, body_markdown, json_blocks] of WRITTEN)
  test(`markdown becomes blocks, and they become the same markdown: ${name}`, async () => {
    const made = await aSnippet({ body_markdown })
    assert.deepEqual(made.json_blocks, json_blocks)
    const again = await aSnippet({ json_blocks })
    assert.deepEqual([again.json_blocks, again.body_markdown], [json_blocks, made.body_markdown])
  })

test('scripts are removed from blocks, nested lists are read, and what is too deep is left out', async () => {
  const text = 'Hi<script>x()</script> <b onclick="x()">you</b>'
  assert.deepEqual((await aSnippet({ json_blocks: [{ type: 'paragraph', text }] })).json_blocks, [
    { type: 'paragraph', text: 'Hi <b>you</b>' },
  ])
  const items = [{ content: [{ type: 'paragraph', text: 'Nested' }] }]
  const nested = await aSnippet({
    json_blocks: [
      { type: 'orderedNestedList', items },
      { type: 'toString', text: 'x' },
    ],
  })
  assert.equal(nested.body_markdown, '# Any\n\n1. Nested\n\nx\n')
  let deep: object = { type: 'paragraph', text: 'Deep' }
  for (let n = 0; n < 12; n++) deep = { type: 'callout', content: [deep] }
  assert.equal((await aSnippet({ json_blocks: [deep] })).body_markdown, '# Any\n')
})

test('what a change leaves out stays; null or an empty list takes it out of all audiences', async () => {
  const { body: audience } = await t.call('POST /audiences', { name: 'A' })
  const audience_ids = [Number(audience.id)]
  const made = await aSnippet({ audience_ids, body_markdown: 'Body', ai_copilot_availability: true, locale: 'fr' })
  const path = `/content_snippets/${made.id}`
  const changed = (await t.call(`PUT ${path}`, { ai_chatbot_availability: true })).body
  assert.deepEqual(changed, {
    ...{ ...made, ai_chatbot_availability: true, chatbot_availability: 1, updated_at: changed.updated_at },
  })
  assert.deepEqual((await t.call(`PUT ${path}`, { audience_ids: null })).body.audience_ids, [])
  assert.deepEqual((await t.call(`PUT ${path}`, { audience_ids })).body.audience_ids, audience_ids)
  await t.call(`DELETE /audiences/${audience.id}`)
  assert.deepEqual((await t.call(`GET ${path}`)).body.audience_ids, [])
  const deleted = await t.call(`DELETE ${path}`)
  assert.deepEqual([deleted.status, deleted.text], [204, ''])
  assert.equal((await t.call(`GET ${path}`)).status, 404)
})

test('snippets are listed last updated first, in pages', async () => {
  const { id: first } = await aSnippet({ title: 'First' })
  const { id: second } = await aSnippet({ title: 'Second' })
  await t.call(`PUT /content_snippets/${first}`, { title: 'Renamed' })
  const { body } = await t.call('GET /content_snippets?per_page=1')
  assert.deepEqual([body.data[0].id, body.page, body.per_page], [first, 1, 1])
  assert.equal(body.total_pages, body.total_count)
  assert.deepEqual((await t.call('GET /content_snippets?per_page=1&page=2')).body.data[0].id, second)
  assert.deepEqual((await t.call('GET /content_snippets?page=99')).body.data, [])
})

test('a tag is attached by the admin of the token or of the request, and detached without a trace', async () => {
  const { id } = await aSnippet()
  const { body: tag } = await t.call('POST /tags', { name: 'Snippet' })
  const path = `/content_snippets/${id}/tags`
  const attached = (await t.call(`POST ${path}`, { id: tag.id, admin_id: null })).body
  assert.deepEqual([attached.id, attached.applied_by.id], [tag.id, t.created.admin_id])
  const detached = (await t.call(`DELETE ${path}/${tag.id}`)).body
  assert.deepEqual([detached.applied_at, detached.applied_by], [null, null])
})
