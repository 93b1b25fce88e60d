// The preview of a merge: sad paths first, and that the merge does what the preview says.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../test/app.ts'
import { contentsOf } from '../../../test/contents.ts'
import { aContact } from '../../../test/factories.ts'

const t = await testApp()
const { sql } = t.database
const { call, workspace } = t

const UNKNOWN = '6762f0dd1bb69f9f2193bb83'
const ROLES = {
  code: 'invalid_merge_role_pair',
  message: 'Merging can only be performed on a lead into a user',
}
const STRANGERS = {
  code: 'no_shared_identifier',
  message:
    "These contacts don't share a common identifier (email, phone, or external ID), so they aren't recognised as duplicates. Set skip_duplicate_validation to true to preview the merge anyway.",
}

let numbers = 0
const aLead = (more: object = {}) => aContact(workspace, { role: 'lead', external_id: `lead ${++numbers}`, ...more })
const aUser = (more: object = {}) => aContact(workspace, { ...more })
const preview = (from: unknown, into: unknown, more: object = {}, options: object = {}) =>
  call('POST /contacts/merge/preview', { from, into, ...more }, options)
const ANY = { skip_duplicate_validation: true }

describe('a preview is refused', () => {
  test('without a token, without the scope, and before Preview', async () => {
    const [from, into] = [await aLead(), await aUser()]
    const text = newTokenText()
    const limited = { name: 'Limited', admin_id: t.created.admin_id, scopes: ['write_content'] }
    await insertToken(sql, t.created.id, text, limited, new Date())
    assert.equal((await preview(from, into, ANY, { token: null })).status, 401)
    assert.equal((await preview(from, into, ANY, { token: text })).status, 403)
    for (const version of ['2.7', '2.11', '2.16']) {
      const { status, body } = await preview(from, into, ANY, { version })
      assert.deepEqual([status, body.errors[0].code], [400, 'intercom_version_invalid'], version)
    }
  })

  test('for contacts that are not there, as the merge is', async () => {
    const [from, into] = [await aLead(), await aUser()]
    for (const [source, target] of [
      [UNKNOWN, into],
      [from, UNKNOWN],
      [await aLead({ archived_at: new Date() }), into],
      [from, await aUser({ merged_into: into })],
    ]) {
      const { status, body } = await preview(source, target, ANY)
      assert.deepEqual([status, body.errors], [404, [{ code: 'not_found', message: 'Contact Not Found' }]])
    }
    assert.equal((await call('POST /contacts/merge/preview', { from })).status, 400)
  })

  test('if another user has the email, with the 409 of the merge', async () => {
    const [from, into] = [await aLead({ email: 'taken@example.com' }), await aUser()]
    await aUser({ email: 'taken@example.com' })
    const [previewed, merged] = [
      await preview(from, into, ANY),
      await call('POST /contacts/merge', { from, into, ...ANY }),
    ]
    assert.equal(previewed.status, 409)
    assert.deepEqual(previewed.body.errors, merged.body.errors)
  })
})

describe('a merge that is not allowed has reasons', () => {
  const cases: [what: string, from: object, into: object, more: object, reasons: object[]][] = [
    ['a lead into a lead', {}, { role: 'lead' }, ANY, [ROLES]],
    ['a user into a user', { role: 'user' }, {}, ANY, [ROLES]],
    ['a user into a lead', { role: 'user' }, { role: 'lead' }, ANY, [ROLES]],
    ['strangers', { email: 'a@example.com' }, { email: 'b@example.com' }, {}, [STRANGERS]],
    ['strangers with wrong roles', {}, { role: 'lead' }, {}, [ROLES, STRANGERS]],
  ]
  for (const [what, from, into, more, reasons] of cases)
    test(what, async () => {
      const { status, body } = await preview(await aLead(from), await aUser(into), more)
      assert.deepEqual([status, body], [200, { allowed: false, reasons }])
    })

  test('a contact into itself', async () => {
    const [lead, user] = [await aLead({ email: 'self@example.com' }), await aUser({ email: 'self@example.com' })]
    for (const id of [lead, user]) assert.deepEqual((await preview(id, id)).body, { allowed: false, reasons: [ROLES] })
  })
})

test('a preview of nothing has no attributes and no reassignments', async () => {
  const { body } = await preview(await aLead(), await aUser(), ANY)
  assert.deepEqual(body, {
    allowed: true,
    summary: { attribute_changes: { attributes: [], total_count: 0 }, reassignments: {} },
  })
})

/** Two contacts with something of each kind. */
async function aRichPair() {
  const email = `rich${++numbers}@example.com`
  const from = await aLead({
    ...{ email, name: 'Jo', phone: '+1555', avatar_url: 'https://example.com/jo.png' },
    ...{ last_seen_at: new Date(30_000), unsubscribed_from_emails: true, custom_attributes: { seats: 3, plan: 'a' } },
  })
  const into = await aUser({
    ...{ email, phone: '+1999', signed_up_at: new Date(10_000), last_seen_at: new Date(20_000) },
    custom_attributes: { plan: 'b' },
  })
  const tags: string[] = []
  for (const name of ['one', 'two', 'three'])
    tags.push((await call('POST /tags', { name: `${name} ${numbers}` })).body.id)
  for (const [id, tag] of [
    [from, 0],
    [from, 1],
    [into, 1],
    [into, 2],
  ] as const)
    await call(`POST /contacts/${id}/tags`, { id: tags[tag] })
  for (const id of [from, from, into]) await call(`POST /contacts/${id}/notes`, { body: 'x' })
  for (const id of [from, into, into]) await call('POST /conversations', { from: { type: 'contact', id }, body: 'x' })
  return { from, into }
}

test('a preview shows each change, with the counts of what moves, and changes nothing', async () => {
  const { from, into } = await aRichPair()
  const before = await contentsOf(workspace)
  const { body } = await preview(from, into)
  assert.deepEqual(await contentsOf(workspace), before)
  const { attributes, total_count } = body.summary.attribute_changes
  assert.equal(total_count, attributes.length)
  const outcomes = Object.fromEntries(
    attributes.map(({ field, ...change }: { field: string }) => [field, Object.values(change)]),
  )
  // Both have just replied.
  const { last_replied_at: _, ...others } = outcomes
  assert.deepEqual(others, {
    name: ['adopted', 'Jo', 'Jo'],
    phone: ['discarded', '+1555', '+1999', '+1999'],
    avatar: ['adopted', 'https://example.com/jo.png', 'https://example.com/jo.png'],
    last_seen_at: ['adopted', 30, 20, 30],
    unsubscribed_from_emails: ['merged', true, false, true],
    'custom_attributes.seats': ['adopted', 3, 3],
    'custom_attributes.plan': ['discarded', 'a', 'b', 'b'],
  })
  assert.deepEqual(body.summary.reassignments, {
    conversations: { from: 1, into: 2 },
    tags: { from: 1, into: 2 },
    notes: { from: 2, into: 1 },
  })
})

test('a preview shows companies as one attribute: the names of both', async () => {
  const [from, into, neither] = [await aLead(), await aUser(), await aUser()]
  for (const [name, ids] of [
    ['Beta', [from]],
    ['Acme', [into]],
    ['Core', [from, into]],
  ] as const) {
    const { id } = (await call('POST /companies', { company_id: name, name })).body
    for (const contact of ids) await call(`POST /contacts/${contact}/companies`, { id })
  }
  const shown = async (target: string) => (await preview(from, target, ANY)).body.summary.attribute_changes.attributes
  const change = { field: 'companies', outcome: 'merged', from_value: ['Beta', 'Core'] }
  assert.deepEqual(await shown(into), [
    { ...change, into_value: ['Acme', 'Core'], new_into_value: ['Acme', 'Beta', 'Core'] },
  ])
  assert.deepEqual(await shown(neither), [{ ...change, new_into_value: ['Beta', 'Core'] }])
  assert.deepEqual((await preview(await aLead(), into, ANY)).body.summary.attribute_changes.attributes, [])
  const { body } = await call('POST /contacts/merge', { from, into, ...ANY })
  assert.equal(body.companies.total_count, 3)
})

test('the merge does what the preview says', async () => {
  const { from, into } = await aRichPair()
  const { summary } = (await preview(from, into)).body
  const { body: merged } = await call('POST /contacts/merge', { from, into })
  for (const { field, new_into_value } of summary.attribute_changes.attributes) {
    const [name, attribute] = field.split('.')
    const value = attribute ? merged.custom_attributes[attribute] : merged[name]
    assert.deepEqual(name === 'avatar' ? value.image_url : value, new_into_value, field)
  }
  const { tags, notes, conversations } = summary.reassignments
  assert.deepEqual(
    [merged.tags.total_count, merged.notes.total_count],
    [tags.from + tags.into, notes.from + notes.into],
  )
  const { count } = await sql`select from conversation_contacts where contact_id = ${into}`
  assert.equal(count, conversations.from + conversations.into)
})

test('a preview shows fifty attributes and counts all', async () => {
  const names = Array.from({ length: 60 }, (_, number) => [`attribute_${number}`, number])
  const from = await aLead({ custom_attributes: Object.fromEntries(names) })
  const { attributes, total_count } = (await preview(from, await aUser(), ANY)).body.summary.attribute_changes
  assert.deepEqual([attributes.length, total_count], [50, 60])
})
