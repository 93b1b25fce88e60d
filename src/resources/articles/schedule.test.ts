// Articles that are published and unpublished at a time, on the clock of their workspace.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'
import { publishDue } from './publish-due.ts'

const t = await testApp({ public_url: 'https://help.example.test' })
const { sql } = t.database
const author_id = t.created.admin_id
const saving = { public_url: 'https://help.example.test' }

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
async function anArticle(body: object = {}, { call, created } = t as Pick<typeof t, 'call' | 'created'>): Promise<any> {
  const answer = await call('POST /articles', { title: 'Article', author_id: created.admin_id, ...body })
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}
const change = (id: string, body: object) => t.call(`PUT /articles/${id}`, body)
const show = async (id: string, call = t.call) => (await call(`GET /articles/${id}`)).body
const topics = (id: string, workspace = t.workspace) => topicsOf(workspace, id)

const HOUR = 3_600
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR * 1000).toISOString()
const publish = 'scheduled_publish_at'
const unpublish = 'scheduled_unpublish_at'

test('a wrong schedule is a 400 that has the field in the error, and changes nothing', async () => {
  const { id } = await anArticle()
  const both = 'Cannot set scheduled_publish_at and scheduled_unpublish_at in the same request'
  const never = 'Cannot schedule unpublish for an article that has never been published'
  const with_draft = 'Cannot schedule a publish while setting state to draft'
  const format = /must be a time in ISO 8601 format/
  const wrong: [body: object, field: string, message: string | RegExp][] = [
    [{ [publish]: inHours(1), [unpublish]: inHours(2) }, unpublish, both],
    [{ [publish]: inHours(1), state: 'draft' }, publish, with_draft],
    [{ [unpublish]: inHours(1) }, unpublish, never],
    [{ [unpublish]: inHours(1), state: 'draft' }, unpublish, never],
    [{ [publish]: '' }, publish, format],
    [{ [unpublish]: '' }, unpublish, format],
    [{ [publish]: 'tomorrow' }, publish, format],
    [{ [publish]: '1767258000' }, publish, format],
    [{ [publish]: '2026-13-45T00:00:00Z' }, publish, format],
    [{ [publish]: inHours(-1) }, publish, /must be in the future/],
    [{ [unpublish]: '2020-01-01' }, unpublish, /must be in the future/],
    [{ [publish]: '3000-01-01T00:00:00Z' }, publish, /must be before the year 3000/],
  ]
  for (const [body, field, message] of wrong) {
    const created = await t.call('POST /articles', { title: 'New', author_id, ...body })
    for (const answer of [created, await change(id, body)]) {
      const [error] = answer.body.errors
      assert.deepEqual(
        [answer.status, error.code, error.field],
        [400, 'parameter_invalid', field],
        JSON.stringify(body),
      )
      if (typeof message === 'string') assert.equal(error.message, message)
      else assert.match(error.message, message)
    }
  }
  assert.equal((await change(id, { [publish]: 1767258000 })).status, 400)
  assert.deepEqual(await topics(id), ['article.created'])
})

test('one schedule replaces the other; null, or doing it now, ends it', async () => {
  const { id } = await anArticle({ state: 'published' })
  const set = async (body: object) => {
    const { body: article, text } = await change(id, body)
    assert.ok(article.id, text)
    return [article[publish], article[unpublish]]
  }
  const at = '2099-05-01T12:00:00+02:00'
  const seconds = Date.parse(at) / 1000
  assert.deepEqual(await set({ [unpublish]: at }), [null, seconds])
  assert.deepEqual(await set({ title: 'Other' }), [null, seconds])
  assert.deepEqual(await set({ [publish]: at }), [seconds, null])
  assert.deepEqual(await set({ [publish]: null }), [null, null])
  assert.deepEqual(await set({ [publish]: '2099-05-01T10:00:00' }), [seconds, null])
  assert.deepEqual(await set({ state: 'published' }), [null, null])
  assert.deepEqual(await set({ [unpublish]: at }), [null, seconds])
  assert.deepEqual(await set({ state: 'draft' }), [null, null])
})

test('an article is published at its time, and not before; its translations that were never published stay drafts', async () => {
  const other = await t.another()
  const advance = (advance_seconds: number) => other.call('POST /extensions/sandbox/clock', { advance_seconds })
  const scheduled = { state: 'published', [publish]: inHours(2), translated_content: { fr: { title: 'Titre' } } }
  const { id, state } = await anArticle(scheduled, other)
  assert.equal(state, 'draft')
  await advance(HOUR)
  assert.equal((await show(id, other.call)).state, 'draft')
  await advance(HOUR + 60)
  const article = await show(id, other.call)
  assert.deepEqual([article.state, article[publish]], ['published', null])
  const [french] = await sql<{ state: string }[]>`
    select state from article_contents where article_id = ${id} and locale = 'fr'`
  assert.equal(french?.state, 'draft')
  assert.deepEqual(await topics(id, other.workspace), ['article.created', 'article.published'])
})

test('texts that come with a schedule are staged, and live at the time; an article is unpublished in all locales', async () => {
  const other = await t.another()
  const advance = (advance_seconds: number) => other.call('POST /extensions/sandbox/clock', { advance_seconds })
  const { id } = await anArticle(
    { state: 'published', translated_content: { fr: { title: 'Titre', state: 'published' } } },
    other,
  )
  await other.call(`PUT /articles/${id}`, { title: 'Later', [publish]: inHours(1) })
  const before = await show(id, other.call)
  assert.deepEqual([before.title, before.has_unpublished_changes], ['Article', true])
  await advance(HOUR + 60)
  const after = await show(id, other.call)
  assert.deepEqual([after.title, after.has_unpublished_changes], ['Later', false])
  await other.call(`PUT /articles/${id}`, { [unpublish]: inHours(3) })
  await advance(3 * HOUR)
  assert.equal((await show(id, other.call)).state, 'draft')
  const states = await sql`select from article_contents where article_id = ${id} and state = 'draft'`
  assert.equal(states.count, 2)
})

test('two workers at once publish an article once; those of a workspace with a frozen clock wait', async () => {
  const { id } = await anArticle({ [publish]: inHours(1) })
  const other = await t.another()
  await other.call('POST /extensions/sandbox/clock', { freeze_at: 'now' })
  const { id: frozen } = await anArticle({ [publish]: inHours(1) }, other)
  const later = new Date(Date.now() + 2 * HOUR * 1000)
  await publishDue(sql, new Date(), saving)
  assert.equal((await show(id)).state, 'draft')
  await Promise.all([1, 2, 3].map(() => publishDue(sql, later, saving)))
  await publishDue(sql, later, saving)
  assert.equal((await show(id)).state, 'published')
  assert.deepEqual(await topics(id), ['article.created', 'article.published'])
  assert.equal((await show(frozen, other.call)).state, 'draft')
  const [event] = await sql`select actor_type from events where object_id = ${id} and topic = 'article.published'`
  assert.equal(event?.['actor_type'], 'bot')
})
