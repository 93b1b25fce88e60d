// The official SDK on ticket types, their attributes, and states.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failing, isRelease7, SDKS } from './clients.ts'
import { listeningServer } from './server.ts'

const server = await listeningServer()

for (const { release, client: clientOf, errors } of SDKS) {
  const client = clientOf({ token: server.created.token, baseUrl: server.url })

  test(`release ${release}: an error has its status and its text`, async () => {
    const fails = failing(errors)
    await fails(() => client.ticketTypes.get({ ticket_type_id: '999999' }), 404, /Resource Not Found/)
    await fails(() => client.ticketTypes.create({ name: ' ' }), 400, /name/)
  })

  test(`release ${release}: a type is created, gets an attribute, and is changed and listed`, async () => {
    const created = await client.ticketTypes.create({ name: `Bug ${release}`, category: 'Back-office' })
    assert.ok(created)
    assert.deepEqual([created.type, created.category, created.archived], ['ticket_type', 'Back-office', false])
    const ticket_type_id = created.id as string
    const priority = await client.ticketTypes.attributes.create({
      ...{ ticket_type_id, name: 'Priority', description: 'How urgent it is', data_type: 'list' },
      list_items: 'Low,High',
    })
    assert.ok(priority)
    assert.deepEqual([priority.data_type, priority.order], ['list', 2])
    const required = await client.ticketTypes.attributes.update({
      ...{ ticket_type_id, attribute_id: priority.id as string, required_to_create: true },
    })
    assert.equal(required?.required_to_create, true)
    const changed = await client.ticketTypes.update({ ticket_type_id, name: `Fault ${release}`, archived: true })
    assert.deepEqual([changed?.name, changed?.archived], [`Fault ${release}`, true])
    const shown = await client.ticketTypes.get({ ticket_type_id })
    assert.deepEqual(
      shown?.ticket_type_attributes?.ticket_type_attributes?.map((attribute) => attribute?.name),
      ['_default_title_', '_default_description_', 'Priority'],
    )
    const list = await client.ticketTypes.list()
    const types = isRelease7(client)
      ? (list as { data?: unknown[] }).data
      : (list as { ticket_types?: unknown[] }).ticket_types
    assert.ok(types?.some((type) => (type as { id?: string } | undefined)?.id === ticket_type_id))
  })
}

test('release 7: the states are listed with their types', async () => {
  const client = SDKS[0].client({ token: server.created.token, baseUrl: server.url })
  const states = await client.ticketStates.listTicketStates()
  assert.deepEqual(
    states.data?.map((state) => [state?.category, state?.external_label]),
    [
      ['submitted', 'Submitted'],
      ['in_progress', 'In progress'],
      ['waiting_on_customer', 'Waiting on you'],
      ['resolved', 'Resolved'],
    ],
  )
  assert.ok((states.data?.[0]?.ticket_types?.data?.length ?? 0) > 0)
})
