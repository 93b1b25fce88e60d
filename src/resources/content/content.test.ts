// Content search and bulk actions: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { carryOut } from './carry-out.ts'
import { findPassages } from './find-passages.ts'
import { readBulk } from './read-bulk.ts'

const t = await testApp()
const { admin_id } = t.created
const by = { author_id: admin_id, owner_id: admin_id }
const ok = async (route: string, body?: object) => {
  const answer = await t.call(route, body)
  assert.ok(answer.status < 300, `${route}: ${answer.text}`)
  return answer.body
}

const center = await ok('POST /extensions/help_centers', {
  ...{ identifier: 'content', display_name: 'Center', locales: ['en', 'fr'] },
})
const collection = await ok('POST /help_center/collections', { name: 'C', help_center_id: center.id })
const { id: audience } = await ok('POST /audiences', { name: 'A' })
const { id: tag } = await ok('POST /tags', { name: 'Content' })
const folder = await ok('POST /folders', { folder: { name: 'F' } })
const article = await ok('POST /articles', {
  ...{ title: 'Zebra care', body: '<h2>Food</h2><p>A zebra eats grass.</p>', author_id: admin_id, state: 'published' },
  ...{
    parent_ids: [collection.id],
    translated_content: { fr: { title: 'Soins du zèbre', body: 'Il mange de l’herbe.' } },
  },
})
const internal = await ok('POST /internal_articles', {
  title: 'Zebra plan',
  body: 'Secret',
  ...by,
  folder_id: folder.id,
})
const snippet = await ok('POST /content_snippets', { title: 'Zebra price', body_markdown: 'Stripes cost extra.' })
const source = await ok('POST /ai/content_import_sources', { sync_behavior: 'api', url: 'https://zoo.example' })
const external = await ok('POST /ai/external_pages', {
  ...{ title: 'Zebra page', html: '<p>Zebras outside</p>', locale: 'en', url: 'https://zoo.example/zebra' },
  ...{ source_id: source.id, external_id: 'zebra', ai_agent_availability: true },
})
await ok(`POST /internal_articles/${internal.id}/tags`, { id: tag })

const search = (query: string) => ok(`GET /content/search?${query}`)
const types = async (query: string): Promise<string[]> =>
  (await search(query)).data.map(({ type }: { type: string }) => type).sort()
const contentsOf = async (): Promise<{ id: string; locale: string }[]> =>
  (await search('query=zebra&content_types=article')).data[0].contents

/** Does at once what the job does. */
async function bulk(body: object): Promise<void> {
  const { action, items } = await readBulk(t.workspace, body)
  for (const item of items) await carryOut(t.workspace, action, item, { public_url: '' })
}
const topics = async () => {
  const rows = await t.database.sql<{ topic: string }[]>`
    select topic from events where workspace_id = ${t.workspace.id} order by id`
  return rows.map(({ topic }) => topic)
}

describe('a search is refused', () => {
  const WRONG: [query: string, status: number][] = [
    ['states=live', 422],
    ['locales=xx', 422],
    ['tag_ids=x', 422],
    ['any_tag_ids=1,-2', 422],
    ['tag_operator=OR', 422],
    ['folder_ids=1', 422],
    ['folder_ids=1&folder_entity_type=collection', 422],
    ['content_types=article,ticket', 422],
    ['copilot_state=yes', 422],
    ['fin_service_state=1', 422],
    ['created_by_ids=me', 422],
    ['created_at_after=yesterday', 400],
    ['created_at_after=1e30', 400],
    ['updated_at_before=-1', 400],
    [`query=${'x'.repeat(501)}`, 400],
  ]
  for (const [query, status] of WRONG)
    test(`with ${query.slice(0, 50)}`, async () => {
      const answer = await t.call(`GET /content/search?${query}`)
      assert.equal(answer.status, status, answer.text)
      const [field] = query.split('=')
      assert.match(answer.body.errors[0].message, status === 422 ? /^\w+ (must|is required)/ : RegExp(`^${field} must`))
    })

  test('without a token, and in versions before 2.16', async () => {
    assert.equal((await t.call('GET /content/search', undefined, { token: null })).status, 401)
    assert.equal((await t.call('GET /content/search', undefined, { version: '2.15' })).status, 400)
  })
})

describe('a bulk action is refused', () => {
  const one = { content_ids: [{ type: 'internal_article', id: internal.id }] }
  const WRONG: [name: string, body: unknown][] = [
    ['without an action', one],
    ['of another kind', { action: 'archive', ...one }],
    ['without content', { action: 'delete' }],
    ['with an empty list', { action: 'delete', content_ids: [] }],
    ['with too much content', { action: 'delete', content_ids: Array(1_001).fill(one.content_ids[0]) }],
    ['of an unknown type', { action: 'delete', content_ids: [{ type: 'ticket', id: '1' }] }],
    ['without an id', { action: 'delete', content_ids: [{ type: 'article' }] }],
    ['without availability', { action: 'set_availability', ...one }],
    ['with an empty availability', { action: 'set_availability', ...one, availability: {} }],
    ['with a wrong availability', { action: 'set_availability', ...one, availability: { copilot: 'on' } }],
    ['without an audience', { action: 'set_audience', ...one, audience: {} }],
    ['with an unknown audience', { action: 'set_audience', ...one, audience: { add_segment_ids: [999_999] } }],
    ['without tags', { action: 'update_tags', ...one, tags: {} }],
    ['with an unknown tag', { action: 'update_tags', ...one, tags: { add_tag_ids: [999_999] } }],
    [
      'with too many tags',
      { action: 'update_tags', ...one, tags: { add_tag_ids: Array.from({ length: 101 }, (_, n) => n) } },
    ],
    ['that is a list', []],
  ]
  for (const [name, body] of WRONG)
    test(name, async () => {
      const answer = await t.call('POST /content/bulk_actions', body)
      assert.equal(answer.status, 422, answer.text)
      assert.equal(answer.body.errors[0].code, 'parameter_invalid')
    })
})

test('a search finds content of all types by words, misspelt ones too', async () => {
  const all = ['article', 'content_snippet', 'external_content', 'internal_article']
  assert.deepEqual(await types('query=zebra'), all)
  assert.deepEqual(await types('query=ZEBAR'), all)
  assert.deepEqual(await types('query=zebre'), ['article'])
  assert.deepEqual(await types('query=giraffe'), [])
  const { data } = await search('query=zebre')
  assert.deepEqual([data[0].id, data[0].title], [article.id, 'Zebra care'])
  assert.deepEqual(
    data[0].contents.map(({ type, title, locale }: Record<string, string>) => [type, title, locale]),
    [
      ['article_content', 'Zebra care', 'en'],
      ['article_content', 'Soins du zèbre', 'fr'],
    ],
  )
})

const FILTERS: [query: string, types: string[]][] = [
  ['content_types=snippet,external_content', ['content_snippet', 'external_content']],
  ['content_types=snippet&content_types=article', ['article', 'content_snippet']],
  ['content_types=file_source_content', []],
  ['states=draft', ['article']],
  ['locales=fr', ['article']],
  [`tag_ids=${tag}`, ['internal_article']],
  [`tag_ids=${tag}&tag_operator=NIN`, ['article', 'content_snippet', 'external_content']],
  [`any_tag_ids=${tag},999`, ['internal_article']],
  [`folder_ids=${folder.id}&folder_entity_type=folder`, ['internal_article']],
  ['fin_service_state=on', ['article', 'external_content']],
  ['copilot_state=on', ['article']],
  ['fin_sales_state=off', ['content_snippet', 'external_content', 'internal_article']],
  [`created_by_ids=${admin_id}&content_types=article`, ['article']],
  [`last_updated_by_ids=${admin_id}`, ['article']],
  ['created_at_before=1000', []],
  ['updated_at_after=4000000000', []],
]
for (const [filter, expected] of FILTERS)
  test(`a search with ${filter}`, async () => assert.deepEqual(await types(`query=zebra&${filter}`), expected))

test('pages have the URLs of their neighbours, with the query', async () => {
  const first = await search('query=zebra&per_page=3&page=-1')
  assert.deepEqual([first.total_count, first.data.length, first.pages.page, first.pages.prev], [4, 3, 1, null])
  assert.equal(first.pages.next, '/content/search?query=zebra&per_page=3&page=2')
  const second = await ok(`GET ${first.pages.next}`)
  assert.deepEqual([second.data.length, second.pages.next], [1, null])
  assert.equal(second.pages.prev, '/content/search?query=zebra&per_page=3&page=1')
})

test('pages of a deactivated source are not found', async () => {
  const change = { sync_behavior: 'api', url: 'https://zoo.example' }
  await ok(`PUT /ai/content_import_sources/${source.id}`, { ...change, status: 'deactivated' })
  assert.deepEqual(await types('query=zebras%20outside'), [])
  await ok(`PUT /ai/content_import_sources/${source.id}`, { ...change, status: 'active' })
  assert.deepEqual(await types('query=zebras%20outside'), ['external_content'])
})

test('passages are those that the contact may see, with offsets in the text', async () => {
  const { id: contact } = await ok('POST /contacts', { email: 'anna@zoo.example' })
  const ask = (question: string, more: object = {}) =>
    findPassages(t.workspace, { question, for: 'chatbot', limit: 5, ...more }, { public_url: 'https://help.example' })
  const [passage] = await ask('What do zebras eat?')
  assert.ok(passage && passage.score > 0.5 && passage.score <= 1)
  assert.deepEqual([passage.text, passage.heading, passage.source.id], ['A zebra eats grass.', 'Food', article.id])
  assert.match(passage.source.url ?? '', /^https:\/\/help.example\/hc\/content\/en\/articles\/\d+-zebra-care$/)
  assert.equal('Food\nA zebra eats grass.'.slice(passage.start, passage.end), passage.text)
  assert.deepEqual(await ask('zebra', { locale: 'de' }), [])
  assert.deepEqual(await ask('plan secret', { for: 'copilot' }), [])
  const nobody = await ok('POST /audiences', {
    ...{ name: 'N', predicates: [{ attribute: 'email', type: 'string', comparison: 'eq', value: 'b@x.example' }] },
  })
  const content = (await contentsOf()).find(({ locale }) => locale === 'en')!
  const content_ids = [{ type: 'article_content', id: content.id }]
  await bulk({ action: 'set_audience', content_ids, audience: { add_segment_ids: [nobody.id] } })
  assert.equal((await ask('grass', { contact_id: contact })).length, 0)
  assert.equal((await ask('grass')).length, 1)
  await bulk({ action: 'set_audience', content_ids, audience: { remove_all: true } })
  assert.equal((await ask('grass', { contact_id: contact })).length, 1)
})

test('a bulk action is queued once, for the items of its types', async () => {
  const answer = await t.call('POST /content/bulk_actions', {
    ...{ action: 'publish', content_ids: [{ type: 'internal_article', id: internal.id }] },
  })
  assert.deepEqual([answer.status, answer.body], [202, { type: 'content_bulk_action', status: 'queued' }])
  const jobs = async () =>
    (
      await t.database.sql`select from graphile_worker._private_jobs jobs join graphile_worker._private_tasks tasks
      on tasks.id = task_id where identifier = 'content:bulk'`
    ).count
  assert.equal(await jobs(), 0)
  await t.call('POST /content/bulk_actions', {
    ...{ action: 'delete', content_ids: [{ type: 'internal_article', id: '999999' }] },
  })
  assert.equal(await jobs(), 1)
})

test('a bulk action reaches nothing of another workspace', async () => {
  const other = await t.another()
  const [english] = await contentsOf()
  const before = (await search('per_page=50')).data
  const mine = [
    { type: 'article_content', id: english!.id },
    { type: 'content_snippet', id: snippet.id },
    { type: 'external_content', id: external.id },
    { type: 'internal_article', id: internal.id },
  ]
  const theirs = other.workspace
  const availability = { ai_agent: false, copilot: false }
  for (const body of [{ action: 'delete' }, { action: 'unpublish' }, { action: 'set_availability', availability }]) {
    const { action, items } = await readBulk(theirs, { ...body, content_ids: mine })
    for (const item of items) await carryOut(theirs, action, item, { public_url: '' })
  }
  assert.deepEqual((await search('per_page=50')).data, before)
  assert.deepEqual((await search('fin_service_state=on')).total_count, 2)
  const content_ids = [{ type: 'internal_article', id: internal.id }]
  for (const body of [
    { action: 'update_tags', tags: { add_tag_ids: [tag] } },
    { action: 'set_audience', audience: { add_segment_ids: [audience] } },
  ])
    assert.equal((await other.call('POST /content/bulk_actions', { ...body, content_ids })).status, 422)
  assert.deepEqual((await other.call('GET /content/search?query=zebra')).body.data, [])
})

test('contents are published and unpublished one by one, with the events of an article; twice is once', async () => {
  const french = (await contentsOf()).find(({ locale }) => locale === 'fr')!
  const content_ids = [
    { type: 'article_content', id: french.id },
    { type: 'article_content', id: '999999' },
  ]
  const before = (await topics()).length
  for (const action of ['publish', 'publish', 'unpublish']) await bulk({ action, content_ids })
  assert.deepEqual((await topics()).slice(before), ['article.published', 'article.unpublished'])
  const { translated_content } = await ok(`GET /articles/${article.id}`)
  assert.deepEqual([translated_content.en.state, translated_content.fr.state], ['published', 'draft'])
})

test('availability, audiences and tags change on content of every type that has them', async () => {
  const [english] = await contentsOf()
  const flat = [
    { type: 'content_snippet', id: snippet.id },
    { type: 'external_content', id: external.id },
    { type: 'internal_article', id: internal.id },
  ]
  const content_ids = [{ type: 'article_content', id: english!.id }, ...flat]
  const read = async () => [
    (await ok(`GET /articles/${article.id}`)).translated_content.en,
    await ok(`GET /content_snippets/${snippet.id}`),
    await ok(`GET /ai/external_pages/${external.id}`),
    await ok(`GET /internal_articles/${internal.id}`),
  ]
  await bulk({ action: 'set_availability', content_ids, availability: { copilot: true, sales_agent: false } })
  await bulk({ action: 'set_audience', content_ids, audience: { add_segment_ids: [audience] } })
  for (const content of await read()) {
    assert.deepEqual([content.ai_copilot_availability, content.ai_sales_agent_availability], [true, false])
    assert.deepEqual(content.audience_ids.map(String), [audience])
  }
  await bulk({ action: 'set_audience', content_ids, audience: { remove_segment_ids: [audience] } })
  for (const content of await read()) assert.deepEqual(content.audience_ids, [])
  const tagged = [{ type: 'article', id: article.id }, ...flat, { type: 'file_source_content', id: '1' }]
  await bulk({ action: 'update_tags', content_ids: tagged, tags: { add_tag_ids: [tag] } })
  assert.equal((await types(`any_tag_ids=${tag}`)).length, 4)
  await bulk({ action: 'update_tags', content_ids: tagged, tags: { remove_tag_ids: [tag] } })
  assert.deepEqual(await types(`any_tag_ids=${tag}`), [])
})

test('content is deleted: a translation, or the article with that of its default locale; external pages stay', async () => {
  const [english, french] = await contentsOf()
  const remove = (...content_ids: object[]) => bulk({ action: 'delete', content_ids })
  await remove({ type: 'article_content', id: french!.id }, { type: 'external_content', id: external.id })
  assert.deepEqual((await contentsOf()).length, 1)
  const before = (await topics()).length
  await remove(
    { type: 'article_content', id: english!.id },
    { type: 'content_snippet', id: snippet.id },
    { type: 'internal_article', id: internal.id },
  )
  assert.deepEqual((await topics()).slice(before), ['article.deleted', 'content_snippet.deleted'])
  assert.deepEqual(await types('query=zebra'), ['external_content'])
})
