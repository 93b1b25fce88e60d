// Replies to tickets, and what the contacts of a shared ticket are sent: sad paths first.
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
const anna = await aContact(workspace, { name: 'Anna', email: 'anna@example.org', external_id: 'anna' })
const { ok, aType, aTicket, aConversation, show } = ticketsBy(call, anna)
const customer = await aType('Customer')
const internal = await aType('Back-office')
const tracker = await aType('Tracker')

const byAdmin = (body: object = {}) => ({ message_type: 'comment', type: 'admin', admin_id, body: 'Soon', ...body })
const byAnna = (body: object = {}) => ({
  message_type: 'comment',
  type: 'user',
  intercom_user_id: anna,
  body: 'When?',
  ...body,
})
const reply = (id: string, body: object, version?: string) => ok(`POST /tickets/${id}/reply`, body, version)
/** What was queued for contacts: the channel, the address, and the HTML. */
const sent = (id: string) => sql<{ channel: string; address: string; html: string }[]>`
  select channel, address, coalesce(parts.body, parts.ticket_change ->> 'notice') as html
  from deliveries join conversation_parts parts on parts.workspace_id = ${workspace.id} and parts.id = part_id
  where deliveries.workspace_id = ${workspace.id} and deliveries.conversation_id = ${id} order by deliveries.id`
const sentHtml = async (id: string) => (await sent(id)).map(({ html }) => html)

describe('a reply is refused', () => {
  const NO_ADMIN = [404, 'admin_not_found', 'Admin not found']
  for (const [what, body, expected] of [
    ['without a type', { message_type: 'comment', body: 'x' }, [400, 'parameter_not_found', 'type is required']],
    [
      'of an unknown type',
      byAdmin({ type: 'bot' }),
      [400, 'parameter_invalid', 'type must be one of admin, user, lead, contact'],
    ],
    [
      'that closes',
      byAdmin({ message_type: 'close' }),
      [400, 'parameter_invalid', 'message_type must be one of comment, note, quick_reply'],
    ],
    ['without an admin', byAdmin({ admin_id: undefined }), [400, 'parameter_not_found', 'admin_id is required']],
    ['by an unknown admin', byAdmin({ admin_id: '1' }), NO_ADMIN],
    ['without a body', byAdmin({ body: undefined }), [400, 'parameter_invalid', 'Body is required']],
    ['with an empty body', byAdmin({ body: ' ' }), [400, 'parameter_invalid', 'Body is required']],
    [
      'without options',
      byAdmin({ message_type: 'quick_reply' }),
      [400, 'parameter_not_found', 'reply_options is required'],
    ],
    [
      'as a note of a contact',
      byAnna({ message_type: 'note' }),
      [400, 'parameter_invalid', 'A contact cannot write notes'],
    ],
    ['by an unknown contact', byAnna({ intercom_user_id: 'x' }), [404, 'not_found', 'User Not Found']],
    [
      'by nobody',
      byAnna({ intercom_user_id: undefined }),
      [400, 'parameter_not_found', 'A contact is required: its id, user_id or email'],
    ],
  ] as const)
    test(what, async () => {
      const ticket = await aTicket(customer)
      assert.deepEqual(refusal(await call(`POST /tickets/${ticket.id}/reply`, body)), expected)
      assert.deepEqual(await show(ticket.id), ticket)
    })

  test('by a contact who is no participant, or in a Back-office ticket', async () => {
    await aContact(workspace, { external_id: 'stranger' })
    const { id } = await aTicket(customer)
    const by_stranger = byAnna({ intercom_user_id: undefined, user_id: 'stranger' })
    assert.deepEqual(refusal(await call(`POST /tickets/${id}/reply`, by_stranger)), [
      404,
      'not_found',
      'User Not Found',
    ])
    const { id: private_id } = await aTicket(internal)
    assert.equal((await call(`POST /tickets/${private_id}/reply`, byAnna())).status, 400)
  })
})

describe('a reply', () => {
  test('of an admin is the answer, a part, and a mail to the contact', async () => {
    const { id } = await aTicket(customer, { skip_notifications: true })
    const part = await reply(id, byAdmin({ created_at: 1_700_000_000 }))
    assert.deepEqual(
      [part.type, part.part_type, part.body, part.author.id, part.created_at],
      ['ticket_part', 'comment', '<p>Soon</p>', admin_id, 1_700_000_000],
    )
    assert.deepEqual(
      (await show(id)).ticket_parts.ticket_parts.some((one: { id: string }) => one.id === part.id),
      true,
    )
    assert.deepEqual([...(await sent(id))], [{ channel: 'email', address: 'anna@example.org', html: '<p>Soon</p>' }])
    await reply(id, byAdmin({ skip_notifications: true }))
    await reply(id, byAdmin({ message_type: 'note' }))
    assert.equal((await sent(id)).length, 1)
    assert.deepEqual((await topicsOf(workspace, id)).slice(2), [
      ...['ticket.admin.replied', 'ticket.admin.replied', 'ticket.note.created'],
    ])
  })

  test('to a contact without an address waits for a messenger', async () => {
    const ben = await aContact(workspace, { external_id: 'ben' })
    const { id } = await aTicket(customer, { contacts: [{ id: ben }], skip_notifications: true })
    await reply(id, byAdmin())
    const quick = byAdmin({ message_type: 'quick_reply', body: undefined, reply_options: [{ text: 'Yes', uuid: 'y' }] })
    assert.equal((await reply(id, quick)).part_type, 'quick_reply')
    assert.deepEqual(
      (await sent(id)).map(({ channel, address }) => [channel, address]),
      [
        ['inapp', ben],
        ['inapp', ben],
      ],
    )
  })

  test('of an admin in a ticket that is not shared goes to nobody', async () => {
    const { id } = await aTicket(internal)
    await reply(id, byAdmin())
    assert.equal((await sent(id)).length, 0)
    await ok(`PUT /tickets/${id}`, { is_shared: true })
    await reply(id, byAdmin())
    assert.equal((await sent(id)).length, 1)
  })

  test('of a contact, by any name, opens a closed ticket', async () => {
    const { id } = await aTicket(customer)
    for (const name of [{ intercom_user_id: anna }, { user_id: 'anna' }, { email: 'ANNA@example.org' }]) {
      await ok(`PUT /tickets/${id}`, { open: false })
      const part = await reply(id, byAnna({ intercom_user_id: undefined, ...name }))
      assert.deepEqual([part.part_type, part.author.type, part.author.id], ['comment', 'user', anna])
      assert.equal((await show(id)).open, true)
    }
    assert.ok((await topicsOf(workspace, id)).includes('ticket.contact.replied'))
  })

  test('of a contact for whom the ticket waits goes on with the work; in another state it does not', async () => {
    const { id } = await aTicket(customer)
    await ok(`PUT /tickets/${id}`, { ticket_state_id: stateOf(customer, 'waiting_on_customer') })
    const before = (await sent(id)).length
    const part = await reply(id, byAnna())
    assert.equal(part.part_type, 'comment')
    const ticket = await show(id)
    assert.deepEqual(
      [ticket.ticket_state.category, partTypes(ticket).slice(-2)],
      ['in_progress', ['comment', 'ticket_state_updated_by_admin']],
    )
    assert.equal((await sent(id)).length, before)
    await ok(`PUT /tickets/${id}`, { ticket_state_id: stateOf(customer, 'resolved') })
    await reply(id, byAnna())
    assert.equal((await show(id)).ticket_state.category, 'resolved')
  })
})

describe('the contact of a shared ticket is told', () => {
  const waiting = stateOf(customer, 'waiting_on_customer')

  test('that it was created, and when its external label changes', async () => {
    const { id } = await aTicket(customer, {
      ticket_attributes: { _default_title_: 'A <b>', _default_description_: 'It\nbroke' },
    })
    await ok(`PUT /tickets/${id}`, { ticket_state_id: waiting })
    assert.deepEqual(await sentHtml(id), [
      '<p><b>A &lt;b&gt;</b></p><p>It<br>broke</p><p>Submitted</p>',
      '<p>A &lt;b&gt;: <b>Waiting on you</b></p>',
    ])
    const { ticket_parts } = await show(id)
    assert.ok(ticket_parts.ticket_parts.every((part: object) => !('body' in part)))
  })

  test('not if the request skips it, if the label is the same, or if the ticket is not shared', async () => {
    const same = await ok('POST /extensions/ticket_states', {
      ...{
        category: 'in_progress',
        internal_label: 'Checked',
        external_label: 'Submitted',
        ticket_type_ids: [customer.id],
      },
    })
    const { id } = await aTicket(customer, { skip_notifications: true })
    await ok(`PUT /tickets/${id}`, { ticket_state_id: same.id })
    await ok(`PUT /tickets/${id}`, { ticket_state_id: waiting, skip_notifications: true })
    await ok(`PUT /tickets/${id}`, { ticket_state_id: stateOf(customer, 'resolved'), is_shared: false })
    await ok(`PUT /tickets/${(await aTicket(internal)).id}`, { ticket_state_id: stateOf(internal, 'resolved') })
    assert.deepEqual(await sentHtml(id), [])
  })
})

describe('what a ticket is linked to', () => {
  test('gets the notes of a Back-office ticket that are cross-posted, with their files', async () => {
    const linked = await aConversation()
    const { id } = await aTicket(internal, { conversation_to_link_id: linked })
    await reply(id, byAdmin({ message_type: 'note', body: 'Only here' }))
    const file = { name: 'log.txt', content_type: 'text/plain', data: Buffer.from('log').toString('base64') }
    await reply(id, byAdmin({ message_type: 'note', body: 'For all', cross_post: true, attachment_files: [file] }))
    await reply(id, byAdmin({ body: 'No note', cross_post: true }))
    const parts = async () => (await ok(`GET /conversations/${linked}`)).conversation_parts.conversation_parts
    const [copy, ...rest] = await parts()
    assert.deepEqual([copy.part_type, copy.body, copy.author.id, rest.length], ['note', '<p>For all</p>', admin_id, 0])
    await ok(`DELETE /tickets/${id}`)
    const [{ url }] = (await parts())[0].attachments
    assert.equal((await call(`GET ${url.slice(url.indexOf('/attachments/'))}`)).text, 'log')
    assert.ok((await topicsOf(workspace, linked)).includes('conversation.admin.noted'))
  })

  test('gets no notes of others', async () => {
    const linked = await aConversation()
    const { id } = await aTicket(tracker, { conversation_to_link_id: linked })
    await reply(id, byAdmin({ message_type: 'note', cross_post: true }))
    assert.equal((await ok(`GET /conversations/${linked}`)).conversation_parts.total_count, 0)
  })

  test('gets an event when the state of a Back-office or Tracker ticket changes', async () => {
    for (const type of [internal, tracker]) {
      const [linked, also] = [await aConversation(), (await aTicket(customer)).id]
      const ticket = await aTicket(type, { conversation_to_link_id: linked })
      if (type === tracker) await ok(`POST /tickets/${ticket.id}/linked_conversations`, { conversation_id: also })
      await ok(`PUT /tickets/${ticket.id}`, { ticket_state_id: stateOf(type, 'resolved') })
      const [part] = (await ok(`GET /conversations/${linked}`)).conversation_parts.conversation_parts
      assert.deepEqual(
        [part.part_type, part.author.type, part.event_details],
        [
          ...['ticket_state_updated_by_admin', 'bot'],
          {
            ticket: { id: ticket.id, ticket_id: ticket.ticket_id },
            attribute: { name: 'Ticket state' },
            value: { name: 'Resolved', previous: 'Submitted' },
          },
        ],
      )
      if (type === tracker) assert.deepEqual(partTypes(await show(also)).slice(1), ['ticket_state_updated_by_admin'])
      assert.equal((await show(also)).ticket_state.category, 'submitted')
    }
  })
})
