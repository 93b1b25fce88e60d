// Visitors: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { IntercomClient } from 'intercom-client'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact } from '../../../test/factories.ts'
import { listeningServer } from '../../../test/sdk/server.ts'
import { deleteOldVisitors } from './queries.ts'

const t = await listeningServer()
const { sql } = t.database
const { call } = t
await call('POST /data_attributes', { name: 'plan', model: 'contact', data_type: 'string' })
await call('POST /data_attributes', { name: 'seats', model: 'contact', data_type: 'integer' })

const NOT_FOUND = [{ code: 'not_found', message: 'Visitor Not Found' }]
const UNKNOWN = '3ecf64d0-9ed1-4e9f-88e1-da7d6e6782f3'
const VERSIONS = ['2.7', '2.8', '2.11', '2.14', '2.16', 'Preview']

type Tenant = Pick<typeof t, 'call' | 'created'>
let numbers = 0

const session = async (body: object = {}, tenant: Tenant = t) =>
  (await tenant.call('POST /extensions/messenger/sessions', { app_id: tenant.created.id, ...body }, { token: null }))
    .body
const show = (user_id: string, options: object = {}) => call(`GET /visitors?user_id=${user_id}`, undefined, options)

/** A visitor at a messenger, with its id and its session. */
async function aVisitor(more: object = {}) {
  const { visitor_id: user_id, token, anonymous_id } = await session(more)
  const { id, created_at } = (await show(user_id)).body
  return { id, user_id, token, anonymous_id, created_at }
}

const convert = (body: object, options: object = {}) => call('POST /visitors/convert', body, options)
const activitiesOf = async (id: string) =>
  (await sql`select event_type, role from contact_activities where contact_id = ${id} order by id`).map((row) => ({
    ...row,
  }))

describe('a request is refused', () => {
  test('without a token, or without the scope', async () => {
    const { user_id } = await aVisitor()
    const text = newTokenText()
    const limited = { name: 'Limited', admin_id: t.created.admin_id, scopes: ['write_content'] }
    await insertToken(sql, t.created.id, text, limited, new Date())
    for (const [route, body] of [
      [`GET /visitors?user_id=${user_id}`],
      ['PUT /visitors', { user_id, name: 'x' }],
      ['POST /visitors/convert', { type: 'lead', visitor: { user_id } }],
    ] as const) {
      assert.equal((await call(route, body, { token: null })).status, 401, route)
      assert.equal((await call(route, body, { token: text })).status, 403, route)
    }
    assert.equal((await show(user_id)).body.name, null)
  })

  test('for a visitor that is unknown, of another workspace, or a contact', async () => {
    const other = await t.another()
    const theirs = await session({}, other)
    const [lead, user] = [await aContact(t.workspace, { role: 'lead', external_id: 'l' }), await aContact(t.workspace)]
    for (const name of [UNKNOWN, theirs.visitor_id, 'l', lead, user, '']) {
      for (const [route, body] of [
        [`GET /visitors?user_id=${name}`],
        ['PUT /visitors', { user_id: name, name: 'x' }],
        ['PUT /visitors', { id: name, name: 'x' }],
        ['POST /visitors/convert', { type: 'lead', visitor: { user_id: name } }],
        ['POST /visitors/convert', { type: 'user', visitor: { id: name }, user: { email: 'a@example.com' } }],
        ['POST /visitors/convert', { type: 'user', visitor: { email: name }, user: { email: 'a@example.com' } }],
      ] as const) {
        const { status, body: answer } = await call(route, body)
        assert.deepEqual([status, answer.errors], [404, NOT_FOUND], `${route} ${name}`)
      }
    }
    for (const route of ['GET /visitors', 'PUT /visitors'])
      assert.deepEqual((await call(route, route.startsWith('PUT') ? {} : undefined)).body.errors, NOT_FOUND, route)
  })

  const WRONG: [what: string, route: string, body: (user_id: string) => object, message: RegExp][] = [
    ['a name that is no text', 'PUT /visitors', (user_id) => ({ user_id, name: 7 }), /^name/],
    ['a name that is too long', 'PUT /visitors', (user_id) => ({ user_id, name: 'x'.repeat(256) }), /^name/],
    [
      'an unknown attribute',
      'PUT /visitors',
      (user_id) => ({ user_id, custom_attributes: { nothing: 1 } }),
      /^Custom attribute 'nothing' does not exist$/,
    ],
    [
      'an attribute of another kind',
      'PUT /visitors',
      (user_id) => ({ user_id, custom_attributes: { seats: 'many' } }),
      /^Custom attribute 'seats' must be an integer$/,
    ],
    ['no type', 'POST /visitors/convert', (user_id) => ({ visitor: { user_id }, user: {} }), /^type is required/],
    [
      'another type',
      'POST /visitors/convert',
      (user_id) => ({ type: 'visitor', visitor: { user_id } }),
      /^type must be one of lead, user/,
    ],
    ['no visitor', 'POST /visitors/convert', () => ({ type: 'lead' }), /^visitor is required/],
    [
      'a visitor without a name',
      'POST /visitors/convert',
      () => ({ type: 'lead', visitor: {} }),
      /^One of visitor.id, visitor.user_id and visitor.email is required$/,
    ],
    [
      'a user without an identity',
      'POST /visitors/convert',
      (user_id) => ({ type: 'user', visitor: { user_id } }),
      /^One of user.id, user.user_id and user.email is required$/,
    ],
    [
      'an email that is none',
      'POST /visitors/convert',
      (user_id) => ({ type: 'user', visitor: { user_id }, user: { email: 'nobody' } }),
      /^email 'nobody' is not an email address$/,
    ],
  ]
  for (const [what, route, body, message] of WRONG)
    test(`with ${what}`, async () => {
      const { user_id } = await aVisitor()
      const { status, body: answer } = await call(route, body(user_id))
      assert.equal(status, 400)
      assert.match(answer.errors[0].message, message)
      assert.equal((await show(user_id)).status, 200)
    })

  test('for a conversion to a contact that is unknown, or that another user conflicts with', async () => {
    const { user_id } = await aVisitor()
    const email = `taken${++numbers}@example.com`
    const taken = await aContact(t.workspace, { email })
    await aContact(t.workspace, { email: `twice${numbers}@example.com` })
    await aContact(t.workspace, { email: `twice${numbers}@example.com` })
    for (const [user, status] of [
      [{ id: '6762f0dd1bb69f9f2193bb83' }, 404],
      [{ user_id: 'somebody new', email }, 409],
      [{ email: `twice${numbers}@example.com` }, 409],
    ] as const)
      assert.equal((await convert({ type: 'user', visitor: { user_id }, user })).status, status)
    assert.equal((await show(user_id)).status, 200)
    assert.equal((await call(`GET /contacts/${taken}`)).body.external_id, null)
  })
})

describe('a visitor', () => {
  test('is stored when its messenger starts a session, in the older form of users, in every version', async () => {
    const { id, user_id } = await aVisitor({ utm_source: 'news', referrer: 'https://example.com/' })
    for (const version of VERSIONS) {
      const { status, body } = await show(user_id, { version })
      const { created_at, ...visitor } = body
      assert.equal(status, 200, version)
      assert.ok(Math.abs(created_at - Date.now() / 1000) < 60)
      const times = Object.fromEntries(
        ['last_request_at', 'remote_created_at', 'signed_up_at', 'updated_at'].map((name) => [name, created_at]),
      )
      const unset = ['phone', 'name', 'pseudonym', 'owner_id', 'do_not_track']
      const utm = ['utm_campaign', 'utm_content', 'utm_medium', 'utm_term']
      assert.deepEqual(visitor, {
        ...{ type: 'visitor', id, user_id, anonymous: true, email: '', app_id: t.created.id, session_count: 1 },
        ...times,
        ...Object.fromEntries([...unset, ...utm].map((name) => [name, null])),
        ...{ utm_source: 'news', referrer: 'https://example.com/' },
        avatar: { type: 'avatar', image_url: null },
        companies: { type: 'company.list', companies: [] },
        social_profiles: { type: 'social_profile.list', social_profiles: [] },
        tags: { type: 'tag.list', tags: [] },
        segments: { type: 'segment.list', segments: [] },
        location_data: {},
        custom_attributes: {},
        ...{ unsubscribed_from_emails: false, marked_email_as_spam: false, has_hard_bounced: false },
      })
    }
  })

  test('is the same one in its later sessions, which are counted', async () => {
    const { user_id, anonymous_id } = await aVisitor()
    for (let count = 2; count <= 3; count++) {
      assert.equal((await session({ anonymous_id, utm_term: 'chat' })).visitor_id, user_id)
      const { body } = await show(user_id)
      assert.deepEqual([body.session_count, body.utm_term], [count, 'chat'])
    }
  })

  test('is no contact: it is in no list, and cannot be found as one', async () => {
    const { id, user_id } = await aVisitor()
    assert.equal((await call(`GET /contacts/${id}`)).status, 404)
    const query = { field: 'external_id', operator: '=', value: user_id }
    assert.equal((await call('POST /contacts/search', { query })).body.total_count, 0)
    assert.deepEqual(await activitiesOf(id), [])
  })

  test('is changed by its id or user_id: name and attributes alone, key by key', async () => {
    const { id, user_id } = await aVisitor()
    const first = await call('PUT /visitors', { id, name: 'Gareth', custom_attributes: { plan: 'a', seats: 3 } })
    assert.deepEqual([first.status, first.body.name, first.body.type], [200, 'Gareth', 'visitor'])
    const more = { email: 'x@example.com', phone: '1', created_at: 5, anonymous: false }
    const { body } = await call('PUT /visitors', { user_id, ...more, custom_attributes: { seats: null } })
    assert.deepEqual([body.name, body.email, body.phone, body.anonymous], ['Gareth', '', null, true])
    assert.deepEqual(body.custom_attributes, { plan: 'a' })
    assert.equal((await call('PUT /visitors', { user_id, name: ' ' })).body.name, null)
    assert.deepEqual((await show(user_id)).body.custom_attributes, { plan: 'a' })
  })

  test('is forgotten after thirty days without a session; the messenger is recognized all the same', async () => {
    const [old, recent] = [await aVisitor(), await aVisitor()]
    await sql`update visitors set last_request_at = now() - interval '31 days' where id = ${old.id}`
    await sql`update visitors set last_request_at = now() - interval '29 days' where id = ${recent.id}`
    await deleteOldVisitors(sql)
    assert.equal((await show(old.user_id)).status, 404)
    assert.equal((await show(recent.user_id)).status, 200)
    assert.equal((await session({ anonymous_id: old.anonymous_id })).visitor_id, old.user_id)
    assert.equal((await show(old.user_id)).status, 200)
  })
})

describe('a visitor becomes a lead', () => {
  const becomesLead = async (visitor: { id: string; user_id: string }) => {
    const { body } = await call(`GET /contacts/${visitor.id}`)
    assert.deepEqual([body.role, body.external_id, body.name], ['lead', visitor.user_id, 'Gareth'])
    assert.deepEqual([body.custom_attributes, body.utm_source], [{ plan: 'a' }, 'news'])
    assert.deepEqual((await show(visitor.user_id)).body.errors, NOT_FOUND)
    assert.deepEqual(await topicsOf(t.workspace, visitor.id), ['contact.lead.created'])
    return body
  }
  const gareth = async () => {
    const visitor = await aVisitor({ utm_source: 'news' })
    await call('PUT /visitors', { id: visitor.id, name: 'Gareth', custom_attributes: { plan: 'a' } })
    await sql`update visitors set created_at = '2020-01-01' where id = ${visitor.id}`
    return visitor
  }

  test('by its first message in the messenger', async () => {
    const visitor = await gareth()
    const options = { token: visitor.token }
    const { status } = await call('POST /extensions/messenger/conversations', { body: 'Hi' }, options)
    assert.equal(status, 200)
    await becomesLead(visitor)
    assert.equal((await session({ anonymous_id: visitor.anonymous_id })).contact.id, visitor.id)
    assert.equal((await show(visitor.user_id)).status, 404)
  })

  for (const key of ['id', 'user_id'] as const)
    test(`by POST /conversations with its ${key}`, async () => {
      const visitor = await gareth()
      const { status } = await call('POST /conversations', {
        from: { type: 'contact', [key]: visitor[key] },
        body: 'Hi',
      })
      assert.equal(status, 200)
      await becomesLead(visitor)
    })

  test('by a conversion, without `user`, and goes on in its session', async () => {
    const visitor = await gareth()
    const { status, body } = await convert({ type: 'lead', visitor: { user_id: visitor.user_id } })
    assert.equal(status, 200)
    const lead = await becomesLead(visitor)
    assert.deepEqual(body, lead)
    assert.equal(lead.created_at, Date.parse('2020-01-01') / 1000)
    assert.deepEqual(await activitiesOf(visitor.id), [{ event_type: 'contact.role_updated', role: 'lead' }])
    const { body: list } = await call('GET /extensions/messenger/conversations', undefined, { token: visitor.token })
    assert.deepEqual(list.conversations, [])
    assert.equal((await convert({ type: 'lead', visitor: { user_id: visitor.user_id } })).status, 404)
  })

  test('by a conversion with an email', async () => {
    const { id, user_id } = await aVisitor()
    const email = `lead${++numbers}@example.com`
    const { body } = await convert({ type: 'lead', visitor: { id }, user: { user_id: 'ignored', email } })
    assert.deepEqual([body.id, body.role, body.external_id, body.email], [id, 'lead', user_id, email])
  })
})

describe('a visitor becomes a user', () => {
  test('by a conversion: with the identity of the request, the time of the visitor, and the older event', async () => {
    const shop = await t.another()
    await sql`update workspaces set listened_topics = '{visitor.signed_up}' where id = ${shop.created.id}`
    for (const [user, external_id] of [
      [{ email: 'foo@bar.com' }, null],
      [{ user_id: 'customer-9', email: 'nine@bar.com' }, 'customer-9'],
      [{ user_id: 'customer-10' }, 'customer-10'],
    ] as const) {
      const { visitor_id: user_id } = await session({}, shop)
      const { id, created_at } = (await shop.call(`GET /visitors?user_id=${user_id}`)).body
      const { status, body } = await shop.call('POST /visitors/convert', { type: 'user', user, visitor: { user_id } })
      assert.equal(status, 200)
      assert.deepEqual([body.id, body.role, body.external_id, body.created_at], [id, 'user', external_id, created_at])
      assert.equal(body.email, 'email' in user ? user.email : null)
      assert.ok(Math.abs(body.signed_up_at - Date.now() / 1000) < 60)
      assert.equal((await shop.call(`GET /visitors?user_id=${user_id}`)).status, 404)
      assert.deepEqual(await topicsOf(shop.workspace, id), ['contact.user.created', 'visitor.signed_up'])
      assert.deepEqual(await activitiesOf(id), [{ event_type: 'contact.role_updated', role: 'user' }])
      const [event] = await sql`select snapshot from events where object_id = ${id} and topic = 'visitor.signed_up'`
      const { type, anonymous, app_id, user_id: shown } = (event?.['snapshot'] ?? {}) as Record<string, unknown>
      assert.deepEqual([type, anonymous, app_id, shown], ['user', false, shop.created.id, external_id])
    }
  })

  const TARGETS: [by: string, user: (target: { id: string; external_id: string; email: string }) => object][] = [
    ['id', ({ id }) => ({ id })],
    ['user_id', ({ external_id }) => ({ user_id: external_id })],
    ['email', ({ email }) => ({ email: email.toUpperCase() })],
  ]
  for (const [by, user] of TARGETS)
    test(`or part of a user who exists, by ${by}: the user gets what it lacks`, async () => {
      const target = { external_id: `user ${++numbers}`, email: `user${numbers}@example.com` }
      const id = await aContact(t.workspace, { ...target, custom_attributes: { plan: 'b' } })
      const visitor = await aVisitor({ utm_source: 'news' })
      await call('PUT /visitors', { id: visitor.id, name: 'Gareth', custom_attributes: { plan: 'a', seats: 3 } })
      const { status, body } = await convert({
        type: 'user',
        visitor: { id: visitor.id },
        user: user({ id, ...target }),
      })
      assert.deepEqual([status, body.id, body.name, body.utm_source], [200, id, 'Gareth', 'news'])
      assert.deepEqual(body.custom_attributes, { plan: 'b', seats: 3 })
      assert.deepEqual([body.external_id, body.email], [target.external_id, target.email])
      assert.equal((await show(visitor.user_id)).status, 404)
      assert.equal((await call(`GET /contacts/${visitor.id}`)).status, 404)
      assert.ok((await topicsOf(t.workspace, id)).includes('visitor.signed_up'))
    })

  test('or part of a lead, who becomes a user', async () => {
    const email = `leads${++numbers}@example.com`
    const id = await aContact(t.workspace, { role: 'lead', external_id: `lead ${numbers}`, email })
    const visitor = await aVisitor()
    const { body } = await convert({ type: 'user', visitor: { id: visitor.id }, user: { email } })
    assert.deepEqual([body.id, body.role, body.external_id, body.email], [id, 'user', null, email])
    const topics = await topicsOf(t.workspace, id)
    assert.deepEqual(topics, ['contact.lead.signed_up', 'contact.user.updated', 'visitor.signed_up'])
    const again = await aVisitor()
    const { body: kept } = await convert({ type: 'lead', visitor: { id: again.id }, user: { email } })
    assert.deepEqual([kept.id, kept.role], [id, 'user'])
  })

  test('by signing in at the messenger', async () => {
    const visitor = await aVisitor({ utm_source: 'news' })
    await call('PUT /visitors', { id: visitor.id, name: 'Gareth' })
    const user_id = `new ${++numbers}`
    const { contact } = await session({ user_id, anonymous_id: visitor.anonymous_id })
    const { body } = await call(`GET /contacts/${contact.id}`)
    assert.deepEqual([body.external_id, body.name, body.utm_source], [user_id, 'Gareth', 'news'])
    assert.equal((await show(visitor.user_id)).status, 404)
    assert.ok((await topicsOf(t.workspace, contact.id)).includes('visitor.signed_up'))
    const returning = await aVisitor()
    await session({ user_id, anonymous_id: returning.anonymous_id })
    assert.equal((await show(returning.user_id)).status, 404)
    const signed = (await topicsOf(t.workspace, contact.id)).filter((topic) => topic === 'visitor.signed_up')
    assert.equal(signed.length, 1)
  })
})

test('of conversions of one visitor at once, one succeeds; with first messages at once, there is one contact', async () => {
  for (let round = 0; round < 5; round++) {
    const visitor = await aVisitor()
    const conversions = Array.from({ length: 6 }, (_, index) =>
      index % 2
        ? convert({ type: 'lead', visitor: { id: visitor.id } })
        : convert({ type: 'user', visitor: { user_id: visitor.user_id }, user: { user_id: `at once ${visitor.id}` } }),
    )
    const statuses = (await Promise.all(conversions)).map(({ status }) => status)
    assert.deepEqual(statuses.toSorted(), [200, 404, 404, 404, 404, 404])

    const other = await aVisitor()
    const write = () => call('POST /extensions/messenger/conversations', { body: 'Hi' }, { token: other.token })
    const ask = () => call('POST /conversations', { from: { type: 'contact', id: other.id }, body: 'Hi' })
    const answers = await Promise.all([
      ...[write(), ask(), write(), ask()],
      convert({ type: 'lead', visitor: { id: other.id } }),
    ])
    assert.deepEqual(
      answers.filter(({ status }) => status !== 200 && status !== 404).map(({ text }) => text),
      [],
    )
    const { count } = await sql`select from contacts where external_id = ${other.user_id}`
    assert.equal(count, 1)
    const conversations = await sql`select from conversation_contacts where contact_id = ${other.id}`
    assert.equal(conversations.count, answers.slice(0, 4).filter(({ status }) => status === 200).length)
  }
})

test('the official SDK finds, updates and converts a visitor', async () => {
  const client = new IntercomClient({ token: t.created.token, baseUrl: t.url, maxRetries: 0 })
  const { id, user_id } = await aVisitor()
  assert.equal((await client.visitors.find({ user_id }))?.id, id)
  assert.equal((await client.visitors.update({ id, name: 'Gareth' }))?.name, 'Gareth')
  const email = `sdk${++numbers}@example.com`
  const contact = await client.visitors.mergeToContact({
    type: 'user',
    visitor: { user_id },
    user: { user_id: 'sdk', email },
  })
  assert.deepEqual([contact.id, contact.role, contact.email], [id, 'user', email])
  await assert.rejects(client.visitors.find({ user_id }), { statusCode: 404 })
})

test('the demo has one, which is listed with what no call makes', async () => {
  const { data } = (await call('GET /extensions/demo')).body
  assert.ok(
    data.every(({ type }: { type: string }) => type !== '') &&
      data.some(({ type }: { type: string }) => type === 'visitor'),
  )
})
