// Staged drafts, and the versions of articles.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'

const t = await testApp({ public_url: 'https://help.example.test' })
const author_id = Number(t.created.admin_id)
const { id: center } = (
  await t.call('POST /extensions/help_centers', {
    ...{ identifier: 'drafts', display_name: 'Center', locales: ['en', 'fr', 'de'] },
  })
).body
const { id: parent } = (await t.call('POST /help_center/collections', { name: 'C', help_center_id: center })).body

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
async function anArticle(body: object = {}): Promise<any> {
  const answer = await t.call('POST /articles', { title: 'Live', body: 'One', author_id, state: 'published', ...body })
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}
const bilingual = () =>
  anArticle({ parent_ids: [parent], translated_content: { fr: { title: 'Vivant', state: 'published' } } })
const stage = (id: string, body: object) => t.call(`PUT /articles/${id}/draft`, body)
const draft = (id: string) => t.call(`GET /articles/${id}/draft`)
const publish = (id: string, body?: object) => t.call(`POST /articles/${id}/draft/publish`, body)
const show = async (id: string) => (await t.call(`GET /articles/${id}`)).body
const change = async (id: string, body: object) => (await t.call(`PUT /articles/${id}`, body)).body
const versions = async (id: string, query = '') => (await t.call(`GET /articles/${id}/versions${query}`)).body
const topics = (id: string) => topicsOf(t.workspace, id)

const NOT_FOUND = [{ code: 'not_found', message: 'Object not found' }]

test('an article that does not exist, or has no draft or version, is a 404', async () => {
  const other = await t.another()
  const theirs = (await other.call('POST /articles', { title: 'Theirs', author_id: other.created.admin_id })).body
  for (const id of [theirs.id, '0', '999999', 'nonsense', '99999999999999999999']) {
    for (const { status, body } of [
      await draft(id),
      await stage(id, { title: 'Mine' }),
      await publish(id),
      await t.call(`GET /articles/${id}/versions`),
      await t.call(`GET /articles/${id}/versions/1`),
    ])
      assert.deepEqual([status, body.errors], [404, NOT_FOUND], id)
  }
  const { id } = await anArticle()
  assert.deepEqual((await draft(id)).body.errors, NOT_FOUND)
  const [{ id: foreign }] = (await versions((await anArticle()).id)).data
  for (const version of [foreign, '0', 'nonsense'])
    assert.deepEqual((await t.call(`GET /articles/${id}/versions/${version}`)).body.errors, NOT_FOUND)
})

test('only what is published can have a draft', async () => {
  const message = 'Article must be published before a draft can be staged'
  const unpublished = await anArticle({ state: 'draft' })
  const translated = await anArticle({ parent_ids: [parent], translated_content: { fr: { title: 'Brouillon' } } })
  for (const [id, body] of [
    [unpublished.id, { title: 'Staged' }],
    [translated.id, { translated_content: { fr: { title: 'Staged' } } }],
    [translated.id, { translated_content: { de: { title: 'Staged' } } }],
  ] as const) {
    const answer = await stage(id, body)
    assert.deepEqual([answer.status, answer.body.errors], [422, [{ code: 'parameter_invalid', message }]])
  }
})

test('wrong texts of a draft are refused', async () => {
  const { id } = await anArticle()
  for (const [body, status] of [
    [{ title: ' ' }, 400],
    [{ title: 7 }, 400],
    [{ author_id: 999_999_999 }, 400],
    [{ body: 'a', body_markdown: 'b' }, 422],
    [{ translated_content: { xx: { title: 'X' } } }, 400],
  ] as const)
    assert.equal((await stage(id, body)).status, status, JSON.stringify(body))
  assert.equal((await draft(id)).status, 404)
})

test('publishing needs a draft, and in a help center with several locales the locales that have one', async () => {
  const one = await anArticle()
  const two = await bilingual()
  const refused = async (id: string, body: object | undefined, code: string, message: string) => {
    const answer = await publish(id, body)
    assert.deepEqual([answer.status, answer.body.errors], [422, [{ code, message }]])
  }
  const none = 'Article has no draft to publish'
  const missing = 'locales must be specified to publish a draft on a multilingual workspace'
  const pending = 'Cannot publish a draft for locale(s) without pending changes: '
  await refused(one.id, undefined, 'parameter_invalid', none)
  await refused(two.id, { locales: ['en'] }, 'parameter_invalid', none)
  await stage(one.id, { title: 'Staged' })
  await stage(two.id, { title: 'Staged' })
  await refused(one.id, { locales: ['fr'] }, 'parameter_invalid', `${pending}fr`)
  for (const body of [undefined, {}, { locales: [] }]) await refused(two.id, body, 'parameter_not_found', missing)
  await refused(two.id, { locales: ['en', 'fr', 'xx'] }, 'parameter_invalid', `${pending}fr, xx`)
  assert.equal((await publish(two.id, { locales: 'en' })).status, 400)
  assert.equal((await show(two.id)).title, 'Live')
})

test('a draft stages texts only, and the live article stays until it is published', async () => {
  const { id, url } = await anArticle()
  const staged = await stage(id, { title: 'Staged', body: 'Two', state: 'draft', ai_chatbot_availability: false })
  assert.equal(staged.status, 200)
  const { title, body_markdown, state, has_unpublished_changes, ai_chatbot_availability } = staged.body
  assert.deepEqual([title, body_markdown, state], ['Staged', 'Two\n', 'published'])
  assert.deepEqual([has_unpublished_changes, ai_chatbot_availability, staged.body.url], [true, true, url])
  assert.deepEqual((await draft(id)).body, staged.body)
  const live = await show(id)
  assert.deepEqual([live.title, live.has_unpublished_changes], ['Live', true])
  assert.equal(live.draft_updated_at, staged.body.draft_updated_at)
  assert.deepEqual(await topics(id), ['article.created', 'article.published'])

  const published = (await publish(id)).body
  assert.deepEqual(
    [published.title, published.has_unpublished_changes, published.draft_updated_at],
    ['Staged', false, null],
  )
  assert.equal((await draft(id)).status, 404)
  assert.deepEqual(await topics(id), ['article.created', 'article.published', 'article.updated', 'article.published'])
})

test('with a draft, a change without a state is staged too; one with a state ends the draft', async () => {
  const { id } = await anArticle()
  await stage(id, { title: 'Staged' })
  assert.equal((await change(id, { description: 'More' })).description, '')
  assert.deepEqual([(await draft(id)).body.title, (await draft(id)).body.description], ['Staged', 'More'])
  const live = await change(id, { state: 'published', body: 'Two' })
  assert.deepEqual([live.title, live.description, live.body_markdown], ['Staged', 'More', 'Two\n'])
  await stage(id, { title: 'Again' })
  const unpublished = await change(id, { state: 'draft' })
  assert.deepEqual(
    [unpublished.title, unpublished.state, unpublished.has_unpublished_changes],
    ['Again', 'draft', false],
  )
})

test('each locale has a draft of its own', async () => {
  const { id } = await bilingual()
  const translated_content = { fr: { title: 'Prévu' } }
  const { body } = await stage(id, { translated_content })
  assert.deepEqual([body.has_unpublished_changes, body.translated_content.fr.has_unpublished_changes], [false, true])
  assert.equal(body.translated_content.fr.title, 'Prévu')
  await stage(id, { title: 'Staged' })
  await publish(id, { locales: ['fr'] })
  const article = await show(id)
  assert.deepEqual([article.title, article.translated_content.fr.title], ['Live', 'Prévu'])
  assert.equal((await publish(id, { locales: ['en'] })).body.title, 'Staged')
})

test('every change of texts makes a version, from the one before; the live one is published', async () => {
  const { id } = await anArticle()
  await change(id, { title: 'Second' })
  await change(id, { title: 'Second', ai_chatbot_availability: false })
  await stage(id, { body: 'Staged' })
  await publish(id)
  const { data, total_count, pages } = await versions(id)
  assert.deepEqual([total_count, pages.per_page], [3, 25])
  const [third, second, first] = data
  assert.deepEqual(
    data.map(({ title, state }: Record<string, string>) => [title, state]),
    [
      ['Second', 'published'],
      ['Second', 'draft'],
      ['Live', 'draft'],
    ],
  )
  assert.deepEqual([third.from_version_id, second.from_version_id, first.from_version_id], [second.id, first.id, null])
  assert.ok(!('body' in first))
  const { created_at, ...version } = (await t.call(`GET /articles/${id}/versions/${first.id}`)).body
  assert.deepEqual(version, {
    ...{ type: 'article_version', id: first.id, article_id: id, title: 'Live', description: '' },
    ...{ body: '<p class="no-margin">One</p>', body_markdown: 'One\n', author_id: String(author_id) },
    ...{ created_by_id: String(author_id), created_via: 'api', from_version_id: null, state: 'draft' },
    updated_at: created_at,
  })
  await change(id, { state: 'draft' })
  assert.equal((await versions(id)).data[0].state, 'draft')
  assert.deepEqual((await versions(id, '?per_page=2&page=2')).data, [{ ...first, state: 'draft' }])
})

test('versions are those of a locale; one that no help center has is a 400', async () => {
  const { id } = await bilingual()
  assert.equal((await versions(id)).total_count, 2)
  const { data } = await versions(id, '?locale=fr')
  assert.deepEqual(
    data.map(({ title }: { title: string }) => title),
    ['Vivant'],
  )
  const path = `GET /articles/${id}/versions/${data[0].id}`
  assert.equal((await t.call(`${path}?locale=fr`)).body.title, 'Vivant')
  assert.deepEqual((await t.call(`${path}?locale=en`)).body.errors, NOT_FOUND)
  for (const route of [`GET /articles/${id}/versions`, path]) {
    const { status, body } = await t.call(`${route}?locale=ja`)
    assert.deepEqual([status, body.errors], [400, [{ code: 'parameter_invalid', message: 'Unknown locale' }]])
  }
})
