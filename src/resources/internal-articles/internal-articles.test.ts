// Internal articles: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'

const t = await testApp()
const { admin_id } = t.created
const by = { author_id: admin_id, owner_id: admin_id }

const anArticle = async (fields: object = {}) =>
  (await t.call('POST /internal_articles', { title: 'Any', ...by, ...fields })).body
const found = async (query: string): Promise<string[]> =>
  (await t.call(`GET /internal_articles/search?${query}`)).body.data.internal_articles.map(
    ({ title }: { title: string }) => title,
  )

test('every operation needs a token', async () => {
  const routes = ['GET /internal_articles', 'POST /internal_articles', 'GET /internal_articles/search']
  const of_one = ['GET /internal_articles/1', 'PUT /internal_articles/1', 'DELETE /internal_articles/1']
  for (const route of [...routes, ...of_one, 'POST /internal_articles/1/tags', 'DELETE /internal_articles/1/tags/1'])
    assert.equal((await t.call(route, /^P/.test(route) ? {} : undefined, { token: null })).status, 401, route)
})

test('a wrong internal article is refused, and nothing is saved', async () => {
  const { id } = await anArticle()
  const { body: before } = await t.call('GET /internal_articles')
  const NO_AUTHOR = 'author_id must be in the main body or default locale translated_content object'
  const cases: [route: string, body: unknown, status: number, code: string, message?: string][] = [
    ['POST /internal_articles', { ...by }, 400, 'parameter_not_found'],
    ['POST /internal_articles', { title: 'x', owner_id: admin_id }, 400, 'parameter_not_found', NO_AUTHOR],
    ['POST /internal_articles', { title: 'x', author_id: admin_id }, 400, 'parameter_not_found'],
    ['POST /internal_articles', { title: 'x', ...by, owner_id: 1 }, 400, 'parameter_invalid'],
    ['POST /internal_articles', { title: ' ', ...by }, 400, 'parameter_invalid'],
    ['POST /internal_articles', { title: 'x'.repeat(256), ...by }, 400, 'parameter_invalid'],
    ['POST /internal_articles', { title: 'x', ...by, locale: 'xx' }, 400, 'parameter_invalid'],
    ['POST /internal_articles', { title: 'x', ...by, body: 'a', body_markdown: 'b' }, 422, 'parameter_invalid'],
    ['POST /internal_articles', { title: 'x', ...by, body: 'x'.repeat(500_001) }, 400, 'parameter_invalid'],
    ['POST /internal_articles', { title: 'x', ...by, folder_id: 999999 }, 404, 'not_found'],
    ['POST /internal_articles', { title: 'x', ...by, audience_ids: [999] }, 404, 'parameter_invalid'],
    [`PUT /internal_articles/${id}`, { title: 'y', audience_ids: [999] }, 404, 'parameter_invalid'],
    ['PUT /internal_articles/999999', { title: 'x' }, 404, 'not_found', 'Resource Not Found'],
    ['GET /internal_articles/none', undefined, 404, 'not_found', 'Resource Not Found'],
    ['DELETE /internal_articles/999999', undefined, 404, 'not_found', 'Resource Not Found'],
    ['POST /internal_articles/999999/tags', { id: '1' }, 404, 'internal_article_not_found'],
    [`POST /internal_articles/${id}/tags`, { id: '999999' }, 404, 'tag_not_found'],
    [`DELETE /internal_articles/${id}/tags/999999`, undefined, 404, 'tag_not_found'],
  ]
  for (const [route, body, status, code, message] of cases) {
    const answer = await t.call(route, body)
    const [error] = answer.body.errors
    assert.deepEqual([answer.status, error.code], [status, code], `${route} ${JSON.stringify(body)?.slice(0, 80)}`)
    if (message) assert.equal(error.message, message)
  }
  assert.deepEqual((await t.call('GET /internal_articles')).body, before)
})

test('an internal article is created and changed; what is left out stays', async () => {
  const { body: audience } = await t.call('POST /audiences', { name: 'A' })
  const made = await anArticle({ title: 'Plan', body: 'Body of the Article', audience_ids: [Number(audience.id)] })
  assert.deepEqual([made.body, made.body_markdown, made.locale], ['Body of the Article', 'Body of the Article\n', 'en'])
  assert.deepEqual([made.author_id, made.owner_id], [Number(admin_id), Number(admin_id)])
  assert.deepEqual([made.ai_chatbot_availability, made.folder_id, made.tags.tags], [false, null, []])
  assert.ok(!('type' in made))
  const path = `/internal_articles/${made.id}`
  const changed = (await t.call(`PUT ${path}`, { body_markdown: '# New\n', ai_copilot_availability: true })).body
  assert.match(changed.body, /<h1[^>]*>New<\/h1>/)
  assert.deepEqual([changed.title, changed.audience_ids], ['Plan', [Number(audience.id)]])
  assert.deepEqual([changed.ai_chatbot_availability, changed.ai_copilot_availability], [false, true])
  await t.call(`DELETE /audiences/${audience.id}`)
  assert.deepEqual((await t.call(`GET ${path}`)).body.audience_ids, [])
  assert.deepEqual((await t.call(`DELETE ${path}`)).body, { id: made.id, object: 'internal_article', deleted: true })
  assert.equal((await t.call(`GET ${path}`)).status, 404)
})

test('scripts are removed from a body', async () => {
  const { body } = await anArticle({ body: '<p onclick="x()">Hi</p><script>x()</script>' })
  assert.doesNotMatch(body, /script|onclick/)
})

test('a search finds words of titles and bodies, in a folder and all folders in it', async () => {
  const { body: outer } = await t.call('POST /folders', { folder: { name: 'Outer' } })
  const { body: inner } = await t.call('POST /folders', { folder: { name: 'Inner', parent_folder_id: outer.id } })
  await anArticle({ title: 'Zebra handbook', folder_id: outer.id })
  await anArticle({ title: 'Other', body: '<p>About zebras</p>', folder_id: inner.id })
  await anArticle({ title: 'Outside', body: 'zebra' })
  assert.deepEqual((await found('phrase=ZEBRA')).sort(), ['Other', 'Outside', 'Zebra handbook'])
  assert.deepEqual(await found('phrase=zebra%20handbook'), ['Zebra handbook'])
  assert.deepEqual((await found(`folder_id=${outer.id}`)).sort(), ['Other', 'Zebra handbook'])
  assert.deepEqual(await found(`folder_id=${inner.id}&phrase=zebra`), ['Other'])
  assert.deepEqual(await found('folder_id=999999'), [])
  assert.deepEqual(await found(`phrase=${encodeURIComponent("zebra' & !")}&page=2`), [])
  const { total_count, pages } = (await t.call('GET /internal_articles/search?phrase=zebra&per_page=2')).body
  assert.deepEqual([total_count, pages.page, pages.total_pages], [3, 1, 2])
})

test('a tag is attached by the admin of the token or of the request, and detached without a trace', async () => {
  const { id } = await anArticle()
  const { body: tag } = await t.call('POST /tags', { name: 'Internal' })
  const attached = (await t.call(`POST /internal_articles/${id}/tags`, { id: tag.id })).body
  assert.deepEqual([attached.id, attached.applied_by.id], [tag.id, admin_id])
  assert.equal((await t.call(`GET /internal_articles/${id}`)).body.tags.tags[0].id, tag.id)
  const detached = (await t.call(`DELETE /internal_articles/${id}/tags/${tag.id}`)).body
  assert.deepEqual([detached.applied_at, detached.applied_by], [null, null])
})

test('before 2.16 there are no audiences and no markdown; before Preview no folders', async () => {
  const { id } = await anArticle()
  const keys = async (version: string) =>
    Object.keys((await t.call(`GET /internal_articles/${id}`, undefined, { version })).body)
  assert.ok(!(await keys('2.14')).some((key) => /audience|markdown|availability|folder|tags/.test(key)))
  assert.ok(!(await keys('2.16')).some((key) => /folder|tags/.test(key)))
  assert.equal((await t.call(`GET /internal_articles/${id}`, undefined, { version: '2.12' })).status, 400)
})
