// Banners, as they are set up and as contacts see them: sad paths first.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'

const t = await testApp()
const { sql } = t.database
const NOBODY = '0123456789abcdef01234567'
const NO_USER = [{ code: 'not_found', message: 'User Not Found' }]
const NOT_FOUND = [{ code: 'not_found', message: 'Resource Not Found' }]

beforeEach(() => sql`delete from banners where workspace_id = ${t.workspace.id}`)

const create = (more: object = {}) => t.call('POST /extensions/banners', { body: 'Hello', ...more })
const aBanner = async (more: object = {}): Promise<string> => (await create(more)).body.id
const seenBy = async (contact: string) => (await t.call(`GET /contacts/${contact}/banners`)).body.data
const dismiss = (contact: string, view: string) => t.call(`POST /contacts/${contact}/banners/${view}/dismiss`)
const setup = async (id: string) =>
  (await t.call('GET /extensions/banners')).body.data.find((banner: { id: string }) => banner.id === id)

describe('a request is refused', () => {
  test('without a token, without the scope, or in a version without banners', async () => {
    const contact = await aContact(t.workspace)
    const text = newTokenText()
    const limited = { name: 'Limited', admin_id: t.created.admin_id, scopes: ['read_admins'] }
    await insertToken(sql, t.created.id, text, limited, new Date())
    for (const route of [`GET /contacts/${contact}/banners`, `POST /contacts/${contact}/banners/1/dismiss`]) {
      assert.equal((await t.call(route, undefined, { token: null })).status, 401, route)
      assert.equal((await t.call(route, undefined, { token: text })).status, 403, route)
      assert.equal((await t.call(route, undefined, { version: '2.15' })).status, 400, route)
    }
    assert.equal((await t.call('POST /extensions/banners', { body: 'x' }, { token: text })).status, 403)
  })

  test('for a contact or a view that is unknown, of another contact, or of another workspace', async () => {
    await aBanner()
    const [mine, yours] = [await aContact(t.workspace), await aContact(t.workspace)]
    const archived = await aContact(t.workspace, { archived_at: new Date() })
    const other = await t.another()
    const theirs = await aContact(other.workspace)
    await other.call('POST /extensions/banners', { body: 'Theirs' })
    const [their_view] = (await other.call(`GET /contacts/${theirs}/banners`)).body.data
    const [view] = await seenBy(yours)
    for (const contact of [NOBODY, 'nobody', archived, theirs]) {
      const { status, body } = await t.call(`GET /contacts/${contact}/banners`)
      assert.deepEqual([status, body.errors], [404, NO_USER])
      assert.deepEqual((await dismiss(contact, view.view_id)).body.errors, NO_USER)
    }
    for (const view_id of ['0', 'view', '99999999999999999999', view.view_id, their_view.view_id]) {
      const { status, body } = await dismiss(mine, view_id)
      assert.deepEqual([status, body.errors], [404, NOT_FOUND], view_id)
    }
    assert.equal((await seenBy(yours)).length, 1)
  })

  const cases: [what: string, banner: object][] = [
    ['without a body', { body: undefined }],
    ['with an empty body', { body: '' }],
    ['with a body of scripts', { body: '<script>x</script>' }],
    ['with a long body', { body: 'x'.repeat(8_001) }],
    ['with a long title', { title: 'x'.repeat(256) }],
    ['with another style', { style: 'huge' }],
    ['with another position', { position: 'left' }],
    ['with another state', { state: 'paused' }],
    ['with an unknown action', { action: { type: 'call' } }],
    ['with a link without a label', { action: { type: 'url', target: 'https://example.com' } }],
    ['with a script as link', { action: { type: 'url', label: 'x', target: 'javascript:alert(1)' } }],
    ['with no reactions', { action: { type: 'reaction', reaction_set: [] } }],
    ['for an unknown role', { audience: { role: 'visitor' } }],
    ['for an unknown tag', { audience: { tag_id: '1' } }],
    ['for a segment', { audience: { segment_id: '1' } }],
    ['for a misspelled condition beside a right one', { audience: { role: 'user', tagid: '1' } }],
  ]
  test('with an error about the action that is meant', async () => {
    const link = { type: 'url', label: 'x', target: 'https://example.com' }
    const wrong: [action: unknown, message: RegExp][] = [
      [{ ...link, target: 'javascript:alert(1)' }, /^action\.target must match pattern/],
      [{ ...link, label: undefined }, /^action\.label is required$/],
      [{ ...link, label: '' }, /^action\.label must not have fewer than 1 characters$/],
      [{ type: 'reaction' }, /^action\.reaction_set is required$/],
      [{ type: 'reaction', reaction_set: [] }, /^action\.reaction_set must not have fewer than 1 items$/],
      [{ type: 'reaction', reaction_set: [{ index: -1, unicode_emoticon: 'x' }] }, /^action\.reaction_set\.0\.index /],
      [{ type: 'product_tour', tour_id: 'x' }, /^action\.tour_url is required$/],
      [{ type: 'call' }, /^action\.type must be one of url, reaction, email_collector, product_tour$/],
      [{ ...link, type: 'link' }, /^action\.type must be one of url, reaction, email_collector, product_tour$/],
      [{}, /^action\.(type|label) /],
      ['url', /^action must be object$/],
      [[link], /^action must be object$/],
    ]
    for (const [action, message] of wrong) {
      const { status, body } = await create({ action })
      assert.equal(status, 400, JSON.stringify(action))
      assert.match(body.errors[0].message, message, JSON.stringify(action))
    }
    const { body } = await create({ audience: { segment_id: '1' } })
    assert.deepEqual(body.errors, [{ code: 'parameter_invalid', message: 'audience.segment_id is not known' }])
  })

  for (const [what, banner] of cases) {
    test(what, async () => {
      const { status, body } = await create(banner)
      assert.equal(status, 400, JSON.stringify(body))
      assert.deepEqual((await t.call('GET /extensions/banners')).body.data, [])
    })
  }

  test('for an unknown banner, and for the 101st', async () => {
    for (const [route, body] of [
      ['PUT /extensions/banners/1', { title: 'x' }],
      ['DELETE /extensions/banners/1', undefined],
    ] as const)
      assert.equal((await t.call(route, body)).status, 404)
    const answers = await Promise.all(Array.from({ length: 103 }, () => create()))
    assert.deepEqual(
      answers.map(({ status }) => status).filter((status) => status !== 200),
      [409, 409, 409],
    )
  })
})

test('a contact sees a banner as it was set up, by a view of its own', async () => {
  const contact = await aContact(t.workspace)
  const action = { type: 'url', label: 'Learn more', target: 'https://example.com/pricing' }
  const id = await aBanner({
    title: 'Hi there',
    body: '<p onclick="x()">Hi!</p>',
    style: 'floating',
    position: 'bottom',
    action,
  })
  const [{ view_id, created_at, ...banner }] = await seenBy(contact)
  assert.match(view_id, /^\d+$/)
  assert.ok(Math.abs(created_at - Date.now() / 1000) < 60)
  assert.deepEqual(banner, {
    ...{ type: 'banner', id, title: 'Hi there', body: '<p>Hi!</p>', style: 'floating', position: 'bottom' },
    ...{ show_dismiss_button: true, action, client_targeting: null },
  })
})

test('a banner without more than a body has the defaults', async () => {
  const contact = await aContact(t.workspace)
  await aBanner({ action: null, title: null })
  const [{ title, style, position, show_dismiss_button, action }] = await seenBy(contact)
  assert.deepEqual([title, style, position, show_dismiss_button, action], [null, 'inline', 'top', true, null])
})

test('each read counts, the view stays the same until it is dismissed, and for each contact', async () => {
  const [ann, bob] = [await aContact(t.workspace), await aContact(t.workspace)]
  const id = await aBanner()
  const [first] = await seenBy(ann)
  const [again] = await seenBy(ann)
  const [other] = await seenBy(bob)
  assert.equal(first.view_id, again.view_id)
  assert.notEqual(first.view_id, other.view_id)
  const dismissed = { type: 'banner_dismiss', view_id: first.view_id, dismissed: true }
  for (const answer of await Promise.all([1, 2, 3].map(() => dismiss(ann, first.view_id))))
    assert.deepEqual([answer.status, answer.body], [200, dismissed])
  assert.deepEqual(await seenBy(ann), [])
  assert.equal((await seenBy(bob)).length, 1)
  const { impressions, contacts, dismissals } = await setup(id)
  assert.deepEqual([impressions, contacts, dismissals], [4, 2, 1])
})

test('simultaneous reads of one contact create one view', async () => {
  const contact = await aContact(t.workspace)
  await aBanner()
  const views = (await Promise.all(Array.from({ length: 10 }, () => seenBy(contact)))).flat()
  assert.equal(new Set(views.map(({ view_id }) => view_id)).size, 1)
})

test('only those see a banner for whom it is, while it is live', async () => {
  const { body: tag } = await t.call('POST /tags', { name: 'VIP' })
  const people = {
    user: await aContact(t.workspace, { role: 'user' }),
    lead: await aContact(t.workspace, { role: 'lead' }),
    vip: await aContact(t.workspace, { role: 'user' }),
  }
  await t.call(`POST /contacts/${people.vip}/tags`, { id: tag.id })
  const cases: [banner: object, seen_by: (keyof typeof people)[]][] = [
    [{}, ['user', 'lead', 'vip']],
    [{ audience: {} }, ['user', 'lead', 'vip']],
    [{ audience: { role: null, tag_id: null } }, ['user', 'lead', 'vip']],
    [{ audience: { role: 'user' } }, ['user', 'vip']],
    [{ audience: { role: 'lead' } }, ['lead']],
    [{ audience: { tag_id: tag.id } }, ['vip']],
    [{ audience: { role: 'lead', tag_id: Number(tag.id) } }, []],
    [{ state: 'draft' }, []],
  ]
  for (const [banner, seen_by] of cases) {
    await sql`delete from banners where workspace_id = ${t.workspace.id}`
    await aBanner(banner)
    const seen = []
    for (const [name, id] of Object.entries(people)) if ((await seenBy(id)).length) seen.push(name)
    assert.deepEqual(seen, seen_by, JSON.stringify(banner))
  }
})

test('a banner is changed in part, and a deleted one is gone with its views', async () => {
  const contact = await aContact(t.workspace)
  const id = await aBanner({ title: 'Old', audience: { role: 'user' } })
  const [view] = await seenBy(contact)
  const { body } = await t.call(`PUT /extensions/banners/${id}`, { title: 'New', action: { type: 'email_collector' } })
  assert.deepEqual(
    [body.title, body.body, body.audience, body.action, body.impressions],
    ['New', '<p>Hello</p>', { role: 'user', tag_id: null }, { type: 'email_collector' }, 1],
  )
  assert.equal((await seenBy(contact))[0].title, 'New')
  assert.equal((await t.call(`DELETE /extensions/banners/${id}`)).status, 204)
  assert.deepEqual(await seenBy(contact), [])
  assert.equal((await dismiss(contact, view.view_id)).status, 404)
})
