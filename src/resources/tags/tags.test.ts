// Tags: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { objectId } from '#lib/ids.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact } from '../../../test/factories.ts'

const t = await testApp()

const UNKNOWN = '6762f0dd1bb69f9f2193bb83'
const NOT_FOUND = [{ code: 'not_found', message: 'Resource Not Found' }]
const NO_USER = [{ code: 'not_found', message: 'User Not Found' }]

type Tag = { id: string; name: string }

const tagNamed = async (name: string): Promise<Tag> => (await t.call('POST /tags', { name })).body

/** A conversation with one part. */
async function aConversation({ sql, id: workspace_id }: Workspace): Promise<{ id: string; part_id: string }> {
  const author_id = objectId(new Date())
  const [conversation] = await sql<{ id: string }[]>`
    insert into conversations
      (workspace_id, source_id, source_type, delivered_as, author_type, author_id, created_at, updated_at)
    values (${workspace_id}, 1, 'conversation', 'customer_initiated', 'user', ${author_id}, now(), now())
    returning id`
  const [part] = await sql<{ id: string }[]>`
    insert into conversation_parts
      (workspace_id, conversation_id, part_type, author_type, author_id, state, notified_at, created_at, updated_at)
    values (${workspace_id}, ${conversation!.id}, 'comment', 'user', ${author_id}, 'open', now(), now(), now())
    returning id`
  return { id: conversation!.id, part_id: part!.id }
}

test('every operation needs a token', async () => {
  const routes = [
    ...['GET /tags', 'POST /tags', 'GET /tags/1', 'DELETE /tags/1', 'GET /contacts/x/tags', 'POST /contacts/x/tags'],
    ...['DELETE /contacts/x/tags/1', 'POST /conversations/1/tags', 'DELETE /conversations/1/tags/1'],
  ]
  for (const route of routes) {
    const { status, body } = await t.call(route, route.startsWith('GET') ? undefined : {}, { token: null })
    assert.equal(status, 401, route)
    assert.deepEqual(body.errors, [{ code: 'unauthorized', message: 'Access Token Invalid' }])
  }
})

test('an invalid request is a 400', async () => {
  for (const body of [{ test: 'invalid' }, { name: '  ' }, { users: [{ id: UNKNOWN }] }, { name: 'x', users: [{}] }]) {
    const answer = await t.call('POST /tags', body)
    assert.equal(answer.status, 400)
    assert.deepEqual(answer.body.errors, [{ code: 'parameter_invalid', message: 'invalid tag parameters' }])
  }
  for (const body of [{ name: 7 }, { name: 'x'.repeat(256) }, { name: 'x', users: 'all' }, undefined, []]) {
    const { status, body: answer } = await t.call('POST /tags', body)
    assert.equal(status, 400)
    assert.equal(answer.errors[0].code, 'parameter_invalid')
  }
})

test('an unknown tag is a 404, and so is one of another workspace', async () => {
  const other = await t.another()
  const { body: theirs } = await other.call('POST /tags', { name: 'Theirs' })
  const contact = await aContact(t.workspace)
  for (const id of ['999999', 'none', '99999999999999999999', theirs.id]) {
    assert.deepEqual((await t.call(`GET /tags/${id}`)).body.errors, NOT_FOUND)
    assert.deepEqual((await t.call(`DELETE /tags/${id}`)).body.errors, NOT_FOUND)
    assert.deepEqual((await t.call('POST /tags', { id, name: 'Mine' })).body.errors, NOT_FOUND)
    assert.deepEqual((await t.call(`POST /contacts/${contact}/tags`, { id })).body.errors, NOT_FOUND)
    assert.deepEqual((await t.call(`DELETE /contacts/${contact}/tags/${id}`)).body.errors, NOT_FOUND)
  }
  assert.deepEqual((await other.call('GET /tags')).body.data, [{ type: 'tag', id: theirs.id, name: 'Theirs' }])
})

test('an unknown contact is a 404, and so is one of another workspace', async () => {
  const other = await t.another()
  const theirs = await aContact(other.workspace)
  const archived = await aContact(t.workspace, { archived_at: new Date() })
  const { id } = await tagNamed('For nobody')
  for (const contact of [UNKNOWN, 'nobody', theirs, archived]) {
    assert.deepEqual((await t.call(`GET /contacts/${contact}/tags`)).body.errors, NO_USER)
    assert.deepEqual((await t.call(`POST /contacts/${contact}/tags`, { id })).body.errors, NO_USER)
    assert.deepEqual((await t.call(`DELETE /contacts/${contact}/tags/${id}`)).body.errors, NO_USER)
  }
  assert.deepEqual((await other.call(`GET /contacts/${theirs}/tags`)).body.data, [])
})

test('a tag is attached by its id', async () => {
  const contact = await aContact(t.workspace)
  const without = await t.call(`POST /contacts/${contact}/tags`, {})
  assert.deepEqual([without.status, without.body.errors[0].code], [400, 'parameter_not_found'])
  assert.equal((await t.call(`POST /contacts/${contact}/tags`, { id: [] })).status, 400)
})

test('two tags cannot have one name', async () => {
  const { id } = await tagNamed('One')
  await tagNamed('Two')
  const { status, body } = await t.call('POST /tags', { id, name: 'two' })
  assert.equal(status, 400)
  assert.match(body.errors[0].message, /'Two' already exists/)
  assert.equal((await t.call('POST /tags', { id, name: 'ONE' })).body.name, 'ONE')
})

test('a tag is created once, in any letter case, also by simultaneous requests', async () => {
  const made = await t.call('POST /tags', { name: ' VIP ' })
  assert.equal(made.status, 200)
  assert.deepEqual(made.body, { type: 'tag', id: made.body.id, name: 'VIP', users: [], companies: [] })
  assert.deepEqual((await t.call('POST /tags', { name: 'vip' })).body, made.body)

  const racing = await Promise.all(['race', 'Race', 'RACE', 'race'].map(tagNamed))
  assert.equal(new Set(racing.map(({ id }) => id)).size, 1)
})

test('tags are listed and shown without their objects', async () => {
  const other = await t.another()
  const { body: made } = await other.call('POST /tags', { name: 'Listed' })
  const tag = { type: 'tag', id: made.id, name: 'Listed' }
  assert.deepEqual((await other.call('GET /tags')).body, { type: 'list', data: [tag] })
  assert.deepEqual((await other.call(`GET /tags/${made.id}`)).body, tag)
})

test('many contacts are tagged and untagged at once, by any of their ids', async () => {
  const byId = await aContact(t.workspace)
  const byUserId = await aContact(t.workspace, { external_id: 'tagged' })
  const byEmail = await aContact(t.workspace, { role: 'lead', email: 'tagged@example.com' })
  const users = [{ id: byId }, { user_id: 'tagged' }, { email: 'Tagged@example.com' }]
  const everybody = [byId, byUserId, byEmail]

  const tagged = await t.call('POST /tags', { name: 'Many', users })
  assert.deepEqual(
    tagged.body.users,
    everybody.map((id) => ({ id, tagged: true })),
  )
  for (const id of everybody) assert.equal((await t.call(`GET /contacts/${id}/tags`)).body.data.length, 1)

  const untagged = await t.call('POST /tags', { name: 'Many', users: users.map((user) => ({ ...user, untag: true })) })
  assert.deepEqual(
    untagged.body.users,
    everybody.map((id) => ({ id, tagged: false })),
  )
  for (const id of everybody) assert.deepEqual((await t.call(`GET /contacts/${id}/tags`)).body.data, [])
})

test('since 2.16 unknown contacts are left out; before, the whole request is refused', async () => {
  const known = await aContact(t.workspace)
  const users = [{ id: known }, { id: UNKNOWN }]
  const { body } = await t.call('POST /tags', { name: 'Partly', users, companies: [{ id: UNKNOWN }] })
  assert.deepEqual([body.users, body.companies], [[{ id: known, tagged: true }], []])

  const old = await t.call('POST /tags', { name: 'Old', users }, { version: '2.11' })
  assert.deepEqual([old.status, old.body.errors], [404, NO_USER])
  assert.equal((await t.call(`GET /contacts/${known}/tags`)).body.data.length, 1)
  const companies = await t.call('POST /tags', { name: 'Old', companies: [{ id: UNKNOWN }] }, { version: '2.11' })
  assert.equal(companies.body.errors[0].code, 'company_not_found')
  assert.ok(!(await t.call('GET /tags')).body.data.some(({ name }: Tag) => name === 'Old'))

  const made = await t.call('POST /tags', { name: 'Old' }, { version: '2.11' })
  assert.deepEqual(made.body, { type: 'tag', id: made.body.id, name: 'Old' })
})

test('a contact is tagged once, and keeps the first time and admin', async () => {
  const long_ago = new Date('2024-01-01')
  const contact = await aContact(t.workspace, { updated_at: long_ago })
  const { id } = await tagNamed('Once')
  const first = await t.call(`POST /contacts/${contact}/tags`, { id: Number(id) })
  assert.equal(first.status, 200)
  const { applied_at, ...tag } = first.body
  assert.ok(Math.abs(applied_at - Date.now() / 1000) < 60)
  assert.deepEqual(tag, { type: 'tag', id, name: 'Once', applied_by: { type: 'admin', id: t.created.admin_id } })
  assert.deepEqual((await t.call(`POST /contacts/${contact}/tags`, { id })).body, first.body)
  assert.deepEqual((await t.call(`GET /contacts/${contact}/tags`)).body, { type: 'list', data: [first.body] })
  assert.ok((await t.call(`GET /contacts/${contact}`)).body.updated_at > long_ago.getTime() / 1000)
  assert.deepEqual(await topicsOf(t.workspace, contact), ['contact.user.tag.created'])
})

test('a tag is detached once, and detaching an absent one is no error', async () => {
  const contact = await aContact(t.workspace, { role: 'lead' })
  const { id } = await tagNamed('Off')
  await t.call(`POST /contacts/${contact}/tags`, { id })
  const off = await t.call(`DELETE /contacts/${contact}/tags/${id}`)
  assert.equal(off.body.applied_by.id, t.created.admin_id)
  const again = await t.call(`DELETE /contacts/${contact}/tags/${id}`)
  assert.equal(again.status, 200)
  assert.deepEqual(again.body, { type: 'tag', id, name: 'Off', applied_at: null, applied_by: null })
  assert.deepEqual(await topicsOf(t.workspace, contact), ['contact.lead.tag.created', 'contact.lead.tag.deleted'])
})

test('a deleted tag is removed from all objects', async () => {
  const contact = await aContact(t.workspace)
  const { id } = await tagNamed('Doomed')
  await t.call(`POST /contacts/${contact}/tags`, { id })
  const deleted = await t.call(`DELETE /tags/${id}`)
  assert.deepEqual([deleted.status, deleted.text], [200, ''])
  assert.equal((await t.call(`DELETE /tags/${id}`)).status, 404)
  assert.deepEqual((await t.call(`GET /contacts/${contact}/tags`)).body.data, [])
  assert.equal((await t.call(`GET /contacts/${contact}`)).body.tags.total_count, 0)
})

test('a conversation is tagged by the admin in the request', async () => {
  const conversation = await aConversation(t.workspace)
  const { id } = await tagNamed('Talk')
  const path = `/conversations/${conversation.id}/tags`
  const { admin_id } = t.created
  const refused: [route: string, body: object, status: number, code: string][] = [
    [`POST ${path}`, { id }, 400, 'parameter_not_found'],
    [`POST ${path}`, { id, admin_id: '1' }, 404, 'admin_not_found'],
    [`POST ${path}`, { id: '999999', admin_id }, 404, 'tag_not_found'],
    ['POST /conversations/999999/tags', { id, admin_id }, 404, 'not_found'],
    ['POST /conversations/none/tags', { id, admin_id }, 404, 'not_found'],
    [`DELETE ${path}/${id}`, {}, 400, 'parameter_not_found'],
    [`DELETE ${path}/999999`, { admin_id }, 404, 'tag_not_found'],
  ]
  for (const [route, body, status, code] of refused) {
    const answer = await t.call(route, body)
    assert.deepEqual([answer.status, answer.body.errors[0].code], [status, code], route)
  }

  const tagged = await t.call(`POST ${path}`, { id, admin_id: Number(admin_id) })
  assert.equal(tagged.status, 200)
  assert.equal(tagged.body.applied_by.id, admin_id)
  assert.deepEqual(await topicsOf(t.workspace, conversation.id), ['conversation_part.tag.created'])
  const off = await t.call(`DELETE ${path}/${id}`, { admin_id })
  assert.deepEqual([off.status, off.body.id], [200, id])
})

test("another workspace's conversation is a 404 and stays untagged", async () => {
  const other = await t.another()
  const theirs = await aConversation(other.workspace)
  const { id } = await tagNamed('Ours')
  const body = { id, admin_id: t.created.admin_id }
  const { status, body: answer } = await t.call(`POST /conversations/${theirs.id}/tags`, body)
  assert.equal(status, 404)
  assert.deepEqual(answer.errors, [{ code: 'not_found', message: 'Conversation not found' }])
  const [hanging] = await t.database.sql`
    select count(*)::integer as count from taggings where object_type = 'conversation' and object_id = ${theirs.id}`
  assert.equal(hanging!['count'], 0)
})

test('old versions tag and untag contacts alike', async () => {
  const contact = await aContact(t.workspace)
  const { id } = await tagNamed('Aged')
  const version = '2.11'
  assert.equal((await t.call(`POST /contacts/${contact}/tags`, { id }, { version })).body.name, 'Aged')
  assert.equal((await t.call(`GET /contacts/${contact}/tags`, undefined, { version })).body.data.length, 1)
  assert.equal((await t.call(`DELETE /contacts/${contact}/tags/${id}`, undefined, { version })).body.id, id)
  assert.deepEqual((await t.call(`GET /tags/${id}`, undefined, { version })).body, { type: 'tag', id, name: 'Aged' })
})
