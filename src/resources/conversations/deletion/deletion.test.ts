// A conversation is deleted for good: refusals, what goes with it, what stays, and late replies.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { signedAddress } from '#channels/email/addresses.ts'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { SECRET, testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact, aMessage, aSession } from '../../../../test/factories.ts'
import { postMail, rawMail, SMTP_ACCOUNT } from '../../../../test/mail.ts'

const t = await testApp({ public_url: 'https://interphone.example.com' })
const { call, workspace } = t
const { sql } = t.database
const { admin_id } = t.created

let anna: string

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  await sql`delete from channel_accounts`
  anna = await aContact(workspace, {
    email: 'anna@example.org',
    phone: '+12025550123',
    formatted_phone: '+12025550123',
  })
})

const start = async (body = 'Help'): Promise<string> =>
  (await call('POST /conversations', { from: { type: 'user', id: anna }, body })).body.conversation_id
const reply = (id: string, body: object) =>
  call(`POST /conversations/${id}/reply`, { message_type: 'comment', ...body })
const byAdmin = (body = 'Of course') => ({ type: 'admin', admin_id, body })
const byAnna = (body = 'Thanks') => ({ type: 'user', intercom_user_id: anna, body })
const remove = (id: string, query = '') => call(`DELETE /conversations/${id}${query}`)
const write = (body: object) => call('POST /extensions/sandbox/replies', body)
const refusal = ({ status, body }: Awaited<ReturnType<typeof call>>) => [
  status,
  body.errors[0].code,
  body.errors[0].message,
]
const GONE = [404, 'not_found', 'Resource Not Found']

/** A message of an admin to Anna: its id, and that of its delivery and of the conversation that it reserves. */
async function messageBy(message_type: 'email' | 'sms' | 'whatsapp' | 'inapp') {
  const id = await aMessage(workspace, { to: anna, message_type, body: 'Shall we?' })
  const [row] = await sql<{ id: string; conversation_id: string }[]>`
    select id, conversation_id from deliveries where workspace_id = ${workspace.id} and message_id = ${id}`
  return { id, delivery: row!.id, conversation_id: row!.conversation_id }
}

describe('deleting is refused', () => {
  test('for a conversation that does not exist, of another workspace, or deleted before', async () => {
    const id = await start()
    const other = await t.another()
    for (const unknown of ['999999', 'x', '0', 'deleted', '9'.repeat(30)])
      assert.deepEqual(refusal(await remove(unknown)), GONE)
    assert.deepEqual(refusal(await other.call(`DELETE /conversations/${id}`)), GONE)
    assert.equal((await remove(id)).status, 200)
    assert.deepEqual(refusal(await remove(id)), GONE)
  })

  test('for a conversation that a message only reserves', async () => {
    const { conversation_id } = await messageBy('email')
    assert.deepEqual(refusal(await remove(conversation_id)), GONE)
  })

  test('with a wrong retain_metrics, and in versions without it', async () => {
    const id = await start()
    assert.equal((await remove(id, '?retain_metrics=maybe')).status, 400)
    for (const version of ['2.12', '2.11', '2.8']) {
      const { status, body } = await call(`DELETE /conversations/${id}`, undefined, { version })
      assert.deepEqual([status, body.errors[0].code], [400, 'intercom_version_invalid'])
    }
    assert.equal((await call(`GET /conversations/${id}`)).status, 200)
  })

  test('of the metrics, to a token that has no scope for it', async () => {
    const id = await start()
    const as = async (...scopes: string[]) => {
      const text = newTokenText()
      await insertToken(sql, workspace.id, text, { name: 'x', admin_id, scopes }, new Date())
      return text
    }
    const limited = { token: await as('write_conversations') }
    const answer = await call(`DELETE /conversations/${id}?retain_metrics=false`, undefined, limited)
    assert.deepEqual(refusal(answer).slice(0, 2), [403, 'forbidden'])
    assert.equal(
      (await call(`DELETE /conversations/${id}`, undefined, { token: await as('read_conversations') })).status,
      403,
    )
    assert.equal((await call(`DELETE /conversations/${id}`, undefined, limited)).status, 200)
    const both = { token: await as('write_conversations', 'delete_conversations_and_metrics') }
    assert.equal(
      (await call(`DELETE /conversations/${await start()}?retain_metrics=false`, undefined, both)).status,
      200,
    )
  })
})

describe('a deleted conversation', () => {
  test('is gone at once, from reads, lists, searches and for writes', async () => {
    const id = await start()
    const { status, body } = await remove(id)
    assert.deepEqual([status, body], [200, { id, object: 'conversation', deleted: true }])
    assert.deepEqual(refusal(await call(`GET /conversations/${id}`)), GONE)
    assert.equal((await call('GET /conversations')).body.total_count, 0)
    const query = { field: 'id', operator: '=', value: id }
    assert.equal((await call('POST /conversations/search', { query })).body.total_count, 0)
    const close = { message_type: 'close', type: 'admin', admin_id }
    for (const [route, body] of [
      [`PUT /conversations/${id}`, { read: true }],
      [`POST /conversations/${id}/parts`, close],
      [`POST /conversations/${id}/reply`, { message_type: 'comment', ...byAdmin() }],
      [`POST /conversations/${id}/reply`, { message_type: 'comment', ...byAnna() }],
      [`POST /conversations/${id}/customers`, { customer: { email: 'x@example.org' } }],
    ] as const)
      assert.equal((await call(route, body)).status, 404, route)
    assert.equal((await reply('last', byAnna())).status, 404)
  })

  test('has the event of its deletion, with its id only', async () => {
    await sql`update workspaces set listened_topics = '{conversation.deleted}' where id = ${workspace.id}`
    const id = await start('A secret')
    await remove(id)
    assert.deepEqual(await topicsOf(workspace, id), ['conversation.user.created', 'conversation.deleted'])
    const [event] = await sql`select snapshot, actor_type, actor_id from events where topic = 'conversation.deleted'`
    assert.deepEqual(event?.['snapshot'], { type: 'conversation', id, deleted: true, conversation_id: id })
    assert.deepEqual([event?.['actor_type'], event?.['actor_id']], ['admin', admin_id])
  })

  test('leaves nothing that was written: texts, tags, participants, raw mails', async () => {
    const { body: tag } = await call('POST /tags', { name: 'VIP' })
    const id = await start('A secret of Anna')
    await reply(id, byAdmin('A secret of Ada'))
    await call(`POST /conversations/${id}/tags`, { id: tag.id, admin_id })
    await sql`
      insert into inbound_messages (workspace_id, channel, provider_id, state, reason, preview, conversation_id, received_at)
      values (${workspace.id}, 'email', 'x', 'doubtful', 'doubtful', 'A secret mail', ${id}, now())`
    await remove(id)
    const tables = await sql<{ name: string }[]>`
      select table_name as name from information_schema.columns
      where table_schema = 'public' and column_name = 'workspace_id'`
    for (const { name } of tables.filter(({ name }) => !name.startsWith('events'))) {
      const rows =
        await sql`select from ${sql(name)} t where workspace_id = ${workspace.id} and t::text like '%secret%'`
      assert.equal(rows.count, 0, name)
    }
    assert.equal((await sql`select from taggings where workspace_id = ${workspace.id}`).count, 0)
  })

  test('leaves its files to the job that removes them, but not those that are used elsewhere', async () => {
    const data = Buffer.from('Hello').toString('base64')
    const file = { content_type: 'text/plain', name: 'note.txt', data }
    const picture = `<p>See <img src="data:image/png;base64,iVBORw0KGgo="></p>`
    const [id, other] = [await start(), await start()]
    const { body: written } = await reply(id, { ...byAdmin(picture), attachment_files: [file, file] })
    const { attachments } = written.conversation_parts.conversation_parts[0]
    await reply(other, { ...byAdmin('Again'), attachment_urls: [attachments[0].url] })
    const stored = async () => (await sql`select from attachments where workspace_id = ${workspace.id}`).count
    assert.equal(await stored(), 3)
    await remove(id)
    assert.equal(await stored(), 1)
    assert.equal((await sql`select from unclaimed_files`).count, 2)
    assert.equal((await call(new URL(attachments[0].url).pathname.replace(/^/, 'GET '))).status, 200)
    assert.equal((await call(new URL(attachments[1].url).pathname.replace(/^/, 'GET '))).status, 404)
  })

  test('keeps its numbers for reports, unless they are not wanted', async () => {
    const [kept, forgotten] = [await start('A secret'), await start('A secret')]
    await reply(kept, byAdmin())
    await remove(kept)
    await remove(forgotten, '?retain_metrics=false')
    const [first, second] = await sql`
      select metrics_retained, metrics from deleted_conversations where workspace_id = ${workspace.id} order by id`
    assert.deepEqual([first?.['metrics_retained'], second?.['metrics_retained']], [true, false])
    assert.equal(first?.['metrics'].count_conversation_parts, 1)
    assert.deepEqual(first?.['metrics'].contact_ids, [anna])
    assert.equal(second?.['metrics'], null)
  })

  test('ends what is still queued, and that cannot be sent again', async () => {
    const { delivery, conversation_id } = await messageBy('email')
    await reply('last', byAnna())
    const { body } = await reply(conversation_id, byAdmin())
    const part_id = body.conversation_parts.conversation_parts[0].id
    await remove(conversation_id)
    const rows = await sql<{ id: string; status: string; error_code: string }[]>`
      select id, status, error_code from deliveries where workspace_id = ${workspace.id} order by id`
    assert.deepEqual(
      rows.map(({ status, error_code }) => [status, error_code]),
      Array(2).fill(['failed', 'conversation_deleted']),
    )
    const { body: shown } = await call(`GET /extensions/deliveries/${delivery}`)
    assert.equal(shown.history.at(-1).reason, 'The conversation was deleted')
    for (const { id } of rows) assert.equal((await call(`POST /extensions/deliveries/${id}/retry`)).status, 409)
    assert.equal((await sql`select from conversation_parts where id = ${part_id}`).count, 0)
  })

  test('leaves the messenger: list, counts and stream', async () => {
    const id = await start()
    await reply(id, byAdmin())
    await sql`update deliveries set status = 'sent' where workspace_id = ${workspace.id}`
    const session = { token: await aSession(workspace, SECRET, anna) }
    const at = '/extensions/messenger/conversations'
    const list = async () => (await call(`GET ${at}`, undefined, session)).body
    assert.equal((await list()).unread_count, 1)
    const another = await start('Another')
    await reply(another, byAdmin())
    await sql`update deliveries set status = 'sent' where workspace_id = ${workspace.id} and status = 'queued'`
    await remove(id)
    await remove(another)
    const { conversations, unread_count, total_count } = await list()
    assert.deepEqual([conversations, unread_count, total_count], [[], 0, 0])
    assert.equal((await call(`GET ${at}/${id}`, undefined, session)).status, 404)
    assert.equal((await call(`POST ${at}/${id}/replies`, { body: 'x' }, session)).status, 404)
  })

  test('by two at once is deleted once', async () => {
    const id = await start()
    const both = await Promise.all([remove(id), remove(id), reply(id, byAnna())])
    assert.deepEqual(
      both
        .slice(0, 2)
        .map(({ status }) => status)
        .sort(),
      [200, 404],
    )
    assert.ok([200, 404].includes(both[2]!.status))
    assert.equal((await call('GET /conversations/deleted')).body.total_count, 1)
  })
})

describe('a late reply starts a new conversation', () => {
  const newOne = async (than: string) => {
    const { conversations } = (await call('GET /conversations')).body
    assert.equal(conversations.length, 1)
    assert.notEqual(conversations[0].id, than)
    return conversations[0]
  }

  for (const channel of ['sms', 'whatsapp', 'email', 'inapp'] as const)
    test(`by ${channel}, to a message and to an answer`, async () => {
      const { id, conversation_id } = await messageBy(channel)
      await write({ to_message: id, body: 'Yes' })
      await reply(conversation_id, byAdmin())
      await remove(conversation_id)
      const late = await write({ channel, contact: { id: anna }, body: 'Still there?' })
      assert.deepEqual([late.status, late.body.outcome], [200, 'begun'], late.text)
      assert.equal((await newOne(conversation_id)).contacts.contacts[0].id, anna)
      const named = await write({ to_message: id, body: 'And this?' })
      assert.equal(named.status, 200, named.text)
      assert.notEqual(named.body.conversation_id, conversation_id)
    })

  test('by mail to the signed address, or with the headers of the thread', async () => {
    await call('POST /extensions/channels', SMTP_ACCOUNT)
    const { id, delivery, conversation_id } = await messageBy('email')
    const of = { workspace_id: workspace.id, id: delivery }
    const to = signedAddress('reply', of, { secret: SECRET, domain: 'in.example.com' })
    const from = 'Anna <anna@example.org>'
    const mail = rawMail({ from, to, body: 'Yes', message_id: '<first@example.org>' })
    const first = await postMail(call, mail)
    assert.deepEqual([first.body.outcome, first.body.conversation_id], ['replied', conversation_id])
    await remove(conversation_id)
    const late = await postMail(call, rawMail({ from, to, body: 'Hello?' }))
    assert.deepEqual([late.status, late.body.outcome], [200, 'begun'])
    assert.equal((await newOne(conversation_id)).contacts.contacts[0].id, anna)
    const ours = `<message-${id}.${workspace.id}@example.com>`
    for (const answered of ['<first@example.org>', ours]) {
      const headers = { 'In-Reply-To': answered, References: answered }
      const threaded = await postMail(call, rawMail({ from, to: 'hello@in.example.com', headers }))
      assert.deepEqual([threaded.status, threaded.body.outcome], [200, 'begun'], answered)
    }
    assert.equal((await postMail(call, mail)).body.outcome, 'known')
  })

  test('at the moment of the deletion: the message is in one conversation, or in a new one', async () => {
    for (let round = 0; round < 5; round++) {
      const id = await start()
      const [late] = await Promise.all([write({ to_conversation: id, body: `Round ${round}` }), remove(id)])
      if (late.status === 404) continue // The sandbox found no such conversation.
      assert.equal(late.status, 200, late.text)
      const { status } = await call(`GET /conversations/${late.body.conversation_id}`)
      assert.equal(status, late.body.conversation_id === id ? 404 : 200)
    }
  })
})

describe('deleted conversations are listed', () => {
  test('with their own version, order and pages', async () => {
    for (const version of ['2.15', '2.14', '2.8']) {
      const answer = await call('GET /conversations/deleted', undefined, { version })
      const message = 'Requested resource is not available in current API version.'
      assert.deepEqual(refusal(answer), [400, 'intercom_version_invalid', message])
    }
    assert.equal((await call('GET /conversations/deleted?order=newest')).status, 400)
    assert.deepEqual((await call('GET /conversations/deleted?starting_after=x')).status, 400)
    const ids: string[] = []
    for (let n = 0; n < 5; n++) {
      ids.push(await start())
      await remove(ids[n]!, n === 2 ? '?retain_metrics=false' : '')
    }
    const { body } = await call('GET /conversations/deleted?per_page=2')
    assert.deepEqual(
      [body.type, body.total_count, body.pages.page, body.pages.total_pages],
      ['conversations.list', 5, 1, 3],
    )
    assert.deepEqual(Object.keys(body.conversations[0]), ['type', 'id', 'metrics_retained', 'deleted_at'])
    const walk = async (url: string): Promise<string[]> => {
      const { body } = await call(`GET ${url.replace('https://interphone.example.com', '')}`)
      const shown = body.conversations.map(({ id }: { id: string }) => id)
      return body.pages.next ? [...shown, ...(await walk(body.pages.next))] : shown
    }
    assert.deepEqual(await walk('/conversations/deleted?per_page=2'), ids.toReversed())
    assert.deepEqual(await walk('/conversations/deleted?per_page=2&order=asc'), ids)
    const second = (await call('GET /conversations/deleted?per_page=2&page=2')).body.conversations
    assert.deepEqual(
      second.map(({ id }: { id: string }) => id),
      [ids[2], ids[1]],
    )
    assert.equal(second[0].metrics_retained, false)
    assert.equal((await call('GET /conversations/deleted?per_page=1000')).body.pages.per_page, 60)
  })
})
