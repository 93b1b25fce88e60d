// The official SDK: conversations and messages. Messages of admins arrive, and messages of contacts are answered.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aContact, eventually } from '../factories.ts'
import { all, type Client, isRelease7, SDKS } from './clients.ts'
import { listeningServer } from './server.ts'

const server = await listeningServer()
const { admin_id } = server.created

const statusesOf = (message_id: string) =>
  eventually(
    async () => (await server.call(`GET /extensions/messages/${message_id}/deliveries`)).body.data,
    (deliveries) => deliveries.every(({ status }: { status: string }) => status !== 'queued'),
  ).then((deliveries) => deliveries.map(({ status }: { status: string }) => status))

/** A conversation that a contact has started. */
async function conversationOf(client: Client, contact_id: string, body = 'Is anybody there?') {
  const { conversation_id = '' } = await client.conversations.create({ from: { type: 'user', id: contact_id }, body })
  return conversation_id
}

for (const { release, client: connect, errors } of SDKS) {
  const client = connect({ token: server.created.token, baseUrl: server.url })
  const user = await aContact(server.workspace, { email: `user${release}@example.com`, external_id: `user-${release}` })

  test(`SDK ${release}: an email from an admin is delivered, and so is an in-app message`, async () => {
    const email = await client.messages.create({
      message_type: 'email',
      subject: 'Welcome',
      body: '<b>Hello</b> there',
      template: 'plain',
      from: { type: 'admin', id: Number(admin_id) },
      to: { type: 'user', id: user },
    })
    assert.equal(email.type, 'admin_message')
    assert.equal(email.message_type, 'email')
    assert.deepEqual([email.subject, email.body], ['Welcome', '<b>Hello</b> there'])
    assert.deepEqual(await statusesOf(email.id), ['delivered'])

    const inapp = await client.messages.create({
      message_type: 'inapp',
      body: 'Look here',
      from: { type: 'admin', id: Number(admin_id) },
      to: { type: 'user', id: user },
      create_conversation_without_contact_reply: true,
    })
    assert.deepEqual(await statusesOf(inapp.id), ['sent'])
    const conversation = await client.conversations.find({ conversation_id: inapp.conversation_id ?? '' })
    assert.equal(conversation.source.id, inapp.id)
  })

  test(`SDK ${release}: an admin's message and the statuses of a WhatsApp message, as Unstable has them`, async () => {
    const lead = await aContact(server.workspace, { role: 'lead', formatted_phone: '+12025550142' })
    const version = { version: 'Unstable' } as const
    const message = {
      message_type: 'whatsapp',
      template: 'order_update',
      locale: 'en',
      components: [{ type: 'BODY', parameters: [{ type: 'text', text: 'Anna' }] }],
      from: { type: 'admin', id: admin_id },
      to: [{ type: 'lead', id: lead }],
    }
    const { id = '' } = await client.unstable.messages.createMessage(message, version)
    assert.deepEqual(await statusesOf(id), ['read'])
    const status = await client.unstable.messages.getWhatsAppMessageStatus({ ruleset_id: id }, version)
    assert.deepEqual(
      status.events.map(({ status, template_name }) => [status, template_name]),
      [['read', 'order_update']],
    )
    const written = { from: { type: 'user', id: user }, body: 'From a contact', message_type: 'inapp' }
    const inbound = await client.unstable.messages.createMessage(written, version)
    assert.equal(inbound.type, 'user_message')
    assert.ok(inbound.conversation_id)
  })

  test(`SDK ${release}: contact and admin talk, by reply, note and "last"`, async () => {
    const conversation_id = await conversationOf(client, user)
    const fresh = await client.conversations.find({ conversation_id })
    assert.equal(fresh.source.body, '<p>Is anybody there?</p>')
    assert.deepEqual(
      fresh.contacts.contacts?.map(({ id }) => id),
      [user],
    )

    const answered = await client.conversations.reply({
      conversation_id,
      body: { message_type: 'comment', type: 'admin', admin_id, body: 'Yes: <b>me</b>' },
    })
    const [answer] = answered.conversation_parts?.conversation_parts ?? []
    assert.deepEqual([answer?.part_type, answer?.author?.id], ['comment', admin_id])
    await client.conversations.reply({
      conversation_id,
      body: { message_type: 'note', type: 'admin', admin_id, body: 'Be kind' },
    })
    const names = [{ intercom_user_id: user }, { email: `user${release}@example.com` }, { user_id: `user-${release}` }]
    for (const name of names) {
      const body = { message_type: 'comment', type: 'user', ...name, body: 'Thanks' } as const
      await client.conversations.reply({ conversation_id: 'last', body })
    }
    const whole = await client.conversations.find({ conversation_id, display_as: 'plaintext' })
    assert.deepEqual(
      whole.conversation_parts?.conversation_parts?.map(({ part_type, body }) => [part_type, body]),
      [
        ['comment', 'Yes: me'],
        ['note', 'Be kind'],
        ['comment', 'Thanks'],
        ['comment', 'Thanks'],
        ['comment', 'Thanks'],
      ],
    )
  })

  test(`SDK ${release}: an admin assigns, snoozes, closes and opens a conversation, and marks it as read`, async () => {
    const conversation_id = await conversationOf(client, user)
    const assigned = await client.conversations.manage({
      conversation_id,
      body: { message_type: 'assignment', type: 'admin', admin_id, assignee_id: admin_id },
    })
    assert.equal(assigned.admin_assignee_id, Number(admin_id))
    const snoozed_until = Math.floor(Date.now() / 1000) + 3600
    const snoozed = await client.conversations.manage({
      conversation_id,
      body: { message_type: 'snoozed', admin_id, snoozed_until },
    })
    assert.deepEqual([snoozed.state, snoozed.open, snoozed.snoozed_until], ['snoozed', true, snoozed_until])
    const close = { message_type: 'close', type: 'admin', admin_id } as const
    const closed = await client.conversations.manage({ conversation_id, body: close })
    assert.deepEqual([closed.state, closed.open], ['closed', false])
    await assert.rejects(client.conversations.manage({ conversation_id, body: close }), { statusCode: 422 })
    const open = { message_type: 'open', admin_id } as const
    assert.equal((await client.conversations.manage({ conversation_id, body: open })).state, 'open')
    assert.equal((await client.conversations.update({ conversation_id, read: true })).read, true)
  })

  test(`SDK ${release}: lists and searches of conversations continue over their pages and end`, async () => {
    const { created, workspace } = await server.another()
    const client = connect({ token: created.token, baseUrl: server.url })
    const contact = await aContact(workspace)
    assert.deepEqual(await all(await client.conversations.list()), [])
    const ids: string[] = []
    for (let number = 0; number < 5; number++) ids.push(await conversationOf(client, contact, `Question ${number}`))
    const listed = await all(await client.conversations.list({ per_page: 2 }))
    assert.deepEqual(
      listed.map(({ id }) => id),
      ids.toReversed(),
    )
    const query = { field: 'contact_ids', operator: '=', value: contact } as const
    const found = await all(await client.conversations.search({ query, pagination: { per_page: 2 } }))
    assert.deepEqual(found.map(({ id }) => id).sort(), ids.toSorted())
  })

  test(`SDK ${release}: a tag is added to a conversation and removed`, async () => {
    const conversation_id = await conversationOf(client, user)
    const { id } = await client.tags.create({ name: `Urgent ${release}` })
    const applied = await client.tags.tagConversation({ conversation_id, id, admin_id })
    assert.equal(applied.applied_by?.id, admin_id)
    const { tags } = await client.conversations.find({ conversation_id })
    assert.deepEqual(
      tags?.tags?.map(({ name }) => name),
      [`Urgent ${release}`],
    )
    assert.equal((await client.tags.untagConversation({ conversation_id, tag_id: id, admin_id })).id, id)
    assert.deepEqual((await client.conversations.find({ conversation_id })).tags?.tags, [])
    await assert.rejects(client.tags.tagConversation({ conversation_id, id: '0', admin_id }), errors.NotFoundError)
  })

  test(`SDK ${release}: an attribute of a conversation is set, and an unknown one is refused`, async () => {
    const conversation_id = await conversationOf(client, user)
    const name = `Topic ${release}`
    await server.call('POST /conversations/attributes', { name, data_type: 'string' })
    const set = (attribute: string, value: string) =>
      client.conversations.update({ conversation_id, custom_attributes: { [attribute]: value } })
    const { custom_attributes, conversation_parts } = await set(name, 'Billing')
    assert.deepEqual(custom_attributes, { [name]: 'Billing' })
    assert.equal(conversation_parts?.conversation_parts?.[0]?.part_type, 'conversation_attribute_updated_by_admin')
    await assert.rejects(set('Colour', 'red'), { statusCode: 400 })
  })

  test(`SDK ${release}: a part and the first message are redacted`, async () => {
    const conversation_id = await conversationOf(client, user)
    const comment = { message_type: 'comment', type: 'admin', admin_id, body: 'Oops' } as const
    const replied = await client.conversations.reply({ conversation_id, body: comment })
    const [part] = replied.conversation_parts?.conversation_parts ?? []
    const { conversation_parts, source } = await client.conversations.redactConversationPart({
      type: 'conversation_part',
      conversation_id,
      conversation_part_id: part?.id ?? '',
    })
    assert.equal(conversation_parts?.conversation_parts?.[0]?.redacted, true)
    const redacted = await client.conversations.redactConversationPart({
      type: 'source',
      conversation_id,
      source_id: source.id ?? '',
    })
    assert.equal(redacted.source.redacted, true)
    const unknown = { type: 'source', conversation_id, source_id: '0' } as const
    await assert.rejects(client.conversations.redactConversationPart(unknown), errors.NotFoundError)
  })

  if (isRelease7(client)) {
    test('SDK 7: a conversation gets a title, and a quick reply is offered and chosen', async () => {
      const conversation_id = await conversationOf(client, user)
      assert.equal((await client.conversations.update({ conversation_id, title: 'Shoes' })).title, 'Shoes')
      const option = { text: 'Yes', uuid: '4bbb6b2e-9c0a-4b0e-a7b2-ccc5f4c7bd4b' }
      const offer = { message_type: 'quick_reply', type: 'admin', admin_id, reply_options: [option] } as const
      const offered = await client.conversations.reply({ conversation_id, body: { ...offer, reply_options: [option] } })
      const [part] = offered.conversation_parts?.conversation_parts ?? []
      assert.deepEqual(part?.metadata?.quick_reply_options, [option])
    })
  }
}
