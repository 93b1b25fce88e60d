// Sections in versions 2.7 to 2.9: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../../test/app.ts'

const PUBLIC = 'https://help.example.test'
const t = await testApp({ public_url: PUBLIC })
const PATH = '/help_center/sections'
const VERSIONS = ['2.7', '2.8', '2.9']
const old = { version: '2.9' }

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
async function made(path: string, body: object, call = t.call, options: object = old): Promise<any> {
  const answer = await call(`POST ${path}`, body, options)
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}
const aCollection = (body: object = {}, call = t.call) =>
  made('/help_center/collections', { name: 'Collection', ...body }, call, {})
const aSection = (body: object, call = t.call) => made(PATH, { name: 'Section', ...body }, call)
const show = (id: string, options = old) => t.call(`GET ${PATH}/${id}`, undefined, options)
const change = (id: string, body: object) => t.call(`PUT ${PATH}/${id}`, body, old)

const top = await aCollection({ name: 'Top' })
const routes = (id: string): [route: string, body?: object][] => [
  [`GET ${PATH}/${id}`],
  [`PUT ${PATH}/${id}`, { name: 'Mine' }],
  [`DELETE ${PATH}/${id}`],
  [`POST ${PATH}`, { name: 'Mine', parent_id: id }],
]

test('every operation needs a token and its scope', async () => {
  const limited = newTokenText()
  const token = { name: 'Limited', admin_id: t.created.admin_id, scopes: ['read_conversations'] }
  await insertToken(t.database.sql, t.created.id, limited, token, new Date())
  for (const [route, body] of [[`GET ${PATH}`] as [string], ...routes(top.id)]) {
    for (const [token, status] of [
      [null, 401],
      [limited, 403],
    ] as const) {
      assert.equal((await t.call(route, body, { ...old, token })).status, status, route)
    }
  }
})

test('from 2.10 on there are no sections', async () => {
  for (const version of ['2.10', '2.11', '2.16', 'Preview']) {
    for (const [route, body] of [[`GET ${PATH}`] as [string], ...routes(top.id)]) {
      const { status, body: answer } = await t.call(route, body, { version })
      assert.deepEqual([status, answer.errors[0].code], [400, 'intercom_version_invalid'], `${version} ${route}`)
    }
  }
})

test('a section that does not exist, is a collection, or is of another workspace, is a 404', async () => {
  const other = await t.another()
  const theirs = await aSection({ parent_id: (await aCollection({}, other.call)).id }, other.call)
  for (const id of [theirs.id, top.id, '0', '999999', 'nonsense', '99999999999999999999', '-1', '1e3']) {
    for (const [route, body] of routes(id)) {
      if (id === top.id && route.startsWith('POST')) continue
      const { status, body: answer } = await t.call(route, body, old)
      const expected = [404, [{ code: 'not_found', message: 'Resource Not Found' }]]
      assert.deepEqual([status, answer.errors], expected, `${route} ${JSON.stringify(body)}`)
    }
  }
  assert.equal((await other.call(`GET ${PATH}/${theirs.id}`, undefined, old)).body.name, 'Section')
  assert.equal((await t.call(`GET /help_center/collections/${top.id}`)).body.name, 'Top')
})

test('a wrong section is refused with an error that names the field, and nothing is created', async () => {
  const count = async () => (await t.call(`GET ${PATH}`, undefined, old)).body.total_count
  const section = await aSection({ parent_id: top.id })
  const before = await count()
  const name_required = 'Name is a required parameter.'
  const wrong: [body: object, code: string, message: string | RegExp][] = [
    [{ parent_id: top.id }, 'parameter_not_found', name_required],
    [{ parent_id: top.id, name: ' ' }, 'parameter_not_found', name_required],
    [{ parent_id: top.id, name: 7 }, 'parameter_invalid', /^name /],
    [{ parent_id: top.id, name: 'x'.repeat(256) }, 'parameter_invalid', /^name /],
    [{ name: 'A' }, 'parameter_not_found', 'parent_id is a required parameter.'],
    [{ name: 'A', parent_id: null }, 'parameter_not_found', 'parent_id is a required parameter.'],
    [{ name: 'A', parent_id: section.id }, 'parameter_invalid', /^parent_id must be .* not of a section/],
    [{ name: 'A', parent_id: {} }, 'parameter_invalid', /^parent_id /],
    [{ name: 'A', parent_id: top.id, translated_content: { xx: { name: 'X' } } }, 'parameter_invalid', /xx/],
    [
      { name: 'A', parent_id: top.id, translated_content: { fr: {} } },
      'parameter_not_found',
      'translated_content.fr.name is required',
    ],
  ]
  for (const [body, code, message] of wrong) {
    const answer = await t.call(`POST ${PATH}`, body, old)
    const [error] = answer.body.errors
    assert.deepEqual([answer.status, error.code], [400, code], JSON.stringify(body))
    if (typeof message === 'string') assert.equal(error.message, message)
    else assert.match(error.message, message)
  }
  for (const parent_id of [null, section.id, (await aSection({ parent_id: top.id })).id]) {
    const answer = await change(section.id, { parent_id, name: 'Moved' })
    assert.match(answer.body.errors[0].message, /^parent_id must/)
  }
  assert.deepEqual([await count(), (await show(section.id)).body.name], [before + 1, 'Section'])
})

test('a section is a collection within another one', async () => {
  for (const version of VERSIONS) {
    const { id, created_at, updated_at, order, ...rest } = await made(
      PATH,
      { name: ` Billing ${version} `, parent_id: top.id },
      t.call,
      { version },
    )
    assert.deepEqual(rest, {
      type: 'section',
      workspace_id: t.created.id,
      name: `Billing ${version}`,
      url: `${PUBLIC}/hc/${t.created.id}/en/collections/${id}-billing-${version.replace('.', '-')}`,
      icon: 'book-bookmark',
      parent_id: Number(top.id),
    })
    const collection = (await t.call(`GET /help_center/collections/${id}`)).body
    assert.deepEqual(
      [collection.parent_id, collection.name, collection.order, collection.updated_at],
      [top.id, rest.name, order, updated_at],
    )
    assert.deepEqual((await show(id, { version })).body, { id, created_at, updated_at, order, ...rest })
  }
})

test('old versions see two levels: collections without a parent, and below them sections', async () => {
  const other = await t.another()
  const list = async (path: string, version: string) => (await other.call(`GET ${path}`, undefined, { version })).body
  const first = await aCollection({ name: 'First' }, other.call)
  const second = await aSection({ name: 'Second', parent_id: first.id }, other.call)
  const third = await aCollection({ name: 'Third', parent_id: second.id }, other.call)
  for (const version of VERSIONS) {
    const [collections, sections] = [await list('/help_center/collections', version), await list(PATH, version)]
    assert.deepEqual([collections.total_count, collections.data[0].id], [1, first.id], version)
    assert.equal(sections.total_count, 2)
    for (const { type, parent_id } of sections.data) assert.deepEqual([type, parent_id], ['section', Number(first.id)])
  }
  assert.equal((await list('/help_center/collections', '2.10')).total_count, 3)
  const answer = await other.call(`PUT ${PATH}/${third.id}`, { name: 'Deep', parent_id: first.id }, old)
  assert.equal(answer.body.name, 'Deep')
  assert.equal((await other.call(`GET /help_center/collections/${third.id}`)).body.parent_id, second.id)
})

test('a section moves into another collection, keeps what is not named, and takes translations', async () => {
  const center = await t.call('POST /extensions/help_centers', {
    ...{ identifier: 'sections', display_name: 'Sections', locales: ['en', 'fr'] },
  })
  const [from, to] = [
    await aCollection({ help_center_id: center.body.id }),
    await aCollection({ help_center_id: center.body.id }),
  ]
  const translated_content = { type: 'group_translated_content', fr: { name: 'Factures' } }
  const { id, ...section } = await aSection({ name: 'Bills', parent_id: from.id, translated_content })
  assert.deepEqual([section.default_locale, section.translated_content.fr.name], ['en', 'Factures'])
  const moved = (await change(id, { parent_id: Number(to.id) })).body
  assert.deepEqual(
    [moved.parent_id, moved.name, moved.translated_content.fr.name],
    [Number(to.id), 'Bills', 'Factures'],
  )
  assert.equal((await change(id, moved)).status, 200)
  assert.equal((await change(id, { parent_id: top.id })).status, 400) // Another help center.
})

test('the list has the last updated first, in pages', async () => {
  const other = await t.another()
  const { id: parent_id } = await aCollection({}, other.call)
  const ids: string[] = []
  for (let n = 0; n < 3; n++) ids.push((await aSection({ name: `Number ${n}`, parent_id }, other.call)).id)
  await other.call('POST /extensions/sandbox/clock', { advance_seconds: 60 })
  await other.call(`PUT ${PATH}/${ids[1]}`, { name: 'Changed' }, old)
  const page = async (query: string) => (await other.call(`GET ${PATH}?${query}`, undefined, old)).body
  const first = await page('per_page=2')
  assert.deepEqual([first.data[0].id, first.total_count, first.pages.total_pages], [ids[1], 3, 2])
  const rest = await page('per_page=2&page=2')
  const all = [...first.data, ...rest.data].map(({ id }: { id: string }) => id)
  assert.deepEqual([all.sort(), rest.pages.next], [ids.sort(), null])
})

test('a deleted section is gone; its articles stay', async () => {
  const { id } = await aSection({ parent_id: top.id })
  const article = await t.call('POST /articles', {
    ...{ title: 'Stays', author_id: t.created.admin_id, parent_id: id, parent_type: 'section' },
  })
  assert.deepEqual(article.body.parent_ids, [Number(id)])
  const deleted = await t.call(`DELETE ${PATH}/${id}`, undefined, old)
  assert.deepEqual(deleted.body, { id, object: 'section', deleted: true })
  assert.equal((await show(id)).status, 404)
  assert.deepEqual((await t.call(`GET /articles/${article.body.id}`)).body.parent_ids, [])
})
