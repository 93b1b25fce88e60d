// Tickets are created, shown and deleted: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact } from '../../../test/factories.ts'
import { partTypes, refusal, stateOf, ticketsBy } from '../../../test/tickets.ts'

const t = await testApp()
const { call, workspace } = t
const { sql } = workspace
const { admin_id } = t.created
const anna = await aContact(workspace, { name: 'Anna', email: 'anna@example.org', external_id: 'a-1' })
const { ok, aType, anAttribute, aTicket, aConversation, show } = ticketsBy(call, anna)
const customer = await aType('Customer')
const internal = await aType('Back-office')
const tracker = await aType('Tracker')
const archived = await aType('Customer')
await ok(`PUT /ticket_types/${archived.id}`, { archived: true })
const strict = await aType('Customer')
await anAttribute(strict, { name: 'Order', data_type: 'integer', required_to_create: true })
const team = await ok('POST /extensions/teams', { name: 'Support', admin_ids: [admin_id] })

const NOT_FOUND = [404, 'not_found', 'Resource Not Found']
const NO_TICKET = [404, 'ticket_not_found', 'Ticket not found']
const NO_ASSIGNEE = [404, 'assignee_not_found', 'Assignee not found']
const ONE_CONTACT = [400, 'parameter_invalid', 'contacts must have exactly one contact']

test('every operation needs a token', async () => {
  for (const route of [
    ...['POST /tickets', 'GET /tickets/1', 'PUT /tickets/1', 'DELETE /tickets/1', 'POST /tickets/1/reply'],
    ...['POST /tickets/search', 'POST /tickets/1/change_type', 'POST /conversations/1/convert'],
    ...['POST /tickets/1/linked_conversations', 'DELETE /tickets/1/linked_conversations/1', 'POST /tickets/1/tags'],
    ...['DELETE /tickets/1/tags/1', 'POST /tickets/enqueue'],
  ]) {
    const answer = await call(route, route.startsWith('GET') ? undefined : {}, { token: null })
    assert.deepEqual(refusal(answer), [401, 'unauthorized', 'Access Token Invalid'], route)
  }
})

describe('creating a ticket', () => {
  const own = { ticket_type_id: customer.id, contacts: [{ id: anna }] }
  for (const [what, body, expected] of [
    ['no type', { contacts: [{ id: anna }] }, [400, 'parameter_not_found', 'ticket_type_id is required']],
    ['no contacts', { ticket_type_id: customer.id }, [400, 'parameter_not_found', 'contacts is required']],
    ['an unknown type', { ...own, ticket_type_id: '999999' }, NOT_FOUND],
    ['a type that is no number', { ...own, ticket_type_id: 'x' }, NOT_FOUND],
    [
      'an archived type',
      { ...own, ticket_type_id: archived.id },
      [400, 'parameter_invalid', 'The ticket type is archived'],
    ],
    ['an empty list of contacts', { ...own, contacts: [] }, ONE_CONTACT],
    ['two contacts', { ...own, contacts: [{ id: anna }, { id: anna }] }, ONE_CONTACT],
    [
      'a contact without a name',
      { ...own, contacts: [{}] },
      [400, 'parameter_not_found', 'A contact is required: its id, user_id or email'],
    ],
    ['an unknown contact', { ...own, contacts: [{ id: 'x' }] }, [404, 'not_found', 'User Not Found']],
    ['an unknown external id', { ...own, contacts: [{ external_id: 'x' }] }, [404, 'not_found', 'User Not Found']],
    [
      'an email that is none',
      { ...own, contacts: [{ email: 'x' }] },
      [400, 'parameter_invalid', 'contacts.0.email must be an email address'],
    ],
    ['an unknown company', { ...own, company_id: 'x' }, [404, 'company_not_found', 'Company Not Found']],
    ['an empty company', { ...own, company_id: '' }, [404, 'company_not_found', 'Company Not Found']],
    ['an unknown admin', { ...own, assignment: { admin_assignee_id: '1' } }, NO_ASSIGNEE],
    ['an admin as the team', { ...own, assignment: { team_assignee_id: admin_id } }, NO_ASSIGNEE],
    [
      'an unknown attribute',
      { ...own, ticket_attributes: { Priority: 1 } },
      [400, 'parameter_invalid', 'Extra attributes provided that are not found on ticket type: Priority'],
    ],
    [
      'no required attribute',
      { ...own, ticket_type_id: strict.id },
      [400, 'parameter_invalid', 'Missing required ticket attributes'],
    ],
    [
      'an unknown conversation',
      { ...own, ticket_type_id: tracker.id, conversation_to_link_id: '999999' },
      [404, 'conversation_not_found', 'Conversation not found'],
    ],
    [
      'an empty conversation',
      { ...own, ticket_type_id: tracker.id, conversation_to_link_id: '' },
      [404, 'conversation_not_found', 'Conversation not found'],
    ],
  ] as const)
    test(`is refused for ${what}`, async () => {
      assert.deepEqual(refusal(await call('POST /tickets', body)), expected)
    })

  test('a wrong type of a field is a 400 that names it', async () => {
    for (const [field, value] of Object.entries({
      ...{ ticket_type_id: [], contacts: 'x', ticket_attributes: [], company_id: {}, created_at: 'soon' },
      ...{ assignment: 'x', skip_notifications: 'perhaps', conversation_to_link_id: [] },
    })) {
      const [status, , message] = refusal(await call('POST /tickets', { ...own, [field]: value }))
      assert.equal(status, 400, field)
      assert.match(message, new RegExp(`^${field}`))
    }
  })

  test('several users with the email are a 409', async () => {
    for (const external_id of ['t-1', 't-2']) await aContact(workspace, { email: 'twin@example.org', external_id })
    assert.equal((await call('POST /tickets', { ...own, contacts: [{ email: 'twin@example.org' }] })).status, 409)
  })

  test('a refused one leaves no contact and takes no number', async () => {
    const first = await aTicket(customer)
    const contacts = [{ email: 'nobody@example.org' }]
    const body = { ...own, contacts, ticket_type_id: internal.id, conversation_to_link_id: '999999' }
    assert.equal((await call('POST /tickets', body)).status, 404)
    assert.equal((await sql`select from contacts where email = 'nobody@example.org'`).count, 0)
    assert.equal(Number((await aTicket(customer)).ticket_id), Number(first.ticket_id) + 1)
  })

  test('answers the ticket, with the part of its first state', async () => {
    const ticket_attributes = { _default_title_: 'Broken', _default_description_: 'It does not start' }
    const ticket = await aTicket(customer, { ticket_attributes })
    assert.deepEqual(await show(ticket.id), ticket)
    const { type, category, open, is_shared, admin_assignee_id, team_assignee_id, previous_ticket_state_id } = ticket
    assert.deepEqual(
      { type, category, open, is_shared, admin_assignee_id, team_assignee_id, previous_ticket_state_id },
      {
        ...{ type: 'ticket', category: 'Customer', open: true, is_shared: true },
        ...{ admin_assignee_id: 0, team_assignee_id: 0, previous_ticket_state_id: null },
      },
    )
    assert.deepEqual(ticket.ticket_attributes, ticket_attributes)
    assert.deepEqual(ticket.contacts.contacts, [{ type: 'contact', id: anna, external_id: 'a-1' }])
    assert.equal(ticket.ticket_state.id, stateOf(customer, 'submitted'))
    assert.deepEqual([ticket.ticket_type.id, ticket.linked_objects.total_count], [customer.id, 0])
    const [part] = ticket.ticket_parts.ticket_parts
    const { id, created_at, updated_at, author, ...rest } = part
    assert.deepEqual([author.type, ticket.ticket_parts.total_count], ['bot', 1])
    assert.deepEqual(rest, {
      ...{ type: 'ticket_part', part_type: 'ticket_state_updated_by_admin', attachments: [], redacted: false },
      ...{ ticket_state: 'submitted', previous_ticket_state: 'submitted' },
    })
    assert.deepEqual(await topicsOf(workspace, ticket.id), ['ticket.created', 'ticket.state.updated'])
  })

  test('only those for customers are shared', async () => {
    assert.equal((await aTicket(internal)).is_shared, false)
    assert.equal((await aTicket(tracker)).is_shared, false)
  })

  test('an email that no contact has becomes a lead; one that a contact has is the contact', async () => {
    const ticket = await aTicket(customer, { contacts: [{ email: 'new@example.org' }] })
    const { id } = ticket.contacts.contacts[0]
    const lead = await ok(`GET /contacts/${id}`)
    assert.deepEqual([lead.role, lead.email], ['lead', 'new@example.org'])
    const again = await aTicket(customer, { contacts: [{ email: 'NEW@example.org' }] })
    assert.equal(again.contacts.contacts[0].id, id)
    const by_external_id = await aTicket(customer, { contacts: [{ external_id: 'a-1' }] })
    assert.equal(by_external_id.contacts.contacts[0].id, anna)
  })

  test('can be dated, assigned, and about a company', async () => {
    const company = await ok('POST /companies', { company_id: 'acme', name: 'Acme' })
    const ticket = await aTicket(customer, {
      ...{ created_at: 1_700_000_000, company_id: company.id },
      assignment: { admin_assignee_id: admin_id, team_assignee_id: team.id },
    })
    assert.equal(ticket.created_at, 1_700_000_000)
    assert.deepEqual([ticket.admin_assignee_id, ticket.team_assignee_id], [Number(admin_id), Number(team.id)])
    assert.deepEqual(partTypes(ticket), ['ticket_state_updated_by_admin', 'assignment', 'assignment'])
    assert.deepEqual((await topicsOf(workspace, ticket.id)).slice(2), ['ticket.admin.assigned', 'ticket.team.assigned'])
    assert.equal((await ok(`GET /conversations/${ticket.id}`)).company.id, company.id)
  })

  test('of a team that distributes goes to a member', async () => {
    const turns = await ok('POST /extensions/teams', {
      ...{ name: 'Turns', admin_ids: [admin_id], distribution_method: 'round_robin' },
    })
    const ticket = await aTicket(customer, { assignment: { team_assignee_id: turns.id } })
    assert.equal(ticket.admin_assignee_id, Number(admin_id))
    assert.deepEqual(partTypes(ticket).slice(1), ['assignment', 'default_assignment'])
  })

  test('ten at once get ten numbers in a row', async () => {
    const made = await Promise.all(Array.from({ length: 10 }, () => aTicket(customer)))
    const numbers = made.map(({ ticket_id }) => Number(ticket_id)).sort((a, b) => a - b)
    assert.deepEqual(
      numbers,
      numbers.map((_, n) => numbers[0]! + n),
    )
  })

  test('ten at once for a new email get one contact', async () => {
    const contacts = [{ email: 'race@example.org' }]
    const made = await Promise.all(Array.from({ length: 10 }, () => aTicket(customer, { contacts })))
    assert.equal(new Set(made.map((ticket) => ticket.contacts.contacts[0].id)).size, 1)
  })
})

describe('what is no ticket', () => {
  test('is a 404, as Intercom words it', async () => {
    const conversation = await aConversation()
    const theirs = await t.another()
    const them = ticketsBy(theirs.call, await aContact(theirs.workspace))
    const { id: another } = await them.aTicket(await them.aType('Customer'))
    for (const id of ['999999', 'none', '99999999999999999999', conversation, another]) {
      assert.deepEqual(refusal(await call(`GET /tickets/${id}`)), NOT_FOUND)
      assert.deepEqual(refusal(await call(`PUT /tickets/${id}`, { open: false })), NOT_FOUND)
      const reply = { message_type: 'comment', type: 'admin', admin_id, body: 'x' }
      assert.deepEqual(refusal(await call(`POST /tickets/${id}/reply`, reply)), NOT_FOUND)
      assert.deepEqual(refusal(await call(`DELETE /tickets/${id}`)), NO_TICKET)
    }
    assert.equal((await call(`GET /conversations/${conversation}`)).status, 200)
  })
})

describe('deleting a ticket', () => {
  test('removes it, with its links, for good', async () => {
    const linked = await aConversation()
    const { id } = await aTicket(tracker, { conversation_to_link_id: linked })
    assert.deepEqual(await ok(`DELETE /tickets/${id}`), { id, object: 'ticket', deleted: true })
    assert.deepEqual(refusal(await call(`DELETE /tickets/${id}`)), NO_TICKET)
    assert.equal((await ok(`GET /conversations/${linked}`)).linked_objects.total_count, 0)
    assert.equal(
      (await sql`select from ticket_links where workspace_id = ${workspace.id} and ticket_id = ${id}`).count,
      0,
    )
  })
})

describe('tags of a ticket', () => {
  test('are refused for what does not exist', async () => {
    const { id: tag } = await ok('POST /tags', { name: 'Urgent' })
    const { id } = await aTicket(customer)
    for (const [route, body, expected] of [
      [`POST /tickets/${id}/tags`, { id: tag }, [400, 'parameter_not_found', 'admin_id is required']],
      [`POST /tickets/${id}/tags`, { id: tag, admin_id: '1' }, [404, 'admin_not_found', 'Admin not found']],
      [`POST /tickets/${id}/tags`, { id: '999', admin_id }, [404, 'tag_not_found', 'Tag not found']],
      [`POST /tickets/${await aConversation()}/tags`, { id: tag, admin_id }, NO_TICKET],
      ['POST /tickets/none/tags', { id: tag, admin_id }, NO_TICKET],
      [`DELETE /tickets/none/tags/${tag}`, { admin_id }, NO_TICKET],
      [`DELETE /tickets/${id}/tags/999`, { admin_id }, [404, 'tag_not_found', 'Tag not found']],
    ] as const)
      assert.deepEqual(refusal(await call(route, body)), expected, route)
  })

  test('are those of its conversation, and survive a conversion', async () => {
    const { id: tag } = await ok('POST /tags', { name: 'Kept' })
    const id = await aConversation()
    await ok(`POST /conversations/${id}/tags`, { id: tag, admin_id })
    await ok(`POST /conversations/${id}/convert`, { ticket_type_id: customer.id })
    const tags = async () => (await ok(`GET /conversations/${id}`)).tags.tags.map(({ name }: { name: string }) => name)
    assert.deepEqual(await tags(), ['Kept'])
    assert.equal((await ok(`DELETE /tickets/${id}/tags/${tag}`, { admin_id })).id, tag)
    assert.deepEqual(await tags(), [])
    const applied = await ok(`POST /tickets/${id}/tags`, { id: tag, admin_id })
    assert.deepEqual([applied.name, applied.applied_by.id], ['Kept', admin_id])
    assert.ok(!(await topicsOf(workspace, id)).slice(-1).includes('conversation_part.tag.created'))
  })
})
