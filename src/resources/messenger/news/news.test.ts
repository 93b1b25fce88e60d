// News in a messenger: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { aContact } from '../../../../test/factories.ts'

const t = await testApp()
const { admin_id, id: app_id } = t.created

const ok = async (route: string, body?: object) => {
  const answer = await t.call(route, body)
  assert.ok(answer.status < 300, `${route}: ${answer.text}`)
  return answer.body
}
const aFeed = async (audience: object = {}): Promise<number> =>
  Number((await ok('POST /extensions/newsfeeds', { name: 'Feed', audience })).id)
const anItem = async (title: string, feeds: number[], more: object = {}): Promise<string> => {
  const newsfeed_assignments = feeds.map((newsfeed_id) => ({ newsfeed_id }))
  const item = { title, sender_id: Number(admin_id), state: 'live', reactions: ['👍', null, '🎉'] }
  return (await ok('POST /news/news_items', { ...item, newsfeed_assignments, ...more })).id
}

/** Calls of a messenger, with the session of a contact or a visitor. */
async function messengerOf(user: object) {
  const answer = await t.call('POST /extensions/messenger/sessions', { app_id, ...user }, { token: null })
  return (route: string, body?: object) =>
    t.call(route.replace(' ', ' /extensions/messenger/news'), body, { token: answer.body.token })
}
type Messenger = Awaited<ReturnType<typeof messengerOf>>
const titles = async (messenger: Messenger, query = ''): Promise<string[]> =>
  (await messenger(`GET ${query}`)).body.data.map(({ title }: { title: string }) => title)
const refusal = ({ status, body }: Awaited<ReturnType<Messenger>>) => [status, body.errors[0].message]

const anna = await aContact(t.workspace, { external_id: 'anna' })
const { id: tag } = await ok('POST /tags', { name: 'VIP', users: [{ id: anna }] })
const [all, users, leads, visitors, vips] = [
  await aFeed(),
  await aFeed({ role: 'user' }),
  await aFeed({ role: 'lead' }),
  await aFeed({ role: 'visitor' }),
  await aFeed({ tag_id: tag }),
]
const at = (published_at: number, newsfeed_id: number) => ({ newsfeed_assignments: [{ newsfeed_id, published_at }] })
const for_all = await anItem('all', [], at(1_600_000_001, all))
await anItem('users', [], at(1_600_000_002, users))
await anItem('leads', [], at(1_600_000_003, leads))
await anItem('visitors', [], at(1_600_000_004, visitors))
const for_vips = await anItem('VIPs', [], at(1_600_000_005, vips))
await anItem('silent', [], { ...at(1_600_000_006, all), deliver_silently: true, reactions: [] })
await anItem('draft', [], { ...at(1_600_000_007, all), state: 'draft' })
await anItem('later', [], at(4_000_000_000, all))

const messenger = await messengerOf({ user_id: 'anna' })

describe('a reaction is refused', () => {
  test('that the item does not have', async () => {
    const silent = (await messenger('GET ')).body.data.find(({ title }: { title: string }) => title === 'silent')
    assert.deepEqual(refusal(await messenger(`POST /${for_all}/reaction`, { reaction: '👎' })), [
      ...[400, 'reaction must be one of 👍, 🎉'],
    ])
    assert.deepEqual(refusal(await messenger(`POST /${silent.id}/reaction`, { reaction: '👍' })), [
      ...[400, 'The news item takes no reactions'],
    ])
    assert.deepEqual(refusal(await messenger(`POST /${for_all}/reaction`, {})), [400, 'reaction is required'])
  })

  test('to an item that the contact cannot read', async () => {
    await aContact(t.workspace, { external_id: 'ben' })
    const ben = await messengerOf({ user_id: 'ben' })
    for (const id of [for_vips, '9', 'x'])
      assert.deepEqual(refusal(await ben(`POST /${id}/reaction`, { reaction: '👍' })), [404, 'Resource Not Found'])
  })

  test('from a visitor, who cannot mark anything as read either', async () => {
    const visitor = await messengerOf({ visitor_id: 'v-1' })
    const refused = [403, 'A visitor has to write first']
    assert.deepEqual(refusal(await visitor(`POST /${for_all}/reaction`, { reaction: '👍' })), refused)
    assert.deepEqual(refusal(await visitor('POST /read')), refused)
  })

  test('and nothing is shown, without a session', async () => {
    for (const [route, body] of [
      ['GET ', undefined],
      ['POST /read', {}],
      [`POST /${for_all}/reaction`, { reaction: '👍' }],
    ] as const) {
      const whole = route.replace(' ', ' /extensions/messenger/news')
      assert.equal((await t.call(whole, body, { token: null })).status, 401)
    }
  })
})

test('each reader sees the live news of their newsfeeds, last published first', async () => {
  assert.deepEqual(await titles(messenger), ['silent', 'VIPs', 'users', 'all'])
  await aContact(t.workspace, { external_id: 'carla' })
  assert.deepEqual(await titles(await messengerOf({ user_id: 'carla' })), ['silent', 'users', 'all'])
  assert.deepEqual(await titles(await messengerOf({ visitor_id: 'v-2' })), ['silent', 'visitors', 'all'])
})

test('an item on two newsfeeds is shown once, in pages', async () => {
  await aContact(t.workspace, { external_id: 'dora' })
  const dora = await messengerOf({ user_id: 'dora' })
  await anItem('twice', [all, users])
  const { body } = await dora('GET ?per_page=2')
  assert.deepEqual([body.data.length, body.total_count], [2, 4])
  const rest = await titles(dora, `?per_page=2&starting_after=${encodeURIComponent(body.pages.next.starting_after)}`)
  assert.deepEqual(
    [...body.data.map(({ title }: { title: string }) => title), ...rest],
    [...['twice', 'silent', 'users', 'all']],
  )
})

test('unread news are counted without silent ones, until they are read', async () => {
  await aContact(t.workspace, { external_id: 'eva' })
  const eva = await messengerOf({ user_id: 'eva' })
  const { body: before } = await eva('GET ')
  const loud = before.data.filter(({ title }: { title: string }) => title !== 'silent').length
  assert.equal(before.unread_count, loud)
  assert.ok(before.data.every(({ read }: { read: boolean }) => !read))
  assert.deepEqual((await eva('POST /read')).body, { type: 'news', unread_count: 0 })
  const { body: after } = await eva('GET ')
  assert.ok(after.data.every(({ read }: { read: boolean }) => read))
  await anItem('newest', [all])
  assert.equal((await eva('GET ')).body.unread_count, 1)
})

test('a contact reacts, changes the reaction and removes it; the team sees the numbers', async () => {
  const id = await anItem('to react to', [all])
  const react = async (who: Messenger, reaction: string | null) => {
    const answer = await who(`POST /${id}/reaction`, { reaction })
    assert.deepEqual(answer.body, { type: 'news-item', id, reaction })
  }
  const own = async () => (await messenger('GET ')).body.data.find((one: { id: string }) => one.id === id)
  const counts = () => ok(`GET /extensions/news_items/${id}/statistics`)
  assert.deepEqual(await counts(), { type: 'news_statistics', id, contacts: 0, reactions: [] })
  await react(messenger, '👍')
  assert.deepEqual([(await own()).reaction, (await own()).read, (await own()).reactions], ['👍', true, ['👍', '🎉']])
  for (const external_id of ['fay', 'gus']) {
    await aContact(t.workspace, { external_id })
    await react(await messengerOf({ user_id: external_id }), '🎉')
  }
  assert.deepEqual(await counts(), {
    ...{ type: 'news_statistics', id, contacts: 3 },
    reactions: [
      { reaction: '🎉', count: 2 },
      { reaction: '👍', count: 1 },
    ],
  })
  await react(messenger, '🎉')
  assert.deepEqual((await counts()).reactions, [{ reaction: '🎉', count: 3 }])
  await react(messenger, null)
  assert.deepEqual([(await own()).reaction, (await counts()).contacts], [null, 3])
})

test('twenty simultaneous reactions of one contact leave one', async () => {
  const id = await anItem('contended', [all])
  await Promise.all(
    Array.from({ length: 20 }, (_, n) => messenger(`POST /${id}/reaction`, { reaction: n % 2 ? '👍' : '🎉' })),
  )
  const { contacts, reactions } = await ok(`GET /extensions/news_items/${id}/statistics`)
  assert.deepEqual([contacts, reactions.length, reactions[0].count], [1, 1, 1])
})
