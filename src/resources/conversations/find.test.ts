// Every way to find a page of conversations returns the same ones as reading all of them.
import assert from 'node:assert/strict'
import { afterEach, test } from 'node:test'
import fc from 'fast-check'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'
import {
  assertWaysAgree,
  equal,
  listed,
  oneOf,
  ordered,
  queryOf,
  resetLimits,
  SMALL,
  setLimits,
  sortBy,
  text,
} from '../../../test/searches.ts'

const t = await testApp()
const { sql, id: workspace_id } = t.workspace
afterEach(() => void resetLimits())

const pick = <T>(values: readonly T[], n: number): T => values[n % values.length]!
const BODIES = [
  '<p>A refund, please: it’s broken.</p>',
  'Where is my ORDER?',
  'Größe 50% – 日本語',
  '<b>re</b>fund',
  null,
]
const SUBJECTS = ['', 'Your order', 'Refund of 50%', 'ärger']

const contacts: string[] = []
for (let n = 0; n < 6; n++) contacts.push(await aContact(t.workspace, { name: pick(['Ann', 'Bob'], n) }))
const tag = (await t.call('POST /tags', { name: 'VIP' })).body.id

for (let n = 0; n < 70; n++) {
  const from = { type: 'contact', id: pick(contacts, n) }
  const { body } = await t.call('POST /conversations', { from, body: pick(BODIES, n) ?? 'Hello' })
  await sql`
    update conversations set body = ${pick(BODIES, n)}, subject = ${pick(SUBJECTS, n)},
      title = ${pick([null, 'Title', 'order'], n)}, state = ${pick(['open', 'closed', 'open'], n)},
      admin_assignee_id = ${n % 4 ? null : t.created.admin_id},
      updated_at = now() - ${n % 9} * interval '1 hour'
    where workspace_id = ${workspace_id} and id = ${body.conversation_id}`
  if (n % 6 === 0)
    await t.call(`POST /conversations/${body.conversation_id}/tags`, { id: tag, admin_id: t.created.admin_id })
}

const filter = fc.oneof(
  text('source.body', 'refund', 'it’s', 'order', '日本語', 'fund', '50', ''),
  listed('source.body', 'refund', 'größe'),
  text('source.subject', '', 'REFUND', 'order', 'ä', '50%'),
  text('title', 'order', 't', null),
  text('source.author.id', contacts[0]!, contacts[1]!, 'nobody'),
  text('source.author.name', 'ann', 'b'),
  equal('contact_ids', contacts[2]!, 'nobody'),
  listed('contact_ids', contacts[0]!, contacts[3]!),
  equal('tag_ids', tag, '0', null),
  equal('state', 'open', 'closed'),
  equal('open', true, false),
  ordered('admin_assignee_id', 0, Number(t.created.admin_id)),
  ordered('created_at', 0, 4_000_000_000),
  ordered('updated_at', Math.floor(Date.now() / 1000) - 7_200),
  ordered('statistics.count_conversation_parts', 1, 2),
  fc.record({ operator: oneOf('>', '<'), value: oneOf('', '5') }).map((one) => ({ field: 'id', ...one })),
)

test('the ways to find a page agree with reading all rows, for any query and order', () =>
  assertWaysAgree(
    t,
    'POST /conversations/search',
    queryOf(filter),
    sortBy('created_at', 'title', 'source.subject', 'state', 'waiting_since'),
  ))

test('the side tables hold what the conversations say, after a title, an attribute and a reply', async () => {
  const { body } = await t.call('POST /conversations', { from: { type: 'contact', id: contacts[0] }, body: 'Hello' })
  const id = body.conversation_id
  await t.call(`PUT /conversations/${id}`, { title: 'Renamed' })
  await t.call(`POST /conversations/${id}/reply`, {
    ...{ message_type: 'comment', type: 'admin', admin_id: t.created.admin_id, body: 'Hi' },
  })
  const [row] = await sql`
    with expected as (
      select id, lower(title), lower(subject), search_words(body) from conversations where workspace_id = ${workspace_id}
    ), found as (
      select id, title, subject, words from conversation_texts where workspace_id = ${workspace_id}
    ), values_expected as (
      select id, field, number_value, text_value from conversations, conversation_search_values(
        custom_attributes, author_id, url, last_closed_by_id, source_id, state, priority, admin_assignee_id,
        team_assignee_id)
      where workspace_id = ${workspace_id}
    ), values_found as (
      select id, field, number_value, text_value from conversation_values where workspace_id = ${workspace_id}
    )
    select (select count(*) from (select * from expected except all select * from found) one)
      + (select count(*) from (select * from found except all select * from expected) two)
      + (select count(*) from (select * from values_expected except all select * from values_found) three)
      + (select count(*) from (select * from values_found except all select * from values_expected) four) as wrong,
      (select count(*) from conversations where workspace_id = ${workspace_id}) as rows,
      (select sum(live) from object_counts where workspace_id = ${workspace_id} and noun = 'conversation') as live`
  assert.equal(row!['wrong'], '0')
  assert.equal(row!['rows'], row!['live'])
})

test('a kept total is counted anew after a reply, a new participant and a tag', async () => {
  setLimits(SMALL)
  const total = async (query: object) =>
    (await t.call('POST /conversations/search', { query, pagination: { per_page: 1 } })).body.total_count
  const open = { field: 'state', operator: '=', value: 'open' }
  const tagged = { field: 'tag_ids', operator: '=', value: tag }
  const [before, before_tagged] = [await total(open), await total(tagged)]
  const { body } = await t.call('POST /conversations', { from: { type: 'contact', id: contacts[0] }, body: 'One' })
  assert.equal(await total(open), before + 1)
  await t.call(`POST /conversations/${body.conversation_id}/parts`, {
    ...{ message_type: 'close', type: 'admin', admin_id: t.created.admin_id },
  })
  assert.equal(await total(open), before)
  await t.call(`POST /conversations/${body.conversation_id}/tags`, { id: tag, admin_id: t.created.admin_id })
  assert.equal(await total(tagged), before_tagged + 1)
})

test('a very long word in a body is no error, and is found by its beginning of 200 characters', async () => {
  const word = 'x'.repeat(9_000)
  const { status, body } = await t.call('POST /conversations', {
    from: { type: 'contact', id: contacts[0] },
    body: word,
  })
  assert.equal(status, 200)
  const query = { field: 'source.body', operator: '=', value: word.slice(0, 300) }
  const found = await t.call('POST /conversations/search', { query })
  assert.deepEqual(
    found.body.conversations.map(({ id }: { id: string }) => id),
    [body.conversation_id],
  )
})
