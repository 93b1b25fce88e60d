// The official SDK on tickets.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isRelease7, SDKS } from './clients.ts'
import { listeningServer } from './server.ts'

const server = await listeningServer()
const { admin_id } = server.created

for (const { release, client: clientOf, errors } of SDKS) {
  const client = clientOf({ token: server.created.token, baseUrl: server.url })

  const aContact = async () => (await client.contacts.create({ role: 'lead', name: 'Ann' })).id as string
  const aType = async (category: 'Customer' | 'Back-office' | 'Tracker') => {
    const type = await client.ticketTypes.create({ name: `${category} ${release}`, category })
    return type?.id as string
  }

  test(`release ${release}: an error has its status and its text`, async () => {
    await assert.rejects(
      async () => client.tickets.get({ ticket_id: '999999' }),
      (error) => error instanceof errors.IntercomError && error.statusCode === 404,
    )
  })

  test(`release ${release}: a ticket is created, changed, answered, found and tagged`, async () => {
    const [ticket_type_id, contact_id] = [await aType('Customer'), await aContact()]
    const created = await client.tickets.create({
      ticket_type_id,
      contacts: [{ id: contact_id }],
      skip_notifications: true,
    })
    assert.ok(created)
    const ticket_id = created.id as string
    assert.deepEqual(
      [created.type, created.category, created.open, created.is_shared],
      ['ticket', 'Customer', true, true],
    )
    const changed = await client.tickets.update({
      ...{ ticket_id, ticket_attributes: { _default_title_: 'Changed' } },
      ...(isRelease7(client) ? { admin_id: Number(admin_id), assignee_id: admin_id } : {}),
    } as Parameters<typeof client.tickets.update>[0])
    assert.equal(changed?.ticket_attributes?.['_default_title_'], 'Changed')
    const reply = await client.tickets.reply({
      ticket_id,
      body: { message_type: 'comment', type: 'admin', admin_id, body: 'Soon' },
    })
    assert.deepEqual([reply?.part_type, reply?.body], ['comment', '<p>Soon</p>'])
    const shown = await client.tickets.get({ ticket_id })
    assert.ok((shown?.ticket_parts?.total_count ?? 0) >= 3)
    const page = await client.tickets.search({ query: { field: 'title', operator: '=', value: 'Changed' } })
    assert.ok(page.data.some((ticket) => ticket?.id === ticket_id))
    const tag = await client.tags.create({ name: `Hot ${release}` })
    assert.equal((await client.tags.tagTicket({ ticket_id, id: tag.id as string, admin_id })).name, `Hot ${release}`)
    assert.equal((await client.tags.untagTicket({ ticket_id, tag_id: tag.id as string, admin_id })).id, tag.id)
  })

  test(`release ${release}: a conversation becomes a ticket`, async () => {
    const ticket_type_id = await aType('Customer')
    const { conversation_id } = await client.conversations.create({
      from: { type: 'user', id: await aContact() },
      body: 'Hello',
    })
    const ticket = await client.conversations.convertToTicket({
      conversation_id: Number(conversation_id) as never,
      ticket_type_id,
    })
    assert.equal(ticket?.id, conversation_id)
  })

  if (isRelease7(client))
    test(`release ${release}: a ticket is created by a job, and one is deleted`, async () => {
      const own = { ticket_type_id: await aType('Customer'), contacts: [{ id: await aContact() }] }
      const job = await client.tickets.enqueueCreateTicket(own)
      assert.deepEqual([job.type, job.status, job.resource_type], ['job', 'pending', 'ticket'])
      assert.equal((await client.jobs.status({ job_id: job.id as string })).id, job.id)
      const created = await client.tickets.create(own)
      const deleted = await client.tickets.deleteTicket({ ticket_id: created?.id as string })
      assert.deepEqual([deleted.object, deleted.deleted], ['ticket', true])
    })
}
