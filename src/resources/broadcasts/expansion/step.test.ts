// Expanding an audience: who is left out and why, the parameters of each recipient, and that no contact is checked
// twice.

import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { lease } from '#delivery/lease.ts'
import { applyStatusUpdate } from '#delivery/status-update.ts'
import { sumUp } from '#delivery/tally.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import { contactReplies } from '#resources/conversations/replies/contact.ts'
import { atomically } from '#workspaces/workspace.ts'
import { testApp } from '../../../../test/app.ts'
import { captureAll } from '../../../../test/capture.ts'
import { aContact, eventually } from '../../../../test/factories.ts'
import { findContact } from '../../contacts/queries.ts'
import { step } from './step.ts'

const t = await testApp()
const { call, workspace } = t
const { sql } = t.database

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
})

const saying = (...texts: string[]) => [{ type: 'BODY', parameters: texts.map((text) => ({ type: 'text', text })) }]

async function broadcast(audience: object, components: object[] = [], more: object = {}): Promise<string> {
  const answer = await call('POST /extensions/broadcasts', {
    ...{ message_type: 'whatsapp', template: 'order_update', components, audience },
    ...more,
  })
  assert.equal(answer.status, 202, answer.text)
  return answer.body.id
}

async function carryOut(): Promise<number> {
  let steps = 0
  while (await step(sql)) steps++
  return steps
}

const shown = async (id: string) => (await call(`GET /extensions/broadcasts/${id}`)).body
const deliveriesOf = (id: string) => sql<{ contact_id: string; parameters: string[]; conversation_id: string }[]>`
  select contact_id, parameters, conversation_id from deliveries
  where workspace_id = ${workspace.id} and message_id = ${id} order by id`

let numbers = 1_000_000
const aReader = (contact: object = {}) => aContact(workspace, { formatted_phone: `+1212${numbers++}`, ...contact })

/** Creates contacts with one number each, in one statement. */
const many = (count: number, { id: workspace_id } = workspace) => sql`
  insert into contacts (workspace_id, id, role, formatted_phone, name, created_at, updated_at)
  select ${workspace_id}, lpad(to_hex(n), 24, '0'), 'user', '+1313' || (1000000 + n), 'Reader ' || n, now(), now()
  from generate_series(1, ${count}::int) n`

const EVERYBODY = { query: { field: 'role', operator: '=', value: 'user' } }

test('contacts who must not or cannot get it are left out, counted by the first reason, and the others get it', async () => {
  const [first, second, third] = [
    await aReader({ name: 'A' }),
    await aReader({ name: 'B' }),
    await aReader({ name: 'C' }),
  ]
  const ids = [
    first,
    second,
    third,
    await aReader({ name: 'x', archived_at: new Date(), blocked_at: new Date() }),
    await aReader({ name: 'x', blocked_at: new Date(), formatted_phone: null }),
    await aReader({ name: 'x', blocked_at: new Date() }),
    await aReader({ name: 'x', formatted_phone: null }),
    await aReader({ name: 'x', unsubscribed_from_whatsapp: true }),
    await aReader({ name: '  ' }),
    await aReader({ name: null, formatted_phone: '+12125559999' }),
  ]
  const id = await broadcast({ contact_ids: ids }, saying('{{name}}'))
  await carryOut()
  const { counts, state } = await shown(id)
  assert.equal(state, 'running')
  assert.deepEqual(counts, {
    audience: 10,
    accepted: 3,
    left_out: { archived: 1, blocked: 2, no_phone: 1, opted_out: 1, missing_parameter: 2, duplicate_number: 0 },
    statuses: { queued: 3, sent: 0, delivered: 0, read: 0, failed: 0 },
  })
  assert.deepEqual((await deliveriesOf(id)).map(({ contact_id }) => contact_id).sort(), [first, second, third].sort())
})

test('a number that several contacts have in two spellings gets it once, in one step or in several', async () => {
  await many(1_500)
  await sql`
    update contacts set formatted_phone = spelling
    from unnest('{5, 6, 1400}'::int[], '{+5547999998888, +554799998888, +554799998888}'::text[]) as given (n, spelling)
    where workspace_id = ${workspace.id} and id = lpad(to_hex(n), 24, '0')`
  const id = await broadcast(EVERYBODY)
  assert.equal(await carryOut(), 2)
  const { counts } = await shown(id)
  assert.deepEqual([counts.audience, counts.accepted, counts.left_out.duplicate_number], [1500, 1498, 2])
})

test('a number that several contacts have gets it once, in one step or in several', async () => {
  await many(1_500)
  await sql`
    update contacts set formatted_phone = '+13139999999'
    where workspace_id = ${workspace.id} and id in (
      select lpad(to_hex(n), 24, '0') from unnest('{5, 6, 1400}'::int[]) n)`
  const id = await broadcast(EVERYBODY)
  assert.equal(await carryOut(), 2)
  const { counts } = await shown(id)
  assert.deepEqual([counts.audience, counts.accepted, counts.left_out.duplicate_number], [1500, 1498, 2])
  const addresses = await sql`
    select count(*)::int as count from deliveries
    where workspace_id = ${workspace.id} and message_id = ${id} and address = '+13139999999'`
  assert.equal(addresses[0]!['count'], 1)
})

test('a contact that is listed twice is checked once', async () => {
  const reader = await aReader()
  const id = await broadcast({ contact_ids: [reader, reader] })
  await carryOut()
  assert.equal((await shown(id)).counts.audience, 1)
})

test('an audience can be a tag, or a search in the meaning of its version', async () => {
  const [tagged, other] = [await aReader(), await aReader({ signed_up_at: new Date('2026-05-05T12:00:00Z') })]
  const archived = await aReader({ archived_at: new Date() })
  const { body: tag } = await call('POST /tags', { name: 'Readers', users: [{ id: tagged }] })
  await sql`
    insert into taggings (workspace_id, object_type, object_id, tag_id, applied_at)
    values (${workspace.id}, 'contact', ${archived}, ${tag.id}, now())`
  const byTag = await broadcast({ tag_id: tag.id })
  const query = { field: 'signed_up_at', operator: '=', value: Date.parse('2026-05-05T00:00:00Z') / 1000 }
  const exact = await broadcast({ query })
  const { body } = await call(
    'POST /extensions/broadcasts',
    { message_type: 'whatsapp', template: 'x', audience: { query } },
    { version: '2.11' },
  )
  await carryOut()
  assert.deepEqual(
    (await deliveriesOf(byTag)).map(({ contact_id }) => contact_id),
    [tagged],
  )
  assert.equal((await shown(byTag)).counts.left_out.archived, 1)
  assert.equal((await shown(exact)).counts.audience, 0)
  assert.deepEqual(
    (await deliveriesOf(body.id)).map(({ contact_id }) => contact_id),
    [other],
  )
})

test('each recipient gets their own values, on one line, or the fallback', async () => {
  for (const [name, data_type] of [
    ['plan', 'string'],
    ['seats', 'integer'],
    ['renews', 'date'],
    ['happy', 'boolean'],
  ])
    await call('POST /data_attributes', { model: 'contact', name, data_type })
  const texts = [
    '{{first_name | fallback: "there"}} / {{name|fallback:\'?\'}}',
    '{{ phone }} {{external_id | fallback: "-"}}',
  ]
  const attributes = 'plan seats renews happy'.split(' ').map((name) => `{{custom_attributes.${name} | fallback: "-"}}`)
  const components = [
    ...saying(...texts, attributes.join(' '), 'Nothing'),
    { type: 'BUTTON', url: '/{{email | fallback: "x"}}' },
  ]
  const anna = await aReader({
    name: ' Anna\n Ash ',
    external_id: '7',
    email: 'anna@example.com',
    formatted_phone: '+12025550141',
    custom_attributes: { plan: 'a "b" {{1}} <i>', seats: 5, renews: 1_700_000_000, happy: true },
  })
  const nobody = await aReader({ formatted_phone: '+12025550142', custom_attributes: { renews: 'soon', plan: ' ' } })
  const id = await broadcast({ contact_ids: [anna, nobody] }, components)
  assert.deepEqual((await shown(id)).components, components)
  await carryOut()
  const sent = await lease(sql, [], 10, 30)
  const said = (contact_id: string) => sent.find((one) => one.contact_id === contact_id)
  assert.deepEqual(said(anna)?.components, [
    ...saying('Anna / Anna Ash', '+12025550141 7', 'a "b" {{1}} <i> 5 2023-11-14 true', 'Nothing'),
    { type: 'BUTTON', url: '/anna@example.com' },
  ])
  assert.deepEqual(said(nobody)?.components, [
    ...saying('there / ?', '+12025550142 -', '- - - -', 'Nothing'),
    { type: 'BUTTON', url: '/x' },
  ])
})

test('the text for each recipient is captured, and is the source of the conversation that an answer starts', async (context) => {
  await sql`
    insert into whatsapp_templates (workspace_id, name, language, category, body)
    values (${workspace.id}, 'hello', 'en', 'MARKETING', 'Hi {{1}}, {{2}} off!')`
  const [anna, ben] = [await aReader({ name: '<b>Anna</b>' }), await aReader({ name: 'Ben' })]
  const id = await broadcast({ contact_ids: [anna, ben] }, saying('{{name}}', '10 %'), { template: 'hello' })
  await carryOut()
  const stop = await captureAll(sql, context)
  const done = await eventually(
    () => shown(id),
    ({ state }) => state === 'completed',
  ).finally(stop)
  assert.equal(done.counts.statuses.delivered, 2)
  const { data } = (await call('GET /extensions/sandbox/messages')).body
  assert.deepEqual(data.map(({ rendered }: { rendered: { text: string } }) => rendered.text).sort(), [
    'Hi <b>Anna</b>, 10 % off!',
    'Hi Ben, 10 % off!',
  ])
  const deliveries = await deliveriesOf(id)
  assert.equal(new Set(deliveries.map(({ conversation_id }) => conversation_id)).size, 2)
  const opened = []
  for (const { contact_id, conversation_id } of deliveries) {
    const contact = (await findContact(workspace, contact_id))!
    await atomically(workspace, (workspace) => contactReplies(workspace, { contact, conversation_id, body: 'Thanks' }))
    opened.push((await call(`GET /conversations/${conversation_id}`)).body)
  }
  assert.deepEqual(opened.map(({ source }) => source.body).sort(), [
    '<p>Hi &lt;b&gt;Anna&lt;/b&gt;, 10 % off!</p>',
    '<p>Hi Ben, 10 % off!</p>',
  ])
  assert.ok(opened.every(({ source, contacts }) => source.id === id && contacts.contacts.length === 1))
})

test('a message from a contact whom the broadcast has not reached yet is not an answer to it', async () => {
  const reader = await aReader()
  await broadcast({ contact_ids: [reader] })
  await carryOut()
  const { body } = await call('POST /conversations/last/reply', {
    ...{ message_type: 'comment', type: 'user', intercom_user_id: reader, body: 'Hello?' },
  })
  assert.equal(body.errors?.[0].code, 'not_found')
})

test('a contact who opts out while it is being sent does not get it, but still gets single messages', async (context) => {
  const [stopped, magic] = [await aReader(), await aReader({ formatted_phone: '+12025550152' })]
  const id = await broadcast({ contact_ids: [stopped, magic] })
  await carryOut()
  await sql`update contacts set unsubscribed_from_whatsapp = true where workspace_id = ${workspace.id} and id = ${stopped}`
  const stop = await captureAll(sql, context)
  try {
    await eventually(
      () => shown(id),
      ({ state }) => state === 'completed',
    )
    const codes = await sql<{ error_code: string }[]>`
      select error_code from deliveries where workspace_id = ${workspace.id} and message_id = ${id} order by error_code`
    assert.deepEqual(
      codes.map(({ error_code }) => error_code),
      ['131050', 'opted_out'],
    )
    const again = await broadcast({ contact_ids: [stopped, magic] })
    await carryOut()
    assert.equal((await shown(again)).counts.left_out.opted_out, 2)
    const single = await call('POST /messages', {
      ...{ message_type: 'whatsapp', template: 'x', components: [], to: { type: 'user', id: stopped } },
      from: { type: 'admin', id: workspace.admin_id },
    })
    await eventually(
      async () => (await call(`GET /extensions/messages/${single.body.id}/deliveries`)).body.data[0].status,
      (status) => status === 'delivered',
    )
  } finally {
    await stop()
  }
})

test('several workers share the broadcasts, and each recipient has one delivery', async () => {
  await many(4_500)
  const ids = [await broadcast(EVERYBODY), await broadcast(EVERYBODY)]
  await Promise.all([carryOut(), carryOut(), carryOut()])
  await carryOut()
  for (const id of ids) {
    const [found] = await sql<[{ deliveries: number; contacts: number }]>`
      select count(*)::int as deliveries, count(distinct contact_id)::int as contacts from deliveries
      where workspace_id = ${workspace.id} and message_id = ${id}`
    assert.deepEqual({ ...found }, { deliveries: 4_500, contacts: 4_500 })
    const { counts } = await shown(id)
    assert.deepEqual([counts.audience, counts.accepted, counts.statuses.queued], [4_500, 4_500, 4_500])
  }
})

test('a step that fails changes nothing, and delays no other broadcast', async () => {
  await aReader()
  const broken = await broadcast(EVERYBODY)
  await sql`
    update broadcasts set audience = '{"version": "Preview", "query": {"field": "shoe", "operator": "=", "value": 1},
      "definitions": []}' where workspace_id = ${workspace.id} and id = ${broken}`
  const good = await broadcast(EVERYBODY)
  await assert.rejects(step(sql))
  await carryOut()
  assert.deepEqual([(await shown(broken)).state, (await shown(good)).counts.accepted], ['queued', 1])
})

describe('a listed lead that was merged before the broadcast runs', () => {
  const merge = async (from: string, into: string) =>
    assert.equal((await call('POST /contacts/merge', { from, into, skip_duplicate_validation: true })).status, 200)
  const aLead = (more: object = {}) => aReader({ role: 'lead', ...more })
  const outcomeOf = async (id: string) => {
    await carryOut()
    const { audience, accepted, left_out } = (await shown(id)).counts
    const reasons = Object.fromEntries(Object.entries(left_out).filter(([, times]) => times))
    return [(await deliveriesOf(id)).map(({ contact_id }) => contact_id), audience, accepted, reasons]
  }

  const gone: [name: string, user: object, reason: string][] = [
    ['is archived', { archived_at: new Date() }, 'archived'],
    ['is blocked', { blocked_at: new Date() }, 'blocked'],
    ['opted out', { unsubscribed_from_whatsapp: true }, 'opted_out'],
  ]
  for (const [name, state, reason] of gone) {
    test(`is left out if the user ${name}`, async () => {
      const [lead, user] = [await aLead(), await aReader()]
      const id = await broadcast({ contact_ids: [lead] })
      await merge(lead, user)
      await sql`update contacts set ${sql(state)} where workspace_id = ${workspace.id} and id = ${user}`
      assert.deepEqual(await outcomeOf(id), [[], 1, 0, { [reason]: 1 }])
    })
  }

  test('is the user, once, also if the user or another lead of that user is listed', async () => {
    const waiting: [id: string, count: number, duplicates: number][] = []
    const [first, second, user] = [await aLead(), await aLead(), await aReader()]
    for (const [listed, duplicates] of [
      [[first], 0],
      [[first, user], 1],
      [[first, second], 1],
      [[second, user, first], 2],
    ] as const) {
      const id = await broadcast({ contact_ids: [...listed] })
      await sql`update broadcasts set due_at = due_at + interval '1 hour' where workspace_id = ${workspace.id} and id = ${id}`
      waiting[waiting.length] = [id, listed.length, duplicates] as const
    }
    await merge(first, user)
    await merge(second, user)
    for (const [id, count, duplicates] of waiting) {
      await sql`update broadcasts set due_at = now() where workspace_id = ${workspace.id} and id = ${id}`
      const reasons = duplicates ? { duplicate_number: duplicates } : {}
      assert.deepEqual(await outcomeOf(id), [[user], count, 1, reasons])
    }
  })

  test('and whose user was merged on, is the contact who is left', async () => {
    const [lead, user] = [await aLead(), await aReader()]
    const id = await broadcast({ contact_ids: [lead] })
    await merge(lead, user)
    const last = await aReader()
    await sql`update contacts set merged_into = ${last}, archived_at = now() where workspace_id = ${workspace.id} and id = ${user}`
    assert.deepEqual(await outcomeOf(id), [[last], 1, 1, {}])
  })

  test('in the middle of the broadcast, gets no second message: neither listed, nor by the tag', async () => {
    for (const audience of ['contact_ids', 'tag_id']) {
      await call('POST /extensions/sandbox/reset')
      const { body: tag } = await call('POST /tags', { name: 'Readers' })
      const lead = await aContact(workspace, {
        id: `0${'0'.repeat(22)}0`,
        role: 'lead',
        formatted_phone: `+1212${numbers++}`,
      })
      await many(1_100)
      const rows = await sql<{ id: string }[]>`
        select id from contacts where workspace_id = ${workspace.id} and name like 'Reader %' order by id`
      const last = rows.at(-1)!.id
      const ids = [lead, ...rows.map(({ id }) => id)]
      await sql`
        insert into taggings (workspace_id, tag_id, object_type, object_id, applied_at, applied_by)
        select ${workspace.id}, ${tag.id}, 'contact', id, now(), ${t.created.admin_id} from unnest(${ids}::text[]) id`
      const id = await broadcast(audience === 'tag_id' ? { tag_id: tag.id } : { contact_ids: ids })
      assert.equal(await step(sql), true)
      await merge(lead, last)
      await carryOut()
      const sent = (await deliveriesOf(id)).filter(({ contact_id }) => contact_id === last)
      assert.equal(sent.length, 1, audience)
    }
  })
})

test('an attribute that is archived meanwhile keeps its meaning', async () => {
  const { body } = await call('POST /data_attributes', { model: 'contact', name: 'plan', data_type: 'string' })
  await aReader({ custom_attributes: { plan: 'pro' } })
  const query = { field: 'custom_attributes.plan', operator: '=', value: 'pro' }
  const id = await broadcast({ query }, saying('{{custom_attributes.plan}}'))
  await call(`PUT /data_attributes/${body.id}`, { archived: true })
  await carryOut()
  assert.deepEqual(
    (await deliveriesOf(id)).map(({ parameters }) => parameters),
    [['pro']],
  )
})

test('counts stay exact while statuses change in every way, and while they are summed up', async (context) => {
  await many(200)
  const id = await broadcast(EVERYBODY)
  await carryOut()
  const stop = await captureAll(sql, context)
  const summing = setInterval(() => void sumUp(sql), 5)
  const deliveries = await sql<{ id: string }[]>`
    select id from deliveries where workspace_id = ${workspace.id} and message_id = ${id}`
  const meant = { workspace_id: workspace.id, channel: 'whatsapp' as const }
  try {
    await Promise.all(
      deliveries.map(async ({ id: delivery_id }, n) => {
        if (n % 3 === 0) await applyStatusUpdate(sql, contactRecords, { ...meant, delivery_id }, { status: 'read' })
        if (n % 5 === 0)
          await applyStatusUpdate(
            sql,
            contactRecords,
            { ...meant, delivery_id },
            { status: 'failed', code: 'x', reason: 'x' },
          )
        if (n % 7 === 0) await call(`POST /extensions/deliveries/${delivery_id}/cancel`)
        if (n % 5 === 0) await call(`POST /extensions/deliveries/${delivery_id}/retry`)
      }),
    )
    const done = await eventually(
      () => shown(id),
      ({ state }) => state === 'completed',
    )
    const truth = await sql<{ status: string; count: number }[]>`
      select status, count(*)::int as count from deliveries
      where workspace_id = ${workspace.id} and message_id = ${id} group by status`
    const expected = Object.fromEntries(truth.map(({ status, count }) => [status, count]))
    assert.deepEqual(done.counts.statuses, { queued: 0, sent: 0, delivered: 0, read: 0, failed: 0, ...expected })
    assert.equal((await call(`GET /messages/status?ruleset_id=${id}`)).body.total_count, 200)
  } finally {
    clearInterval(summing)
    await stop()
  }
  for (let n = 0; n < 3; n++) await sumUp(sql)
  const rows = await sql`select from broadcast_tallies where workspace_id = ${workspace.id}`
  assert.ok(rows.count <= 31, `${rows.count} rows`)
})
