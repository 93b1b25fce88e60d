// The snapshot in a conversation's event: the conversation at that time, with the part of the event.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEvents } from '#events/read.ts'
import { testApp } from '../../../test/app.ts'
import { allReadable } from '../../../test/events.ts'
import { aContact } from '../../../test/factories.ts'
import { conversationEvents } from './topics.ts'

const t = await testApp({ public_url: 'https://support.example.com' })
const { sql } = t.database
const { call, workspace } = t
await sql`
  update workspaces set listened_topics = ${Object.keys(conversationEvents.topics)} where id = ${workspace.id}`

const contact = await aContact(workspace)
const file = { content_type: 'text/plain', name: 'note.txt', data: Buffer.from('Secret').toString('base64') }
const { body: started } = await call('POST /conversations', { from: { type: 'user', id: contact }, body: 'Help' })
const path = `/conversations/${started.conversation_id}`
const by = { type: 'admin', admin_id: t.created.admin_id }

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape a snapshot has, and asserts on it
const eventsOf = async (topic: string): Promise<any[]> => {
  await allReadable(sql)
  return (await readEvents(sql, workspace.id, '0.0', 1000)).filter((event) => event.topic === topic)
}

test('a snapshot has the part of its event and no other, and does not change later', async () => {
  for (const body of ['First', 'Second']) await call(`POST ${path}/reply`, { message_type: 'comment', ...by, body })
  await call(`POST ${path}/parts`, { message_type: 'close', ...by })
  const [first, second] = await eventsOf('conversation.admin.replied')
  for (const [event, body] of [
    [first, 'First'],
    [second, 'Second'],
  ] as const) {
    const { total_count, conversation_parts } = event.snapshot.conversation_parts
    assert.equal(total_count, 1)
    assert.equal(conversation_parts[0].body, `<p>${body}</p>`)
    assert.equal(event.snapshot.state, 'open')
  }
  const [closed] = await eventsOf('conversation.admin.closed')
  assert.equal(closed.snapshot.state, 'closed')
  assert.deepEqual([closed.actor_type, closed.actor_id], ['admin', t.created.admin_id])
})

test('a contact is the actor of their own messages', async () => {
  const [created] = await eventsOf('conversation.user.created')
  assert.deepEqual([created.object_type, created.object_id], ['conversation', started.conversation_id])
  assert.deepEqual([created.actor_type, created.actor_id], ['user', contact])
  assert.equal(created.snapshot.source.body, '<p>Help</p>')
})

test('a snapshot has the ids of files: a stored link would expire, and would expose the file to readers of the log', async () => {
  await call(`POST ${path}/reply`, {
    ...{ message_type: 'comment', type: 'user', intercom_user_id: contact, body: 'See this' },
    attachment_files: [file],
  })
  const event = (await eventsOf('conversation.user.replied')).at(-1)
  const [attachment] = event.snapshot.conversation_parts.conversation_parts[0].attachments
  assert.equal(attachment.name, 'note.txt')
  assert.match(attachment.file_id, /^\d+$/)
  assert.ok(!JSON.stringify(event.snapshot).includes('support.example.com/attachments'))
})

test('a workspace without listeners stores no snapshot', async () => {
  const other = await t.another()
  const id = await aContact(other.workspace)
  await other.call('POST /conversations', { from: { type: 'user', id }, body: 'Help' })
  await allReadable(sql)
  const [event] = await readEvents(sql, other.created.id, '0.0', 10)
  assert.deepEqual([event?.topic, event?.snapshot], ['conversation.user.created', null])
})

test('the answer to a reply is the same whether somebody listens or not, and as a read shows it', async () => {
  const reply = { message_type: 'comment', ...by, body: 'See <b>this</b>', attachment_files: [file] }
  const shown = async () => {
    const { status, body } = await call(`POST ${path}/reply`, reply)
    assert.equal(status, 200)
    const read = (await call(`GET ${path}`)).body
    const { conversation_parts, ...rest } = body
    const { conversation_parts: all, ...others } = read
    assert.deepEqual(rest, others)
    const [part] = conversation_parts.conversation_parts
    assert.deepEqual(Object.keys(part), Object.keys(all.conversation_parts.at(-1)))
    assert.match(part.attachments[0].url, /^https:/)
    return [Object.keys(body), Object.keys(part), part.body]
  }
  const listened = await shown()
  const topics = Object.keys(conversationEvents.topics)
  await sql`update workspaces set listened_topics = '{}' where id = ${workspace.id}`
  await call('POST /extensions/sandbox/faults', { fault: '429', path: '/none' }) // So that tokens are read again.
  assert.deepEqual(await shown(), listened)
  await sql`update workspaces set listened_topics = ${topics} where id = ${workspace.id}`
  await call('DELETE /extensions/sandbox/faults')
})
