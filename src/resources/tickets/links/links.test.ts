// Links between tickets and conversations: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { aContact } from '../../../../test/factories.ts'
import { refusal, ticketsBy } from '../../../../test/tickets.ts'

const t = await testApp()
const { call, workspace } = t
const { sql } = workspace
const anna = await aContact(workspace, { name: 'Anna', external_id: 'anna' })
const { ok, aType, aTicket, aConversation } = ticketsBy(call, anna)
const customer = await aType('Customer')
const internal = await aType('Back-office')
const tracker = await aType('Tracker')

const NO_TICKET = [404, 'ticket_not_found', 'Ticket not found']
const NO_CONVERSATION = [404, 'conversation_not_found', 'Conversation not found']
const NOT_LINKED = [404, 'conversation_not_found', 'Conversation is not linked to this ticket']
const HAS_TRACKER = [400, 'already_linked_to_tracker', 'A conversation can only have one tracker ticket']
const FULL = [
  ...[400, 'linked_conversation_limit_exceeded'],
  'Ticket has reached the maximum number of conversations that can be linked',
]
const link = (ticket_id: string, conversation_id?: string) =>
  call(`POST /tickets/${ticket_id}/linked_conversations`, { conversation_id })
const unlink = (ticket_id: string, id: string) => call(`DELETE /tickets/${ticket_id}/linked_conversations/${id}`)
const linkedOf = async (noun: 'conversations' | 'tickets', id: string) =>
  (await ok(`GET /${noun}/${id}`)).linked_objects.data

describe('linking is refused', () => {
  test('without a conversation, and for what does not exist', async () => {
    const { id } = await aTicket(tracker)
    const conversation = await aConversation()
    assert.deepEqual(refusal(await link(id)), [400, 'parameter_not_found', 'conversation_id not specified'])
    for (const unknown of ['999999', 'x', conversation])
      assert.deepEqual(refusal(await link(unknown, conversation)), NO_TICKET)
    for (const unknown of ['999999', 'x']) assert.deepEqual(refusal(await link(id, unknown)), NO_CONVERSATION)
  })

  test('for a ticket that is no tracker', async () => {
    const conversation = await aConversation()
    for (const type of [customer, internal]) {
      const { id } = await aTicket(type)
      const message = (what: string) => [
        400,
        'invalid_ticket_type',
        `Only tracker tickets support ${what} conversations`,
      ]
      assert.deepEqual(refusal(await link(id, conversation)), message('linking'))
      assert.deepEqual(refusal(await unlink(id, conversation)), message('unlinking'))
    }
  })

  test('for tickets of the team, and for itself', async () => {
    const { id } = await aTicket(tracker)
    for (const other of [(await aTicket(internal)).id, (await aTicket(tracker)).id, id])
      assert.deepEqual(refusal(await link(id, other)).slice(0, 2), [400, 'parameter_invalid'])
  })

  test('for a conversation that has a tracker, this one or another', async () => {
    const [first, second] = [await aTicket(tracker), await aTicket(tracker)]
    const conversation = await aConversation()
    assert.equal((await link(first.id, conversation)).status, 200)
    for (const { id } of [first, second]) assert.deepEqual(refusal(await link(id, conversation)), HAS_TRACKER)
    const body = { ticket_type_id: tracker.id, contacts: [{ id: anna }], conversation_to_link_id: conversation }
    assert.deepEqual(refusal(await call('POST /tickets', body)), HAS_TRACKER)
  })

  test('for a conversation that was merged into another one', async () => {
    const [secondary, primary] = [await aConversation(), await aConversation()]
    await ok(`POST /conversations/${secondary}/merge`, { merge_into_conversation_id: primary })
    const { id } = await aTicket(tracker)
    const message = 'A conversation that was merged into another one cannot be linked to a ticket'
    assert.deepEqual(refusal(await link(id, secondary)), [400, 'parameter_invalid', message])
    const body = { ticket_type_id: internal.id, contacts: [{ id: anna }], conversation_to_link_id: secondary }
    assert.deepEqual(refusal(await call('POST /tickets', body)), [400, 'parameter_invalid', message])
    assert.equal((await link(id, primary)).status, 200)
  })

  test('beyond 2,500', async () => {
    const { id } = await aTicket(tracker)
    await sql`
      with many as (
        insert into conversations
          (workspace_id, source_id, source_type, delivered_as, author_type, author_id, created_at, updated_at)
        select ${workspace.id}, 1, 'conversation', 'customer_initiated', 'user', ${anna}, now(), now()
        from generate_series(1, 2499) returning id
      )
      insert into ticket_links (workspace_id, ticket_id, linked_id, is_tracker, created_at)
      select ${workspace.id}, ${id}, id, true, now() from many`
    assert.equal((await link(id, await aConversation())).status, 200)
    assert.deepEqual(refusal(await link(id, await aConversation())), FULL)
    const { linked_objects } = await ok(`GET /tickets/${id}`)
    assert.deepEqual(
      [linked_objects.total_count, linked_objects.data.length, linked_objects.has_more],
      [2500, 1000, true],
    )
  })
})

describe('creating a linked ticket', () => {
  const create = (type: { id: string }, conversation_to_link_id: string) =>
    call('POST /tickets', { ticket_type_id: type.id, contacts: [{ id: anna }], conversation_to_link_id })
  const kinds = {
    conversation: aConversation,
    customer: async (): Promise<string> => (await aTicket(customer)).id,
    internal: async (): Promise<string> => (await aTicket(internal)).id,
    tracker: async (): Promise<string> => (await aTicket(tracker)).id,
  }
  for (const [name, type, allowed] of [
    ['customer ticket', customer, []],
    ['Back-office ticket', internal, ['conversation', 'customer']],
    ['tracker', tracker, ['conversation', 'customer']],
  ] as const)
    for (const kind of Object.keys(kinds) as (keyof typeof kinds)[]) {
      const is_allowed = (allowed as readonly string[]).includes(kind)
      test(`a ${name} ${is_allowed ? 'can' : 'cannot'} be linked to a ${kind}`, async () => {
        const id = await kinds[kind]()
        const answer = await create(type, id)
        assert.equal(answer.status, is_allowed ? 200 : 400)
        if (!is_allowed) return assert.equal(answer.body.errors[0].code, 'parameter_invalid')
        const noun = kind === 'conversation' ? 'conversations' : 'tickets'
        assert.deepEqual(await linkedOf(noun, id), [{ type: 'ticket', id: answer.body.id, category: type.category }])
        const linked = {
          conversation: { type: 'conversation', category: null },
          customer: { type: 'ticket', category: 'Customer' },
        }
        assert.deepEqual(answer.body.linked_objects.data, [{ ...linked[kind as 'customer'], id }])
      })
    }

  test('a conversation can have several Back-office tickets', async () => {
    const conversation = await aConversation()
    for (const _ of [1, 2]) assert.equal((await create(internal, conversation)).status, 200)
    assert.equal((await linkedOf('conversations', conversation)).length, 2)
  })
})

describe('a tracker', () => {
  test('is linked to conversations and customer tickets, whose answer shows the link, and unlinked', async () => {
    const { id } = await aTicket(tracker)
    const [conversation, ticket] = [await aConversation(), (await aTicket(customer)).id]
    const { status, body } = await link(id, conversation)
    assert.deepEqual([status, body.type, body.id], [200, 'conversation', conversation])
    assert.deepEqual(body.linked_objects, {
      ...{ type: 'list', data: [{ type: 'ticket', id, category: 'Tracker' }], total_count: 1, has_more: false },
    })
    assert.equal((await link(id, ticket)).body.ticket.id, ticket)
    assert.deepEqual(await linkedOf('tickets', id), [
      { type: 'conversation', id: conversation, category: null },
      { type: 'ticket', id: ticket, category: 'Customer' },
    ])
    const unlinked = await unlink(id, conversation)
    assert.deepEqual(
      [unlinked.status, unlinked.body.id, unlinked.body.linked_objects.total_count],
      [200, conversation, 0],
    )
    for (const other of [conversation, '999999', 'x']) assert.deepEqual(refusal(await unlink(id, other)), NOT_LINKED)
    assert.deepEqual(refusal(await unlink('999999', ticket)), NO_TICKET)
    assert.equal((await linkedOf('tickets', id)).length, 1)
  })

  test('two at once: one of them gets the conversation', async () => {
    const conversation = await aConversation()
    const trackers = [await aTicket(tracker), await aTicket(tracker), await aTicket(tracker)]
    const answers = await Promise.all(trackers.map(({ id }) => link(id, conversation)))
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400])
    assert.equal((await linkedOf('conversations', conversation)).length, 1)
  })

  test('links and state changes at once end without a deadlock', async () => {
    const { id } = await aTicket(tracker)
    const conversations = await Promise.all([1, 2, 3, 4].map(() => aConversation()))
    const states = tracker.ticket_states.data.slice(1)
    const answers = await Promise.all([
      ...conversations.map((conversation) => link(id, conversation)),
      ...states.map((state: { id: string }) => call(`PUT /tickets/${id}`, { ticket_state_id: state.id })),
    ])
    assert.deepEqual(
      answers.map(({ status }) => status),
      answers.map(() => 200),
    )
  })
})

test('links are since 2.16', async () => {
  const { id } = await aTicket(tracker)
  const answer = await call(`POST /tickets/${id}/linked_conversations`, { conversation_id: '1' }, { version: '2.15' })
  assert.deepEqual(refusal(answer).slice(0, 2), [400, 'intercom_version_invalid'])
})
