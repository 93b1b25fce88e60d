// What a workspace exports as a seed file, and what that file makes elsewhere.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fillWithDemo } from '#resources/index.ts'
import { testApp } from '../../test/app.ts'
import { applySeed } from './apply.ts'
import { callsOf } from './call.ts'
import { exportSeed } from './export.ts'
import { NOUNS } from './nouns.ts'
import { readEntries } from './read-file.ts'

const t = await testApp()
type Seeded = Pick<Awaited<ReturnType<typeof t.another>>, 'created'>
const as = ({ created }: Seeded) => ({
  sql: t.database.sql,
  workspace_id: created.id,
  call: callsOf(t.app, created.token),
})
const exported = (workspace: Seeded) => exportSeed(as(workspace))
const seed = (workspace: Seeded, text: string) => applySeed(as(workspace), { text, file: 'export.yaml' })

test('an empty workspace has its first admin alone', async () => {
  const text = await exported(await t.another())
  assert.deepEqual(
    readEntries(text, 'f').map(({ place }) => place),
    ['f:2 admin ada@example.com'],
  )
})

test('the demo, seeded elsewhere, exports the same', async () => {
  const [from, to] = [await t.another(), await t.another()]
  await fillWithDemo(t.database.sql, from.workspace)
  const text = await exported(from)
  const { created } = await seed(to, text)
  assert.ok(created > 20, `${created} made`)
  assert.equal(await exported(to), text)
  assert.deepEqual((await seed(to, text)).created, 0)
})

const MORE = `
tags: [{ name: VIP }]
contacts:
  - { key: anna, role: user, external_id: "7", phone: "+12025550123", name: $$contact.anna, tags: [$tag.VIP] }
  - { key: lead, role: lead, name: $$admin.nobody? }
`

test('texts that look like references stay texts, and codes stay texts', async () => {
  const [from, to] = [await t.another(), await t.another()]
  await seed(from, MORE)
  const text = await exported(from)
  await seed(to, text)
  assert.equal(await exported(to), text)
  const { body } = await to.call('POST /contacts/search', {
    query: { field: 'external_id', operator: '=', value: '7' },
  })
  assert.deepEqual([body.data[0].name, body.data[0].phone], ['$contact.anna', '+12025550123'])
})

const RICH = `
admins: [{ key: mina, name: Mina, email: mina@example.com, away: { away_mode_enabled: true, away_mode_reassign: false } }]
teams: [{ name: Support, admin_ids: [$admin.ada@example.com, $admin.mina], distribution_method: round_robin }]
office_hours_schedules:
  - { name: Office, time_zone_name: Europe/Berlin, time_intervals: [{ start_minute: 540, end_minute: 1020 }] }
tags: [{ name: VIP }]
data_attributes:
  - { name: plan_name, model: contact, data_type: string, description: What they pay for }
  - { name: team_size, model: company, data_type: options, options: [{ value: small }, { value: large }] }
custom_object_types: [{ identifier: Order, name: Order, attributes: [{ name: total, data_type: integer, description: "" }] }]
custom_object_instances: [{ type: Order, external_id: o-1, custom_attributes: { total: 12 } }]
companies:
  - { company_id: c-1, name: Acme, plan: pro, custom_attributes: { team_size: small }, notes: [{ body: <p>One</p> }, { body: <p>Two</p> }] }
subscription_types:
  - { key: news, consent_type: opt_out, state: live, content_types: [email], translations: [{ name: News, description: Ours, locale: en }] }
contacts:
  - key: anna
    role: user
    email: anna@example.com
    owner_id: $admin.mina
    custom_attributes: { plan_name: pro }
    tags: [$tag.VIP]
    companies: [$company.c-1]
    subscriptions: [{ id: $subscription_type.news, consent_type: opt_out }]
  - { role: lead, key: bo, name: Bo }
segments: [{ name: Pros, person_type: user, query: { field: custom_attributes.plan_name, operator: "=", value: pro } }]
collections: [{ name: Shop }, { name: Inner, parent_id: $collection.Shop }]
folders: [{ name: Drafts, emoji: "📁" }, { name: Old, parent_folder_id: $folder.Drafts }]
articles:
  - { title: Returns, body: <p>30 days</p>, author_id: $admin.mina, state: published, parent_ids: [$collection.Inner], tags: [$tag.VIP] }
internal_articles: [{ title: Refunds, body: <p>Ask Mina</p>, author_id: $admin.mina, owner_id: $admin.mina, folder_id: $folder.Old }]
macros: [{ name: Thanks, body: <p>Thanks!</p>, visible_to: specific_teams, visible_to_team_ids: [$team.Support] }]
whatsapp_templates: [{ name: order_update, language: en, category: UTILITY, body: 'Hello {{1}}' }]
ticket_types:
  - name: Bug
    category: Customer
    attributes:
      - { name: severity, description: How bad, data_type: list, list_items: "low,high" }
      - { name: steps, description: How to see it, data_type: string, multiline: true }
ticket_states: [{ category: in_progress, internal_label: Looking, external_label: Looking, ticket_type_ids: [$ticket_type.Bug] }]
conversations:
  - key: order
    created_at: 1700000000
    from: { type: user, id: $contact.anna }
    body: Where is my order?
    contacts: [{ customer: { intercom_user_id: $contact.bo } }]
    parts:
      - { message_type: assignment, type: team, admin_id: $admin.mina, assignee_id: $team.Support }
      - { message_type: comment, type: admin, admin_id: $admin.mina, body: On its way!, created_at: 1700000100 }
      - { message_type: comment, type: user, intercom_user_id: $contact.anna, body: Thanks, created_at: 1700000200 }
      - { message_type: note, type: admin, admin_id: $admin.mina, body: Nice, created_at: 1700000300 }
      - { message_type: close, type: admin, admin_id: $admin.mina }
    tags: [$tag.VIP]
tickets:
  - key: broken
    created_at: 1700000400
    ticket_type_id: $ticket_type.Bug
    contacts: [{ id: $contact.anna }]
    ticket_attributes: { _default_title_: The lamp is broken, severity: high }
    assignment: { admin_assignee_id: $admin.mina, team_assignee_id: $team.Support }
    replies: [{ message_type: note, type: admin, admin_id: $admin.mina, body: Looks bad, created_at: 1700000500 }]
    update: { ticket_state_id: $ticket_state.Looking }
data_connectors:
  - name: Order status
    http_method: get
    url: https://shop.example.com/orders/{{order_id}}
    data_inputs: [{ name: order_id, type: string, description: The number, required: true }]
    mock_response: { order: { id: 12, lines: [{ sku: a, tags: [red] }] }, is_paid: true }
    update: { state: live }
  - { name: Draft, http_method: post, url: https://shop.example.com/notes, body: '{"note":"{{note}}"}' }
workflows:
  - title: Greet
    state: live
    trigger: { type: inbound_conversation, channels: [messenger] }
    conditions: { conversation: { field: state, operator: "=", value: open } }
    steps:
      - { type: tag, tag_id: $tag.VIP }
      - type: quick_replies
        body: Which?
        options:
          - { text: Order, steps: [{ type: run_connector, connector_id: $data_connector.Order status, inputs: { order_id: "7" } }] }
          - { text: Else, steps: [{ type: assign, assignee: { type: team, id: $team.Support } }] }
      - { type: assign, assignee: { type: admin, id: $admin.mina } }
      - { type: assign, assignee: null }
procedures:
  - name: Refund
    description: Refunds an order
    state: live
    has_api_trigger: true
    steps:
      - { type: ask, text: Which order?, name: order_id, data_type: string }
      - { type: connector, connector_id: $data_connector.Order status, inputs: { order_id: "{{order_id}}" }, save_as: order }
      - type: human
        question: Refund it?
        attributes: [{ name: reason, data_type: list, options: [Late, Broken] }]
custom_channels:
  - { name: App, workflow_id: $workflow.Greet }
  - { name: Other app, callback_url: https://app.example.com/callbacks }
`

test('a workspace with every noun, seeded elsewhere, exports the same', async () => {
  const [from, to] = [await t.another(), await t.another()]
  await seed(from, RICH)
  const text = await exported(from)
  const nouns = new Set(readEntries(text, 'f').map(({ noun }) => noun.name))
  const missing = Object.values(NOUNS).filter(({ name }) => !nouns.has(name))
  assert.deepEqual(
    missing.map(({ name }) => name),
    ['audience', 'message'],
  )
  await seed(to, text)
  assert.equal(await exported(to), text)
  const first = text.split('\n').filter((line) => /Where is my order|assignee_id|ticket_state_id|parent_ids/.test(line))
  assert.equal(first.length, 6, text)
})

test('the guide has a line for each noun', () => {
  const guide = readFileSync(new URL('../../docs/guides/seed.md', import.meta.url), 'utf8')
  for (const [plural, noun] of Object.entries(NOUNS))
    assert.match(guide, new RegExp(`^\\| \`${plural}\` \\| \`\\$${noun.name}\\.…\``, 'm'))
})
