// The list of what happened to contacts: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../test/app.ts'
import { eventually } from '../../../test/factories.ts'
import { postMail, rawMail } from '../../../test/mail.ts'
import { repairActivities } from './activities-queries.ts'

const t = await testApp()
const { sql } = t.database

type Tenant = Pick<typeof t, 'call' | 'created' | 'workspace'>
type Activity = { id: string; event_type: string; contact_id: string; created_at: number; [name: string]: unknown }

const list = (tenant: Tenant, query = '', options: object = {}) =>
  tenant.call(`GET /contacts/activities${query}`, undefined, options)
const all = async (tenant: Tenant): Promise<Activity[]> => (await list(tenant, '?per_page=150')).body.data
/** Waits: activities are shown after the end of all older transactions, also those of other databases. */
const first = (tenant: Tenant, count: number) =>
  eventually(
    () => all(tenant),
    ({ length }) => length >= count,
  )
const without = ({ id: _, created_at: __, ...activity }: Activity) => activity

describe('a request is refused', () => {
  test('without a token, without the scope, and before Preview', async () => {
    const text = newTokenText()
    const limited = { name: 'Limited', admin_id: t.created.admin_id, scopes: ['write_content'] }
    await insertToken(sql, t.created.id, text, limited, new Date())
    assert.equal((await list(t, '', { token: null })).status, 401)
    assert.equal((await list(t, '', { token: text })).status, 403)
    for (const version of ['2.7', '2.11', '2.16']) {
      const { status, body } = await list(t, '', { version })
      assert.deepEqual([status, body.errors[0].code], [400, 'intercom_version_invalid'], version)
    }
  })

  for (const cursor of ['x', '1717000000000', '1717000000000.0000a1', '.', 'WzEsMl0=', '1.-1', `1.${'g'.repeat(22)}`])
    test(`with the cursor ${cursor}`, async () => {
      const { status, body } = await list(t, `?starting_after=${encodeURIComponent(cursor)}`)
      assert.deepEqual([status, body.errors[0].code], [400, 'client_error'])
    })

  test('with a per_page that is no number', async () => {
    assert.equal((await list(t, '?per_page=many')).status, 400)
  })
})

test('a new workspace has none', async () => {
  assert.deepEqual((await list(await t.another())).body, {
    type: 'list',
    data: [],
    pages: { type: 'pages', per_page: 50, next: null },
  })
})

describe('an activity is written', () => {
  test('when a contact is created, becomes a user, is merged, cannot be merged, and is deleted', async () => {
    const shop = await t.another()
    const post = async (path: string, body: object) => (await shop.call(`POST ${path}`, body)).body
    const user = await post('/contacts', { external_id: 'user-42' })
    const lead = await post('/contacts', { role: 'lead', email: 'lead@example.com' })
    const second = await post('/contacts', { role: 'lead' })
    const other = await post('/contacts', { email: 'lead@example.com' })
    await shop.call(`PUT /contacts/${second.id}`, { role: 'user', external_id: 'second' })
    const ANY = { skip_duplicate_validation: true }
    const refused = [
      await shop.call('POST /contacts/merge', { from: user.id, into: lead.id, ...ANY }),
      await shop.call('POST /contacts/merge', { from: lead.id, into: user.id }),
      await shop.call('POST /contacts/merge', { from: lead.id, into: user.id, ...ANY }),
    ]
    assert.deepEqual(
      refused.map(({ status }) => status),
      [400, 400, 409],
    )
    await shop.call('POST /contacts/merge', { from: lead.id, into: other.id })
    await shop.call(`DELETE /contacts/${second.id}`)
    const created = ({ id, role, external_id }: { id: string; role: string; external_id: string | null }) => ({
      ...{ type: 'contact_activity', event_type: 'contact.created', contact_id: id, role },
      ...(external_id && { external_id }),
    })
    const named = (from: { id: string }, into: { id: string }) => ({
      ...{ merge_source_id: from.id, merge_target_id: into.id },
    })
    const failed = (from: { id: string }, into: { id: string }, failure_reason: string) => ({
      ...{ type: 'contact_activity', event_type: 'contact.merge_failed', contact_id: from.id, failure_reason },
      ...named(from, into),
    })
    const now = { type: 'contact_activity', contact_id: second.id, role: 'user', external_id: 'second' }
    assert.deepEqual((await first(shop, 10)).map(without), [
      created(user),
      created(lead),
      created(second),
      created(other),
      { ...now, event_type: 'contact.role_updated' },
      failed(user, lead, 'invalid_merge_role_pair'),
      failed(lead, user, 'no_shared_identifier'),
      failed(lead, user, 'duplicate_email'),
      {
        ...{ type: 'contact_activity', event_type: 'contact.merged', contact_id: other.id, role: 'user' },
        ...named(lead, other),
      },
      { ...now, event_type: 'contact.deleted' },
    ])
  })

  test('by whatever creates a contact: a mail, a messenger', async () => {
    const shop = await t.another()
    await postMail(shop.call, rawMail({ from: 'new@example.com' }))
    const app_id = shop.created.id
    await shop.call('POST /extensions/messenger/sessions', { app_id, user_id: '1' }, { token: null })
    assert.deepEqual(
      (await first(shop, 2)).map(({ event_type, role }) => [event_type, role]),
      [
        ['contact.created', 'lead'],
        ['contact.created', 'user'],
      ],
    )
  })

  test('not for a request that is refused, nor for what is no activity', async () => {
    const shop = await t.another()
    const { body } = await shop.call('POST /contacts', { email: 'one@example.com' })
    await shop.call('POST /contacts', { email: 'one@example.com' })
    await shop.call(`PUT /contacts/${body.id}`, { role: 'lead' })
    await shop.call(`PUT /contacts/${body.id}`, { name: 'One' })
    await shop.call(`POST /contacts/${body.id}/archive`)
    await shop.call(`POST /contacts/${body.id}/unarchive`)
    await shop.call('POST /contacts/merge', { from: 'nobody', into: body.id })
    assert.deepEqual(
      (await first(shop, 1)).map(({ event_type }) => event_type),
      ['contact.created'],
    )
  })

  test('with the time of the workspace’s clock, in an id that begins with it', async () => {
    const shop = await t.another()
    await shop.call('PUT /extensions/sandbox/clock', { frozen_at: 1_900_000_000 })
    await shop.call('POST /contacts', { role: 'lead' })
    const [activity] = await first(shop, 1)
    const { created_at } = activity!
    assert.match(activity!.id, new RegExp(`^${created_at}\\d{3}\\.[0-9a-f]{22}$`))
  })
})

test('pages show each activity once, oldest first, while others are written', async () => {
  const shop = await t.another()
  const add = () => shop.call('POST /contacts', { role: 'lead' })
  for (let number = 0; number < 7; number++) await add()
  const before = (await first(shop, 7)).map(({ id }) => id)
  const seen: string[] = []
  let cursor: string | null = ''
  while (cursor !== null && seen.length < 50) {
    const query: string = `?per_page=2${cursor && `&starting_after=${cursor}`}`
    const { data, pages } = (await list(shop, query)).body
    seen.push(...data.map(({ id }: Activity) => id))
    assert.equal(pages.per_page, 2)
    cursor = pages.next?.starting_after ?? null
    if (seen.length < 6) await add()
  }
  assert.deepEqual(seen.slice(0, 7), before)
  assert.equal(new Set(seen).size, seen.length)
  assert.deepEqual(seen, seen.toSorted())
  for (const [per_page, size] of [
    [0, 1],
    [-5, 1],
    [1_000, 150],
  ])
    assert.equal((await list(shop, `?per_page=${per_page}`)).body.pages.per_page, size)
})

test('an activity that is committed late is not missed: later ones wait for it', async () => {
  const shop = await t.another()
  const release = Promise.withResolvers<void>()
  const written = Promise.withResolvers<void>()
  const late = sql.begin(async (sql) => {
    await sql`
      insert into contact_activities (workspace_id, event_type, contact_id, created_at)
      values (${shop.created.id}, 'contact.created', 'late', now())`
    written.resolve()
    await release.promise
  })
  await written.promise
  const { body } = await shop.call('POST /contacts', { role: 'lead' })
  assert.deepEqual(await all(shop), [])
  release.resolve()
  await late
  const ids = (await first(shop, 2)).map(({ contact_id }) => contact_id)
  assert.deepEqual(ids, ['late', body.id])
})

test('what a caller has caused is shown while others keep writing', async () => {
  const shop = await t.another()
  const noise = await t.another()
  let is_over = false
  const writing = (async () => {
    while (!is_over) await Promise.all(Array.from({ length: 4 }, () => noise.call('POST /contacts', { role: 'lead' })))
  })()
  for (let round = 1; round <= 15; round++) {
    await shop.call('POST /contacts', { role: 'lead' })
    assert.equal((await first(shop, round)).length, round)
  }
  is_over = true
  await writing
})

test('after a restore, activities from a database with more transactions are readable again', async () => {
  const shop = await t.another()
  await shop.call('POST /contacts', { role: 'lead' })
  await sql`update contact_activities set transaction_id = '99999999999'::xid8 where workspace_id = ${shop.created.id}`
  assert.deepEqual(await all(shop), [])
  await repairActivities(sql)
  await repairActivities(sql)
  await eventually(
    () => all(shop),
    ({ length }) => length === 1,
  )
})
