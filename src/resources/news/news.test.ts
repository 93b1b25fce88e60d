// News items and newsfeeds: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../test/app.ts'

const t = await testApp()
const { sql } = t.database
const { admin_id } = t.created
const sender_id = Number(admin_id)

const ok = async (route: string, body?: object) => {
  const answer = await t.call(route, body)
  assert.ok(answer.status < 300, `${route}: ${answer.text}`)
  return answer.body
}
const refusal = ({ status, body }: Awaited<ReturnType<typeof t.call>>) => {
  const [{ code, message }] = body.errors
  return [status, code, message]
}
const aFeed = async (more: object = {}): Promise<number> =>
  Number((await ok('POST /extensions/newsfeeds', { name: 'Feed', ...more })).id)
const anItem = (more: object = {}) => ok('POST /news/news_items', { title: 'News', sender_id, ...more })
const put = (id: string, more: object = {}) => ok(`PUT /news/news_items/${id}`, { title: 'News', sender_id, ...more })
const liveOn = (newsfeed_id: number, published_at?: number) => ({
  ...{ state: 'live', newsfeed_assignments: [{ newsfeed_id, ...(published_at && { published_at }) }] },
})
const titlesOn = async (feed: number): Promise<string[]> =>
  (await ok(`GET /news/newsfeeds/${feed}/items`)).data.map(({ title }: { title: string }) => title)
const NOT_FOUND = [404, 'not_found', 'Resource Not Found']
const PAST = 1_664_638_214

const feed = await aFeed({ name: 'Visitor Feed' })
const item = await anItem()
const [bot] = await sql<[{ id: string }]>`select id from admins where workspace_id = ${t.workspace.id} and is_bot`

test('every operation needs a token with its scope', async () => {
  const text = newTokenText()
  await insertToken(sql, t.created.id, text, { name: 'Limited', admin_id, scopes: ['read_admins'] }, new Date())
  const operations: [route: string, body: object | undefined, scope: string][] = [
    ['GET /news/news_items', undefined, 'read_content'],
    ['POST /news/news_items', { title: 'x', sender_id }, 'write_content'],
    [`GET /news/news_items/${item.id}`, undefined, 'read_content'],
    [`PUT /news/news_items/${item.id}`, { title: 'x', sender_id }, 'write_content'],
    ['DELETE /news/news_items/9', undefined, 'write_content'],
    ['GET /news/newsfeeds', undefined, 'read_content'],
    [`GET /news/newsfeeds/${feed}`, undefined, 'read_content'],
    [`GET /news/newsfeeds/${feed}/items`, undefined, 'read_content'],
    ['POST /extensions/newsfeeds', { name: 'x' }, 'extensions'],
  ]
  for (const [route, body, scope] of operations) {
    const anonymous = await t.call(route, body, { token: null })
    assert.deepEqual(refusal(anonymous), [401, 'unauthorized', 'Access Token Invalid'], route)
    const refused = await t.call(route, body, { token: text })
    assert.equal(refused.status, 403, route)
    assert.ok(refused.text.includes(`(${scope})`), route)
  }
})

describe('a news item is refused', () => {
  const cases: [request: object, message: string][] = [
    [{ title: undefined }, 'title is required'],
    [{ sender_id: undefined }, 'sender_id is required'],
    [{ title: '' }, 'title must not have fewer than 1 characters'],
    [{ title: ' ' }, 'title must not be blank'],
    [{ title: 'x'.repeat(256) }, 'title must not have more than 255 characters'],
    [{ body: 'x'.repeat(100_001) }, 'body must not have more than 100000 characters'],
    [{ body: 7 }, 'body must be string'],
    [{ sender_id: 9 }, 'sender_id is not a teammate'],
    [{ sender_id: 'x' }, 'sender_id is not a teammate'],
    [{ sender_id: Number(bot.id) }, 'sender_id is not a teammate'],
    [{ state: 'published' }, 'state must be one of draft, live'],
    [{ labels: 'New' }, 'labels must be array'],
    [{ labels: Array.from({ length: 51 }, (_, n) => `${n}`) }, 'labels must not have more than 50 items'],
    [{ reactions: ['x'.repeat(21)] }, 'reactions.0 must'],
    [{ deliver_silently: 'maybe' }, 'deliver_silently must be boolean'],
    [{ cover_image_url: 'https://example.com/cover.svg' }, 'cover_image_url must match'],
    [{ newsfeed_assignments: [{}] }, 'newsfeed_assignments.0.newsfeed_id is required'],
    [{ newsfeed_assignments: [{ newsfeed_id: feed, published_at: -1 }] }, 'newsfeed_assignments.0.published_at'],
    [
      { newsfeed_assignments: [{ newsfeed_id: feed }, { newsfeed_id: 8 }, { newsfeed_id: 'x' }] },
      'newsfeed_assignments contains unknown newsfeed IDs: 8, x',
    ],
    [
      { newsfeed_assignments: [{ newsfeed_id: feed }, { newsfeed_id: feed }] },
      'newsfeed_assignments names a newsfeed twice',
    ],
  ]
  for (const [request, message] of cases)
    test(`with ${JSON.stringify(request).slice(0, 60)}`, async () => {
      const whole = { title: 'x', sender_id, ...request }
      for (const route of ['POST /news/news_items', `PUT /news/news_items/${item.id}`]) {
        const answer = await t.call(route, whole)
        assert.equal(answer.status, 400, answer.text)
        assert.ok(answer.body.errors[0].message.startsWith(message), answer.body.errors[0].message)
      }
      assert.deepEqual(await ok(`GET /news/news_items/${item.id}`), item)
    })

  test('or a newsfeed that does not exist', async () => {
    for (const id of ['9', 'x', '99999999999999999999']) {
      assert.deepEqual(refusal(await t.call(`GET /news/news_items/${id}`)), NOT_FOUND)
      assert.deepEqual(refusal(await t.call(`PUT /news/news_items/${id}`, { title: 'x', sender_id })), NOT_FOUND)
      assert.deepEqual(refusal(await t.call(`DELETE /news/news_items/${id}`)), NOT_FOUND)
      assert.deepEqual(refusal(await t.call(`GET /extensions/news_items/${id}/statistics`)), NOT_FOUND)
      assert.deepEqual(refusal(await t.call(`GET /news/newsfeeds/${id}`)), NOT_FOUND)
      assert.deepEqual(refusal(await t.call(`GET /news/newsfeeds/${id}/items`)), NOT_FOUND)
      assert.deepEqual(refusal(await t.call(`PUT /extensions/newsfeeds/${id}`, {})), NOT_FOUND)
      assert.deepEqual(refusal(await t.call(`DELETE /extensions/newsfeeds/${id}`)), NOT_FOUND)
    }
  })
})

test('a newsfeed is refused without a name, with an unknown audience, or beside a hundred others', async () => {
  const cases: [request: object, message: string][] = [
    [{ name: undefined }, 'name is required'],
    [{ name: ' ' }, 'name must not be blank'],
    [{ name: 'x'.repeat(256) }, 'name must not have more than 255 characters'],
    [{ audience: { role: 'admin' } }, 'audience.role must be one of user, lead, visitor'],
    [{ audience: { tag_id: '9' } }, 'audience.tag_id is not a tag'],
    [{ audience: { segment_id: '9' } }, 'audience.segment_id is not known'],
  ]
  for (const [request, message] of cases) {
    const answer = await t.call('POST /extensions/newsfeeds', { name: 'x', ...request })
    assert.deepEqual([answer.status, answer.body.errors[0].message], [400, message])
  }
  const another = await t.another()
  await sql`
    insert into newsfeeds (workspace_id, name, created_at, updated_at)
    select ${another.workspace.id}, 'x', now(), now() from generate_series(1, 100)`
  assert.equal((await another.call('POST /extensions/newsfeeds', { name: 'x' })).status, 409)
})

test('a draft has the defaults; labels are sorted and come once', async () => {
  const { id, created_at, updated_at, ...facts } = await anItem({ labels: ['b', 'A', 'b'] })
  assert.match(id, /^\d+$/)
  assert.equal(created_at, updated_at)
  assert.deepEqual(facts, {
    ...{ type: 'news-item', workspace_id: t.created.id, title: 'News', body: '', sender_id, state: 'draft' },
    ...{ labels: ['A', 'b'], cover_image_url: null, reactions: [null, null, null, null], deliver_silently: false },
    newsfeed_assignments: [],
  })
})

test('a body stays as it is, and loses what could harm', async () => {
  const bodies: [given: string, shown: string][] = [
    ['<p>New costumes</p>', '<p>New costumes</p>'],
    ['Plain & simple', '<p>Plain &amp; simple</p>'],
    ['<h1>Big</h1><script>alert(1)</script>', '<h1>Big</h1>'],
    ['<p onclick="x()">Click</p>', '<p>Click</p>'],
    [`<p>${'long '.repeat(3_000)}</p>`, `<p>${'long '.repeat(3_000)}</p>`],
  ]
  for (const [body, shown] of bodies) assert.equal((await anItem({ body })).body, shown)
})

test('what a PUT does not name stays; null and empty lists remove', async () => {
  const whole = {
    ...{ body: '<p>x</p>', labels: ['New'], reactions: ['👍', null], deliver_silently: true },
    ...{ cover_image_url: 'https://example.com/cover.jpg', ...liveOn(feed, PAST) },
  }
  const made = await anItem(whole)
  assert.deepEqual(made.newsfeed_assignments, [{ newsfeed_id: feed, published_at: PAST }])
  const { updated_at: _, ...kept } = await put(made.id)
  const { updated_at: __, ...before } = made
  assert.deepEqual(kept, before)
  const none = { body: null, labels: [], reactions: [], cover_image_url: null, newsfeed_assignments: [] }
  const emptied = await put(made.id, { ...none, title: 'Other' })
  assert.deepEqual(
    [emptied.title, emptied.body, emptied.labels, emptied.reactions, emptied.cover_image_url],
    ['Other', '', [], [], null],
  )
  assert.deepEqual([emptied.newsfeed_assignments, emptied.state], [[], 'live'])
})

test('a draft is not published, and ignores its time; a live item is published now, and keeps its time', async () => {
  const own = await aFeed()
  const { id, newsfeed_assignments } = await anItem({ ...liveOn(own, PAST), state: 'draft' })
  assert.deepEqual(newsfeed_assignments, [{ newsfeed_id: own }])
  assert.deepEqual(await titlesOn(own), [])
  const before = Math.floor(Date.now() / 1000)
  const [{ published_at }] = (await put(id, { state: 'live' })).newsfeed_assignments
  assert.ok(published_at >= before)
  assert.deepEqual(await titlesOn(own), ['News'])
  await put(id, { state: 'draft' })
  assert.deepEqual(await titlesOn(own), [])
  const again = await put(id, { state: 'live', newsfeed_assignments: [{ newsfeed_id: own }] })
  assert.deepEqual(again.newsfeed_assignments, [{ newsfeed_id: own, published_at }])
  assert.equal((await put(id, liveOn(own, PAST))).newsfeed_assignments[0].published_at, PAST)
})

test('an item with a time in the future is shown from then on, by the clock of the workspace', async () => {
  const own = await aFeed()
  const now = (await ok('POST /extensions/sandbox/clock', { freeze_at: 'now' })).now as number | undefined
  const soon = Math.floor((now ? now * 1000 : Date.now()) / 1000) + 3_600
  await anItem({ title: 'Later', ...liveOn(own, soon) })
  await anItem({ title: 'Now', ...liveOn(own) })
  assert.deepEqual(await titlesOn(own), ['Now'])
  await ok('POST /extensions/sandbox/clock', { advance_seconds: 3_500 })
  assert.deepEqual(await titlesOn(own), ['Now'])
  await ok('POST /extensions/sandbox/clock', { advance_seconds: 200 })
  assert.deepEqual(await titlesOn(own), ['Later', 'Now'])
  await ok('POST /extensions/sandbox/clock', { reset: true })
})

test('the items of a newsfeed come last published first, in pages that neither repeat nor skip', async () => {
  const own = await aFeed()
  for (const n of [2, 0, 4, 1, 3]) await anItem({ title: `${n}`, ...liveOn(own, PAST + n) })
  const seen: string[] = []
  let next: { starting_after: string } | undefined
  do {
    const cursor = next ? `&starting_after=${encodeURIComponent(next.starting_after)}` : ''
    const list = await ok(`GET /news/newsfeeds/${own}/items?per_page=2${cursor}`)
    assert.deepEqual([list.type, list.total_count, list.pages.total_pages], ['list', 5, 3])
    seen.push(...list.data.map(({ title }: { title: string }) => title))
    if (!next) await anItem({ title: 'new', ...liveOn(own) })
    next = list.pages.next
  } while (next)
  assert.deepEqual(seen, ['4', '3', '2', '1', '0'])
  const { data, pages } = await ok(`GET /news/newsfeeds/${own}/items`)
  assert.equal(data[0].title, 'new')
  assert.deepEqual(pages, { type: 'pages', page: 1, per_page: 20, total_pages: 1 })
})

test('items and newsfeeds are listed oldest first, ten on a page', async () => {
  const { call, created } = await t.another()
  const titles = Array.from({ length: 11 }, (_, n) => `${n}`)
  for (const title of titles) {
    await call('POST /news/news_items', { title, sender_id: Number(created.admin_id) })
    await call('POST /extensions/newsfeeds', { name: title })
  }
  for (const [path, key] of [
    ['/news/news_items', 'title'],
    ['/news/newsfeeds', 'name'],
  ] as const) {
    const { body: first } = await call(`GET ${path}`)
    assert.deepEqual(
      first.data.map((one: Record<string, unknown>) => one[key]),
      titles.slice(0, 10),
    )
    assert.deepEqual([first.total_count, first.pages.per_page, first.pages.total_pages], [11, 10, 2])
    const { body: second } = await call(`GET ${path}?page=2`)
    assert.deepEqual(
      second.data.map((one: Record<string, unknown>) => one[key]),
      ['10'],
    )
    assert.ok(!('next' in second.pages))
  }
})

test('a newsfeed is created, changed and deleted; its items stay', async () => {
  const { id: tag } = await ok('POST /tags', { name: 'VIP' })
  const { id, ...made } = await ok('POST /extensions/newsfeeds', {
    name: 'Users',
    audience: { role: 'user', tag_id: tag },
  })
  assert.deepEqual([made.type, made.audience], ['newsfeed', { role: 'user', tag_id: tag }])
  const shown = await ok(`GET /news/newsfeeds/${id}`)
  assert.deepEqual(Object.keys(shown).sort(), ['created_at', 'id', 'name', 'type', 'updated_at'])
  const changed = await ok(`PUT /extensions/newsfeeds/${id}`, { audience: { tag_id: null } })
  assert.deepEqual([changed.name, changed.audience], ['Users', { role: 'user', tag_id: null }])
  const own = await anItem(liveOn(Number(id)))
  assert.equal((await t.call(`DELETE /extensions/newsfeeds/${id}`)).status, 204)
  assert.deepEqual((await ok(`GET /news/news_items/${own.id}`)).newsfeed_assignments, [])
  assert.ok(!(await ok('GET /extensions/newsfeeds')).data.some((one: { id: string }) => one.id === id))
})

test('an item is deleted for good', async () => {
  const own = await aFeed()
  const { id } = await anItem(liveOn(own))
  assert.deepEqual(await ok(`DELETE /news/news_items/${id}`), { id, object: 'news-item', deleted: true })
  assert.deepEqual(refusal(await t.call(`DELETE /news/news_items/${id}`)), NOT_FOUND)
  assert.deepEqual(await titlesOn(own), [])
})
