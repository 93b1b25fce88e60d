// Merging contacts: sad paths first. What moves is tested in `moves.test.ts`.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { IntercomClient } from 'intercom-client'
import { IntercomClient as IntercomClient6 } from 'intercom-client-6'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact } from '../../../test/factories.ts'
import { listeningServer } from '../../../test/sdk/server.ts'

const t = await listeningServer()
const { sql } = t.database

const UNKNOWN = '6762f0dd1bb69f9f2193bb83'
const NOT_FOUND = [{ code: 'not_found', message: 'Contact Not Found' }]
const WRONG_ROLES = [{ code: 'invalid_merge', message: 'Merging can only be performed on a lead into a user' }]
const NO_DUPLICATES = [
  {
    code: 'invalid_merge',
    message:
      'Contacts can only be merged when they are duplicates (matching email or phone). Pass skip_duplicate_validation=true to override this check.',
  },
]
const GONE = [
  {
    code: 'contact_merged',
    message: "This contact has been merged. See the 'Link' header for the canonical contact.",
  },
]

let numbers = 0
const anEmail = () => `merge${++numbers}@example.com`
const aLead = (more: object = {}) => aContact(t.workspace, { role: 'lead', external_id: `lead ${++numbers}`, ...more })
const aUser = (more: object = {}) => aContact(t.workspace, { ...more })
const merge = (from: unknown, into: unknown, more: object = {}, options: object = {}) =>
  t.call('POST /contacts/merge', { from, into, ...more }, options)
const mergeAny = (from: string, into: string, options: object = {}) =>
  merge(from, into, { skip_duplicate_validation: true }, options)
const show = (id: string, version?: string) => t.call(`GET /contacts/${id}`, undefined, version ? { version } : {})

describe('a merge is refused', () => {
  test('without a token, or without the scope', async () => {
    const [from, into] = [await aLead(), await aUser()]
    const text = newTokenText()
    const limited = { name: 'Limited', admin_id: t.created.admin_id, scopes: ['write_content'] }
    await insertToken(sql, t.created.id, text, limited, new Date())
    assert.equal((await mergeAny(from, into, { token: null })).status, 401)
    assert.equal((await mergeAny(from, into, { token: text })).status, 403)
    assert.equal((await t.call(`GET /contacts/${into}/merge_history`, undefined, { token: null })).status, 401)
    assert.equal((await t.call(`GET /contacts/${into}/merge_history`, undefined, { token: text })).status, 403)
    assert.equal((await show(from)).status, 200)
  })

  const WRONG: [what: string, body: (lead: string, user: string) => object, message: RegExp][] = [
    ['without `from`', (_, into) => ({ into }), /^from is required$/],
    ['without `into`', (from) => ({ from }), /^into is required$/],
    ['with null', (from) => ({ from, into: null }), /^into must be/],
    ['with a list', (_, into) => ({ from: [], into }), /^from must be/],
    ['with an object', (from, into) => ({ from: { id: from }, into }), /^from must be/],
    [
      'with a word for the flag',
      (from, into) => ({ from, into, skip_duplicate_validation: 'maybe' }),
      /must be boolean/,
    ],
    ['with an id that is too long', (from) => ({ from, into: 'x'.repeat(300) }), /^into/],
  ]
  for (const [what, body, message] of WRONG)
    test(what, async () => {
      const { status, body: answer } = await t.call('POST /contacts/merge', body(await aLead(), await aUser()))
      assert.equal(status, 400)
      assert.match(answer.errors[0].message, message)
    })

  test('of contacts that are unknown, archived, deleted, merged or of another workspace', async () => {
    const other = await t.another()
    const at = new Date()
    for (const gone of [{ archived_at: at }, { deleted_at: at }, { merged_into: UNKNOWN }]) {
      for (const [from, into] of [
        [await aLead(gone), await aUser()],
        [await aLead(), await aUser(gone)],
      ] as const) {
        const { status, body } = await mergeAny(from, into)
        assert.deepEqual([status, body.errors], [404, NOT_FOUND])
      }
    }
    const [lead, user] = [await aLead(), await aUser()]
    const their = { lead: await aContact(other.workspace, { role: 'lead' }), user: await aContact(other.workspace) }
    for (const [from, into] of [
      [their.lead, user],
      [lead, their.user],
      [UNKNOWN, user],
      [lead, UNKNOWN],
      ['nobody', user],
      [7, user],
      [lead, ''],
    ]) {
      const { status, body } = await merge(from, into, { skip_duplicate_validation: true })
      assert.deepEqual([status, body.errors], [404, NOT_FOUND], `${from} ${into}`)
    }
  })

  test('of any other than a lead into a user, also of a contact into itself', async () => {
    const email = anEmail()
    const [lead, another] = [await aLead({ email }), await aLead({ email })]
    const [user, second] = [await aUser({ email }), await aUser({ email })]
    for (const [from, into] of [
      [user, lead],
      [user, second],
      [lead, another],
      [lead, lead],
      [user, user],
    ]) {
      for (const version of ['2.7', '2.11', '2.16', 'Preview']) {
        const { status, body } = await merge(from, into, { skip_duplicate_validation: true }, { version })
        assert.deepEqual([status, body.errors], [400, WRONG_ROLES])
      }
    }
    for (const id of [lead, another, user, second]) assert.equal((await show(id)).status, 200)
  })

  const STRANGERS: [what: string, lead: object, user: object][] = [
    ['without an address', {}, {}],
    ['with different emails', { email: 'one@example.com' }, { email: 'other@example.com' }],
    ['with one email', { email: 'one@example.com' }, {}],
    ['with different phones', { formatted_phone: '+12025550143' }, { formatted_phone: '+12025550144' }],
    ['with the same text that is no phone', { phone: '555' }, { phone: '555' }],
    ['with the same name', { name: 'Anna' }, { name: 'Anna' }],
  ]
  for (const [what, lead, user] of STRANGERS)
    test(`since 2.16, of contacts ${what}, unless the request skips the check`, async () => {
      const [from, into] = [await aLead(lead), await aUser(user)]
      for (const version of ['2.16', 'Preview'])
        for (const more of [{}, { skip_duplicate_validation: false }, { skip_duplicate_validation: null }]) {
          const { status, body } = await merge(from, into, more, { version })
          if (status !== 400 || body.errors[0].code !== 'parameter_invalid')
            assert.deepEqual([status, body.errors], [400, NO_DUPLICATES], version)
        }
      assert.equal((await show(from)).status, 200)
      assert.equal((await mergeAny(from, into)).status, 200)
      assert.equal((await merge(await aLead(), await aUser(user), {}, { version: '2.15' })).status, 200)
    })

  test('of contacts whose common address only a page of the messenger said, if identities are verified', async () => {
    const shop = await t.another()
    await shop.call('POST /secure_mode_secrets', { name: 'Web', supports_web: true })
    const cases: [lead: object, user: object, status: number][] = [
      [{ email: 'a@example.com', email_trusted: false }, { email: 'a@example.com' }, 400],
      [{ email: 'b@example.com' }, { email: 'b@example.com', email_trusted: false }, 400],
      [{ email: 'c@example.com' }, { email: 'C@example.com' }, 200],
      [
        { formatted_phone: '+12025550143', phone_trusted: false },
        { formatted_phone: '+12025550143', phone_trusted: false },
        400,
      ],
      [{ formatted_phone: '+5215512345678' }, { formatted_phone: '+525512345678' }, 200],
    ]
    for (const [lead, user, status] of cases) {
      const from = await aContact(shop.workspace, { role: 'lead', ...lead })
      const into = await aContact(shop.workspace, { ...user })
      const answer = await shop.call('POST /contacts/merge', { from, into })
      assert.equal(answer.status, status, JSON.stringify(lead))
      if (status === 400) assert.deepEqual(answer.body.errors, NO_DUPLICATES)
    }
  })

  test('if the user would get the email of another user, also of an archived one', async () => {
    for (const more of [{}, { archived_at: new Date() }]) {
      const email = anEmail()
      const [from, into] = [await aLead({ email }), await aUser()]
      const id = await aUser({ email: email.toUpperCase(), ...more })
      const { status, body } = await mergeAny(from, into)
      assert.equal(status, 409)
      assert.match(body.errors[0].message, new RegExp(`^An? (archived )?contact matching those details .*id=${id}$`))
      assert.equal((await show(from)).body.email, email)
      assert.equal((await show(into)).body.email, null)
    }
  })
})

describe('a merge', () => {
  test('answers the user, in every version', async () => {
    for (const version of ['2.7', '2.8', '2.11', '2.14', '2.16', 'Preview']) {
      const email = anEmail()
      const [from, into] = [await aLead({ email, name: 'Jo' }), await aUser({ email, phone: '1' })]
      const { status, body } = await merge(from, into, {}, { version })
      assert.equal(status, 200, version)
      assert.deepEqual([body.id, body.role, body.name, body.email, body.phone], [into, 'user', 'Jo', email, '1'])
      assert.equal((await t.call(`GET /contacts/${into}`, undefined, { version })).body.name, 'Jo')
    }
  })

  test('takes the same phone in another spelling for the same phone', async () => {
    const from = await aLead({ formatted_phone: '+5215512345678' })
    assert.equal((await merge(from, await aUser({ formatted_phone: '+525512345678' }))).status, 200)
  })

  test('of a blocked contact leaves the user as it is', async () => {
    const at = new Date()
    const into = await aUser()
    assert.equal((await mergeAny(await aLead({ blocked_at: at }), into)).status, 200)
    const blocked = await aUser({ blocked_at: at })
    assert.equal((await mergeAny(await aLead(), blocked)).status, 200)
    const rows = await sql`select id, blocked_at is not null as blocked from contacts where id in (${into}, ${blocked})`
    assert.deepEqual(
      new Map(rows.map(({ id, blocked }) => [id, blocked])),
      new Map([
        [into, false],
        [blocked, true],
      ]),
    )
  })

  test('writes one event, about the user, with both contacts; the lead has none', async () => {
    const shop = await t.another()
    await sql`update workspaces set listened_topics = '{contact.merged}' where id = ${shop.created.id}`
    const email = anEmail()
    const from = await aContact(shop.workspace, { role: 'lead', email, name: 'Jo' })
    const into = await aContact(shop.workspace, { email })
    const { body } = await shop.call('POST /contacts/merge', { from, into })
    assert.deepEqual(await topicsOf(shop.workspace, into), ['contact.merged'])
    assert.deepEqual(await topicsOf(shop.workspace, from), [])
    const [event] = await sql`select details, snapshot, actor_id from events where object_id = ${into}`
    assert.deepEqual(event?.['details'], { merged_from: from })
    const { merged_from, ...contact } = (event?.['snapshot'] ?? {}) as Record<string, unknown>
    assert.deepEqual(merged_from, { type: 'contact', id: from })
    assert.deepEqual(contact, body)
    assert.equal(event?.['actor_id'], shop.created.admin_id)
  })

  test('twice is a 404 the second time, and with the same Idempotency-Key the first answer', async () => {
    const [from, into] = [await aLead(), await aUser()]
    const headers = { 'idempotency-key': 'merge once' }
    const first = await mergeAny(from, into, { headers })
    assert.equal((await mergeAny(from, into)).status, 404)
    assert.deepEqual((await mergeAny(from, into, { headers })).body, first.body)
    assert.deepEqual(await topicsOf(t.workspace, into), ['contact.merged'])
  })

  test('is not undone: the lead cannot be unarchived, changed, deleted or written to', async () => {
    const [from, into] = [await aLead({ email: anEmail() }), await aUser()]
    await mergeAny(from, into)
    const unarchived = await t.call(`POST /contacts/${from}/unarchive`)
    assert.deepEqual(unarchived.body.errors, [
      { code: 'bad_request', message: 'User has been merged and is not restorable.' },
    ])
    for (const [route, body] of [
      [`PUT /contacts/${from}`, { name: 'x' }],
      [`DELETE /contacts/${from}`],
      [`POST /contacts/${from}/archive`],
      [`POST /contacts/${from}/block`],
      [`POST /contacts/${from}/tags`, { id: '1' }],
      [`GET /contacts/${from}/notes`],
      ['POST /conversations', { from: { type: 'lead', id: from }, body: 'x' }],
    ] as const)
      assert.equal((await t.call(route, body)).status, 404, route)
  })

  test('takes the lead out of lists and searches, and moves updated_at of the user', async () => {
    const other = await t.another()
    const from = await aContact(other.workspace, { role: 'lead' })
    const into = await aContact(other.workspace, { updated_at: new Date(0) })
    const { body } = await other.call('POST /contacts/merge', { from, into, skip_duplicate_validation: true })
    assert.ok(body.updated_at > Date.now() / 1000 - 60)
    const { body: list } = await other.call('GET /contacts')
    assert.deepEqual(
      list.data.map(({ id }: { id: string }) => id),
      [into],
    )
    const query = { field: 'id', operator: 'IN', value: [from, into] }
    assert.equal((await other.call('POST /contacts/search', { query })).body.total_count, 1)
  })
})

describe('the merged contact', () => {
  test('is a 410 that links to the user since 2.16, and a 404 before', async () => {
    const from = await aLead({ external_id: 'a former lead/1' })
    const into = await aUser()
    await mergeAny(from, into)
    for (const route of [
      `GET /contacts/${from}`,
      `GET /contacts/find_by_external_id/${encodeURIComponent('a former lead/1')}`,
    ]) {
      for (const version of ['2.16', 'Preview']) {
        const { status, body, headers } = await t.call(route, undefined, { version })
        assert.deepEqual([status, body.errors], [410, GONE], `${route} ${version}`)
        assert.equal(headers['link'], `</contacts/${into}>; rel="canonical"`)
      }
      const { status, body, headers } = await t.call(route, undefined, { version: '2.15' })
      assert.deepEqual([status, body.errors[0].message, headers['link']], [404, 'User Not Found', undefined])
    }
    assert.equal((await show(from, '2.7')).status, 404)
  })

  test('is a 404 once the user is archived or deleted, and a 410 again when it is unarchived', async () => {
    const [from, into] = [await aLead(), await aUser()]
    await mergeAny(from, into)
    await t.call(`POST /contacts/${into}/archive`)
    assert.equal((await show(from)).status, 404)
    await t.call(`POST /contacts/${into}/unarchive`)
    assert.equal((await show(from)).status, 410)
    await t.call(`DELETE /contacts/${into}`)
    assert.equal((await show(from)).status, 404)
  })

  test('links to the last of a chain of three merges', async () => {
    const last = await aUser()
    const third = await aLead({ merged_into: last })
    const second = await aLead({ merged_into: third })
    const first = await aLead({ merged_into: second })
    for (const id of [first, second, third])
      assert.equal((await show(id)).headers['link'], `</contacts/${last}>; rel="canonical"`)
    assert.equal((await show(await aLead({ merged_into: first }))).status, 404)
  })
})

describe('the history of merges', () => {
  test('is a 404 for a lead, and for a contact that is unknown, merged or of another workspace', async () => {
    const other = await t.another()
    const into = await aUser()
    const merged = await aLead()
    await mergeAny(merged, into)
    for (const id of [UNKNOWN, await aLead(), merged, await aContact(other.workspace), 'nobody']) {
      const { status, body } = await t.call(`GET /contacts/${id}/merge_history`)
      assert.deepEqual([status, body.errors], [404, [{ code: 'not_found', message: 'Contact not found' }]], id)
    }
  })

  test('refuses a wrong order, a wrong cursor, and versions before 2.16', async () => {
    const into = await aUser()
    for (const [query, version, code] of [
      ['?order=sideways', 'Preview', 'parameter_invalid'],
      ['?cursor=nonsense', 'Preview', 'client_error'],
      ['', '2.15', 'intercom_version_invalid'],
    ] as const) {
      const { status, body } = await t.call(`GET /contacts/${into}/merge_history${query}`, undefined, { version })
      assert.deepEqual([status, body.errors[0].code], [400, code], query)
    }
  })

  test('is listed newest first or oldest first, page by page, each merge once', async () => {
    const into = await aUser()
    const { body: empty } = await t.call(`GET /contacts/${into}/merge_history`)
    assert.deepEqual(empty, { type: 'list', data: [], has_more: false, next_cursor: null })
    const sources = []
    for (let number = 0; number < 5; number++) {
      const from = await aLead()
      await mergeAny(from, into)
      sources.push(from)
    }
    for (const [order, expected] of [
      ['asc', sources],
      ['desc', sources.toReversed()],
      ['', sources.toReversed()],
    ] as const) {
      const seen: string[] = []
      let cursor: string | null = null
      do {
        const query = new URLSearchParams({ per_page: '2', ...(order && { order }), ...(cursor && { cursor }) })
        const { body } = await t.call(`GET /contacts/${into}/merge_history?${query}`)
        assert.equal(body.has_more, body.next_cursor !== null)
        for (const { type, source_contact_id, source_contact_role, merged_at } of body.data) {
          assert.deepEqual([type, source_contact_role], ['merge_history', 'lead'])
          assert.ok(Math.abs(merged_at - Date.now() / 1000) < 60)
          seen.push(source_contact_id)
        }
        cursor = body.next_cursor
      } while (cursor)
      assert.deepEqual(seen, expected, order)
    }
  })

  test('is shown with a user that is asked for it, and with no lead', async () => {
    const email = anEmail()
    const [from, into] = [await aLead({ email }), await aUser({ email })]
    const ask = '?include_merge_history=true'
    const { body: merged } = await t.call(`POST /contacts/merge${ask}`, { from, into })
    assert.equal(merged.merge_history.length, 1)
    assert.equal(merged.merge_history[0].source_contact_id, from)
    for (const [route, body] of [
      [`GET /contacts/${into}${ask}`],
      [`PUT /contacts/${into}${ask}`, { name: 'Jo' }],
      [`PUT /contacts/${into}${ask}`, { name: 'Jo' }],
    ] as const)
      assert.deepEqual((await t.call(route, body)).body.merge_history, merged.merge_history, route)
    const lead = await aLead({ email })
    for (const [route, body] of [
      [`GET /contacts${ask}`],
      [`POST /contacts/search${ask}`, { query: { field: 'email', operator: '=', value: email } }],
    ] as const) {
      const { data } = (await t.call(route, body)).body
      const [shown, other] = [into, lead].map((id) => data.find((contact: { id: string }) => contact.id === id))
      assert.deepEqual([shown.merge_history, other.merge_history], [merged.merge_history, undefined], route)
    }
    assert.equal((await show(into)).body.merge_history, undefined)
  })
})

for (const [release, Client] of [
  [7, IntercomClient],
  [6, IntercomClient6],
] as const)
  test(`SDK ${release} merges a lead into a user`, async () => {
    const client = new Client({ token: t.created.token, baseUrl: t.url, maxRetries: 0 } as never) as IntercomClient
    const email = anEmail()
    const [from, into] = [await aLead({ email }), await aUser({ email })]
    const merged = await client.contacts.mergeLeadInUser({ from, into })
    assert.equal(merged.id, into)
    await assert.rejects(client.contacts.mergeLeadInUser({ from, into }), { statusCode: 404 })
  })
