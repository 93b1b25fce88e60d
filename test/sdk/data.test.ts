// The official SDK on custom objects, which release 6 does not have, on phone switches, and on the IP allowlist.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IntercomClient } from 'intercom-client'
import { failing, SDKS } from './clients.ts'
import { listeningServer } from './server.ts'

const server = await listeningServer()
const { token } = server.created
const client = new IntercomClient({ token, baseUrl: server.url })
const fails = failing(SDKS[0].errors)

const OF_TYPE = { custom_object_type_identifier: 'Order' }
await server.call('POST /extensions/custom_object_types', {
  identifier: 'Order',
  attributes: [{ name: 'number', data_type: 'string' }],
  relations: [{ from: 'contact', attribute: 'order' }],
})

test('an unknown type or instance of custom objects is an error of the SDK', async () => {
  const { customObjectInstances: orders } = client
  const unknown = { custom_object_type_identifier: 'Unknown', external_id: '1' }
  await fails(() => orders.createCustomObjectInstances(unknown), 404, /type `Unknown` not found/)
  await fails(
    () => orders.getCustomObjectInstancesById({ ...OF_TYPE, custom_object_instance_id: '9' }),
    404,
    /instance not found/,
  )
})

test('custom objects are created, found, referred to and deleted', async () => {
  const { customObjectInstances: orders } = client
  const custom_attributes = { number: 'A-1' }
  const created = await orders.createCustomObjectInstances({ ...OF_TYPE, external_id: 'a/1', custom_attributes })
  const id = created?.id as string
  assert.deepEqual([created?.type, created?.custom_attributes], ['Order', custom_attributes])
  assert.equal((await orders.getCustomObjectInstancesByExternalId({ ...OF_TYPE, external_id: 'a/1' }))?.id, id)
  const by_id = await orders.getCustomObjectInstancesById({ ...OF_TYPE, custom_object_instance_id: 'a/1' })
  assert.deepEqual(by_id, created)
  const contact = await client.contacts.create({ external_id: '1', custom_attributes: { order: [id] } as never })
  assert.deepEqual((contact as { custom_attributes: object }).custom_attributes, {
    order: { type: 'order.list', instances: [created] },
  })
  const deleted = await orders.deleteCustomObjectInstancesByExternalId({ ...OF_TYPE, custom_object_instance_id: id })
  assert.deepEqual([deleted.object, deleted.deleted], ['Order', true])
  await fails(
    () => orders.deleteCustomObjectInstancesById({ ...OF_TYPE, external_id: 'a/1' }),
    404,
    /Custom object instance not found/,
  )
})

for (const { release, client: clientOf, errors } of SDKS) {
  const client = clientOf({ token, baseUrl: server.url })

  test(`release ${release}: a caller gets a link to the messenger`, async () => {
    const redirects = client.phoneCallRedirects
    const sent = await redirects.create({ phone: '+353 83 234 5678' })
    assert.deepEqual([sent?.type, sent?.phone], ['phone_call_redirect', '+353832345678'])
    await failing(errors)(() => redirects.create({ phone: '1' }), 400, /invalid_phone_number/)
  })
}

test('the IP allowlist is shown, and changed unless that would lock the caller out', async () => {
  const { ipAllowlist } = client
  await fails(
    () => ipAllowlist.updateIpAllowlist({ enabled: true, ip_allowlist: ['192.0.2.1'] }),
    422,
    /Your IP \(127\.0\.0\.1\) is not on the allowlist/,
  )
  const list = ['127.0.0.1', '::1']
  const saved = await ipAllowlist.updateIpAllowlist({ enabled: true, ip_allowlist: list })
  assert.deepEqual([saved.type, saved.enabled, saved.ip_allowlist], ['ip_allowlist', true, list])
  assert.deepEqual(await ipAllowlist.getIpAllowlist(), saved)
  await ipAllowlist.updateIpAllowlist({ enabled: false })
})
