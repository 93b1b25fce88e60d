// Seed files: what is wrong with one, and what they make. Sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../test/app.ts'
import { applySeed } from './apply.ts'
import { callsOf } from './call.ts'
import { readEntries } from './read-file.ts'

const t = await testApp()
type Seeded = Awaited<ReturnType<typeof t.another>>
const seed = ({ created }: Pick<Seeded, 'created'>, text: string) =>
  applySeed(
    { sql: t.database.sql, workspace_id: created.id, call: callsOf(t.app, created.token) },
    { text, file: 'seed.yaml' },
  )

const REFUSED: [what: string, text: string, message: RegExp][] = [
  ['text that is no YAML', 'tags: [', /^seed\.yaml:1: /],
  ['a list', '- name: VIP', /^seed\.yaml:1: a seed has lists by their names: admins, /],
  ['an unknown noun', 'tags: []\npeople: []', /^seed\.yaml:2: there is no people, only: admins, /],
  ['a noun of every object', 'constructor: []', /^seed\.yaml:1: there is no constructor, /],
  ['a noun that is no list', 'tags: VIP', /^seed\.yaml:1: tags must be a list$/],
  ['an entry that is no object', 'tags:\n  - VIP', /^seed\.yaml:2: an entry of tags must be an object$/],
  ['a tag without a name', 'tags:\n  - {}', /^seed\.yaml:2: this tag needs a key: key or name$/],
  [
    'a conversation without a key',
    'conversations:\n  - body: Hi',
    /^seed\.yaml:2: this conversation needs a key: key$/,
  ],
  [
    'the same twice',
    'tags:\n  - name: VIP\n  - name: VIP',
    /^seed\.yaml:3: tag VIP is there already: seed\.yaml:2 tag VIP$/,
  ],
  ['a name twice in an entry', 'tags:\n  - name: VIP\n    name: Pro', /^seed\.yaml:\d: Map keys must be unique/],
  [
    'an unknown name',
    'contacts:\n  - email: a@example.com\n    tags: [$tag.vip]',
    /^seed\.yaml:2 contact a@example\.com: there is no tag vip$/,
  ],
  [
    'a circle',
    'collections:\n  - { name: A, parent_id: $collection.B }\n  - { name: B, parent_id: $collection.A }',
    /^seed\.yaml:2 collection A: entries refer to each other in a circle: collection A → collection B → collection A$/,
  ],
  [
    'what the API refuses',
    'tags:\n  - name: Fine\ncontacts:\n  - { role: user, email: not an address }',
    /^seed\.yaml:4 contact not an address: .+ \(POST \/contacts: 4\d\d\)$/,
  ],
  [
    'a step that the API refuses',
    'contacts:\n  - email: b@example.com\n    notes: [{ body: "" }]',
    /^seed\.yaml:2 contact b@example\.com, notes 1: .+ \(POST \/contacts\/\w+\/notes: 4\d\d\)$/,
  ],
  [
    'a step that must be an object',
    'contacts:\n  - email: c@example.com\n    notes: [text]',
    /^seed\.yaml:2 contact c@example\.com, notes 1: must be an object$/,
  ],
]

for (const [what, text, message] of REFUSED)
  test(`${what} is refused, with its line`, async () => {
    await assert.rejects(seed(t, text), (error: Error) => {
      assert.match(error.message, message)
      return true
    })
  })

test('what was applied before a refusal stays, and the next run goes on', async () => {
  const other = await t.another()
  const text = (email: string) => `tags: [{ name: Fine }]\ncontacts: [{ role: user, name: Zoe, email: ${email} }]`
  await assert.rejects(seed(other, text('nothing')), /Zoe|nothing/)
  assert.deepEqual(
    (await other.call('GET /tags')).body.data.map(({ name }: { name: string }) => name),
    ['Fine'],
  )
  assert.deepEqual(await seed(other, text('zoe@example.com')), { created: 1, changed: 0, unchanged: 1, left: [] })
})

const SUPPORT = `
# In an order that a reader likes.
conversations:
  - key: order
    from: { type: user, id: $contact.anna }
    body: Where is my order?
    parts:
      - { message_type: assignment, admin_id: $admin.mina, assignee_id: $team.Support, type: team }
      - { message_type: comment, type: admin, admin_id: $admin.mina, body: On its way! }
      - { message_type: close, type: admin, admin_id: $admin.mina }
    tags: [$tag.VIP]
tickets:
  - key: broken
    ticket_type_id: $ticket_type.Bug
    contacts: [{ id: $contact.anna }]
    ticket_attributes: { _default_title_: The lamp is broken, severity: high }
    replies:
      - { message_type: note, type: admin, admin_id: $admin.mina, body: Looks bad }
messages:
  - key: welcome
    message_type: email
    template: plain
    subject: Welcome
    body: Hello
    from: { type: admin, id: $admin.mina }
    to: { type: user, id: $contact.anna }
contacts:
  - key: anna
    role: user
    external_id: "42"
    email: anna@example.com
    phone: +12025550123
    name: $$contact.anna
    custom_attributes: { plan_name: pro }
    tags: [$tag.VIP]
    companies: [$company.acme]
    notes: [{ body: Likes tea, admin_id: $admin.mina }]
companies:
  - { key: acme, company_id: c-1, name: Acme }
data_attributes:
  - { name: plan_name, model: contact, data_type: string }
ticket_types:
  - name: Bug
    attributes:
      - { name: severity, description: How bad, data_type: string }
articles:
  - { title: Returns, body: <p>30 days</p>, author_id: $admin.mina, state: published, parent_id: $collection.Shop, parent_type: collection }
collections:
  - { name: Shop }
custom_object_types:
  - { identifier: Order, attributes: [{ name: total, data_type: integer }] }
custom_object_instances:
  - { type: Order, external_id: o-1, custom_attributes: { total: 12 } }
subscription_types:
  - key: news
    consent_type: opt_out
    state: live
    translations: [{ name: News, description: Our news, locale: en }]
segments:
  - { name: Pros, person_type: user, query: { field: custom_attributes.plan_name, operator: "=", value: pro } }
teams:
  - { name: Support, admin_ids: [$admin.mina, $admin.ada@example.com] }
admins:
  - { key: mina, name: Mina, email: mina@example.com }
tags:
  - { name: VIP }
`

test('entries refer to each other by name, in any order, and go through the API', async () => {
  const other = await t.another()
  const { created } = await seed(other, SUPPORT)
  assert.equal(created, 25)
  const { body: found } = await other.call('GET /contacts')
  const [anna] = found.data
  assert.deepEqual(
    [anna.phone, anna.name, anna.custom_attributes],
    ['+12025550123', '$contact.anna', { plan_name: 'pro' }],
  )
  assert.deepEqual([anna.tags.total_count, anna.companies.total_count, anna.notes.total_count], [1, 1, 1])
  const { body: listed } = await other.call('GET /conversations')
  const order = listed.conversations.find(({ source }: { source: { body: string } }) => /order/.test(source.body))
  assert.deepEqual([order.state, order.tags.tags.length], ['closed', 1])
  const { body: team } = await other.call(`GET /teams/${order.team_assignee_id}`)
  assert.equal(team.name, 'Support')
})

test('a second run changes nothing and says so', async () => {
  const other = await t.another()
  await seed(other, SUPPORT)
  const state = async () =>
    Promise.all(
      ['/contacts', '/conversations', '/tags', '/admins'].map(async (path) => (await other.call(`GET ${path}`)).body),
    )
  const before = await state()
  assert.deepEqual(await seed(other, SUPPORT), { created: 0, changed: 0, unchanged: 25, left: [] })
  assert.deepEqual(await state(), before)
})

test('an entry that has changed in the file is changed, or named if it cannot be', async () => {
  const other = await t.another()
  const text = (name: string, body: string) =>
    `contacts: [{ key: bo, role: user, email: bo@example.com, name: ${name} }]
conversations: [{ key: hi, from: { type: user, id: $contact.bo }, body: ${body} }]`
  await seed(other, text('Bo', 'Hi'))
  const { changed, left } = await seed(other, text('Bob', 'Hello'))
  assert.deepEqual([changed, left], [1, ['seed.yaml:2 conversation hi']])
  assert.equal((await other.call('GET /contacts')).body.data[0].name, 'Bob')
})

test('what is there already is taken, not made twice', async () => {
  const other = await t.another()
  await other.call('POST /contacts', { role: 'user', email: 'cy@example.com' })
  await other.call('POST /tags', { name: 'vip' })
  const text = 'tags: [{ name: VIP }]\ncontacts: [{ role: user, email: cy@example.com, name: Cy, tags: [$tag.VIP] }]'
  assert.deepEqual(await seed(other, text), { created: 1, changed: 1, unchanged: 1, left: [] })
  const { body } = await other.call('GET /contacts')
  assert.deepEqual([body.data.length, body.data[0].name, body.data[0].tags.total_count], [1, 'Cy', 1])
})

test('what a seed made can be referred to by a later file, without being in it', async () => {
  const other = await t.another()
  await seed(other, 'contacts: [{ key: di, role: user, email: di@example.com }]')
  const text = 'conversations: [{ key: hi, from: { type: user, id: $contact.di }, body: Hi }]'
  assert.equal((await seed(other, text)).created, 1)
})

test('JSON is a seed too, and an empty file is an empty seed', async () => {
  const other = await t.another()
  assert.equal((await seed(other, JSON.stringify({ tags: [{ name: 'From JSON' }] }))).created, 1)
  assert.deepEqual(await seed(other, ''), { created: 0, changed: 0, unchanged: 0, left: [] })
})

test('codes that look like numbers keep their first sign', () => {
  const [contact] = readEntries('contacts: [{ external_id: 0042, phone: +4930123, owner_id: 7 }]', 'f')
  assert.deepEqual(contact?.body, { external_id: '0042', phone: '+4930123', owner_id: 7 })
})

test('after a reset of the sandbox, a seed makes everything again', async () => {
  const other = await t.another()
  await seed(other, SUPPORT)
  assert.equal((await other.call('POST /extensions/sandbox/reset')).status, 200)
  assert.equal((await seed(other, SUPPORT)).left.length, 0)
  assert.equal((await other.call('GET /contacts')).body.data.length, 1)
})
