// Help centers: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../test/app.ts'
import { slugOf } from './urls.ts'

const PUBLIC = 'https://help.example.test'
const t = await testApp({ public_url: PUBLIC })
const { sql } = t.database
const LIST = 'GET /help_center/help_centers'
const show = (id: string, call = t.call) => call(`GET /help_center/help_centers/${id}`)
const create = (body: object, call = t.call) => call('POST /extensions/help_centers', body)
const change = (id: string, body: object) => t.call(`PUT /extensions/help_centers/${id}`, body)
const remove = (id: string) => t.call(`DELETE /extensions/help_centers/${id}`)

let made = 0
const aCenter = async (body: object = {}) => {
  const answer = await create({ identifier: `center-${made++}`, display_name: 'Center', ...body })
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

test('reads need a token with the scope of articles', async () => {
  const text = newTokenText()
  const { admin_id } = t.created
  await insertToken(sql, t.created.id, text, { name: 'Limited', admin_id, scopes: ['read_admins'] }, new Date())
  for (const route of [LIST, 'GET /help_center/help_centers/1', 'GET /help_center/collections']) {
    assert.equal((await t.call(route, undefined, { token: null })).status, 401, route)
    assert.equal((await t.call(route, undefined, { token: text })).status, 403, route)
  }
})

test('a help center that does not exist, or is of another workspace, is a 404', async () => {
  const other = await t.another()
  const [theirs] = (await other.call(LIST)).body.data
  for (const id of [theirs.id, '0', '999999', 'nonsense', '99999999999999999999', '-1']) {
    for (const answer of [await show(id), await change(id, { display_name: 'Mine' }), await remove(id)]) {
      assert.deepEqual(
        [answer.status, answer.body.errors],
        [404, [{ code: 'not_found', message: 'Resource Not Found' }]],
        id,
      )
    }
  }
})

test('wrong settings are a 400 that names the field', async () => {
  const { id } = await aCenter()
  const right = { identifier: 'right', display_name: 'Right' }
  const wrong: [body: object, field: string][] = [
    [{ ...right, identifier: undefined }, 'identifier'],
    [{ ...right, identifier: 'Upper' }, 'identifier'],
    [{ ...right, identifier: 'a.b' }, 'identifier'],
    [{ ...right, identifier: '-a' }, 'identifier'],
    [{ ...right, identifier: 'a'.repeat(65) }, 'identifier'],
    [{ ...right, display_name: ' ' }, 'display_name'],
    [{ ...right, display_name: 'x'.repeat(256) }, 'display_name'],
    [{ ...right, locales: [] }, 'locales'],
    [{ ...right, locales: ['xx'] }, 'locales'],
    [{ ...right, locales: ['en', 'en'] }, 'locales'],
    [{ ...right, website_turned_on: 'maybe' }, 'website_turned_on'],
    [{ ...right, custom_domain: 'localhost' }, 'custom_domain'],
    [{ ...right, custom_domain: 'https://help.test' }, 'custom_domain'],
  ]
  for (const [body, field] of wrong) {
    const answer = await create(body)
    assert.equal(answer.status, 400, JSON.stringify(body))
    assert.match(answer.body.errors[0].message, new RegExp(`^${field}`))
  }
  for (const [body, field] of [
    [{ locales: ['fr', 'en'] }, 'locales'],
    [{ identifier: 'A' }, 'identifier'],
  ] as const) {
    const answer = await change(id, body)
    assert.equal(answer.status, 400)
    assert.match(answer.body.errors[0].message, new RegExp(`^${field}`))
  }
})

test('the default help center cannot be deleted or stop to be the default by itself', async () => {
  const [center] = (await t.call(LIST)).body.data
  assert.equal((await change(center.id, { default: false })).status, 400)
  const { status, body } = await remove(center.id)
  assert.deepEqual([status, body.errors[0].message], [422, 'The default help center cannot be deleted'])
})

test('no two help centers of the server have the same identifier or domain, also if both are made at once', async () => {
  const other = await t.another()
  const names = { identifier: 'taken', display_name: 'Taken', custom_domain: 'taken.example' }
  const both = await Promise.all([t, other].map(({ call }) => create(names, call)))
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409])
  for (const body of [
    { ...names, custom_domain: 'free.example' },
    { ...names, identifier: 'free' },
  ]) {
    const { status, body: answer } = await create(body, other.call)
    assert.equal(status, 409)
    assert.equal(answer.errors[0].code, 'resource_conflict')
  }
  assert.equal((await create({ identifier: t.created.id, display_name: 'Taken' }, other.call)).status, 409)
})

test('every workspace has a default help center in English, with the id of the workspace as its identifier', async () => {
  const other = await t.another('Acme')
  const { type, data } = (await other.call(LIST)).body
  assert.equal(type, 'list')
  const [{ id, created_at, updated_at, ...center }] = data
  assert.deepEqual(center, {
    workspace_id: other.created.id,
    identifier: other.created.id,
    website_turned_on: true,
    display_name: 'Acme',
    url: `${PUBLIC}/hc/${other.created.id}`,
    custom_domain: null,
    default: true,
    locales: ['en'],
  })
  assert.deepEqual((await show(id, other.call)).body, data[0])
})

test('a name that was given up is free again', async () => {
  const { id } = await aCenter({ identifier: 'first-name', custom_domain: 'first.example' })
  assert.equal((await change(id, { identifier: 'second-name', custom_domain: null })).status, 200)
  await aCenter({ identifier: 'first-name', custom_domain: 'first.example' })
  assert.equal((await remove(id)).status, 204)
  await aCenter({ identifier: 'second-name' })
})

test('another help center becomes the default one', async () => {
  const other = await t.another()
  const [first] = (await other.call(LIST)).body.data
  const { body } = await create({ identifier: 'new-default', display_name: 'New', default: true }, other.call)
  const list = (await other.call(LIST)).body.data
  assert.deepEqual(
    list.map((center: { id: string; default: boolean }) => [center.id, center.default]),
    [
      [body.id, true],
      [first.id, false],
    ],
  )
  const collection = (await other.call('POST /help_center/collections', { name: 'In the new one' })).body
  assert.equal(collection.help_center_id, Number(body.id))
})

test('the list is whole on its first page, and later pages are empty', async () => {
  const whole = (await t.call(LIST)).body.data
  assert.ok(whole.length > 1)
  assert.deepEqual((await t.call(`${LIST}?page=2`)).body, { type: 'list', data: [] })
  const ids = async (query: string) => (await t.call(`${LIST}?${query}`)).body.data.map(({ id }: { id: string }) => id)
  assert.deepEqual(await ids('page=2&per_page=1'), [whole[1].id])
})

test('a help center with a domain has its URL there', async () => {
  const center = await aCenter({ custom_domain: 'docs.example', locales: ['de', 'pt-BR'] })
  assert.equal(center.url, 'https://docs.example')
  assert.deepEqual(center.locales, ['de', 'pt-BR'])
})

test('before 2.16 a help center shows neither its locales nor whether it is the default one', async () => {
  for (const version of ['2.8', '2.11', '2.15', '2.16']) {
    const [center] = (await t.call(LIST, undefined, { version })).body.data
    assert.equal('locales' in center && 'default' in center, version === '2.16', version)
    assert.ok(center.url)
  }
})

test('a reset removes collections and keeps help centers', async () => {
  const other = await t.another()
  await other.call('POST /help_center/collections', { name: 'Gone' })
  assert.equal((await other.call('POST /extensions/sandbox/reset')).status, 200)
  assert.deepEqual((await other.call('GET /help_center/collections')).body.data, [])
  assert.equal((await other.call(LIST)).body.data.length, 1)
})

test('a title becomes a part of an address', () => {
  const slugs: [title: string, slug: string][] = [
    ['This is the article title', 'this-is-the-article-title'],
    ['Christmas is here!', 'christmas-is-here'],
    ['  -- Où est l’été ? --', 'ou-est-l-ete'],
    ['日本語の記事', '日本語の記事'],
    ['!?', ''],
    ['../../etc/passwd', 'etc-passwd'],
    ['<script>', 'script'],
    ['a'.repeat(500), 'a'.repeat(80)],
    ['50% off & more', '50-off-more'],
    ['emoji 😀 inside', 'emoji-inside'],
  ]
  for (const [title, slug] of slugs) assert.equal(slugOf(title), slug, title)
})
