// Many statuses and messages in one callback: taken in batches, in order, and none is lost because of another.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { aContact, eventually } from '../../../test/factories.ts'
import { wrote } from '../../../test/meta.ts'
import { whatsapp } from '../../../test/whatsapp.ts'
import { inBatches } from './in-batches.ts'

const w = await whatsapp()
const { t, postWebhook, send } = w
const { call, workspace } = t
const { sql } = t.database

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
})

const text = (body: string) => ({ type: 'text', text: { body } })
const numberOf = (n: number) => String(12025550000 + n)

describe('a batch', () => {
  const write = (sql: typeof t.database.sql, name: string) =>
    sql`insert into tags (workspace_id, name, created_at) values (${workspace.id}, ${name}, now())`
  const names = async () =>
    (await sql<{ name: string }[]>`select name from tags where workspace_id = ${workspace.id} order by id`).map(
      (one) => one.name,
    )
  const values = Array.from({ length: 330 }, (_, n) => `value ${n}`)
  const laneOf = (value: string) => String(Number(value.slice(6)) % 7)

  test('that is refused leaves nothing behind, and each of its values is received alone', async () => {
    const alone: string[] = []
    await inBatches(workspace, values, {
      laneOf,
      async all({ sql }, batch) {
        for (const value of batch) await write(sql as never, value)
        if (batch.includes('value 50')) await sql`select 1/0`
      },
      async alone(value) {
        alone.push(value)
        if (value !== 'value 50') await write(sql, value)
      },
    })
    assert.ok(alone.includes('value 50') && alone.length <= 50, `${alone.length}`)
    assert.deepEqual((await names()).sort(), values.filter((value) => value !== 'value 50').sort())
  })

  test('keeps the order of the values with the same key', async () => {
    const received: string[] = []
    const all = async (_: unknown, batch: readonly string[]) => void received.push(...batch)
    await inBatches(workspace, values, { laneOf, all, alone: async (value) => void received.push(value) })
    assert.equal(received.length, values.length)
    for (const key of '0123456') {
      const same = (list: string[]) => list.filter((value) => laneOf(value) === key)
      assert.deepEqual(same(received), same(values))
    }
  })

  test('fails if a value alone fails, after the other lanes have ended', async () => {
    const received = new Set<string>()
    const failing = inBatches(workspace, values, {
      laneOf,
      async all(_, batch) {
        if (batch.includes('value 0')) throw new Error('refused')
        for (const value of batch) received.add(value)
      },
      async alone() {
        throw new Error('The database is gone')
      },
    })
    await assert.rejects(failing, /The database is gone/)
    assert.ok(received.size >= 180, `${received.size}`)
  })

  test('of one value, or of none, needs no batch', async () => {
    const received: string[] = []
    const all = () => assert.fail('There is no batch')
    for (const some of [[], ['only']])
      await inBatches(workspace, some, { laneOf, all, alone: async (value) => void received.push(value) })
    assert.deepEqual(received, ['only'])
  })
})

test('a thousand messages in one callback are added in order, and a repeat adds none', async () => {
  const all = Array.from({ length: 1_000 }, (_, n) => wrote(numberOf(n % 100), text(`Line ${n}`)))
  const value = { contacts: all.flatMap((one) => one.contacts), messages: all.flatMap((one) => one.messages) }
  const answers = await Promise.all([postWebhook(value), postWebhook(value)])
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200],
  )
  const { conversations, total_count } = (await call('GET /conversations?per_page=150')).body
  assert.equal(total_count, 100)
  for (const { id, source } of conversations.slice(0, 10)) {
    const first = Number(/\d+/.exec(source.body)?.[0])
    const { body } = await call(`GET /conversations/${id}`)
    const said = body.conversation_parts.conversation_parts.map((part: { body: string }) => part.body)
    assert.deepEqual(
      said,
      Array.from({ length: 9 }, (_, n) => `<p>Line ${first + 100 * (n + 1)}</p>`),
    )
  }
})

test('one message that cannot be stored, among many, is listed; the others are added', async () => {
  const [first] = wrote(numberOf(0), text('Mine')).messages
  const all = Array.from({ length: 120 }, (_, n) =>
    n === 60
      ? wrote(numberOf(1), { type: 'revoke', revoke: { original_message_id: first?.id } })
      : wrote(numberOf(n), text(`Line ${n}`)),
  )
  assert.equal((await postWebhook({ contacts: [], messages: [first] })).status, 200)
  const messages = all.flatMap((one) => one.messages)
  assert.equal((await postWebhook({ contacts: [], messages })).status, 200)
  const { data } = (await call('GET /extensions/inbound')).body
  assert.deepEqual(
    data.map(({ reason }: { reason: string }) => reason),
    ['refused'],
  )
  assert.match(data[0].explanation, /could not be stored\. \w+/)
  const rows = await sql`select from received_messages where workspace_id = ${workspace.id}`
  assert.equal(rows.count, 120)
})

test('callbacks at the same moment with the same people in another order do not wait for each other in a circle', async () => {
  const all = Array.from({ length: 100 }, (_, n) => wrote(numberOf(n), text(`One ${n}`)).messages).flat()
  const others = Array.from({ length: 100 }, (_, n) => wrote(numberOf(99 - n), text(`Two ${n}`)).messages).flat()
  const answers = await Promise.all(
    [all, others, all, others].map((messages) => postWebhook({ contacts: [], messages })),
  )
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200],
  )
  assert.equal((await call('GET /conversations')).body.total_count, 100)
  assert.equal((await call('GET /contacts')).body.total_count, 100)
})

test('a thousand statuses in one callback are applied in order, with odd ones among them', async () => {
  const contact_ids = await Promise.all(
    Array.from({ length: 20 }, (_, n) => aContact(workspace, { formatted_phone: `+${numberOf(n)}` })),
  )
  const id = await send(contact_ids)
  const sent = await eventually(
    () => w.deliveriesOf(id),
    (all) => all.every(({ status }) => status === 'sent'),
  )
  const timestamp = String(Math.floor(Date.now() / 1000))
  const steps = ['sent', 'delivered', 'read', 'delivered', 'sent']
  const statuses = Array.from({ length: 1_000 }, (_, n) => ({
    ...{ id: sent[n % 20]?.provider_id, status: steps[Math.floor(n / 20) % steps.length], timestamp },
  }))
  const odd = [null, 7, {}, { id: 'wamid.x', status: 'read' }, { id: 'wamid.unknown', status: 'read', timestamp }]
  assert.equal((await postWebhook({ statuses: [...odd, ...statuses, ...odd] })).status, 200)
  const { data } = (await call('GET /extensions/deliveries?per_page=150')).body
  assert.equal(data.length, 20)
  for (const { status, history } of data) {
    const reports = history.filter(({ event }: { event: string }) => event === 'report')
    assert.deepEqual([status, reports.map((one: { status: string }) => one.status)], ['read', ['delivered', 'read']])
  }
})
