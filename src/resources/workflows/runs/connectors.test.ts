// The step that runs a data connector, with a real peer.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { NEARBY, SECRET, testApp } from '../../../../test/app.ts'
import { runConnectors } from './connectors.ts'

const t = await testApp()
const { sql } = t.database
let asked = 0
let status = 200
const peer = createServer((_request, response) => {
  asked++
  response.writeHead(status, { 'content-type': 'application/json' }).end('{"ok":true}')
})
peer.listen(0, '127.0.0.1')
await once(peer, 'listening')
after(() => peer.close())
const url = `http://127.0.0.1:${(peer.address() as AddressInfo).port}/orders`

const log = { warn: (about: object) => assert.fail(JSON.stringify(about)) } as never
const work = () => runConnectors({ sql, log, secret: SECRET, egress: NEARBY })

const { body: connector } = await t.call('POST /data_connectors', { name: 'Orders', url })
assert.equal((await t.call(`PATCH /data_connectors/${connector.id}`, { state: 'live' })).status, 200)
const note = (body: string) => ({ type: 'note', body })
const { body: workflow } = await t.call('POST /extensions/workflows', {
  ...{ title: 'Look up', state: 'live', trigger: { type: 'api' } },
  steps: [{ type: 'run_connector', connector_id: connector.id, otherwise: [note('failed')] }, note('after')],
})
const { body: contact } = await t.call('POST /contacts', { role: 'user', external_id: 'anna' })

async function begin() {
  const { body } = await t.call('POST /conversations', { from: { type: 'user', id: contact.id }, body: 'Hi' })
  const run = await t.call(`POST /extensions/workflows/${workflow.id}/runs`, { conversation_id: body.conversation_id })
  assert.deepEqual([run.status, run.body.waits_for], [200, 'connector'], run.text)
  return body.conversation_id as string
}
const partsOf = async (id: string) =>
  (await t.call(`GET /conversations/${id}`)).body.conversation_parts.conversation_parts.map(
    ({ part_type, event_details, body }: { part_type: string; event_details: object | null; body: string | null }) => [
      part_type,
      event_details ?? body,
    ],
  )
const action = (result: string) => [
  ['custom_action_started', { action: { name: 'Orders' } }],
  ['custom_action_finished', { action: { name: 'Orders', result } }],
]

test('a connector that fails leads to the steps for that', async () => {
  status = 500
  const id = await begin()
  await work()
  status = 200
  assert.deepEqual(await partsOf(id), [...action('failed'), ['note', '<p>failed</p>'], ['note', '<p>after</p>']])
})

test('several processes at once execute a connector once', async () => {
  const id = await begin()
  const before = asked
  await Promise.all([work(), work(), work()])
  assert.equal(asked, before + 1)
  assert.deepEqual(await partsOf(id), [...action('success'), ['note', '<p>after</p>']])
  const { body } = await t.call(`GET /data_connectors/${connector.id}/execution_results`)
  assert.deepEqual([body.data[0].source_type, body.data[0].source_id], ['workflow', workflow.id])
})

test('after a crash in the middle the connector is executed again, and the run goes on once', async () => {
  const id = await begin()
  await sql`update workflow_runs set until = now() + interval '1 minute' where conversation_id = ${id}`
  await work()
  assert.equal((await partsOf(id)).length, 1)
  await sql`update workflow_runs set until = now() where conversation_id = ${id}`
  await work()
  await work()
  assert.deepEqual(await partsOf(id), [...action('success'), ['note', '<p>after</p>']])
})
