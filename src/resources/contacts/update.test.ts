// Updating contacts: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact } from '../../../test/factories.ts'

const t = await testApp()

const update = (id: string, body: unknown, version?: string) =>
  t.call(`PUT /contacts/${id}`, body, version ? { version } : {})

const LONG_AGO = new Date('2024-01-01')

/** A contact that was last updated long ago. */
const contact = (columns: Record<string, unknown> = {}) =>
  aContact(t.workspace, { created_at: LONG_AGO, updated_at: LONG_AGO, ...columns })

test('a wrong value is a 400 that names its field, and changes nothing', async () => {
  const id = await contact({ name: 'Ann' })
  const wrong: [field: string, value: unknown][] = [
    ['role', 'visitor'],
    ['email', 'not an email'],
    ['email_verified', true],
    ['name', 7],
    ['owner_id', '1'],
    ['signed_up_at', 1e15],
    ['custom_attributes', { x: 1 }],
  ]
  for (const [field, value] of wrong) {
    const { status, body } = await update(id, { name: 'Bob', [field]: value })
    assert.equal(status, 400, field)
    assert.match(body.errors[0].message, field === 'custom_attributes' ? /'x' does not exist/ : new RegExp(field))
  }
  assert.equal((await t.call(`GET /contacts/${id}`)).body.name, 'Ann')
})

test('a user never becomes a lead', async () => {
  const id = await contact()
  const { status, body } = await update(id, { role: 'lead' })
  assert.equal(status, 400)
  assert.match(body.errors[0].message, /user role can't be converted to a lead/)
  assert.equal((await update(id, { role: 'user' })).status, 200)
})

test("a user cannot take another's email or external id", async () => {
  const taken = await contact({ email: 'taken@example.com', external_id: 'taken' })
  const archived = await contact({ email: 'archived@example.com', archived_at: new Date() })
  const id = await contact({ email: 'mine@example.com', external_id: 'mine' })
  const refused: [body: object, message: string][] = [
    [{ email: 'TAKEN@example.com' }, `A contact matching those details already exists with id=${taken}`],
    [{ external_id: 'taken' }, `A contact matching those details already exists with id=${taken}`],
    [
      { email: 'archived@example.com' },
      `An archived contact matching those details already exists with id=${archived}`,
    ],
  ]
  for (const [body, message] of refused) {
    const answer = await update(id, body)
    assert.equal(answer.status, 409)
    assert.deepEqual(answer.body.errors, [{ code: 'conflict', message }])
  }
  assert.equal((await update(id, { email: 'MINE@example.com', external_id: 'mine' })).status, 200)
})

test('a lead cannot become a user with the email of another user', async () => {
  const user = await contact({ email: 'grown@example.com' })
  const lead = await contact({ role: 'lead', email: 'grown@example.com' })
  const { status, body } = await update(lead, { role: 'user' })
  assert.equal(status, 409)
  assert.match(body.errors[0].message, new RegExp(user))
  assert.equal((await update(lead, { email: 'taken@example.com' })).status, 200)
})

test('of two simultaneous changes to one email, one succeeds and the other is refused', async () => {
  const ids = [await contact(), await contact(), await contact()]
  const answers = await Promise.all(ids.map((id) => update(id, { email: 'wanted@example.com' })))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409])
})

test('simultaneous changes of one contact all take effect', async () => {
  for (const name of ['one', 'two', 'three', 'four']) {
    await t.call('POST /data_attributes', { name, model: 'contact', data_type: 'integer' })
  }
  const id = await contact()
  await Promise.all(['one', 'two', 'three', 'four'].map((name) => update(id, { custom_attributes: { [name]: 1 } })))
  const { body } = await t.call(`GET /contacts/${id}`)
  assert.deepEqual(body.custom_attributes, { one: 1, two: 1, three: 1, four: 1 })
})

test('only the given values change, and updated_at', async () => {
  const id = await contact({ name: 'Ann', email: 'ann@example.com', phone: '5547999998888' })
  const { status, body } = await update(id, { name: 'Anna' })
  assert.equal(status, 200)
  assert.deepEqual([body.name, body.email, body.phone], ['Anna', 'ann@example.com', '5547999998888'])
  assert.equal(body.created_at, LONG_AGO.getTime() / 1000)
  assert.ok(Math.abs(body.updated_at - Date.now() / 1000) < 60)
  assert.deepEqual(await topicsOf(t.workspace, id), ['contact.user.updated'])
})

test('a request that changes nothing emits no event', async () => {
  const id = await contact({ name: 'Ann', signed_up_at: LONG_AGO, custom_attributes: { one: 1 } })
  const same = { name: 'Ann', signed_up_at: LONG_AGO.getTime() / 1000, custom_attributes: { one: 1, two: null } }
  for (const body of [{}, same, { unheard_of: 1 }]) {
    assert.equal((await update(id, body)).body.updated_at, LONG_AGO.getTime() / 1000)
  }
  assert.deepEqual(await topicsOf(t.workspace, id), [])
})

test('null and the empty text clear a value', async () => {
  const all = {
    name: 'Ann',
    email: 'cleared@example.com',
    phone: '5547999998888',
    avatar: 'https://example.com/a.png',
    owner_id: t.created.admin_id,
    language_override: 'en',
    last_seen_at: 1571672154,
    custom_attributes: { one: 1 },
  }
  for (const nothing of [null, '']) {
    const id = await contact()
    await update(id, all)
    const cleared = {
      ...Object.fromEntries(Object.keys(all).map((key) => [key, nothing])),
      last_seen_at: null,
      custom_attributes: { one: null },
    }
    const { status, body } = await update(id, cleared)
    assert.equal(status, 200)
    for (const key of [
      'name',
      'email',
      'phone',
      'formatted_phone',
      'avatar',
      'owner_id',
      'language_override',
      'last_seen_at',
    ]) {
      assert.equal(body[key], null, key)
    }
    assert.deepEqual(body.custom_attributes, {})
  }
})

test('attributes that are not in the request keep their values', async () => {
  const id = await contact({ custom_attributes: { one: 1, two: 2, three: 3 } })
  const { body } = await update(id, { custom_attributes: { two: 22, three: null } })
  assert.deepEqual(body.custom_attributes, { one: 1, two: 22 })
  assert.deepEqual((await update(id, { custom_attributes: null })).body.custom_attributes, { one: 1, two: 22 })
})

test('a lead becomes a user, with the given external id', async () => {
  const { body: lead } = await t.call('POST /contacts', { role: 'lead' })
  assert.equal((await update(lead.id, { external_id: 'not yet' })).body.external_id, lead.external_id)
  const { body } = await update(lead.id, { role: 'user', external_id: 'grown-up' })
  assert.deepEqual([body.role, body.external_id], ['user', 'grown-up'])
  assert.deepEqual(await topicsOf(t.workspace, lead.id), [
    'contact.lead.created',
    'contact.lead.signed_up',
    'contact.user.updated',
  ])
})

test('a changed email has its own event, and a new one has not bounced', async () => {
  const lead = await contact({ role: 'lead' })
  await update(lead, { email: 'first@example.com' })
  assert.deepEqual(await topicsOf(t.workspace, lead), ['contact.lead.added_email', 'contact.lead.updated'])

  const user = await contact({ email: 'bounced@example.com', has_hard_bounced: true })
  assert.equal((await update(user, { email: 'Bounced@example.com' })).body.has_hard_bounced, true)
  assert.equal((await update(user, { email: 'fresh@example.com' })).body.has_hard_bounced, false)
  assert.deepEqual((await topicsOf(t.workspace, user)).slice(-2), ['contact.email.updated', 'contact.user.updated'])
})

test('unsubscribing and subscribing emit one event each', async () => {
  const id = await contact()
  for (const unsubscribed_from_emails of [true, true, false]) await update(id, { unsubscribed_from_emails })
  assert.deepEqual(
    (await topicsOf(t.workspace, id)).filter((topic) => topic.endsWith('subscribed')),
    ['contact.unsubscribed', 'contact.subscribed'],
  )
})

test('the answer has tags and, if requested, the merge history', async () => {
  const id = await contact()
  await t.call('POST /tags', { name: 'Kept', users: [{ id }] })
  const { body } = await t.call(`PUT /contacts/${id}?include_merge_history=true`, { name: 'Tagged' })
  assert.equal(body.tags.total_count, 1)
  assert.deepEqual(body.merge_history, [])
})

test('an old version sends and gets the owner as a number', async () => {
  const id = await contact()
  const admin = Number(t.created.admin_id)
  assert.equal((await update(id, { owner_id: admin }, '2.11')).body.owner_id, admin)
  assert.equal((await update(id, { owner_id: String(admin) }, '2.16')).body.owner_id, String(admin))
})
