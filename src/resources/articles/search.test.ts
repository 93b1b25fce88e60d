// GET /articles/search: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { excerpts, highlight } from './highlight.ts'

const t = await testApp({ public_url: 'https://help.example.test' })
const author_id = t.created.admin_id
const post = async (path: string, body: object) => {
  const answer = await t.call(`POST ${path}`, body)
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}
const center = await post('/extensions/help_centers', {
  ...{ identifier: 'searched', display_name: 'Center', locales: ['en', 'fr'] },
})
const collection = await post('/help_center/collections', { name: 'C', help_center_id: center.id })
const publish = (title: string, body: string, more: object = {}) =>
  post('/articles', { title, body, author_id, state: 'published', ...more })

const refunds = await publish('Refunds', '<p>How to get your <b>money</b> back.</p>')
const billing = await publish('Billing', '<p>Invoices, and refunds within 30 days.</p>', { description: 'About money' })
const draft = await publish('Refund policy', 'Secret', { state: 'draft' })
const french = await publish('Delivery', 'By post', {
  ...{ parent_ids: [collection.id], translated_content: { fr: { title: 'Livraison', state: 'published' } } },
})

const search = async (query: Record<string, string>) => {
  const { status, body, text } = await t.call(`GET /articles/search?${new URLSearchParams(query)}`)
  assert.equal(status, 200, text)
  return body
}
const found = async (query: Record<string, string>) =>
  (await search(query)).data.articles.map(({ id }: { id: string }) => id)

test('wrong parameters are refused', async () => {
  const wrong: [query: string, status: number, message: RegExp][] = [
    ['state=live', 400, /^state must be one of published, draft, all/],
    ['highlight=maybe', 400, /^highlight /],
    [`phrase=${'x'.repeat(501)}`, 400, /^phrase /],
    ['help_center_id=999999', 404, /^Resource Not Found/],
    ['help_center_id=', 404, /^Resource Not Found/],
    ['help_center_id=nonsense', 404, /^Resource Not Found/],
    ['page=first', 400, /^page /],
  ]
  for (const [query, status, message] of wrong) {
    const answer = await t.call(`GET /articles/search?${query}`)
    assert.equal(answer.status, status, query)
    assert.match(answer.body.errors[0].message, message)
  }
})

test('a phrase that is no words, or in no article, finds what it can', async () => {
  assert.deepEqual(await found({ phrase: 'zebra' }), [])
  assert.deepEqual(await found({ phrase: 'refunds zebra' }), [])
  for (const phrase of ["'; drop table articles; --", 'a & b | !c', ':*', '<->', '\\', '%', "it's", '(((', '"'])
    assert.equal((await search({ phrase, highlight: 'true' })).type, 'list', phrase)
})

test('articles are found by words of title, description and body; matches of the title come first', async () => {
  assert.deepEqual(await found({ phrase: 'refunds' }), [refunds.id, billing.id])
  assert.deepEqual(await found({ phrase: 'REFUND' }), [refunds.id, billing.id])
  assert.deepEqual(await found({ phrase: 'money' }), [billing.id, refunds.id])
  assert.deepEqual(await found({ phrase: 'invoices days' }), [billing.id])
  assert.deepEqual(await found({ phrase: 'livraison' }), [french.id])
})

test('drafts are found if they are asked for; without a phrase all are', async () => {
  assert.deepEqual(await found({ phrase: 'refund', state: 'draft' }), [draft.id])
  assert.equal((await found({ phrase: 'refund', state: 'all' })).length, 3)
  assert.equal((await found({})).length, 3)
  assert.equal((await found({ state: 'all' })).length, 4)
})

test('a help center finds its own articles', async () => {
  assert.deepEqual(await found({ help_center_id: center.id }), [french.id])
  const [{ id: main }] = (await t.call('GET /help_center/help_centers')).body.data
  assert.equal((await found({ help_center_id: main })).length, 2)
  assert.deepEqual(await found({ help_center_id: main, phrase: 'livraison' }), [])
})

test('pages follow each other by number and by cursor, until one is empty', async () => {
  const first = await search({ state: 'all', per_page: '3' })
  assert.deepEqual([first.total_count, first.pages.total_pages, first.data.articles.length], [4, 2, 3])
  const { starting_after } = first.pages.next
  const second = await search({ state: 'all', per_page: '3', starting_after })
  assert.deepEqual([second.data.articles.length, second.pages.next, second.pages.page], [1, null, 2])
  assert.deepEqual(await search({ state: 'all', per_page: '3', page: '2' }), second)
  assert.deepEqual((await search({ state: 'all', page: '9' })).data.articles, [])
})

test('highlights show what matches', async () => {
  assert.deepEqual((await search({ phrase: 'refund' })).data.highlights, [])
  const { highlights } = (await search({ phrase: 'refund', highlight: 'true' })).data
  assert.deepEqual(highlights[0], {
    ...{ article_id: refunds.id, highlighted_title: [{ type: 'highlight', text: 'Refunds' }], highlighted_summary: [] },
  })
  assert.deepEqual(highlights[1].highlighted_summary, [
    [
      { type: 'plain', text: 'About money\nInvoices, and ' },
      { type: 'highlight', text: 'refunds' },
      { type: 'plain', text: ' within 30 days.' },
    ],
  ])
  assert.deepEqual(highlight('No match', ['zebra']), [{ type: 'plain', text: 'No match' }])
  assert.deepEqual(highlight('', ['a']), [])
  assert.deepEqual(excerpts('word '.repeat(10_000), ['word']).length, 3)
})
