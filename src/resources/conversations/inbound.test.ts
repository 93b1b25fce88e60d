// Messages that contacts write on channels, and their conversations; by SMS, where only the rules decide.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { findContact } from '#resources/contacts/queries.ts'
import { atomically } from '#workspaces/workspace.ts'
import { testApp } from '../../../test/app.ts'
import { aContact, aMessage } from '../../../test/factories.ts'
import { destination, receive } from './inbound.ts'

const t = await testApp()
const { workspace, call } = t
let joe: string
let count = 0

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  joe = await aContact(workspace, { formatted_phone: '+12025550123', phone: '+12025550123' })
})

const write = (body: string, more: object = {}) =>
  atomically(workspace, async (workspace) =>
    receive(workspace, {
      channel: 'sms',
      provider_id: `SM${count++}`,
      contact: (await findContact(workspace, joe))!,
      body,
      ...more,
    }),
  )
const conversationOf = async (result: object) => {
  assert.ok('conversation_id' in result, JSON.stringify(result))
  return (await call(`GET /conversations/${result.conversation_id}`)).body
}
const manage = (id: string, act: object) =>
  call(`POST /conversations/${id}/parts`, { type: 'admin', admin_id: workspace.admin_id, ...act })

test('messages of a blocked contact are ignored', async () => {
  await workspace.sql`update contacts set blocked_at = now() where workspace_id = ${workspace.id} and id = ${joe}`
  assert.deepEqual(await write('Hello'), { outcome: 'blocked' })
  assert.equal((await call('GET /conversations')).body.total_count, 0)
})

test('a message that is delivered twice, even at once, is received once', async () => {
  const outcomes = await Promise.all([1, 2, 3].map(() => write('Hello', { provider_id: 'SM-same' })))
  assert.deepEqual(outcomes.map(({ outcome }) => outcome).sort(), ['begun', 'known', 'known'])
  assert.equal((await call('GET /conversations')).body.total_count, 1)
})

test('messages that arrive at the same moment go to one conversation', async () => {
  const result = await Promise.all([write('One'), write('Two'), write('Three')])
  assert.deepEqual(result.map(({ outcome }) => outcome).sort(), ['begun', 'replied', 'replied'])
  assert.equal((await call('GET /conversations')).body.total_count, 1)
})

test('a reply to a message does not deadlock with replies in the open conversation', async () => {
  for (let round = 0; round < 15; round++) {
    await call('POST /extensions/sandbox/reset')
    joe = await aContact(workspace, { formatted_phone: '+12025550123' })
    const first = await conversationOf(await write('Hello'))
    await aMessage(workspace, { to: joe, message_type: 'sms', body: 'News' })
    const comment = { message_type: 'comment', type: 'admin', admin_id: workspace.admin_id, body: 'Hello' }
    const [, replied] = await Promise.all([
      write('About the news'),
      call(`POST /conversations/${first.id}/reply`, comment),
      write('About that', { answers: first.id }),
    ])
    assert.equal(replied.status, 200)
  }
})

test('a message that could not be stored can be delivered again', async () => {
  await assert.rejects(write('Hello', { provider_id: 'SM-again', answers: '999999' }))
  assert.equal((await write('Hello', { provider_id: 'SM-again' })).outcome, 'begun')
})

test('a contact replies to the last message to them', async () => {
  const message = await aMessage(workspace, { to: joe, message_type: 'sms', body: 'Your parcel is here' })
  const conversation = await conversationOf(await write('Thanks'))
  assert.equal(conversation.source.id, message)
  assert.equal(conversation.source.type, 'sms')
  assert.equal(conversation.conversation_parts.conversation_parts[0].body, '<p>Thanks</p>')
})

test('a reply to a newer message closes the open SMS conversation and starts one', async () => {
  const first = await conversationOf(await write('Hello'))
  const message = await aMessage(workspace, { to: joe, message_type: 'sms', body: 'Your parcel is here' })
  const second = await conversationOf(await write('Thanks'))
  assert.equal(second.source.id, message)
  assert.equal((await call(`GET /conversations/${first.id}`)).body.state, 'closed')
})

test('a conversation that is newer than the message continues', async () => {
  await aMessage(workspace, { to: joe, message_type: 'sms', body: 'Old news' })
  const first = await conversationOf(await write('Hello', { answers: null }))
  assert.deepEqual(
    await write('And another thing').then((result) => 'conversation_id' in result && result.conversation_id),
    first.id,
  )
})

test('an open conversation continues, a recently closed one too, and one that was closed long ago does not', async () => {
  const first = await conversationOf(await write('Hello'))
  assert.equal((await conversationOf(await write('Anybody?'))).id, first.id)
  await manage(first.id, { message_type: 'close' })
  const reopened = await conversationOf(await write('One more thing'))
  assert.deepEqual([reopened.id, reopened.state], [first.id, 'open'])
  await manage(first.id, { message_type: 'close' })
  await workspace.sql`
    update conversations set last_close_at = now() - interval '5 days' where workspace_id = ${workspace.id}`
  const another = await conversationOf(await write('Hello again'))
  assert.notEqual(another.id, first.id)
})

test('each channel has its own conversations', async () => {
  const sms = await conversationOf(await write('Hello'))
  const whatsapp = await conversationOf(await write('Hello', { channel: 'whatsapp' }))
  assert.notEqual(whatsapp.id, sms.id)
  assert.equal(whatsapp.source.type, 'whatsapp')
})

test('files and metadata are stored with the message that starts a conversation, and with each part', async () => {
  const metadata = { media: { id: '1001' } }
  const { id, source } = await conversationOf(await write('Look', { metadata }))
  const [started] = await workspace.sql`
    select metadata from messages where workspace_id = ${workspace.id} and id = ${source.id}`
  assert.deepEqual(started?.['metadata'], metadata)
  await write('And this', { metadata })
  const { conversation_parts } = (await call(`GET /conversations/${id}`)).body
  assert.deepEqual(conversation_parts.conversation_parts[0].metadata, metadata)
})

test('five days after it was closed a conversation does not continue; a message without a reply does', () => {
  const now = new Date('2026-06-10T12:00:00Z')
  const closed = (last_close_at: string) => ({
    ...{ id: '1', state: 'closed' as const, last_message_at: new Date('2026-06-01T00:00:00Z') },
    last_close_at: new Date(last_close_at),
  })
  const unanswered = { conversation_id: '2', created_at: new Date('2026-05-01T00:00:00Z') }
  assert.equal(destination({ conversation: closed('2026-06-05T12:00:01Z'), unanswered }, now), '1')
  assert.equal(destination({ conversation: closed('2026-06-05T12:00:00Z'), unanswered: undefined }, now), null)
  assert.equal(destination({ conversation: closed('2026-06-05T12:00:00Z'), unanswered }, now), '2')
  assert.equal(destination({ conversation: undefined, unanswered }, now), '2')
  assert.equal(destination({ conversation: undefined, unanswered: undefined }, now), null)
})
