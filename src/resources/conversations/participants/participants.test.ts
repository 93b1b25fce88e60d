// Participants of a conversation are added and removed: refusals, parts, events, and who gets the answers.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact, aMessage } from '../../../../test/factories.ts'

const t = await testApp()
const { call, workspace } = t
const { sql } = t.database
const { admin_id } = t.created

let anna: string
let ben: string
let id: string

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  anna = await aContact(workspace, { email: 'anna@example.org', external_id: 'a-1' })
  ben = await aContact(workspace, { email: 'ben@example.org', external_id: 'b-1' })
  const from = { type: 'user', id: anna }
  id = (await call('POST /conversations', { from, body: 'Help' })).body.conversation_id
})

const attach = (body: object, to = id) => call(`POST /conversations/${to}/customers`, body)
const detach = (contact: string, body: object = { admin_id }, from = id) =>
  call(`DELETE /conversations/${from}/customers/${contact}`, body)
const participants = async () =>
  (await call(`GET /conversations/${id}`)).body.contacts.contacts.map(({ id }: { id: string }) => id)
const refusal = ({ status, body }: Awaited<ReturnType<typeof call>>) => [
  status,
  body.errors[0].code,
  body.errors[0].message,
]

describe('adding a participant is refused', () => {
  const cases: [why: string, body: () => object, refused: [number, string, string]][] = [
    ['without a customer', () => ({ admin_id }), [400, 'parameter_not_found', 'customer is required']],
    [
      'with an empty one',
      () => ({ admin_id, customer: {} }),
      [400, 'parameter_not_found', 'A contact is required: its id, user_id or email'],
    ],
    [
      'if the id is unknown',
      () => ({ admin_id, customer: { intercom_user_id: 'f'.repeat(24) } }),
      [404, 'not_found', 'User Not Found'],
    ],
    [
      'if the external id is unknown',
      () => ({ admin_id, customer: { user_id: 'nobody' } }),
      [404, 'not_found', 'User Not Found'],
    ],
    ['if the email is none', () => ({ admin_id, customer: { email: 'nobody' } }), [404, 'not_found', 'User Not Found']],
    [
      'if the id is unknown and the email is not',
      () => ({ customer: { intercom_user_id: 'x', email: 'ben@example.org' } }),
      [404, 'not_found', 'User Not Found'],
    ],
    [
      'by an unknown admin',
      () => ({ admin_id: '1', customer: { intercom_user_id: ben } }),
      [404, 'admin_not_found', 'Admin not found'],
    ],
    [
      'for somebody who is no participant',
      () => ({ customer: { intercom_user_id: ben, customer: { user_id: 'b-1' } } }),
      [404, 'not_found', 'User Not Found'],
    ],
    [
      'with a number as email',
      () => ({ customer: { email: [] } }),
      [400, 'parameter_invalid', 'customer.email must be string'],
    ],
  ]
  for (const [why, body, refused] of cases)
    test(why, async () => {
      assert.deepEqual(refusal(await attach(body())), refused)
      assert.deepEqual(await participants(), [anna])
    })

  test('to a conversation that does not exist, or of another workspace', async () => {
    for (const unknown of ['999999', 'x', '0']) {
      const answer = await attach({ admin_id, customer: { intercom_user_id: ben } }, unknown)
      assert.deepEqual(refusal(answer), [404, 'not_found', 'Resource Not Found'])
    }
    const other = await t.another()
    const answer = await other.call(`POST /conversations/${id}/customers`, { customer: { email: 'x@example.org' } })
    assert.equal(answer.status, 404)
  })

  test('if two users have the email', async () => {
    await aContact(workspace, { email: 'ben@example.org' })
    assert.equal((await attach({ customer: { email: 'ben@example.org' } })).status, 409)
  })
})

describe('adding a participant', () => {
  for (const [by, customer] of [
    ['id', () => ({ intercom_user_id: ben })],
    ['external id', () => ({ user_id: 'b-1' })],
    ['email, in any case', () => ({ email: 'BEN@example.org' })],
  ] as const)
    test(`by ${by}: the answer has the contact, the conversation and the part`, async () => {
      const { status, body } = await attach({ admin_id, customer: customer() })
      assert.equal(status, 200)
      assert.deepEqual(body.customers, [{ type: 'user', id: ben }])
      assert.deepEqual([body.type, body.id], ['conversation', id])
      const [part] = body.conversation_parts.conversation_parts
      assert.equal(body.conversation_parts.total_count, 1)
      assert.deepEqual([part.part_type, part.body, part.author.id], ['participant_added', null, admin_id])
      assert.deepEqual(await participants(), [anna, ben])
      assert.deepEqual((await topicsOf(workspace, id)).slice(1), ['conversation.contact.attached'])
    })

  test('an email that no contact has becomes a lead', async () => {
    const { body } = await attach({ admin_id, customer: { email: 'new@example.org' } })
    assert.equal(body.customers[0].type, 'lead')
    const { body: lead } = await call(`GET /contacts/${body.customers[0].id}`)
    assert.deepEqual([lead.role, lead.email], ['lead', 'new@example.org'])
  })

  test('one who takes part already changes nothing', async () => {
    const { status, body } = await attach({ admin_id, customer: { intercom_user_id: anna } })
    assert.deepEqual([status, body.conversation_parts.total_count], [200, 0])
    assert.deepEqual(body.customers, [{ type: 'user', id: anna }])
    assert.deepEqual((await topicsOf(workspace, id)).slice(1), [])
  })

  test('for another participant, who is the author of the part', async () => {
    const { body } = await attach({ customer: { intercom_user_id: ben, customer: { intercom_user_id: anna } } })
    const [{ author }] = body.conversation_parts.conversation_parts
    assert.deepEqual([author.type, author.id], ['user', anna])
  })

  test('twice at once adds the contact once, and leaves one part', async () => {
    const both = await Promise.all([1, 2].map(() => attach({ admin_id, customer: { email: 'same@example.org' } })))
    assert.deepEqual(
      both.map(({ status }) => status),
      [200, 200],
    )
    assert.equal((await participants()).length, 2)
    const { total_count } = (await call(`GET /conversations/${id}`)).body.conversation_parts
    assert.equal(total_count, 1)
  })

  for (const version of ['2.16', '2.14', '2.11', '2.8', '2.7'])
    test(`is the same in ${version}, in its form of a conversation`, async () => {
      const route = `POST /conversations/${id}/customers`
      const { status, body } = await call(route, { admin_id, customer: { intercom_user_id: ben } }, { version })
      assert.deepEqual([status, body.customers], [200, [{ type: 'user', id: ben }]])
      assert.equal(body.admin_assignee_id, version === '2.16' ? 0 : null)
      assert.equal((await detach(ben)).status, 200)
    })
})

describe('removing a participant', () => {
  test('is refused for the last one, and two at once do not remove both', async () => {
    assert.deepEqual(refusal(await detach(anna)), [
      422,
      'parameter_invalid',
      'Removing the last customer is not allowed',
    ])
    await attach({ admin_id, customer: { intercom_user_id: ben } })
    const both = await Promise.all([detach(anna), detach(ben)])
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 422])
    assert.equal((await participants()).length, 1)
  })

  test('is refused for what does not exist', async () => {
    await attach({ admin_id, customer: { intercom_user_id: ben } })
    const stranger = await aContact(workspace)
    assert.deepEqual(refusal(await detach(ben, { admin_id }, '999999')), [404, 'not_found', 'Resource Not Found'])
    for (const contact of [stranger, 'x', 'f'.repeat(24)])
      assert.deepEqual(refusal(await detach(contact)), [404, 'not_found', 'User Not Found'])
    assert.deepEqual(refusal(await detach(ben, {})), [400, 'parameter_not_found', 'admin_id is required'])
    assert.deepEqual(refusal(await detach(ben, { admin_id: '1' })), [404, 'admin_not_found', 'Admin not found'])
    assert.deepEqual(await participants(), [anna, ben])
  })

  test('leaves a part and an event; what the contact wrote stays, but the contact can no longer write', async () => {
    await attach({ admin_id, customer: { intercom_user_id: ben } })
    const reply = { message_type: 'comment', type: 'user', intercom_user_id: ben, body: 'Me too' }
    assert.equal((await call(`POST /conversations/${id}/reply`, reply)).status, 200)
    const { status, body } = await detach(ben, { admin_id, customer: { intercom_user_id: 'ignored' } })
    assert.deepEqual([status, body.customers], [200, [{ type: 'user', id: ben }]])
    assert.equal(body.conversation_parts.conversation_parts[0].part_type, 'participant_removed')
    assert.deepEqual((await topicsOf(workspace, id)).at(-1), 'conversation.contact.detached')
    assert.deepEqual(refusal(await call(`POST /conversations/${id}/reply`, reply)), [
      404,
      'not_found',
      'User Not Found',
    ])
    const { conversation_parts } = (await call(`GET /conversations/${id}`)).body.conversation_parts
    assert.deepEqual(
      conversation_parts.map(({ part_type }: { part_type: string }) => part_type),
      ['participant_added', 'comment', 'participant_removed'],
    )
  })

  test('an answer goes to the participants of its time', async () => {
    const [row] = await sql<{ conversation_id: string }[]>`
      select conversation_id from deliveries where message_id = ${await aMessage(workspace, { to: anna })}`
    id = row!.conversation_id
    await call(`POST /conversations/last/reply`, {
      message_type: 'comment',
      type: 'user',
      user_id: 'a-1',
      body: 'Yes?',
    })
    const answer = async (body: string) => {
      const { body: answered } = await call(`POST /conversations/${id}/reply`, {
        message_type: 'comment',
        type: 'admin',
        admin_id,
        body,
      })
      const [part] = answered.conversation_parts.conversation_parts
      const sent = await sql<
        { address: string }[]
      >`select address from deliveries where part_id = ${part.id} order by address`
      return sent.map(({ address }) => address)
    }
    const [started] = await sql`select id from conversations where id = ${id}`
    assert.ok(started)
    assert.deepEqual(await answer('1'), ['anna@example.org'])
    await attach({ admin_id, customer: { intercom_user_id: ben } })
    assert.deepEqual(await answer('2'), ['anna@example.org', 'ben@example.org'])
    await detach(anna)
    assert.deepEqual(await answer('3'), ['ben@example.org'])
  })
})
