// Tickets that a job creates: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { aContact, eventually } from '../../../../test/factories.ts'
import { startJobs } from '../../../../test/jobs.ts'
import { refusal, ticketsBy } from '../../../../test/tickets.ts'
import { ticketJob } from './create.ts'

const t = await testApp({ public_url: 'https://x' })
const { call, workspace } = t
const { sql } = t.database
const { admin_id } = t.created
const anna = await aContact(workspace, { name: 'Anna', email: 'anna@example.org' })
const { ok, aType, anAttribute, aConversation, show } = ticketsBy(call, anna)
const customer = await aType('Customer')
const tracker = await aType('Tracker')
const strict = await aType('Customer')
await anAttribute(strict, { name: 'Order', data_type: 'integer', required_to_create: true })
await anAttribute(customer, { name: 'Photo', data_type: 'files' })

const own = { ticket_type_id: customer.id, contacts: [{ id: anna }] }
const conversation = await aConversation()
const enqueue = (body: object = {}) => ok('POST /tickets/enqueue', { ...own, ...body })
const status = (id: string) => ok(`GET /jobs/status/${id}`)
const taskOf = async (job_id: string) => {
  const [task] = await sql<{ id: string }[]>`select id from job_tasks where job_id = ${job_id}`
  return { workspace_id: workspace.id, admin_id, task_id: task!.id, public_url: 'https://x' }
}
const run = async (job: { id: string }) => ticketJob.run({ sql }, await taskOf(job.id))
const countTickets = async () =>
  (await sql`select from conversations where workspace_id = ${workspace.id} and ticket_type_id is not null`).count

describe('a job is refused, and not stored,', () => {
  for (const [what, body, expected] of [
    ['without a type', { ...own, ticket_type_id: undefined }, [400, 'parameter_not_found']],
    ['for an unknown type', { ...own, ticket_type_id: '999999' }, [404, 'not_found']],
    ['without contacts', { ...own, contacts: [] }, [400, 'parameter_invalid']],
    ['for an unknown contact', { ...own, contacts: [{ id: 'x' }] }, [404, 'not_found']],
    ['for what is no email', { ...own, contacts: [{ email: 'x' }] }, [400, 'parameter_invalid']],
    ['without a required attribute', { ...own, ticket_type_id: strict.id }, [400, 'parameter_invalid']],
    ['with an unknown attribute', { ...own, ticket_attributes: { Colour: 1 } }, [400, 'parameter_invalid']],
    ['for an unknown company', { ...own, company_id: 'x' }, [404, 'company_not_found']],
    ['for an empty company', { ...own, company_id: '' }, [404, 'company_not_found']],
    ['for an unknown assignee', { ...own, assignment: { admin_assignee_id: '1' } }, [404, 'assignee_not_found']],
    [
      'for an unknown conversation',
      { ...own, ticket_type_id: tracker.id, conversation_to_link_id: '999999' },
      [404, 'conversation_not_found'],
    ],
    [
      'for an empty conversation',
      { ...own, ticket_type_id: tracker.id, conversation_to_link_id: '' },
      [404, 'conversation_not_found'],
    ],
    [
      'for a conversation that it cannot be linked to',
      { ...own, conversation_to_link_id: conversation },
      [400, 'parameter_invalid'],
    ],
  ] as const)
    test(what, async () => {
      const count = () => sql`select from jobs`
      const before = (await count()).count
      assert.deepEqual(refusal(await call('POST /tickets/enqueue', body)).slice(0, 2), expected)
      assert.equal((await count()).count, before)
    })

  test('before 2.14', async () => {
    const answer = await call('POST /tickets/enqueue', own, { version: '2.13' })
    assert.equal(answer.body.errors[0].code, 'intercom_version_invalid')
  })
})

test('the status of an unknown job is a 404, and so is that of another kind by the other form of its id', async () => {
  const job = await enqueue()
  for (const id of ['999999', 'x', `job_v2_${job.id}`])
    assert.deepEqual(refusal(await call(`GET /jobs/status/${id}`)), [404, 'job_not_found', 'Job Not Found'])
  const bulk = (await call('POST /contacts/bulk', { contacts: [{ role: 'lead' }] })).body
  assert.equal((await call(`GET /jobs/status/${bulk.id.replace('job_v2_', '')}`)).status, 404)
  assert.equal((await call(`GET /contacts/bulk/job_v2_${job.id}`)).status, 404)
})

describe('a job', () => {
  test('is pending until it has created the ticket; then it names it, and job.completed is emitted', async () => {
    await sql`update workspaces set listened_topics = '{job.completed}' where id = ${workspace.id}`
    const conversation = await aConversation()
    const job = await enqueue({
      ...{ ticket_type_id: tracker.id, conversation_to_link_id: conversation, created_at: 1_700_000_000 },
      ...{ assignment: { admin_assignee_id: admin_id }, ticket_attributes: { _default_title_: 'Later' } },
    })
    const pending = {
      ...{ type: 'job', id: job.id, url: `https://x/jobs/status/${job.id}`, status: 'pending' },
      ...{ resource_type: 'ticket', resource_id: null, resource_url: null },
    }
    assert.deepEqual([job, await status(job.id)], [pending, pending])
    assert.match(job.id, /^\d+$/)
    await run(job)
    const done = await status(job.id)
    const { resource_id } = done
    assert.deepEqual(done, {
      ...pending,
      status: 'success',
      resource_id,
      resource_url: `https://x/tickets/${resource_id}`,
    })
    const ticket = await show(resource_id)
    assert.deepEqual(
      [
        ticket.ticket_attributes._default_title_,
        ticket.created_at,
        ticket.admin_assignee_id,
        ticket.linked_objects.data[0].id,
      ],
      ['Later', 1_700_000_000, Number(admin_id), conversation],
    )
    const events = await sql`select snapshot from events where topic = 'job.completed' and object_id = ${job.id}`
    assert.deepEqual(
      events.map(({ snapshot }) => snapshot),
      [done],
    )
  })

  test('keeps the files of attributes, and creates the contact of a new email', async () => {
    const file = { name: 'a.png', content_type: 'image/png', data: Buffer.from('a').toString('base64') }
    const job = await enqueue({ contacts: [{ email: 'later@example.org' }], ticket_attributes: { Photo: [file] } })
    await run(job)
    const ticket = await show((await status(job.id)).resource_id)
    const [{ url, name }] = ticket.ticket_attributes.Photo
    assert.equal(name, 'a.png')
    assert.equal((await call(`GET ${url.slice(url.indexOf('/attachments/'))}`)).text, 'a')
    assert.equal((await ok(`GET /contacts/${ticket.contacts.contacts[0].id}`)).email, 'later@example.org')
  })

  test('fails if the ticket is refused by then, says why, and keeps no file', async () => {
    const type = await aType('Customer')
    await anAttribute(type, { name: 'Log', data_type: 'files' })
    const file = { name: 'log.txt', data: Buffer.from('log').toString('base64') }
    const job = await enqueue({ ticket_type_id: type.id, ticket_attributes: { Log: [file] } })
    assert.equal((await sql`select from attachments where name = 'log.txt'`).count, 1)
    await ok(`PUT /ticket_types/${type.id}`, { archived: true })
    await run(job)
    const { status: state, resource_id, resource_url } = await status(job.id)
    assert.deepEqual([state, resource_id, resource_url], ['failed', null, null])
    const { data } = await ok(`GET /extensions/jobs/${job.id}/errors`)
    assert.equal(data[0].message, 'The ticket type is archived')
    assert.equal((await sql`select from attachments where name = 'log.txt'`).count, 0)
  })

  test('that several workers run at once, and again, creates one ticket', async () => {
    const before = await countTickets()
    const job = await enqueue()
    await Promise.all([run(job), run(job), run(job), run(job)])
    await run(job)
    assert.equal(await countTickets(), before + 1)
    assert.equal(
      (
        await sql`select from events where topic = 'ticket.created' and object_id = ${(await status(job.id)).resource_id}`
      ).count,
      1,
    )
  })

  test('whose worker is stopped in the middle creates one ticket', async () => {
    const titled = { ticket_attributes: { _default_title_: 'Restarted' } }
    const first = startJobs(sql)
    const jobs = await Promise.all(Array.from({ length: 5 }, () => enqueue(titled)))
    await first()
    startJobs(sql)
    for (const { id } of jobs)
      await eventually(
        () => status(id),
        ({ status: state }) => state === 'success',
        30_000,
      )
    assert.equal((await sql`select from ticket_texts where title = 'restarted'`).count, 5)
  })
})
