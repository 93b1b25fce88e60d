// The rows of an inbox: who wrote last, and what.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { watchChanges } from '#events/changes.ts'
import { testApp } from '../../../test/app.ts'

const t = await testApp()
const { admin_id } = t.created
const { sql } = t.database

const ok = async (route: string, body?: object) => {
  const answer = await t.call(route, body)
  assert.ok(answer.status < 300, answer.text)
  return answer.body
}
const inbox = async (query = '') => (await ok(`GET /extensions/inbox/conversations${query}`)).data
const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id)
const aContact = (fields: object) => ok('POST /contacts', { role: 'user', ...fields })
const begin = async (id: string, body: string): Promise<string> =>
  (await ok('POST /conversations', { from: { type: 'user', id }, body })).conversation_id
const reply = (id: string, fields: object) =>
  ok(`POST /conversations/${id}/reply`, { type: 'admin', admin_id, message_type: 'comment', ...fields })

const ann = await aContact({ email: 'ann@example.com', name: 'Ann Ström' })
const bob = await aContact({ email: 'bob@example.com' })
const first = await begin(ann.id, 'My parcel is lost')
const second = await begin(bob.id, `<p>${'long '.repeat(100)}</p>`)

test('a state that does not exist, an empty text and a wrong cursor are refused', async () => {
  for (const query of ['?state=gone', '?q=', '?starting_after=x'])
    assert.equal((await t.call(`GET /extensions/inbox/conversations${query}`)).status, 400, query)
  assert.equal((await t.call('GET /extensions/inbox/conversations', undefined, { token: null })).status, 401)
})

test('a row has the contact, and the opening until somebody answers', async () => {
  const [row] = await inbox(`?contact_id=${ann.id}`)
  assert.deepEqual(row.contact, { type: 'contact', id: ann.id, name: 'Ann Ström', email: 'ann@example.com' })
  const { part_type, author_type, text } = row.last_part
  assert.deepEqual([part_type, author_type, text], ['conversation', 'user', 'My parcel is lost'])
  assert.deepEqual([row.state, row.unread, row.admin_assignee_id], ['open', true, null])
})

test('the last words are those of the last part that has any, as text, and no longer than a row', async () => {
  await reply(first, { body: '<p>We look <b>for it</b></p>' })
  await reply(first, { message_type: 'note', body: 'Ask the carrier' })
  await ok(`POST /conversations/${first}/parts`, { type: 'admin', admin_id, message_type: 'close' })
  const rows = await inbox()
  assert.deepEqual(idsOf(rows), [first, second])
  assert.deepEqual([rows[0].last_part.part_type, rows[0].last_part.text], ['note', 'Ask the carrier'])
  assert.equal(rows[1].last_part.text.length, 140)
})

test('rows are filtered by state, and by what name, address, subject and opening contain', async () => {
  assert.deepEqual(idsOf(await inbox('?state=closed')), [first])
  for (const [q, found] of [
    ['STRÖM', [first]],
    ['bob@', [second]],
    ['parcel', [first]],
    ['100%_', []],
  ] as const)
    assert.deepEqual(idsOf(await inbox(`?q=${encodeURIComponent(q)}`)), found, q)
})

test('pages follow each other without a gap, and the last one says so', async () => {
  const { data, pages } = await ok('GET /extensions/inbox/conversations?per_page=1')
  assert.deepEqual(idsOf(data), [first])
  const after = encodeURIComponent(pages.next.starting_after)
  const last = await ok(`GET /extensions/inbox/conversations?per_page=1&starting_after=${after}`)
  assert.deepEqual([idsOf(last.data), last.pages.next], [[second], null])
})

describe('what a teammate does in a conversation', () => {
  const tell = (id: string, activity: unknown) =>
    t.call(`POST /extensions/inbox/conversations/${id}/presence`, { activity })
  const changes = async () => [
    ...(await sql`
      select topic, object_id, conversation_id from stream_changes
      where workspace_id = ${t.created.id} and topic like 'teammate.%' order by id`),
  ]

  test('is refused if it is unknown, or the conversation is', async () => {
    assert.equal((await tell(first, 'sleeping')).status, 400)
    assert.equal((await tell('999999', 'reading')).status, 404)
    assert.equal((await tell('none', 'reading')).status, 404)
  })

  test('is written nowhere while nobody watches, and told to those who do', async () => {
    const answer = await tell(first, 'reading')
    assert.deepEqual([answer.status, answer.text], [204, ''])
    assert.deepEqual(await changes(), [])
    await watchChanges(sql, t.created.id)
    for (const activity of ['writing', 'left']) assert.equal((await tell(first, activity)).status, 204)
    assert.deepEqual(await changes(), [
      { topic: 'teammate.writing', object_id: admin_id, conversation_id: first },
      { topic: 'teammate.left', object_id: admin_id, conversation_id: first },
    ])
  })
})
