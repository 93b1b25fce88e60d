// A visitor or a lead who signs in: the lead of the browser is merged into the user, or becomes the user.
import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { describe, test } from 'node:test'
import { testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact } from '../../../../test/factories.ts'

const t = await testApp()
const { sql } = t.database

type Tenant = Pick<typeof t, 'call' | 'created' | 'workspace'>

const session = (tenant: Tenant, body: object = {}) =>
  tenant.call('POST /extensions/messenger/sessions', { app_id: tenant.created.id, ...body }, { token: null })
const CONVERSATIONS = '/extensions/messenger/conversations'
const write = (tenant: Tenant, token: string) => tenant.call(`POST ${CONVERSATIONS}`, { body: 'Hi' }, { token })
const list = (tenant: Tenant, token: string) => tenant.call(`GET ${CONVERSATIONS}`, undefined, { token })

let numbers = 0

/** A visitor who has written, and so is a lead. */
async function aLead(tenant: Tenant = t, more: object = {}) {
  const { token, anonymous_id, visitor_id } = (await session(tenant)).body
  const { body } = await write(tenant, token)
  const [contact] = await sql<{ id: string }[]>`
    select id from contacts where workspace_id = ${tenant.created.id} and external_id = ${visitor_id}`
  const id = contact!.id
  if (Object.keys(more).length)
    await sql`update contacts set ${sql(more)} where workspace_id = ${tenant.created.id} and id = ${id}`
  return { id, token, anonymous_id, visitor_id, conversation: body.id }
}

async function aUser(tenant: Tenant = t, more: object = {}) {
  const user_id = `user ${++numbers}`
  return { user_id, id: await aContact(tenant.workspace, { external_id: user_id, ...more }) }
}

const mergedInto = async (id: string) => {
  const [row] = await sql`select merged_into from contacts where id = ${id}`
  return row?.['merged_into']
}

describe('nothing is merged', () => {
  const cases: [what: string, anonymous: (lead: { anonymous_id: string; visitor_id: string }) => string | null][] = [
    ['without the anonymous_id', () => null],
    ['by the id of the visitor, which is not signed', ({ visitor_id }) => visitor_id],
    ['by a forged anonymous_id', ({ anonymous_id }) => `${anonymous_id.slice(0, -3)}xyz`],
    ['by an empty one', () => ''],
    ['by a missing one, as scripts write it', () => 'undefined'],
  ]
  for (const [what, anonymous] of cases)
    test(what, async () => {
      const [lead, { user_id, id }] = [await aLead(), await aUser()]
      const { status, body } = await session(t, { user_id, anonymous_id: anonymous(lead) })
      assert.deepEqual([status, body.contact.id], [200, id])
      assert.equal(await mergedInto(lead.id), null)
    })

  test('by the anonymous_id of another workspace', async () => {
    const other = await t.another()
    const [lead, { user_id }] = [await aLead(other), await aUser()]
    await session(t, { user_id, anonymous_id: lead.anonymous_id })
    assert.equal(await mergedInto(lead.id), null)
  })

  test('if the identity is not proven', async () => {
    const shop = await t.another()
    const { body } = await shop.call('POST /secure_mode_secrets', { name: 'Web', supports_web: true })
    const [lead, { user_id, id }] = [await aLead(shop), await aUser(shop)]
    const { anonymous_id } = lead
    assert.equal((await session(shop, { user_id, anonymous_id })).status, 401)
    assert.equal(await mergedInto(lead.id), null)
    const user_hash = createHmac('sha256', body.secret).update(user_id).digest('hex')
    assert.equal((await session(shop, { user_id, user_hash, anonymous_id })).status, 200)
    assert.equal(await mergedInto(lead.id), id)
  })

  test('if the user is blocked, which is a 403', async () => {
    const [lead, { user_id }] = [await aLead(), await aUser(t, { blocked_at: new Date() })]
    assert.equal((await session(t, { user_id, anonymous_id: lead.anonymous_id })).status, 403)
    assert.equal(await mergedInto(lead.id), null)
  })

  for (const gone of ['blocked_at', 'deleted_at'])
    test(`if the lead is ${gone.replace('_at', '')}; the user signs in all the same`, async () => {
      const [lead, { user_id, id }] = [await aLead(t, { [gone]: new Date() }), await aUser()]
      const { body } = await session(t, { user_id, anonymous_id: lead.anonymous_id })
      assert.equal(body.contact.id, id)
      assert.equal(await mergedInto(lead.id), null)
    })
})

describe('the lead of the browser', () => {
  test('is merged into the user who signs in, and the session sees the conversations of both', async () => {
    const [lead, { user_id, id }] = [await aLead(), await aUser(t, { name: 'Anna' })]
    const { body } = await session(t, { user_id, anonymous_id: lead.anonymous_id })
    assert.deepEqual(body.contact, { type: 'contact', id, external_id: user_id, role: 'user' })
    assert.equal(await mergedInto(lead.id), id)
    assert.ok((await topicsOf(t.workspace, id)).includes('contact.merged'))
    const { conversations } = (await list(t, body.token)).body
    assert.deepEqual(
      conversations.map((one: { id: string }) => one.id),
      [lead.conversation],
    )
    assert.equal((await list(t, lead.token)).status, 401)
    const { merge_history } = (await t.call(`GET /contacts/${id}?include_merge_history=true`)).body
    assert.equal(merge_history[0].source_contact_id, lead.id)
  })

  test('is merged once, and the visitor starts anew after signing out', async () => {
    const [lead, { user_id, id }] = [await aLead(), await aUser()]
    const ask = { user_id, anonymous_id: lead.anonymous_id }
    const answers = await Promise.all(Array.from({ length: 5 }, () => session(t, ask)))
    assert.deepEqual(
      answers.map(({ body }) => body.contact.id),
      Array(5).fill(id),
    )
    assert.equal((await topicsOf(t.workspace, id)).filter((topic) => topic === 'contact.merged').length, 1)
    const again = (await session(t, { anonymous_id: lead.anonymous_id })).body
    assert.equal(again.contact, null)
    assert.notEqual(again.visitor_id, lead.visitor_id)
  })

  test('is merged also if it was archived', async () => {
    const [lead, { user_id, id }] = [await aLead(t, { archived_at: new Date() }), await aUser()]
    assert.equal((await session(t, { user_id, anonymous_id: lead.anonymous_id })).body.contact.id, id)
    assert.equal(await mergedInto(lead.id), id)
  })

  test('does not lock the user out if it has the email of another user: the email is left out', async () => {
    const email = `another${++numbers}@example.com`
    const other = await aUser(t, { email })
    const [lead, { user_id, id }] = [await aLead(t, { email }), await aUser()]
    const { status, body } = await session(t, { user_id, anonymous_id: lead.anonymous_id })
    assert.deepEqual([status, body.contact.id], [200, id])
    const emails = await sql`select id from contacts where email = ${email} and role = 'user'`
    assert.deepEqual(
      emails.map((row) => row['id']),
      [other.id],
    )
  })

  test('gives the user the email that it has, and that the page says', async () => {
    const email = `said${++numbers}@example.com`
    const [lead, { user_id, id }] = [await aLead(t, { email }), await aUser()]
    await session(t, { user_id, email, anonymous_id: lead.anonymous_id })
    assert.equal((await t.call(`GET /contacts/${id}`)).body.email, email)
  })

  test('becomes the user if nobody has the user_id', async () => {
    const lead = await aLead(t, { name: 'Anna' })
    const user_id = `new ${++numbers}`
    const { body } = await session(t, { user_id, anonymous_id: lead.anonymous_id })
    assert.deepEqual(body.contact, { type: 'contact', id: lead.id, external_id: user_id, role: 'user' })
    const topics = await topicsOf(t.workspace, lead.id)
    assert.deepEqual(topics.slice(-2), ['contact.lead.signed_up', 'contact.user.updated'])
    assert.equal((await t.call(`GET /contacts/${lead.id}`)).body.name, 'Anna')
    assert.equal((await list(t, body.token)).body.conversations.length, 1)
    assert.equal((await list(t, lead.token)).body.conversations.length, 0, 'the old session is that of a new visitor')
  })

  test('becomes the user if nobody has the email, without an external id', async () => {
    const lead = await aLead()
    const email = `new${++numbers}@example.com`
    const { body } = await session(t, { email, anonymous_id: lead.anonymous_id })
    assert.deepEqual(body.contact, { type: 'contact', id: lead.id, external_id: null, role: 'user' })
    assert.equal((await t.call(`GET /contacts/${lead.id}`)).body.email, email)
  })

  test('is not needed: a visitor who has not written signs in as before', async () => {
    const { anonymous_id } = (await session(t)).body
    const { user_id, id } = await aUser()
    assert.equal((await session(t, { user_id, anonymous_id })).body.contact.id, id)
  })
})

test('signing in and writing at the same moment: everything is the user’s, or that of a lead who signs in later', async () => {
  for (let round = 0; round < 8; round++) {
    const [lead, { user_id, id }] = [await aLead(), await aUser()]
    const ask = { user_id, anonymous_id: lead.anonymous_id }
    const [signed, written] = await Promise.all([session(t, ask), write(t, lead.token)])
    assert.deepEqual([signed.status, signed.body.contact.id], [200, id])
    assert.ok([200, 401].includes(written.status), written.text)
    const { conversations } = (await list(t, signed.body.token)).body
    assert.equal(conversations.length, written.status === 200 ? 2 : 1)
  }
})
