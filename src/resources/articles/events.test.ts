// What webhooks show of articles.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inVersion } from '#resources/events/version.ts'
import type { Version } from '#versions/versions.ts'
import { testApp } from '../../../test/app.ts'

const t = await testApp({ public_url: 'https://help.example.test' })
const { sql } = t.database
const { id: workspace_id, admin_id } = t.created

const subscription = await t.call('POST /extensions/webhook_subscriptions', {
  url: 'https://webhooks.example.test/',
  topics: ['article.created', 'article.deleted'],
})
assert.equal(subscription.status, 200, subscription.text)

async function snapshotOf(id: string, topic: string): Promise<Record<string, unknown>> {
  const [event] = await sql<{ snapshot: Record<string, unknown> }[]>`
    select snapshot from events where workspace_id = ${workspace_id} and object_id = ${id} and topic = ${topic}`
  assert.ok(event?.snapshot, topic)
  return event.snapshot
}

test('an event has the article as it was, with the id of its content; a deleted one is also marked', async () => {
  const { body: parent } = await t.call('POST /help_center/collections', { name: 'Parent' })
  const article = { title: 'Told', author_id: admin_id, state: 'published', parent_ids: [parent.id] }
  const { body } = await t.call('POST /articles', article)
  await t.call(`PUT /articles/${body.id}`, { title: 'Other' })
  await t.call(`DELETE /articles/${body.id}`)
  const { content_id, ...created } = await snapshotOf(body.id, 'article.created')
  assert.deepEqual(created, body)
  assert.match(String(content_id), /^\d+$/)
  const deleted = await snapshotOf(body.id, 'article.deleted')
  assert.deepEqual([deleted['id'], deleted['title'], deleted['deleted']], [body.id, 'Other', true])

  const shown = (version: Version) => inVersion({ content_id, ...created }, version)
  const iso = new Date(body.created_at * 1000).toISOString()
  assert.deepEqual([shown('2.14')['created_at'], shown('2.14')['parent_id']], [iso, Number(parent.id)])
  assert.deepEqual([shown('2.15')['created_at'], shown('2.15')['parent_type']], [body.created_at, 'collection'])
  assert.ok(!('parent_id' in shown('2.16')) && 'content_id' in shown('2.16'))
})
