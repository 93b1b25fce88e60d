// Articles: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'

const PUBLIC = 'https://help.example.test'
const t = await testApp({ public_url: PUBLIC })
const { sql } = t.database
const { admin_id } = t.created
const author_id = Number(admin_id)
const create = (body: object, options = {}) => t.call('POST /articles', body, options)
const change = (id: string, body: object, options = {}) => t.call(`PUT /articles/${id}`, body, options)
const show = async (id: string, version = 'Preview') =>
  (await t.call(`GET /articles/${id}`, undefined, { version })).body
const topics = (id: string) => topicsOf(t.workspace, id)
const post = async (path: string, body: object) => (await t.call(`POST ${path}`, body)).body

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
async function anArticle(body: object = {}): Promise<any> {
  const answer = await create({ title: 'Article', author_id, ...body })
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

let centers = 0
/** Returns a collection of a help center in English, French and German. */
async function multilingual(): Promise<{ id: string; help_center_id: number }> {
  const { id: help_center_id } = await post('/extensions/help_centers', {
    ...{ identifier: `articles-${centers++}`, display_name: 'Center', locales: ['en', 'fr', 'de'] },
  })
  return post('/help_center/collections', { name: 'Collection', help_center_id })
}

const NOT_FOUND = [{ code: 'not_found', message: 'Resource Not Found' }]

test('every operation needs a token with its scope', async () => {
  const text = newTokenText()
  await insertToken(sql, t.created.id, text, { name: 'Limited', admin_id, scopes: ['read_admins'] }, new Date())
  const routes: [route: string, body: object | undefined, since: string][] = [
    ['GET /articles', undefined, ''],
    ['POST /articles', { title: 'A', author_id }, ''],
    ['GET /articles/1', undefined, ''],
    ['PUT /articles/1', {}, ''],
    ['DELETE /articles/1', undefined, ''],
    ['GET /articles/search', undefined, '2.9'],
    ['GET /articles/1/draft', undefined, '2.15'],
    ['PUT /articles/1/draft', {}, '2.15'],
    ['POST /articles/1/draft/publish', {}, '2.15'],
    ['GET /articles/1/versions', undefined, '2.15'],
    ['GET /articles/1/versions/1', undefined, '2.15'],
    ['POST /articles/1/tags', { id: '1' }, '2.15'],
    ['DELETE /articles/1/tags/1', undefined, '2.15'],
  ]
  for (const [route, body, before] of routes) {
    assert.equal((await t.call(route, body, { token: null })).status, 401, route)
    assert.equal((await t.call(route, body, { token: text })).status, 403, route)
    if (before)
      assert.equal((await t.call(route, body, { version: before })).body.errors[0].code, 'intercom_version_invalid')
  }
})

test('an article that does not exist, or is of another workspace, is a 404', async () => {
  const other = await t.another()
  const theirs = (await other.call('POST /articles', { title: 'Theirs', author_id: other.created.admin_id })).body
  for (const id of [theirs.id, '0', '999999', 'nonsense', '99999999999999999999', '-1', '1e3']) {
    for (const { status, body } of [
      await t.call(`GET /articles/${id}`),
      await change(id, { title: 'Mine' }),
      await t.call(`DELETE /articles/${id}`),
    ])
      assert.deepEqual([status, body.errors], [404, NOT_FOUND], id)
  }
  assert.equal((await other.call(`GET /articles/${theirs.id}`)).body.title, 'Theirs')
})

test('a wrong article is refused with an error that names the field, and nothing is created or changed', async () => {
  const { id } = await anArticle({ title: 'Stays' })
  const before = (await t.call('GET /articles')).body.total_count
  const article = { title: 'Article', author_id }
  const no_author = 'author_id must be in the main body or default locale translated_content object'
  const invalid = 'parameter_invalid'
  const wrong: [body: object, status: number, code: string, message: string | RegExp][] = [
    [{ title: 'A' }, 400, 'parameter_not_found', no_author],
    [{ title: 'A', translated_content: { fr: { author_id } } }, 400, 'parameter_not_found', no_author],
    [{ author_id }, 400, 'parameter_not_found', /^title must be in the main body/],
    [{ ...article, title: '' }, 400, invalid, 'title must not be blank'],
    [{ ...article, title: ' ' }, 400, invalid, 'title must not be blank'],
    [{ ...article, title: 7 }, 400, invalid, /^title /],
    [{ ...article, title: null }, 400, invalid, /^title /],
    [{ ...article, title: 'x'.repeat(256) }, 400, invalid, /^title /],
    [{ ...article, description: 'x'.repeat(10_001) }, 400, invalid, /^description /],
    [{ ...article, body: 'x'.repeat(500_001) }, 400, invalid, /^body must not have more than 500000/],
    [{ ...article, body: ['x'] }, 400, invalid, /^body /],
    [{ ...article, author_id: 999_999_999 }, 400, invalid, /^author_id must be the id of a teammate/],
    [{ ...article, author_id: 'nobody' }, 400, invalid, /^author_id must be the id of a teammate/],
    [{ ...article, state: 'live' }, 400, invalid, /^state must be one of published, draft/],
    [{ ...article, body: 'a', body_markdown: 'b' }, 422, invalid, 'body and body_markdown are mutually exclusive'],
    [{ ...article, parent_ids: [999_999] }, 404, 'not_found', 'Collection 999999 not found'],
    [{ ...article, parent_ids: ['nonsense'] }, 404, 'not_found', 'Collection nonsense not found'],
    [{ ...article, parent_id: 999_999, parent_type: 'collection' }, 404, 'not_found', 'Collection 999999 not found'],
    [{ ...article, parent_id: 1, parent_type: 'folder' }, 400, invalid, /^parent_type must be one of/],
    [{ ...article, parent_ids: Array(51).fill(1) }, 400, invalid, /^parent_ids /],
    [{ ...article, folder_id: 7 }, 404, 'not_found', 'Folder not found'],
    [{ ...article, audience_ids: [999] }, 404, invalid, 'audience_ids contains unknown audience IDs: 999'],
    [{ ...article, audience_ids: ['x'] }, 400, invalid, /^audience_ids/],
    [{ ...article, ai_chatbot_availability: 'sometimes' }, 400, invalid, /^ai_chatbot_availability /],
    [{ ...article, translated_content: { xx: { title: 'X' } } }, 400, invalid, /^translated_content.xx is not known/],
    [
      { ...article, translated_content: { fr: {} } },
      400,
      'parameter_not_found',
      'translated_content.fr.title is required',
    ],
    [{ ...article, translated_content: { fr: { title: ' ' } } }, 400, invalid, /^translated_content.fr.title must not/],
    [
      { ...article, translated_content: { fr: { title: 'X', body: 'a', body_markdown: 'b' } } },
      ...([422, invalid, /^translated_content.fr.body and/] as const),
    ],
    [{ ...article, translated_content: { en: null } }, 400, invalid, /^translated_content.en is the default locale/],
  ]
  for (const [body, status, code, message] of wrong) {
    const answer = await create(body)
    const [error] = answer.body.errors
    assert.deepEqual([answer.status, error.code], [status, code], JSON.stringify(body).slice(0, 200))
    if (typeof message === 'string') assert.equal(error.message, message)
    else assert.match(error.message, message)
    if (code !== 'parameter_not_found') assert.equal((await change(id, body)).status, status, error.message)
  }
  assert.equal((await t.call('GET /articles')).body.total_count, before)
  assert.equal((await show(id)).title, 'Stays')
  assert.deepEqual(await topics(id), ['article.created'])
})

test('a bot is no author', async () => {
  const [bot] = await sql<{ id: string }[]>`select id from admins where workspace_id = ${t.created.id} and is_bot`
  assert.equal((await create({ title: 'A', author_id: bot?.id })).status, 400)
})

test('a new article is a draft without an address, and has all defaults', async () => {
  const { id, created_at, updated_at, ...article } = await anArticle()
  assert.deepEqual(article, {
    ...{ type: 'article', workspace_id: t.created.id, parent_ids: [], tags: { type: 'tag.list', tags: [] } },
    ...{ title: 'Article', description: '', body: '', body_markdown: '', author_id, state: 'draft', url: null },
    ...{ has_unpublished_changes: false, draft_updated_at: null, created_by_id: author_id, updated_by_id: author_id },
    ...{ ai_chatbot_availability: true, ai_copilot_availability: true, ai_sales_agent_availability: true },
    ...{ audience_ids: [], folder_id: null, scheduled_publish_at: null, scheduled_unpublish_at: null },
    ...{ exclude_from_article_suggestions: false, help_center_audience: 'everyone' },
    statistics: {
      ...{ type: 'article_statistics', views: 0, conversations: 0, conversions: 0, reactions: 0 },
      ...{ happy_reaction_percentage: 0, neutral_reaction_percentage: 0, sad_reaction_percentage: 0 },
      ...{ fin_involvements: 0, fin_resolutions: 0, fin_resolution_rate: 0 },
    },
  })
  assert.deepEqual(await show(id), { id, created_at, updated_at, ...article })
  assert.deepEqual(await topics(id), ['article.created'])
})

test('a body is HTML, plain text or markdown, and is stored as the editor makes it; written back it stays', async () => {
  const written: [body: object, html: string, markdown: string][] = [
    [{ body: 'Body' }, '<p class="no-margin">Body</p>', 'Body\n'],
    [{ body: '<p>A <b>b</b></p><script>x</script>' }, '<p class="no-margin">A <b>b</b></p>', 'A **b**\n'],
    [{ body_markdown: '**b**' }, '<p class="no-margin"><strong>b</strong></p>', '**b**\n'],
    [{ body: null }, '', ''],
    [{ body: '', body_markdown: 'x' }, '<p class="no-margin">x</p>', 'x\n'],
  ]
  for (const [body, html, markdown] of written) {
    const { id, ...article } = await anArticle(body)
    assert.deepEqual([article.body, article.body_markdown], [html, markdown], JSON.stringify(body))
    const { body: again } = await change(id, { body: html })
    assert.deepEqual([again.body, again.updated_at], [html, article.updated_at])
    assert.deepEqual(await topics(id), ['article.created'])
  }
  const long = '<p>A long body &amp; more</p>'.repeat(2_000)
  const { body } = await anArticle({ body: long })
  assert.equal(body, long.replaceAll('<p>', '<p class="no-margin">'))
})

test('an update changes what it names, at once and once in the events', async () => {
  const { id, ...before } = await anArticle({ description: 'About', body: 'Body', state: 'published' })
  assert.equal(before.url, `${PUBLIC}/hc/${t.created.id}/en/articles/${id}-article`)
  const after = (await change(id, { title: 'Christmas is here!' })).body
  assert.deepEqual(
    [after.title, after.description, after.body, after.state],
    [...['Christmas is here!', 'About', before.body, 'published']],
  )
  assert.equal(after.url, `${PUBLIC}/hc/${t.created.id}/en/articles/${id}-christmas-is-here`)
  assert.deepEqual(await topics(id), ['article.created', 'article.published', 'article.updated'])
  assert.equal((await change(id, { ai_copilot_availability: false })).body.ai_copilot_availability, false)
  assert.equal((await topics(id)).length, 4)
})

test('a state that changes is published or unpublished once; one that does not is no event', async () => {
  const { id } = await anArticle()
  await change(id, { state: 'draft' })
  await change(id, { state: 'published' })
  await change(id, { state: 'published' })
  const { state, url } = (await change(id, { state: 'draft' })).body
  assert.deepEqual([state, url], ['draft', null])
  await change(id, { state: 'published', title: 'Both' })
  assert.deepEqual(await topics(id), [
    ...['article.created', 'article.published', 'article.unpublished', 'article.updated', 'article.published'],
  ])
})

test('an article is in the collections that parent_ids or parent_id name', async () => {
  const [one, two] = [
    await post('/help_center/collections', { name: '1' }),
    await post('/help_center/collections', { name: '2' }),
  ]
  const [first, second] = [Number(one.id), Number(two.id)]
  const { id, parent_ids } = await anArticle({ parent_ids: [second, first, second], parent_id: 999_999 })
  assert.deepEqual(parent_ids, [second, first])
  const place = async (body: object) => (await change(id, body)).body.parent_ids
  assert.deepEqual(await place({ title: 'Other' }), [second, first])
  assert.deepEqual(await place({ parent_id: one.id, parent_type: 'collection' }), [first])
  assert.deepEqual(await place({ parent_ids: [] }), [])
  assert.deepEqual(await place({ parent_id: second, parent_type: 'section' }), [second])
  assert.deepEqual(await place({ parent_id: null }), [])
})

test('before 2.16 an article has its first parent, and no markdown; tags since 2.13', async () => {
  const { id: parent } = await post('/help_center/collections', { name: 'Parent' })
  const { id } = await anArticle({ parent_ids: [parent], body: 'Body' })
  const alone = await anArticle()
  for (const version of ['2.8', '2.11', '2.14', '2.15']) {
    const article = await show(id, version)
    assert.deepEqual([article.parent_id, article.parent_type], [Number(parent), 'collection'], version)
    assert.deepEqual([article.parent_ids, 'body_markdown' in article], [[Number(parent)], false])
    assert.equal('tags' in article, ['2.14', '2.15'].includes(version))
    const { parent_id, parent_type } = await show(alone.id, version)
    assert.deepEqual([parent_id, parent_type], [null, null])
  }
  assert.ok(!('parent_id' in (await show(id, '2.16'))))
  assert.ok(!('has_unpublished_changes' in (await show(id, '2.16'))))
  const ignored = await create({ title: 'A', author_id, body_markdown: '# B', parent_id: parent }, { version: '2.14' })
  assert.deepEqual([ignored.body.body, ignored.body.parent_id], ['', Number(parent)])
})

test('translations have texts and states of their own; what is not named stays', async () => {
  const { id: parent } = await multilingual()
  const translated_content = {
    fr: { title: 'Merci', body: 'Corps', state: 'published' },
    de: { title: 'Danke', description: 'Über' },
  }
  const article = await anArticle({ title: 'Thanks', state: 'published', parent_ids: [parent], translated_content })
  assert.equal(article.default_locale, 'en')
  assert.ok(!('audience_ids' in article))
  const { type, en, fr, de } = article.translated_content
  assert.equal(type, 'article_translated_content')
  assert.deepEqual([en.title, fr.title, de.title], ['Thanks', 'Merci', 'Danke'])
  assert.deepEqual([en.state, fr.state, de.state], ['published', 'published', 'draft'])
  assert.deepEqual([fr.body, fr.author_id, fr.audience_ids], ['<p class="no-margin">Corps</p>', author_id, []])
  assert.match(fr.url, new RegExp(`/fr/articles/${article.id}-merci$`))
  assert.ok(!('url' in de))

  const changed = (await change(article.id, { translated_content: { fr: { title: 'Merci bien' }, de: null } })).body
  assert.deepEqual(Object.keys(changed.translated_content).sort(), ['en', 'fr', 'type'])
  assert.deepEqual([changed.translated_content.fr.title, changed.translated_content.fr.body], ['Merci bien', fr.body])
  assert.equal(changed.title, 'Thanks')
  const root = (await change(article.id, { title: 'Top', translated_content: { en: { title: 'Below' } } })).body
  assert.deepEqual([root.title, root.translated_content.en.title], ['Top', 'Top'])
  assert.deepEqual(await topics(article.id), [
    ...['article.created', 'article.published', 'article.updated', 'article.updated'],
  ])
})

test('an article of a help center with one locale shows no translations, and keeps them', async () => {
  const { id: parent } = await multilingual()
  const made = await anArticle({ translated_content: { fr: { title: 'Caché' } } })
  assert.ok(!('translated_content' in made) && !('default_locale' in made))
  const moved = (await change(made.id, { parent_ids: [parent] })).body
  assert.equal(moved.translated_content.fr.title, 'Caché')
})

test('a deleted article is gone with all that it had, and its event has it as it was', async () => {
  const tag = await post('/tags', { name: 'Gone' })
  const { id } = await anArticle({ state: 'published' })
  await t.call(`POST /articles/${id}/tags`, { id: tag.id })
  assert.deepEqual((await t.call(`DELETE /articles/${id}`)).body, { id, object: 'article', deleted: true })
  assert.equal((await t.call(`DELETE /articles/${id}`)).status, 404)
  assert.equal((await t.call(`GET /articles/${id}`)).status, 404)
  for (const table of ['article_contents', 'article_versions'])
    assert.equal((await sql`select from ${sql(table)} where article_id = ${id}`).count, 0, table)
  assert.equal((await sql`select from taggings where object_type = 'article' and object_id = ${id}`).count, 0)
  assert.deepEqual(await topics(id), ['article.created', 'article.published', 'article.deleted'])
})

test('simultaneous changes of different fields are all kept', async () => {
  const { id } = await anArticle({ state: 'published' })
  const changes = [
    { title: 'Busy' },
    { description: 'All at once' },
    { body: 'Body' },
    { ai_chatbot_availability: false },
  ]
  const answers = await Promise.all(changes.map((body) => change(id, body)))
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200],
  )
  const { title, description, body_markdown, ai_chatbot_availability } = await show(id)
  assert.deepEqual(
    [title, description, body_markdown, ai_chatbot_availability],
    ['Busy', 'All at once', 'Body\n', false],
  )
})

test('the list has the last updated first, without statistics', async () => {
  const other = await t.another()
  const ids: string[] = []
  for (let n = 0; n < 3; n++) {
    const made = await other.call('POST /articles', { title: `Number ${n}`, author_id: other.created.admin_id })
    ids.push(made.body.id)
  }
  await other.call('POST /extensions/sandbox/clock', { advance_seconds: 60 })
  await other.call(`PUT /articles/${ids[0]}`, { title: 'Changed' })
  const { data, total_count, pages } = (await other.call('GET /articles?per_page=2')).body
  assert.deepEqual([data[0].id, data.length, total_count, pages.total_pages], [ids[0], 2, 3, 2])
  assert.ok(!('statistics' in data[0]))
  assert.deepEqual((await other.call('GET /articles?per_page=2&page=3')).body.data, [])
  assert.equal((await other.call('GET /articles')).body.pages.per_page, 25)
})

test('a tag is attached and detached by its id', async () => {
  const tag = await post('/tags', { name: 'Tagged' })
  const { id } = await anArticle()
  const attach = (article: string, body: object) => t.call(`POST /articles/${article}/tags`, body)
  const refused: [Promise<{ status: number; body: { errors: object[] } }>, number, object][] = [
    [attach('999999', { id: tag.id }), 404, { code: 'article_not_found', message: 'Article not found' }],
    [attach(id, { id: '999999' }), 404, { code: 'tag_not_found', message: 'Tag not found' }],
    [attach(id, {}), 400, { code: 'parameter_not_found', message: 'id is required' }],
    [t.call(`DELETE /articles/${id}/tags/999999`), 404, { code: 'tag_not_found', message: 'Tag not found' }],
    [
      t.call(`DELETE /articles/999999/tags/${tag.id}`),
      404,
      { code: 'article_not_found', message: 'Article not found' },
    ],
  ]
  for (const [answer, status, error] of refused) {
    const { status: given, body } = await answer
    assert.deepEqual([given, body.errors], [status, [error]])
  }
  const gone = await t.call(`DELETE /articles/${id}/tags/${tag.id}`)
  assert.deepEqual(gone.body, { type: 'tag', id: tag.id, name: 'Tagged', applied_at: null, applied_by: null })
  const applied = (await attach(id, { id: tag.id })).body
  assert.deepEqual(applied.applied_by, { type: 'admin', id: admin_id })
  assert.deepEqual((await show(id)).tags, { type: 'tag.list', tags: [applied] })
  assert.equal((await t.call(`DELETE /articles/${id}/tags/${tag.id}`)).body.applied_at, null)
  assert.deepEqual((await show(id)).tags.tags, [])
})
