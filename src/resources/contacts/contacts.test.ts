// Contacts are shown, listed, archived and deleted: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact } from '../../../test/factories.ts'

const t = await testApp()

const UNKNOWN = '6762f0dd1bb69f9f2193bb83'
const NOT_FOUND = [{ code: 'not_found', message: 'User Not Found' }]

const ON_ONE = [
  'GET /contacts/:id',
  'PUT /contacts/:id',
  'DELETE /contacts/:id',
  'POST /contacts/:id/archive',
  'POST /contacts/:id/unarchive',
]
const OTHERS = ['GET /contacts', 'POST /contacts', 'POST /contacts/search', 'GET /contacts/find_by_external_id/x']

const bodyOf = (route: string) => (route.startsWith('PUT') ? { name: 'Mallory' } : undefined)

test('every operation needs a token', async () => {
  for (const route of [...ON_ONE, ...OTHERS]) {
    const { status, body } = await t.call(route.replace(':id', UNKNOWN), bodyOf(route), { token: null })
    assert.equal(status, 401, route)
    assert.equal(body.errors[0].code, 'unauthorized')
  }
})

test('an unknown id is a 404, also an impossible one', async () => {
  for (const route of ON_ONE) {
    for (const id of [UNKNOWN, 'nobody', '7', '%F0%9F%91%BB']) {
      const { status, body } = await t.call(route.replace(':id', id), bodyOf(route))
      assert.equal(status, 404, `${route} ${id}`)
      assert.deepEqual(body.errors, NOT_FOUND)
    }
  }
})

test("another workspace's contact is a 404 and stays as it was", async () => {
  const other = await t.another()
  const { body: theirs } = await other.call('POST /contacts', { external_id: 'theirs', name: 'Theirs' })
  for (const route of ON_ONE) {
    const { status } = await t.call(route.replace(':id', theirs.id), bodyOf(route))
    assert.equal(status, 404, route)
  }
  assert.equal((await t.call('GET /contacts/find_by_external_id/theirs')).status, 404)
  const listed = await t.call('GET /contacts')
  assert.ok(!listed.body.data.some(({ id }: { id: string }) => id === theirs.id))
  assert.deepEqual((await other.call(`GET /contacts/${theirs.id}`)).body, theirs)
})

test('a NUL in a path is a 400', async () => {
  assert.equal((await t.call('GET /contacts/%00')).status, 400)
  assert.equal((await t.call('GET /contacts/find_by_external_id/%00')).status, 400)
})

test('a contact is shown with all its keys, unset ones as null', async () => {
  const { body: made } = await t.call('POST /contacts', { email: 'whole@example.com' })
  const { status, body } = await t.call(`GET /contacts/${made.id}`)
  assert.equal(status, 200)
  const emptyList = (path: string) => ({
    type: 'list',
    data: [],
    url: `/contacts/${made.id}/${path}`,
    total_count: 0,
    has_more: false,
  })
  const { created_at, updated_at, ...rest } = body
  assert.ok(Math.abs(created_at - Date.now() / 1000) < 60)
  assert.equal(updated_at, created_at)
  const unset = [
    ...['external_id', 'phone', 'formatted_phone', 'name', 'avatar', 'owner_id', 'language_override'],
    ...['signed_up_at', 'last_seen_at', 'last_replied_at', 'last_contacted_at'],
    ...['last_email_opened_at', 'last_email_clicked_at', 'browser', 'browser_version', 'browser_language', 'os'],
    ...['app_name', 'app_version', 'device', 'os_version', 'sdk_version', 'last_seen_at'].flatMap((name) => [
      `android_${name}`,
      `ios_${name}`,
    ]),
    ...['utm_campaign', 'utm_content', 'utm_medium', 'utm_source', 'utm_term', 'referrer', 'enabled_push_messaging'],
  ]
  assert.deepEqual(rest, {
    type: 'contact',
    id: made.id,
    workspace_id: t.created.id,
    role: 'user',
    email: 'whole@example.com',
    email_domain: 'example.com',
    social_profiles: { type: 'list', data: [] },
    has_hard_bounced: false,
    marked_email_as_spam: false,
    unsubscribed_from_emails: false,
    unsubscribed_from_sms: false,
    sms_consent: false,
    custom_attributes: {},
    location: { type: 'location', country: null, region: null, city: null, country_code: null, continent_code: null },
    tags: emptyList('tags'),
    notes: emptyList('notes'),
    companies: emptyList('companies'),
    opted_out_subscription_types: emptyList('subscriptions'),
    opted_in_subscription_types: emptyList('subscriptions'),
    ...Object.fromEntries(unset.map((key) => [key, null])),
  })
})

test('values that a messenger reported are shown', async () => {
  const messenger = { browser: 'firefox', ios_last_seen_at: 1700000000, location: { country: 'Brazil' } }
  const id = await aContact(t.workspace, { messenger })
  const { body } = await t.call(`GET /contacts/${id}`)
  assert.equal(body.browser, 'firefox')
  assert.equal(body.ios_last_seen_at, 1700000000)
  assert.deepEqual([body.location.type, body.location.country, body.location.city], ['location', 'Brazil', null])
})

test('ten tags are shown, in the order in which they were attached, with their total count', async () => {
  const id = await aContact(t.workspace)
  const tags: string[] = []
  for (let number = 1; number <= 11; number++) {
    const { body } = await t.call('POST /tags', { name: `Tag ${number}`, users: [{ id }] })
    tags.push(body.id)
  }
  const { body } = await t.call(`GET /contacts/${id}`)
  assert.equal(body.tags.total_count, 11)
  assert.equal(body.tags.has_more, true)
  assert.deepEqual(
    body.tags.data,
    tags.slice(0, 10).map((tag) => ({ id: tag, type: 'tag', url: `/tags/${tag}` })),
  )
})

test('the merge history is shown for users, and only if requested', async () => {
  const user = await aContact(t.workspace)
  const lead = await aContact(t.workspace, { role: 'lead' })
  const query = 'include_merge_history=true'
  assert.deepEqual((await t.call(`GET /contacts/${user}?${query}`)).body.merge_history, [])
  assert.ok(!('merge_history' in (await t.call(`GET /contacts/${lead}?${query}`)).body))
  assert.ok(!('merge_history' in (await t.call(`GET /contacts/${user}`)).body))
  assert.equal((await t.call(`GET /contacts/${user}?include_merge_history=perhaps`)).status, 400)
})

test('up to 2.15 the owner is a number, since then a string', async () => {
  const id = await aContact(t.workspace, { owner_id: t.created.admin_id })
  const owner = async (version: string) => (await t.call(`GET /contacts/${id}`, undefined, { version })).body.owner_id
  assert.equal(await owner('2.11'), Number(t.created.admin_id))
  assert.equal(await owner('2.15'), Number(t.created.admin_id))
  assert.equal(await owner('2.16'), t.created.admin_id)
  assert.equal(await owner('Preview'), t.created.admin_id)
})

test('a user is found by external id, a lead is not, and before 2.13 there is no such operation', async () => {
  const id = await aContact(t.workspace, { external_id: 'a b/c@d' })
  await aContact(t.workspace, { role: 'lead', external_id: 'a-lead' })
  const path = `GET /contacts/find_by_external_id/${encodeURIComponent('a b/c@d')}`
  assert.equal((await t.call(path)).body.id, id)
  assert.deepEqual((await t.call('GET /contacts/find_by_external_id/a-lead')).body.errors, NOT_FOUND)
  assert.equal((await t.call(path, undefined, { version: '2.13' })).body.id, id)
  const old = await t.call(path, undefined, { version: '2.6' })
  assert.deepEqual([old.status, old.body.errors[0].code], [400, 'intercom_version_invalid'])
})

test('an invalid cursor is a 400', async () => {
  const cursor = (value: unknown) => encodeURIComponent(Buffer.from(JSON.stringify(value)).toString('base64'))
  const { body } = await t.call('GET /contacts?starting_after=nonsense')
  assert.equal(body.errors[0].code, 'client_error')
  for (const forged of [cursor(['soon', UNKNOWN, 2]), cursor([1, 2]), cursor({}), cursor(['2024-02-31', '1', 2])]) {
    assert.equal((await t.call(`GET /contacts?starting_after=${forged}`)).status, 400)
  }
  assert.equal((await t.call('GET /contacts?per_page=many')).status, 400)
})

test('an empty list has no pages', async () => {
  const other = await t.another()
  const { body } = await other.call('GET /contacts?per_page=10')
  assert.deepEqual(body, {
    type: 'list',
    data: [],
    total_count: 0,
    pages: { type: 'pages', page: 1, per_page: 10, total_pages: 0 },
  })
})

test('a list goes from the newest contact to the oldest, and new contacts do not shift its pages', async () => {
  const other = await t.another()
  const oldest = Date.UTC(2024, 0)
  const made: string[] = []
  for (let number = 0; number < 5; number++) {
    made.push(await aContact(other.workspace, { created_at: new Date(oldest + Math.floor(number / 2) * 1000) }))
  }
  await aContact(other.workspace, { archived_at: new Date() })

  const seen: string[] = []
  let next: string | undefined
  for (let page = 1; page <= 3; page++) {
    const after = next ? `&starting_after=${encodeURIComponent(next)}` : ''
    const { body } = await other.call(`GET /contacts?per_page=2${after}`)
    assert.equal(body.pages.page, page)
    assert.equal(body.pages.per_page, 2)
    assert.equal(body.pages.total_pages, Math.ceil(body.total_count / 2))
    seen.push(...body.data.map(({ id }: { id: string }) => id))
    next = body.pages.next?.starting_after
    assert.equal(next === undefined, page === 3)
    if (page === 1) await aContact(other.workspace)
  }
  assert.deepEqual(
    seen,
    [...made].sort((one, two) => compareByAge(two, one)),
  )

  function compareByAge(one: string, two: string) {
    const age = (id: string) => Math.floor(made.indexOf(id) / 2)
    return age(one) - age(two) || (one < two ? -1 : 1)
  }
})

test('a page has 50 contacts, and never more than 150', async () => {
  const { call, workspace } = await t.another()
  await workspace.sql`
    insert into contacts (workspace_id, id, role, created_at, updated_at)
    select ${workspace.id}, lpad(to_hex(n), 24, '0'), 'user', now(), now() from generate_series(1, 151) n`
  const sizeOf = async (query: string) => {
    const { body } = await call(`GET /contacts${query}`)
    assert.equal(body.total_count, 151)
    return body.data.length
  }
  assert.equal(await sizeOf(''), 50)
  assert.equal(await sizeOf('?per_page=1000'), 150)
  assert.equal(await sizeOf('?per_page=0'), 1)
  const idsOf = async (query: string) =>
    (await call(`GET /contacts${query}`)).body.data.map(({ id }: { id: string }) => id)
  const both = await idsOf('?per_page=100')
  assert.deepEqual(await idsOf('?per_page=50&page=2'), both.slice(50))
  assert.equal(await sizeOf('?per_page=100&page=2'), 51)
  assert.equal(await sizeOf('?per_page=100&page=3'), 0)
})

test('an archived contact is hidden, and unarchiving restores it unchanged', async () => {
  const { body: made } = await t.call('POST /contacts', { external_id: 'archived-1', name: 'Anna' })
  const archived = await t.call(`POST /contacts/${made.id}/archive`)
  assert.deepEqual(archived.body, { type: 'contact', id: made.id, external_id: 'archived-1', archived: true })
  assert.deepEqual((await t.call(`POST /contacts/${made.id}/archive`)).body, archived.body)

  for (const route of ['GET /contacts/:id', 'PUT /contacts/:id']) {
    assert.deepEqual((await t.call(route.replace(':id', made.id), bodyOf(route))).body.errors, NOT_FOUND)
  }
  assert.equal((await t.call('GET /contacts/find_by_external_id/archived-1')).status, 404)

  const restored = await t.call(`POST /contacts/${made.id}/unarchive`)
  assert.deepEqual(restored.body, { type: 'contact', id: made.id, external_id: 'archived-1', archived: false })
  assert.equal((await t.call(`POST /contacts/${made.id}/unarchive`)).status, 200)
  const { body } = await t.call(`GET /contacts/${made.id}`)
  assert.deepEqual({ ...body, updated_at: 0 }, { ...made, updated_at: 0 })
  assert.deepEqual(await topicsOf(t.workspace, made.id), [
    'contact.user.created',
    'contact.archived',
    'contact.unarchive',
  ])
})

test('a deleted contact is gone for good', async () => {
  const { body: made } = await t.call('POST /contacts', { role: 'lead' })
  const deleted = await t.call(`DELETE /contacts/${made.id}`)
  assert.deepEqual(deleted.body, {
    type: 'contact',
    id: made.id,
    external_id: made.external_id,
    deleted: true,
  })
  for (const route of ['GET /contacts/:id', 'DELETE /contacts/:id', 'POST /contacts/:id/archive']) {
    assert.deepEqual((await t.call(route.replace(':id', made.id))).body.errors, NOT_FOUND, route)
  }
  const { status, body } = await t.call(`POST /contacts/${made.id}/unarchive`)
  assert.equal(status, 400)
  assert.equal(body.errors[0].code, 'not_restorable')
  assert.match(body.errors[0].message, /marked for permanent deletion and is not restorable/)
  assert.deepEqual(await topicsOf(t.workspace, made.id), ['contact.lead.created', 'contact.deleted'])
})

test('an archived contact can be deleted', async () => {
  const id = await aContact(t.workspace, { archived_at: new Date() })
  assert.equal((await t.call(`DELETE /contacts/${id}`)).status, 200)
})

test('a contact that was merged into another cannot be unarchived', async () => {
  const id = await aContact(t.workspace, { merged_into: UNKNOWN })
  const { status, body } = await t.call(`POST /contacts/${id}/unarchive`)
  assert.equal(status, 400)
  assert.deepEqual(body.errors, [{ code: 'bad_request', message: 'User has been merged and is not restorable.' }])
  assert.equal((await t.call(`DELETE /contacts/${id}`)).status, 404)
})

test('up to 2.9 archiving and deleting return the type as `object`', async () => {
  const id = await aContact(t.workspace)
  const objectOf = async (route: string, version: string) => (await t.call(route, undefined, { version })).body.object
  assert.equal(await objectOf(`POST /contacts/${id}/archive`, '2.7'), 'contact')
  assert.equal(await objectOf(`POST /contacts/${id}/unarchive`, '2.7'), 'contact')
  assert.equal(await objectOf(`POST /contacts/${id}/archive`, '2.11'), undefined)
  assert.equal(await objectOf(`DELETE /contacts/${id}`, '2.7'), 'contact')
})
