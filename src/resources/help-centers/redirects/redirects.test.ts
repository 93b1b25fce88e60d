// Redirects of help centers: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../../test/app.ts'

const PUBLIC = 'https://help.example.test'
const t = await testApp({ public_url: PUBLIC })
const { sql } = t.database
const { admin_id } = t.created
const post = async (path: string, body: object) => (await t.call(`POST ${path}`, body)).body
const [{ id: center }] = (await t.call('GET /help_center/help_centers')).body.data
const other_center = (
  await post('/extensions/help_centers', {
    ...{ identifier: 'second', display_name: 'Second', locales: ['en', 'fr'], custom_domain: 'docs.example' },
  })
).id
const collection = await post('/help_center/collections', { name: 'Target' })
const article = await post('/articles', { title: 'Target', author_id: admin_id, state: 'published' })
const BASE = `${PUBLIC}/hc/${t.created.id}`
const PATH = `/help_center/help_centers/${center}/redirects`

let made = 0
const redirect = (body: object = {}) => ({
  ...{ from_url: `${BASE}/old-${made++}`, locale: 'en', target_type: 'article', target_id: article.id },
  ...body,
})
const create = (body: object, path = PATH, options = {}) => t.call(`POST ${path}`, body, options)

test('every operation needs a token with its scope, and exists since 2.16', async () => {
  const text = newTokenText()
  await insertToken(sql, t.created.id, text, { name: 'Limited', admin_id, scopes: ['read_articles_scope'] }, new Date())
  for (const [route, body] of [
    [`GET ${PATH}`],
    [`POST ${PATH}`, redirect()],
    [`GET ${PATH}/1`],
    [`DELETE ${PATH}/1`],
  ] as [string, object?][]) {
    assert.equal((await t.call(route, body, { token: null })).status, 401, route)
    assert.equal((await t.call(route, body, { token: text })).status, 403, route)
    assert.equal((await t.call(route, body, { version: '2.15' })).status, 400, route)
  }
})

test('an unknown help center, redirect or target is a 404', async () => {
  const { id } = (await create(redirect())).body
  const other = await t.another()
  const [{ id: theirs }] = (await other.call('GET /help_center/help_centers')).body.data
  const of = (help_center: string) => `/help_center/help_centers/${help_center}/redirects`
  for (const wrong of [theirs, '0', '999999', 'nonsense', '99999999999999999999']) {
    const answers = [
      await t.call(`GET ${of(wrong)}`),
      await create(redirect(), of(wrong)),
      await t.call(`GET ${of(wrong)}/${id}`),
      await t.call(`DELETE ${of(wrong)}/${id}`),
      await t.call(`GET ${PATH}/${wrong}`),
      await t.call(`DELETE ${PATH}/${wrong}`),
      await create(redirect({ target_id: wrong === theirs ? '0' : wrong })),
    ]
    for (const { status, body } of answers)
      assert.deepEqual([status, body.errors], [404, [{ code: 'not_found', message: 'Resource not found' }]], wrong)
  }
  assert.equal((await t.call(`GET ${of(other_center)}/${id}`)).status, 404)
})

test('a wrong redirect is refused', async () => {
  const space = "from_url must be an absolute URL within this help center's URL space"
  const elsewhere = await post('/help_center/collections', { name: 'Elsewhere', help_center_id: other_center })
  const of_article = 'target_id must be the id of an article of this help center'
  const there = await post('/articles', { title: 'There', author_id: admin_id, parent_ids: [elsewhere.id] })
  const wrong: [body: object, status: number, code: string, message: string][] = [
    [{ from_url: undefined }, 400, 'parameter_not_found', 'from_url is required'],
    [{ from_url: '' }, 400, 'parameter_not_found', 'from_url is required'],
    [{ locale: undefined }, 400, 'parameter_not_found', 'locale is required'],
    [{ target_type: undefined }, 400, 'parameter_not_found', 'target_type is required'],
    [{ target_id: undefined }, 400, 'parameter_not_found', 'target_id is required'],
    [{ target_type: 'section' }, 400, 'parameter_invalid', "target_type must be 'article' or 'collection'"],
    [{ from_url: '/old' }, 422, 'data_invalid', space],
    [{ from_url: 'not a url' }, 422, 'data_invalid', space],
    [{ from_url: 'https://elsewhere.test/old' }, 422, 'data_invalid', space],
    [{ from_url: `${PUBLIC}/hc/other/old` }, 422, 'data_invalid', space],
    [{ from_url: `${BASE}x/old` }, 422, 'data_invalid', space],
    [{ from_url: `${BASE}/../other` }, 422, 'data_invalid', space],
    [{ from_url: `ftp://help.example.test/hc/${t.created.id}/old` }, 422, 'data_invalid', space],
    [{ from_url: BASE }, 422, 'data_invalid', space],
    [{ locale: 'fr' }, 422, 'data_invalid', 'locale must be a locale of this help center'],
    [{ target_id: there.id }, 422, 'data_invalid', of_article],
    [
      { target_type: 'collection', target_id: elsewhere.id },
      ...([422, 'data_invalid', 'target_id must be the id of a collection of this help center'] as const),
    ],
  ]
  const before = (await t.call(`GET ${PATH}`)).body.total_count
  for (const [body, status, code, message] of wrong) {
    const answer = await create(redirect(body))
    assert.deepEqual([answer.status, answer.body.errors], [status, [{ code, message }]], JSON.stringify(body))
  }
  assert.equal((await create(redirect({ from_url: `${BASE}/${'x'.repeat(2048)}` }))).status, 400)
  assert.equal((await t.call(`GET ${PATH}`)).body.total_count, before)
})

test('one address has one redirect, also if several are made at once', async () => {
  const from_url = `${BASE}/twice?a=1`
  const answers = await Promise.all(Array.from({ length: 4 }, () => create(redirect({ from_url }))))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409, 409])
  for (const same of [from_url, `${BASE}/twice/?a=1`, `${from_url}#part`, from_url.replace('https', 'http')]) {
    const { status, body } = await create(redirect({ from_url: same }))
    assert.deepEqual(
      [status, body.errors],
      [409, [{ code: 'resource_conflict', message: 'A redirect with that URL already exists' }]],
      same,
    )
  }
  assert.equal((await create(redirect({ from_url: `${BASE}/twice?a=2` }))).status, 200)
})

test('a redirect leads to an article or a collection, and is shown until it is deleted', async () => {
  const from_url = `${BASE}/articles/old-page`
  const { id, created_at, updated_at, ...rest } = (await create(redirect({ from_url }))).body
  assert.deepEqual(rest, {
    ...{ type: 'help_center_redirect', from_url, locale: 'en', help_center_id: center },
    ...{ target_type: 'article', target_id: article.id },
  })
  assert.deepEqual((await t.call(`GET ${PATH}/${id}`)).body, { id, created_at, updated_at, ...rest })
  const to_collection = await create(redirect({ target_type: 'collection', target_id: collection.id }))
  assert.equal(to_collection.body.target_id, collection.id)
  assert.deepEqual((await t.call(`DELETE ${PATH}/${id}`)).body, { id, object: 'help_center_redirect', deleted: true })
  assert.equal((await t.call(`GET ${PATH}/${id}`)).status, 404)
})

test('a redirect to an article that is not written in the locale leads to its default one', async () => {
  const path = `/help_center/help_centers/${other_center}/redirects`
  const parent = await post('/help_center/collections', { name: 'Parent', help_center_id: other_center })
  const both = {
    title: 'Both',
    author_id: admin_id,
    parent_ids: [parent.id],
    translated_content: { fr: { title: 'Les deux' } },
  }
  const translated = await post('/articles', both)
  const single = await post('/articles', { ...both, translated_content: undefined })
  const localeOf = async (target_id: string) =>
    (await create(redirect({ from_url: `https://docs.example/${target_id}`, locale: 'fr', target_id }), path)).body
      .locale
  assert.deepEqual([await localeOf(translated.id), await localeOf(single.id)], ['fr', 'en'])
})

test('redirects go with their target, their help center, or the workspace', async () => {
  const count = async () => (await t.call(`GET ${PATH}`)).body.total_count
  const before = await count()
  const gone = await post('/articles', { title: 'Gone', author_id: admin_id })
  const gone_too = await post('/help_center/collections', { name: 'Gone' })
  await create(redirect({ target_id: gone.id }))
  await create(redirect({ target_type: 'collection', target_id: gone_too.id }))
  assert.equal(await count(), before + 2)
  await t.call(`DELETE /articles/${gone.id}`)
  await t.call(`DELETE /help_center/collections/${gone_too.id}`)
  assert.equal(await count(), before)
})

test('the list has the newest first, 50 on a page and 250 at most', async () => {
  const { body } = await t.call(`GET ${PATH}?per_page=1000`)
  assert.equal(body.pages.per_page, 250)
  assert.equal((await t.call(`GET ${PATH}`)).body.pages.per_page, 50)
  const { id } = (await create(redirect())).body
  const [first] = (await t.call(`GET ${PATH}?per_page=1`)).body.data
  assert.equal(first.id, id)
  assert.deepEqual((await t.call(`GET ${PATH}?page=1000`)).body.data, [])
})
