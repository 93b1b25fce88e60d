// The sandbox with the official SDK: faults that a user's test arms are thrown or retried by the SDK.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { beforeEach, test } from 'node:test'
import { aContact, eventually } from '../factories.ts'
import { SDKS } from './clients.ts'
import { listeningServer } from './server.ts'

const server = await listeningServer()
const { admin_id } = server.created

/** Arms a fault as the test of an integration does, over HTTP like the SDK. */
async function sandbox(method: string, path: string, body?: object) {
  const answer = await fetch(`${server.url}/extensions/sandbox${path}`, {
    method,
    headers: { authorization: `Bearer ${server.created.token}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  assert.equal(answer.status, 200, text)
  return JSON.parse(text)
}
const arm = (fault: object) => sandbox('POST', '/faults', fault)
const left = async () => (await sandbox('GET', '/faults')).data.length

beforeEach(() => sandbox('POST', '/reset'))

for (const { release, client: connect, errors } of SDKS) {
  const client = connect({ token: server.created.token, baseUrl: server.url })
  const email = async (to: string) => ({
    message_type: 'email' as const,
    template: 'plain',
    subject: 'Welcome',
    body: 'Hello',
    from: { type: 'admin' as const, id: Number(admin_id) },
    to: { type: 'user' as const, id: to },
  })

  test(`SDK ${release}: a fault that repeats is thrown after three requests, with its status`, async () => {
    await arm({ fault: '500', times: 3 })
    await assert.rejects(
      client.tags.list(),
      (error) => error instanceof errors.IntercomError && error.statusCode === 500,
    )
    assert.equal(await left(), 0)
  })

  test(`SDK ${release}: a 429 is waited for and retried, and the message is sent once`, async () => {
    const to = await aContact(server.workspace, { email: `slow${release}@example.com` })
    await arm({ fault: '429', retry_after: 1, operation: 'createMessage' })
    const began = Date.now()
    const message = await client.messages.create(await email(to))
    assert.ok(Date.now() - began >= 800)
    assert.equal(message.type, 'admin_message')
    assert.equal((await server.call('GET /extensions/deliveries')).body.total_count, 1)
    assert.equal(await left(), 0)
  })

  test(`SDK ${release}: a 429 without Retry-After is retried at the reset time`, async () => {
    await arm({ fault: '429', retry_after: 0 })
    assert.ok(await client.tags.list())
  })

  test(`SDK ${release}: a 500 and then a 503 are retried`, async () => {
    await arm({ fault: '500' })
    await arm({ fault: '503' })
    const contact = await client.contacts.create({ email: `shaky${release}@example.com` })
    assert.ok(contact.id)
    assert.equal((await server.call('GET /contacts')).body.total_count, 1)
  })

  test(`SDK ${release}: a request without an answer ends by the SDK's own time limit`, async () => {
    await arm({ fault: 'timeout', times: 3 })
    await assert.rejects(client.tags.list({ timeoutInSeconds: 0.3, maxRetries: 0 }), /imeout/)
  })

  test(`SDK ${release}: after a lost answer the same Idempotency-Key sends nothing twice`, async () => {
    const to = await aContact(server.workspace, { email: `lost${release}@example.com` })
    const request = await email(to)
    const options = { headers: { 'Idempotency-Key': randomUUID() } }
    await arm({ fault: 'lose_answer', operation: 'createMessage' })
    await assert.rejects(client.messages.create(request, options), errors.IntercomError)
    assert.equal((await server.call('GET /extensions/deliveries')).body.total_count, 1)
    const message = await client.messages.create(request, options)
    const { data } = (await server.call('GET /extensions/deliveries')).body
    assert.deepEqual([data.length, data[0].message_id], [1, message.id])
  })

  test(`SDK ${release}: a reply creates a conversation, whose source is the message`, async () => {
    const to = await aContact(server.workspace, { email: `reply${release}@example.com` })
    const { id: message_id = '' } = await client.messages.create(await email(to))
    const { conversation_id } = await sandbox('POST', '/replies', { to_message: message_id, body: 'Thank you' })
    const conversation = await client.conversations.find({ conversation_id })
    assert.deepEqual([conversation.source?.id, conversation.source?.type], [message_id, 'email'])
    assert.equal(conversation.conversation_parts?.conversation_parts?.[0]?.body, '<p>Thank you</p>')
  })

  test(`SDK ${release}: a new contact is not in searches yet, and later it is`, async () => {
    await sandbox('POST', '/clock', { freeze_at: 'now' })
    await sandbox('PUT', '/settings', { search_lag_ms: 60_000 })
    const address = `lag${release}@example.com`
    await client.contacts.create({ email: address })
    const query = { field: 'email', operator: '=', value: address } as const
    const found = async () => (await client.contacts.search({ query })).data.length
    assert.equal(await found(), 0)
    await sandbox('POST', '/clock', { advance_seconds: 60 })
    assert.equal(await eventually(found, (count) => count === 1), 1)
  })
}
