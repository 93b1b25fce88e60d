// Blocking contacts: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { IntercomClient } from 'intercom-client'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { aContact } from '../../../test/factories.ts'
import { listeningServer } from '../../../test/sdk/server.ts'

const t = await listeningServer()
const { sql } = t.database
const NOT_FOUND = [{ code: 'not_found', message: 'User Not Found' }]

const block = (id: string, options: object = {}) => t.call(`POST /contacts/${id}/block`, undefined, options)
const startedBy = async (id: string): Promise<string> =>
  (await t.call('POST /conversations', { from: { type: 'user', id }, body: 'Buy this' })).body.conversation_id
const show = async (id: string) => (await t.call(`GET /conversations/${id}`)).body
const manage = (id: string, rest: object) =>
  t.call(`POST /conversations/${id}/parts`, { type: 'admin', admin_id: t.created.admin_id, ...rest })

describe('a request is refused', () => {
  test('without a token, without the scope, and in a version that has no blocking', async () => {
    const id = await aContact(t.workspace)
    const text = newTokenText()
    const limited = { name: 'Limited', admin_id: t.created.admin_id, scopes: ['write_content'] }
    await insertToken(sql, t.created.id, text, limited, new Date())
    assert.equal((await block(id, { token: null })).status, 401)
    assert.equal((await block(id, { token: text })).status, 403)
    for (const version of ['2.7', '2.11', '2.12']) {
      const { status, body } = await block(id, { version })
      assert.deepEqual([status, body.errors[0].code], [400, 'intercom_version_invalid'], version)
    }
    const [row] = await sql`select blocked_at from contacts where id = ${id}`
    assert.equal(row?.['blocked_at'], null)
  })

  test('for a contact that is unknown, archived, deleted or of another workspace', async () => {
    const other = await t.another()
    const at = new Date()
    const ids = [
      ...['6762f0dd1bb69f9f2193bb83', 'nobody', '7'],
      await aContact(other.workspace),
      await aContact(t.workspace, { archived_at: at }),
      await aContact(t.workspace, { deleted_at: at }),
    ]
    for (const id of ids) {
      const { status, body } = await block(id)
      assert.deepEqual([status, body.errors], [404, NOT_FOUND], id)
    }
  })
})

describe('a blocked contact', () => {
  test('is answered as a reference, and can still be read', async () => {
    const id = await aContact(t.workspace, { external_id: 'spammer' })
    for (const version of ['2.13', '2.14', '2.16', 'Preview']) {
      const { status, body } = await block(id, { version })
      assert.deepEqual([status, body], [200, { type: 'contact', id, external_id: 'spammer', blocked: true }], version)
    }
    assert.equal((await t.call(`GET /contacts/${id}`)).body.external_id, 'spammer')
  })

  test('has no open conversation any more; those that were closed stay as they were', async () => {
    const [id, neighbour] = [await aContact(t.workspace), await aContact(t.workspace)]
    const [open, snoozed, closed] = [await startedBy(id), await startedBy(id), await startedBy(id)]
    const theirs = await startedBy(neighbour)
    await manage(snoozed, { message_type: 'snoozed', snoozed_until: 4_000_000_000 })
    await manage(closed, { message_type: 'close' })
    const before = await show(closed)
    await block(id)
    for (const conversation of [open, snoozed]) {
      const { state, conversation_parts, snoozed_until, statistics } = await show(conversation)
      assert.deepEqual([state, snoozed_until], ['closed', null])
      const { part_type, author } = conversation_parts.conversation_parts.at(-1)
      assert.deepEqual([part_type, author.type, author.id], ['close', 'admin', t.created.admin_id])
      assert.equal(statistics.count_assignments, 0)
    }
    assert.deepEqual(await show(closed), before)
    assert.equal((await show(theirs)).state, 'open')
  })

  test('writes no event twice if it is blocked twice', async () => {
    const id = await aContact(t.workspace)
    const conversation = await startedBy(id)
    await Promise.all(Array.from({ length: 5 }, () => block(id)))
    const events = await sql`
      select topic from events where object_id = ${conversation} and topic = 'conversation.admin.closed'`
    assert.equal(events.length, 1)
  })

  test('cannot write any more', async () => {
    const id = await aContact(t.workspace)
    const conversation = await startedBy(id)
    await block(id)
    for (const [route, body] of [
      ['POST /conversations', { from: { type: 'user', id }, body: 'More' }],
      [
        `POST /conversations/${conversation}/reply`,
        { type: 'user', message_type: 'comment', intercom_user_id: id, body: 'More' },
      ],
    ] as const) {
      const { status, body: answer } = await t.call(route, body)
      assert.deepEqual([status, answer.errors[0].code], [403, 'forbidden'], route)
    }
    assert.equal((await show(conversation)).state, 'closed')
  })
})

test('no deadlock reaches a client who blocks, replies and starts at the same moment', async () => {
  const id = await aContact(t.workspace, { email: 'all-at-once@example.com' })
  const conversations = await Promise.all(Array.from({ length: 4 }, () => startedBy(id)))
  const answers = await Promise.all([
    ...conversations.flatMap((conversation) => [
      t.call(`POST /conversations/${conversation}/reply`, {
        ...{ type: 'admin', message_type: 'comment', admin_id: t.created.admin_id, body: 'Hello' },
      }),
      t.call(`POST /conversations/${conversation}/reply`, {
        ...{ type: 'user', message_type: 'comment', intercom_user_id: id, body: 'Hello' },
      }),
    ]),
    block(id),
  ])
  assert.deepEqual(
    answers.filter(({ status }) => ![200, 403].includes(status)).map(({ body }) => body),
    [],
  )
})

test('the official SDK blocks a contact', async () => {
  const client = new IntercomClient({ token: t.created.token, baseUrl: t.url, maxRetries: 0 })
  const contact_id = await aContact(t.workspace)
  const blocked = await client.contacts.blockContact({ contact_id })
  assert.deepEqual(blocked, { type: 'contact', id: contact_id, external_id: null, blocked: true })
})
