// Articles in a messenger: what counts as a view, and which conversations count for an article. Sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAll } from '#events/follow.ts'
import { testApp } from '../../../../test/app.ts'
import { allReadable } from '../../../../test/events.ts'
import { aContact } from '../../../../test/factories.ts'
import { viewReader } from './routes.ts'

const t = await testApp()
const { sql } = t.database
const failures: object[] = []
const log = { warn() {}, error: (about: object) => failures.push(about) } as never
const { id: app_id, admin_id: author_id } = t.created

const ok = async (route: string, body?: object) => {
  const answer = await t.call(route, body)
  assert.ok(answer.status < 300, `${route}: ${answer.text}`)
  return answer.body
}
let n = 0
const anArticle = async (more: object = {}): Promise<string> =>
  (await ok('POST /articles', { title: `Article ${++n}`, author_id, state: 'published', ...more })).id
const statistics = async (id: string) => {
  const { views, conversations, conversions } = (await ok(`GET /articles/${id}`)).statistics
  return [views, conversations, conversions]
}

/** Calls of a messenger, with the session of a contact or a visitor. */
async function messengerOf(user: object) {
  const { body } = await t.call('POST /extensions/messenger/sessions', { app_id, ...user }, { token: null })
  const call = (route: string, sent?: object) => t.call(route, sent, { token: body.token })
  return {
    view: (id: string) => call(`POST /extensions/messenger/articles/${id}/views`),
    async write() {
      const { status, text } = await call('POST /extensions/messenger/conversations', { body: 'I still do not know' })
      assert.equal(status, 200, text)
    },
  }
}
/** As a worker. */
const settle = async () => {
  await allReadable(sql)
  await readAll({ sql, log }, viewReader)
}
const pass = (seconds: number) => ok('POST /extensions/sandbox/clock', { advance_seconds: seconds })

await aContact(t.workspace, { external_id: 'anna' })
const anna = await messengerOf({ user_id: 'anna' })

test('a view needs a session', async () => {
  const id = await anArticle()
  for (const token of [null, t.created.token])
    assert.equal((await t.call(`POST /extensions/messenger/articles/${id}/views`, undefined, { token })).status, 401)
})

test('what the reader cannot read is a 404, and counts nothing', async () => {
  const other = await t.another()
  const { body: theirs } = await other.call('POST /articles', {
    ...{ title: 'Theirs', author_id: other.created.admin_id, state: 'published' },
  })
  const audience = await ok('POST /audiences', {
    ...{
      name: 'Others',
      predicates: [{ attribute: 'email', comparison: 'eq', type: 'string', value: 'other@example.com' }],
    },
  })
  const draft = await anArticle({ state: 'draft' })
  const hidden = await anArticle({ audience_ids: [Number(audience.id)] })
  for (const id of [draft, hidden, theirs.id, '999999', 'x', '0', '-1', '99999999999999999999']) {
    const { status, body } = await anna.view(id)
    assert.deepEqual([status, body.errors], [404, [{ code: 'not_found', message: 'Article not found' }]], id)
  }
  for (const id of [draft, hidden]) assert.deepEqual(await statistics(id), [0, 0, 0])
})

test('a conversation counts once for each article that its contact viewed within the hour before', async () => {
  const [read, again, old, other, never] = await Promise.all(Array.from({ length: 5 }, () => anArticle()))
  const ben = await messengerOf({ user_id: 'ben' })
  assert.equal((await anna.view(old!)).body.article_id, old)
  await pass(3_700)
  await anna.view(read!)
  for (let times = 0; times < 3; times++) await anna.view(again!)
  await ben.view(other!)
  await anna.write()
  await anna.write()
  await settle()
  assert.deepEqual(await Promise.all([read, again, old, other, never].map((id) => statistics(id!))), [
    [1, 1, 1],
    [3, 1, 1],
    [1, 0, 0],
    [1, 0, 0],
    [0, 0, 0],
  ])
  await anna.view(read!)
  await anna.write()
  await settle()
  await settle()
  assert.deepEqual(await statistics(read!), [2, 2, 2])
})

test('a view after the conversation began does not count, nor one that is more than an hour old', async () => {
  const [late, old] = [await anArticle(), await anArticle()]
  await anna.write()
  await anna.view(late)
  await settle()
  assert.deepEqual(await statistics(late), [1, 0, 0])
  await anna.view(old)
  await pass(3_601)
  await anna.write()
  await settle()
  assert.deepEqual(await statistics(old), [1, 0, 0])
})

test('what a visitor viewed counts for the first conversation of the lead', async () => {
  const id = await anArticle()
  const visitor = await messengerOf({})
  await visitor.view(id)
  await visitor.write()
  await settle()
  assert.deepEqual(await statistics(id), [1, 1, 1])
})

test('a conversation on another channel counts, too; the views of a merged lead are those of the user', async () => {
  const id = await anArticle()
  const visitor = await messengerOf({})
  await visitor.write()
  await visitor.view(id)
  const [lead] = await sql<
    [{ id: string }]
  >`select id from contacts where role = 'lead' order by created_at desc limit 1`
  const user = await ok('POST /contacts', { role: 'user', external_id: 'cora' })
  await ok('POST /contacts/merge', { from: lead.id, into: user.id, skip_duplicate_validation: true })
  await pass(60)
  await ok('POST /conversations', { from: { type: 'user', id: user.id }, body: 'By the API' })
  await settle()
  assert.deepEqual(await statistics(id), [1, 1, 1])
  assert.deepEqual(failures, [])
})
