// What belongs to a lead belongs to the user after a merge: each kind of thing, as its reads show it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { signedAddress } from '#channels/email/addresses.ts'
import { UNSUBSCRIBE } from '#channels/email/email-of-delivery.ts'
import { sign } from '#lib/sign.ts'
import { saveWhatsAppUser } from '#resources/contacts/whatsapp-queries.ts'
import { SECRET, testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact, aMessage, aSession, eventually } from '../../../test/factories.ts'
import { postMail, rawMail, SMTP_ACCOUNT } from '../../../test/mail.ts'
import { eventSource } from '../../../test/messenger.ts'
import { moveLate } from './move-late.ts'

const t = await testApp({ streams: { poll_every_ms: 100 } })
const { sql } = t.database
const { call, workspace } = t
t.app.addHook('preClose', async () => t.app.server.closeAllConnections())
const url = await t.app.listen({ port: 0, host: '127.0.0.1' })
await call('POST /extensions/channels', SMTP_ACCOUNT)

let numbers = 0
/** A lead with an email of its own, and a user. */
async function aPair(lead: object = {}, user: object = {}) {
  const email = `lead${++numbers}@example.com`
  const from = await aContact(workspace, { role: 'lead', email, external_id: `lead ${numbers}`, ...lead })
  return { email, from, into: await aContact(workspace, { email: `user${numbers}@example.com`, ...user }) }
}

async function merge({ from, into }: { from: string; into: string }) {
  const answer = await call('POST /contacts/merge', { from, into, skip_duplicate_validation: true })
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

const post = async (path: string, body: object = {}) => {
  const answer = await call(`POST ${path}`, body)
  assert.ok(answer.status < 300, answer.text)
  return answer.body
}
const show = async (id: string) => (await call(`GET /conversations/${id}`)).body
const startedBy = async (id: string): Promise<string> =>
  (await post('/conversations', { from: { type: 'contact', id }, body: 'Hello' })).conversation_id
const contactsOf = ({ contacts }: { contacts: { contacts: { id: string }[] } }) => contacts.contacts.map(({ id }) => id)

describe('conversations', () => {
  test('keep their ids, and have the user as participant, as author of the first message and of parts', async () => {
    const pair = await aPair()
    const id = await startedBy(pair.from)
    const reply = { type: 'user', message_type: 'comment', intercom_user_id: pair.from, body: 'And more' }
    await post(`/conversations/${id}/reply`, reply)
    const before = await show(id)
    await merge(pair)
    const after = await show(id)
    assert.deepEqual(contactsOf(after), [pair.into])
    const { author } = after.source
    assert.deepEqual([author.type, author.id], ['user', pair.into])
    assert.deepEqual(
      after.conversation_parts.conversation_parts.map((part: { author: { type: string; id: string } }) => [
        part.author.type,
        part.author.id,
      ]),
      [['user', pair.into]],
    )
    assert.equal(after.updated_at, before.updated_at)
    const [message] = await sql`select author_type, author_id from messages where id = ${after.source.id}`
    assert.deepEqual({ ...message }, { author_type: 'user', author_id: pair.into })
  })

  test('of other people in which the lead takes part have the user; one with both has the user once', async () => {
    const pair = await aPair()
    const guest = await aContact(workspace, { email: `guest${numbers}@example.com` })
    const id = await aMessage(workspace, { to: [guest, pair.into], cc: [pair.from] })
    const [{ conversation_id }] = await sql<[{ conversation_id: string }]>`
      select conversation_id from deliveries where message_id = ${id} limit 1`
    const reply = { type: 'user', message_type: 'comment', intercom_user_id: pair.from, body: 'Me too' }
    await post(`/conversations/${conversation_id}/reply`, reply)
    assert.equal(contactsOf(await show(conversation_id)).length, 3)
    await merge(pair)
    assert.deepEqual(contactsOf(await show(conversation_id)).sort(), [guest, pair.into].sort())
  })

  test('of the user stay, and those of nobody else change', async () => {
    const pair = await aPair()
    const theirs = await startedBy(pair.into)
    const strangers = await startedBy(await aContact(workspace))
    const before = [await show(theirs), await show(strangers)]
    await merge(pair)
    const now = [await show(theirs), await show(strangers)]
    const source = { ...now[0].source, author: { ...now[0].source.author } }
    assert.deepEqual([{ ...now[0], source }, now[1]], before)
  })
})

describe('an email to the lead', () => {
  async function sent(pair: { from: string }) {
    const message_id = await aMessage(workspace, { to: pair.from })
    const [delivery] = await sql<{ id: string; conversation_id: string }[]>`
      select id, conversation_id from deliveries where message_id = ${message_id}`
    const names = { workspace_id: workspace.id, id: delivery!.id }
    return {
      ...delivery!,
      message_id,
      reply_to: signedAddress('reply', names, { secret: SECRET, domain: 'in.example.com' }),
    }
  }
  const answer = (from: string, to: string, more: object = {}) => {
    const raw = rawMail({ from: `Lea <${from}>`, to, subject: 'Re: Hello', ...more })
    return postMail(call, raw)
  }

  test('is answered after the merge: the reply address finds the conversation and the user', async () => {
    const pair = await aPair()
    const { reply_to, conversation_id } = await sent(pair)
    await merge(pair)
    const { body } = await answer(pair.email, reply_to)
    assert.deepEqual([body.outcome, body.conversation_id], ['replied', conversation_id])
    const conversation = await show(conversation_id)
    assert.deepEqual(contactsOf(conversation), [pair.into])
    assert.equal(conversation.conversation_parts.conversation_parts[0].author.id, pair.into)
    const { count } = await sql`select from contacts where lower(email) = ${pair.email} and merged_into is null`
    assert.equal(count, 0, 'no new lead')
  })

  test('is answered before and after the merge in one conversation', async () => {
    const pair = await aPair()
    const { reply_to, conversation_id } = await sent(pair)
    await answer(pair.email, reply_to, { body: 'Before' })
    await merge(pair)
    await answer(pair.email, reply_to, { body: 'After' })
    const { conversation_parts } = await show(conversation_id)
    assert.deepEqual(
      conversation_parts.conversation_parts.map((part: { author: { id: string } }) => part.author.id),
      [pair.into, pair.into],
    )
  })

  test('shows the user as its recipient, and keeps the address that it was sent to', async () => {
    const pair = await aPair()
    const { id } = await sent(pair)
    await merge(pair)
    const { body } = await call(`GET /extensions/deliveries/${id}`)
    assert.deepEqual([body.contact_id, body.address], [pair.into, pair.email])
  })

  test('bounces: the user is marked only if it has that address', async () => {
    const [different, same] = [await aPair(), await aPair({}, { email: null })]
    for (const [pair, marked] of [
      [different, false],
      [same, true],
    ] as const) {
      const { id } = await sent(pair)
      await merge(pair)
      await post('/extensions/sandbox/statuses', { delivery_id: id, status: 'failed', hard_bounce: true })
      assert.equal((await call(`GET /contacts/${pair.into}`)).body.has_hard_bounced, marked)
    }
  })

  test('has an unsubscribe link that unsubscribes the user', async () => {
    const pair = await aPair()
    await merge(pair)
    const link = `/unsubscribe/${sign(SECRET, UNSUBSCRIBE, `${workspace.id}.${pair.from}`)}`
    assert.equal((await call(`POST ${link}`, undefined, { token: null })).status, 200)
    assert.equal((await call(`GET /contacts/${pair.into}`)).body.unsubscribed_from_emails, true)
    assert.deepEqual(await topicsOf(workspace, pair.into), ['contact.merged', 'contact.unsubscribed'])
    await call(`DELETE /contacts/${pair.into}`)
    assert.equal((await call(`POST ${link}`, undefined, { token: null })).status, 200)
  })

  test('has a link for its subscription type, by which the user leaves that type', async () => {
    const pair = await aPair()
    const translations = [{ name: 'Offers', description: 'Offers', locale: 'en' }]
    const { id } = await post('/extensions/subscription_types', {
      ...{ consent_type: 'opt_out', translations, content_types: ['email'] },
    })
    await merge(pair)
    const link = `/unsubscribe/${sign(SECRET, UNSUBSCRIBE, `${workspace.id}.${pair.from}.${id}`)}`
    const chosen = async () =>
      (await call(`GET /contacts/${pair.into}`)).body.opted_out_subscription_types.data.map(
        (one: { id: string }) => one.id,
      )
    assert.equal((await call(`POST ${link}`, undefined, { token: null })).status, 200)
    assert.deepEqual(await chosen(), [id])
    assert.doesNotMatch(
      (await call(`GET ${link}`, undefined, { token: null })).text,
      new RegExp(`value="${id}" checked`),
    )
    const save = (types: string) => call(`POST ${link}/preferences`, { types }, { token: null })
    assert.equal((await save(id)).status, 200)
    assert.deepEqual(await chosen(), [])
  })
})

test('tags: those that the user lacks are added as they were applied, and those of both stay as the user has them', async () => {
  const pair = await aPair()
  const tags: string[] = []
  for (const name of ['Both', 'Lead', 'User']) tags.push((await post('/tags', { name: `${name} ${numbers}` })).id)
  const [both, leads, users] = tags as [string, string, string]
  const apply = (id: string, tag: string) => post(`/contacts/${id}/tags`, { id: tag })
  const applied = await apply(pair.from, leads)
  await apply(pair.from, both)
  await apply(pair.into, users)
  const kept = await apply(pair.into, both)
  const merged = await merge(pair)
  assert.equal(merged.tags.total_count, 3)
  const { data } = (await call(`GET /contacts/${pair.into}/tags`)).body
  const find = (id: string) => data.find((tag: { id: string }) => tag.id === id)
  assert.deepEqual([find(leads), find(both)], [applied, kept])
})

test('notes: all are on the user', async () => {
  const pair = await aPair()
  const [mine, own] = [
    await post(`/contacts/${pair.from}/notes`, { body: 'On the lead' }),
    await post(`/contacts/${pair.into}/notes`, { body: 'On the user' }),
  ]
  const merged = await merge(pair)
  assert.deepEqual(
    merged.notes.data.map(({ id }: { id: string }) => id),
    [own.id, mine.id],
  )
  assert.equal((await call(`GET /notes/${mine.id}`)).body.contact.id, pair.into)
})

test('subscription types: what one of them chose is chosen', async () => {
  const pair = await aPair()
  const types: string[] = []
  for (const consent_type of ['opt_out', 'opt_in', 'opt_out']) {
    const translations = [{ name: 'News', description: 'News', locale: 'en' }]
    types.push(
      (await post('/extensions/subscription_types', { consent_type, translations, content_types: ['email'] })).id,
    )
  }
  const [both, leads, users] = types as [string, string, string]
  for (const [id, type] of [
    [pair.from, both],
    [pair.from, leads],
    [pair.into, both],
    [pair.into, users],
  ])
    await post(`/contacts/${id}/subscriptions`, { id: type })
  const merged = await merge(pair)
  const ids = (list: { data: { id: string }[] }) => list.data.map(({ id }) => id)
  assert.deepEqual(ids(merged.opted_out_subscription_types), [both, users])
  assert.deepEqual(ids(merged.opted_in_subscription_types), [leads])
})

test('companies: the user is attached to those of both, and each counts the user once', async () => {
  const pair = await aPair()
  const [both, leads, users] = await Promise.all(
    ['both', 'lead', 'user'].map(async (name) => (await post('/companies', { company_id: name, name })).id),
  )
  const attach = (id: string, company: string) => post(`/contacts/${id}/companies`, { id: company })
  for (const [id, company] of [
    [pair.from, both],
    [pair.from, leads],
    [pair.into, both],
    [pair.into, users],
  ] as const)
    await attach(id, company)
  const merged = await merge(pair)
  const ids = merged.companies.data.map(({ id }: { id: string }) => id)
  assert.deepEqual(ids.sort(), [both, leads, users].sort())
  for (const id of [both, leads, users]) assert.equal((await call(`GET /companies/${id}`)).body.user_count, 1)
})

test('data events: all are the user’s, the same second of both counts once, and summaries add up', async () => {
  const pair = await aPair({}, { external_id: 'events' })
  const at = 1_750_000_000
  const record = (id: string, event_name: string, created_at: number) => post('/events', { id, event_name, created_at })
  const recent = Math.floor(Date.now() / 1000) - 1_000
  for (const [id, name, created_at] of [
    [pair.from, 'ordered', recent],
    [pair.from, 'ordered', recent + 1],
    [pair.into, 'ordered', recent + 1],
    [pair.into, 'ordered', recent + 5],
    [pair.from, 'left', recent],
    [pair.into, 'came', at],
  ] as const)
    await record(id, name, created_at)
  await merge(pair)
  const query = `type=user&intercom_user_id=${pair.into}`
  const { events } = (await call(`GET /events?${query}`)).body
  assert.deepEqual(
    events.map((event: { event_name: string; created_at: number }) => [event.event_name, event.created_at - recent]),
    [
      ['ordered', 5],
      ['ordered', 1],
      ['left', 0],
      ['ordered', 0],
    ].toSorted((one, other) => Number(other[1]) - Number(one[1])),
  )
  const summaries = await sql`
    select name, count::int, extract(epoch from first_at)::int - ${recent} as first,
      extract(epoch from last_at)::int - ${recent} as last
    from data_event_summaries where contact_id = ${pair.into} order by name`
  assert.deepEqual(
    summaries.map((row) => ({ ...row })),
    [
      { name: 'came', count: 1, first: at - recent, last: at - recent },
      { name: 'left', count: 1, first: 0, last: 0 },
      { name: 'ordered', count: 3, first: 0, last: 5 },
    ],
  )
})

test('banners: what one of them dismissed stays dismissed, and impressions add up', async () => {
  const pair = await aPair()
  const banner = async () => (await post('/extensions/banners', { body: '<p>Sale</p>' })).id
  const [both, leads] = [await banner(), await banner()]
  const view = async (id: string) => (await call(`GET /contacts/${id}/banners`)).body.data
  const seen = await view(pair.from)
  await view(pair.from)
  await view(pair.into)
  const { view_id } = seen.find(({ id }: { id: string }) => id === both)
  await post(`/contacts/${pair.from}/banners/${view_id}/dismiss`)
  await merge(pair)
  const shown = await view(pair.into)
  assert.deepEqual(
    [shown.some(({ id }: { id: string }) => id === both), shown.some(({ id }: { id: string }) => id === leads)],
    [false, true],
  )
  const views = await sql<{ banner_id: string; impressions: number }[]>`
    select banner_id, impressions from banner_views where contact_id = ${pair.into} order by banner_id`
  assert.deepEqual(
    views.filter(({ banner_id }) => [both, leads].includes(banner_id)).map(({ impressions }) => impressions),
    [3, 4],
  )
})

test('news: what one of them saw is seen, and a reaction of the user stays', async () => {
  const pair = await aPair({ external_id: 'lead-of-news' }, { external_id: 'user-of-news' })
  const feed = await post('/extensions/newsfeeds', { name: 'Feed' })
  const item = {
    ...{ sender_id: Number(t.created.admin_id), state: 'live', reactions: ['👍', '🎉'] },
    newsfeed_assignments: [{ newsfeed_id: feed.id }],
  }
  const aNewsItem = async () => (await post('/news/news_items', { title: 'News', ...item })).id
  const [both, leads] = [await aNewsItem(), await aNewsItem()]
  await sql`
    insert into news_views (workspace_id, news_item_id, contact_id, seen_at, reaction)
    values (${workspace.id}, ${both}, ${pair.from}, now(), '👍'), (${workspace.id}, ${leads}, ${pair.from}, now(), '🎉'),
      (${workspace.id}, ${both}, ${pair.into}, now(), '🎉')`
  await merge(pair)
  const views = await sql`
    select news_item_id, reaction from news_views where contact_id = ${pair.into} order by news_item_id`
  assert.deepEqual(
    views.map((row) => ({ ...row })),
    [
      { news_item_id: both, reaction: '🎉' },
      { news_item_id: leads, reaction: '🎉' },
    ],
  )
})

test('calls: those of the lead are the user’s', async () => {
  const pair = await aPair()
  const { id } = await post('/extensions/calls', { direction: 'inbound', contact_id: pair.from })
  await merge(pair)
  assert.equal((await call(`GET /calls/${id}`)).body.contact_id, pair.into)
})

test('ratings: those that the lead was asked for are the user’s', async () => {
  const pair = await aPair()
  const { conversation_id } = await post('/conversations', { from: { type: 'lead', id: pair.from }, body: 'Hello' })
  await post(`/extensions/conversations/${conversation_id}/rating_request`, {})
  await merge(pair)
  const { conversation_rating } = (await call(`GET /conversations/${conversation_id}`)).body
  assert.equal(conversation_rating.contact.id, pair.into)
})

test('WhatsApp: the user id of the lead is the user’s', async () => {
  const pair = await aPair()
  await saveWhatsAppUser(workspace, { user_id: 'BR.1', contact_id: pair.from, phone_number_id: '1', username: null })
  await merge(pair)
  const [row] = await sql`select contact_id from whatsapp_users where user_id = 'BR.1'`
  assert.equal(row?.['contact_id'], pair.into)
})

describe('in the messenger', () => {
  test('the session of the lead is over, its stream ends, and the visitor starts anew', async () => {
    const session = async (body: object = {}) =>
      (await call('POST /extensions/messenger/sessions', { app_id: t.created.id, ...body }, { token: null })).body
    const { token, anonymous_id, visitor_id } = await session()
    const as = { token }
    await call('POST /extensions/messenger/conversations', { body: 'Hi' }, as)
    const [lead] = await sql<{ id: string }[]>`select id from contacts where external_id = ${visitor_id}`
    const stream = eventSource(url, token)
    await eventually(
      async () => stream.opened,
      (opened) => opened > 0,
    )
    await merge({ from: lead!.id, into: await aContact(workspace) })
    assert.equal((await call('GET /extensions/messenger/conversations', undefined, as)).status, 401)
    await eventually(
      async () => stream.is_over,
      (over) => over,
    )
    stream.close()
    const again = await session({ anonymous_id })
    assert.notEqual(again.visitor_id, visitor_id)
    assert.equal(again.contact, null)
  })

  test('the user sees the conversations of the lead, and a stream brings what the lead did not receive', async () => {
    const pair = await aPair()
    const session = await aSession(workspace, SECRET, pair.into)
    const id = await startedBy(pair.from)
    await aMessage(workspace, { to: pair.from, message_type: 'inapp', body: '<p>For the lead</p>' })
    await sql`update deliveries set status = 'sent', position = nextval('inapp_positions') where contact_id = ${pair.from}`
    await sql`select nextval('inapp_positions')`
    await merge(pair)
    const list = await call('GET /extensions/messenger/conversations', undefined, { token: session })
    assert.ok(list.body.conversations.some((one: { id: string }) => one.id === id))
    const [row] = await sql`select address, contact_id, position from deliveries where contact_id = ${pair.into}`
    assert.deepEqual([row?.['address'], row?.['contact_id']], [pair.into, pair.into])
    assert.ok(row?.['position'] > 1)
  })
})

test('a message that was accepted at the moment of the merge is moved later', async () => {
  const pair = await aPair()
  await merge(pair)
  const [late] = await sql<{ id: string }[]>`
    insert into deliveries (workspace_id, channel, message_id, ruleset_id, conversation_id, contact_id, recipient_type,
      address, created_at, updated_at)
    values (${workspace.id}, 'email', 0, 0, 0, ${pair.from}, 'to', ${pair.email}, now(), now()) returning id`
  const [job] = await sql`
    select run_at > now() as waits from graphile_worker._private_jobs where payload ->> 'from' = ${pair.from}`
  assert.equal(job?.['waits'], true)
  await moveLate.run({ sql }, { workspace_id: workspace.id, from: pair.from })
  await moveLate.run({ sql }, { workspace_id: workspace.id, from: pair.from })
  const [row] = await sql`select contact_id from deliveries where id = ${late!.id}`
  assert.equal(row?.['contact_id'], pair.into)
})

test('no table names the lead any more, but those that remember the merge', async () => {
  const columns = await sql<{ table_name: string; column_name: string }[]>`
    select table_name, column_name from information_schema.columns
    where table_schema = 'public' and table_name <> 'contact_activities' and table_name !~ '^events' and data_type = 'text' and column_name in ('contact_id', 'author_id', 'object_id')
    order by 1, 2`
  assert.ok(columns.length > 10)
  const found: string[] = []
  for (const { table_name, column_name } of columns) {
    const { count } = await sql`
      select from ${sql(table_name)} rows
      join contacts on contacts.workspace_id = rows.workspace_id and contacts.id = rows.${sql(column_name)}
      where contacts.merged_into is not null limit 1`
    if (count) found.push(`${table_name}.${column_name}`)
  }
  assert.deepEqual(found, [])
})
