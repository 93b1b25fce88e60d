// Two conversations are merged: refusals, what the primary takes over, and the threads of every channel.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { signedAddress } from '#channels/email/addresses.ts'
import { SECRET, testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact, aMessage, aSession } from '../../../../test/factories.ts'
import { postMail, rawMail, SMTP_ACCOUNT } from '../../../../test/mail.ts'

const t = await testApp({ public_url: 'https://interphone.example.com' })
const { call, workspace } = t
const { sql } = t.database
const { admin_id } = t.created

let anna: string
let ben: string

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  await sql`delete from channel_accounts`
  const phone = '+12025550123'
  anna = await aContact(workspace, { email: 'anna@example.org', phone, formatted_phone: phone })
  ben = await aContact(workspace, { email: 'ben@example.org' })
})

const start = async (contact = anna, body = 'Help'): Promise<string> =>
  (await call('POST /conversations', { from: { type: 'user', id: contact }, body })).body.conversation_id
const reply = (id: string, body: object) =>
  call(`POST /conversations/${id}/reply`, { message_type: 'comment', ...body })
const act = (id: string, body: object) => call(`POST /conversations/${id}/parts`, { type: 'admin', admin_id, ...body })
const byAdmin = (body = 'Of course') => ({ type: 'admin', admin_id, body })
const byContact = (body = 'Thanks', contact = anna) => ({ type: 'user', intercom_user_id: contact, body })
const merge = (id: string, into: unknown, options = {}) =>
  call(`POST /conversations/${id}/merge`, { merge_into_conversation_id: into }, options)
const show = async (id: string) => (await call(`GET /conversations/${id}`)).body
const parts = async (id: string) =>
  (await show(id)).conversation_parts.conversation_parts.map(
    ({ part_type, body }: { part_type: string; body: string | null }) => [
      part_type,
      body?.replace(/<[^>]+>/g, '') ?? null,
    ],
  )
const refusal = ({ status, body }: Awaited<ReturnType<typeof call>>) => [
  status,
  body.errors[0].code,
  body.errors[0].message,
]
const merged = async (from: string, into: string) => {
  const answer = await merge(from, Number(into))
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

describe('a merge is refused', () => {
  test('if the id of the primary is no integer', async () => {
    const id = await start()
    const message = 'merge_into_conversation_id must be a valid integer conversation ID'
    for (const into of [
      undefined,
      null,
      '',
      ' ',
      'x',
      '1x',
      1.5,
      -1.5,
      '1.0',
      true,
      [],
      [1],
      {},
      '9'.repeat(20),
      { toString: 1 },
      1e300,
      '0x1',
    ])
      assert.deepEqual(refusal(await merge(id, into)), [400, 'parameter_invalid', message], JSON.stringify(into))
    assert.equal((await call(`POST /conversations/${id}/merge`)).status, 400)
  })

  test('if there is no such conversation, also of another workspace', async () => {
    const id = await start()
    const other = await t.another()
    const their = await aContact(other.workspace)
    const theirs = (await other.call('POST /conversations', { from: { type: 'user', id: their }, body: 'x' })).body
    for (const into of [999999, '999999', 0, -1, Number(theirs.conversation_id)])
      assert.deepEqual(refusal(await merge(id, into)), [422, 'merge_failed', 'Primary conversation not found'])
    for (const unknown of ['999999', 'x', theirs.conversation_id])
      assert.deepEqual(refusal(await merge(unknown, Number(id))), [404, 'not_found', 'Resource Not Found'])
    const [row] = await sql`select id from messages where workspace_id = ${workspace.id}`
    assert.ok(row)
  })

  test('into itself, a second time, and into one that was merged', async () => {
    const [first, second, third] = [await start(), await start(), await start()]
    const itself = await merge(first, Number(first))
    assert.deepEqual(refusal(itself), [422, 'merge_failed', 'Cannot merge a conversation into itself'])
    await merged(first, second)
    const again = [422, 'merge_failed', 'Secondary conversation has already been merged']
    for (const into of [second, third]) assert.deepEqual(refusal(await merge(first, Number(into))), again)
    const into = await merge(third, Number(first))
    assert.deepEqual(refusal(into), [422, 'merge_failed', 'Primary conversation has already been merged'])
  })

  test('if the secondary has several participants', async () => {
    const [group, single] = [await start(), await start()]
    await call(`POST /conversations/${group}/customers`, { customer: { intercom_user_id: ben } })
    const answer = await merge(group, Number(single))
    assert.deepEqual(refusal(answer), [
      422,
      'merge_failed',
      'A conversation with several participants cannot be merged',
    ])
    assert.equal((await show(group)).state, 'open')
    await merged(single, group)
  })

  test('in versions that do not have it', async () => {
    const [first, second] = [await start(), await start()]
    for (const version of ['2.15', '2.14', '2.11', '2.8'])
      assert.equal(refusal(await merge(first, Number(second), { version }))[1], 'intercom_version_invalid')
    assert.equal((await merge(first, second, { version: '2.16' })).status, 200)
  })

  test('at the same moment in both directions: one of the two', async () => {
    const [first, second] = [await start(), await start()]
    const both = await Promise.all([merge(first, Number(second)), merge(second, Number(first))])
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 422])
  })
})

describe('a merge', () => {
  test('answers with the primary, which stays open and is linked to the closed secondary', async () => {
    const [secondary, primary] = [await start(anna, 'Twice'), await start()]
    const body = await merged(secondary, primary)
    assert.deepEqual([body.id, body.state, body.open], [primary, 'open', true])
    const [part] = body.conversation_parts.conversation_parts
    assert.deepEqual([part.part_type, part.body, part.author.type], ['merged_primary_conversation', null, 'bot'])
    assert.equal(body.conversation_parts.total_count, 1)
    const link = (id: string) => ({
      ...{ type: 'list', data: [{ type: 'conversation', id, category: null }], total_count: 1, has_more: false },
    })
    assert.deepEqual(body.linked_objects, link(secondary))
    const left = await show(secondary)
    assert.deepEqual([left.state, left.open, left.source.body], ['closed', false, '<p>Twice</p>'])
    assert.deepEqual(left.linked_objects, link(primary))
    assert.deepEqual(await parts(secondary), [['merged_secondary_conversation', null]])
    const listed = (await call('GET /conversations')).body.conversations
    assert.deepEqual(listed.find(({ id }: { id: string }) => id === primary).linked_objects, link(secondary))
  })

  test('leaves one event of the secondary, which is closed', async () => {
    const [secondary, primary] = [await start(), await start()]
    await merged(secondary, primary)
    assert.deepEqual((await topicsOf(workspace, secondary)).slice(1), ['conversation.admin.closed'])
    assert.deepEqual((await topicsOf(workspace, primary)).slice(1), [])
  })

  test('gives the primary the participant and the tags, and no parts', async () => {
    const [secondary, primary] = [await start(ben), await start(anna)]
    const tag = async (name: string) => (await call('POST /tags', { name })).body.id
    const [vip, urgent] = [await tag('VIP'), await tag('Urgent')]
    for (const [id, of] of [
      [vip, secondary],
      [urgent, secondary],
      [vip, primary],
    ])
      await call(`POST /conversations/${of}/tags`, { id, admin_id })
    await reply(secondary, byAdmin('Hello Ben'))
    const body = await merged(secondary, primary)
    assert.deepEqual(
      body.contacts.contacts.map(({ id }: { id: string }) => id),
      [anna, ben],
    )
    assert.deepEqual(body.tags.tags.map(({ id }: { id: string }) => id).sort(), [vip, urgent].sort())
    assert.deepEqual(await parts(primary), [
      ['merged_primary_conversation', null],
      ['participant_added', null],
    ])
    assert.ok((await topicsOf(workspace, primary)).includes('conversation.contact.attached'))
    assert.deepEqual(
      (await parts(secondary)).map(([type]: string[]) => type),
      ['comment', 'merged_secondary_conversation'],
    )
  })

  test('a contact who waits in the secondary waits in the primary, which opens for that', async () => {
    const [secondary, primary] = [await start(), await start()]
    await reply(primary, byAdmin())
    await act(primary, { message_type: 'close' })
    const { waiting_since } = await show(secondary)
    const body = await merged(secondary, primary)
    assert.deepEqual([body.state, body.waiting_since, body.read], ['open', waiting_since, false])
    assert.ok((await topicsOf(workspace, primary)).includes('conversation.admin.opened'))
  })

  test('of a closed secondary changes neither state', async () => {
    const [secondary, primary] = [await start(), await start()]
    for (const id of [secondary, primary]) {
      await reply(id, byAdmin())
      await act(id, { message_type: 'close' })
    }
    const body = await merged(secondary, primary)
    assert.deepEqual([body.state, body.waiting_since], ['closed', null])
  })

  test('of a snoozed secondary wakes nobody later', async () => {
    const [secondary, primary] = [await start(), await start()]
    await act(secondary, { message_type: 'snoozed', snoozed_until: Math.floor(Date.now() / 1000) + 3600 })
    await merged(secondary, primary)
    const { state, snoozed_until } = await show(secondary)
    assert.deepEqual([state, snoozed_until], ['closed', null])
  })

  test('of a chain: all lead to the one that is left', async () => {
    const [a, b, c] = [await start(), await start(), await start()]
    await merged(a, b)
    await merged(b, c)
    for (const id of [a, b]) assert.equal((await reply(id, byContact(`From ${id}`))).body.id, c)
    assert.deepEqual((await parts(c)).slice(1), [
      ['comment', `From ${a}`],
      ['comment', `From ${b}`],
    ])
    assert.deepEqual(
      (await show(c)).linked_objects.data.map(({ id }: { id: string }) => id),
      [a, b],
    )
  })
})

describe('what is written to the secondary', () => {
  test('by the contact, also as `last`, goes to the primary', async () => {
    const [primary, secondary] = [await start(), await start()]
    await merged(secondary, primary)
    for (const id of [secondary, 'last']) {
      const { status, body } = await reply(id, byContact(`To ${id}`))
      assert.deepEqual([status, body.id], [200, primary])
    }
    assert.equal((await parts(secondary)).length, 1)
  })

  test('by an admin is refused, except notes', async () => {
    const [primary, secondary] = [await start(), await start()]
    await merged(secondary, primary)
    const message = `The conversation was merged into conversation ${primary}`
    const options = [{ text: 'Yes', uuid: 'a' }]
    for (const answer of [
      await reply(secondary, byAdmin()),
      await reply(secondary, { ...byAdmin(), message_type: 'quick_reply', reply_options: options }),
      await act(secondary, { message_type: 'open' }),
      await act(secondary, { message_type: 'snoozed', snoozed_until: 4_000_000_000 }),
      await act(secondary, { message_type: 'assignment', assignee_id: admin_id }),
      await act(secondary, { message_type: 'assignment', assignee_id: '0' }),
    ])
      assert.deepEqual(refusal(answer), [422, 'parameter_invalid', message])
    assert.equal((await reply(secondary, { ...byAdmin('Merged'), message_type: 'note' })).status, 200)
    assert.equal((await show(secondary)).state, 'closed')
  })

  test('at the moment of the merge is in one of the two, and a contact’s message never in a closed one', async () => {
    for (let round = 0; round < 5; round++) {
      const [primary, secondary] = [await start(), await start()]
      const [late, merging] = await Promise.all([reply(secondary, byContact()), merge(secondary, Number(primary))])
      assert.deepEqual([late.status, merging.status], [200, 200], late.text + merging.text)
      const counts = await Promise.all([primary, secondary].map(parts))
      assert.equal(counts.flat().filter(([type]) => type === 'comment').length, 1)
      assert.deepEqual((await parts(secondary)).at(-1), ['merged_secondary_conversation', null])
    }
  })

  for (const channel of ['sms', 'whatsapp'] as const)
    test(`by ${channel} goes to the primary, whatever its channel`, async () => {
      const primary = await start()
      const { body: first } = await call('POST /extensions/sandbox/replies', {
        channel,
        contact: { id: anna },
        body: 'Hi',
      })
      const secondary = first.conversation_id
      await reply(secondary, byAdmin())
      await merged(secondary, primary)
      for (const target of [{}, { to_conversation: secondary }]) {
        const { body } = await call('POST /extensions/sandbox/replies', {
          channel,
          contact: { id: anna },
          body: 'Late',
          ...target,
        })
        assert.deepEqual([body.outcome, body.conversation_id], ['replied', primary], JSON.stringify(target))
      }
      await sql`update conversations set last_close_at = now() - interval '1 year' where id = ${secondary}`
      const { body } = await call('POST /extensions/sandbox/replies', { channel, contact: { id: anna }, body: 'Later' })
      assert.equal(body.conversation_id, primary)
    })

  test('in the messenger goes to the primary, which the messenger then shows', async () => {
    await call('POST /extensions/channels', SMTP_ACCOUNT)
    const mail = await postMail(call, rawMail({ from: 'anna@example.org' }))
    const session = { token: await aSession(workspace, SECRET, anna) }
    for (const primary of [await start(), mail.body.conversation_id]) {
      const secondary = await start()
      await merged(secondary, primary)
      const route = `POST /extensions/messenger/conversations/${secondary}/replies`
      const { status, body } = await call(route, { body: 'From the page' }, session)
      assert.deepEqual([status, body.id, body.parts.at(-1)?.body], [200, primary, '<p>From the page</p>'])
    }
  })
})

describe('a mail that answers the secondary', () => {
  const from = 'Anna <anna@example.org>'

  /** A thread of two mails each way. Returns its conversation, our reply address, and the Message-IDs. */
  async function mailThread() {
    const id = await aMessage(workspace, { to: anna, subject: 'Your order' })
    const [row] = await sql<{ id: string; conversation_id: string }[]>`
      select id, conversation_id from deliveries where workspace_id = ${workspace.id} and message_id = ${id}`
    const of = { workspace_id: workspace.id, id: row!.id }
    const to = signedAddress('reply', of, { secret: SECRET, domain: 'in.example.com' })
    const theirs = `<first-${id}@example.org>`
    await postMail(call, rawMail({ from, to, body: 'Yes', message_id: theirs }))
    const { body } = await reply(row!.conversation_id, byAdmin())
    const [part] = body.conversation_parts.conversation_parts
    const ours = [`<message-${id}.${workspace.id}@example.com>`, `<part-${part.id}.${workspace.id}@example.com>`]
    return { conversation: row!.conversation_id, to, theirs, ours }
  }

  test('by its signed address or its headers lands in the primary, and so do answers to that', async () => {
    await call('POST /extensions/channels', SMTP_ACCOUNT)
    const primary = await start()
    const { conversation, to, theirs, ours } = await mailThread()
    await merged(conversation, primary)
    const signed = await postMail(call, rawMail({ from, to, body: 'Signed', message_id: '<second@example.org>' }))
    assert.deepEqual([signed.body.outcome, signed.body.conversation_id], ['replied', primary])
    for (const answered of [theirs, ...ours, '<second@example.org>']) {
      const headers = { 'In-Reply-To': answered, References: answered }
      const { body } = await postMail(call, rawMail({ from, to: 'hello@in.example.com', headers }))
      assert.deepEqual([body.outcome, body.conversation_id], ['replied', primary], answered)
    }
    const stranger = await postMail(call, rawMail({ from: 'Cleo <cleo@example.org>', to }))
    assert.equal(stranger.body.conversation_id, primary)
    assert.equal((await show(primary)).contacts.contacts.length, 2)
    assert.deepEqual((await parts(conversation)).at(-1), ['merged_secondary_conversation', null])
  })

  test('still does when the secondary was deleted; when the primary was, the secondary is left', async () => {
    await call('POST /extensions/channels', SMTP_ACCOUNT)
    const [first, second] = [await start(), await start()]
    const [deleted, left] = [await mailThread(), await mailThread()]
    await merged(deleted.conversation, first)
    await call(`DELETE /conversations/${deleted.conversation}`)
    const { body } = await postMail(call, rawMail({ from, to: deleted.to }))
    assert.deepEqual([body.outcome, body.conversation_id], ['replied', first])
    assert.deepEqual((await show(first)).linked_objects.data, [])

    await merged(left.conversation, second)
    await call(`DELETE /conversations/${second}`)
    const late = await postMail(call, rawMail({ from, to: left.to }))
    assert.deepEqual([late.body.outcome, late.body.conversation_id], ['replied', left.conversation])
    const shown = await show(left.conversation)
    assert.deepEqual([shown.state, shown.linked_objects.data], ['open', []])
  })
})

test('a call that ends after the merge leaves its summary in the primary', async () => {
  const [secondary, primary] = [await start(), await start()]
  const { body: running } = await call('POST /extensions/calls', { conversation_id: secondary, direction: 'inbound' })
  await merged(secondary, primary)
  const ended = { state: 'completed', summary: 'All is well' }
  assert.equal((await call(`PUT /extensions/calls/${running.id}`, ended)).status, 200)
  assert.deepEqual((await parts(primary)).at(-1), ['call_summary', 'All is well'])
  const { data } = (await call('POST /calls/search', { conversation_ids: [primary] })).body
  assert.deepEqual(
    data.map(({ id }: { id: string }) => id),
    [running.id],
  )
})
