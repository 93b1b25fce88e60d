// Switch: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'

const t = await testApp({ public_url: 'https://messenger.example.com' })
const { call } = t
const { sql } = t.database

const redirect = (body: unknown, options = {}) => call('POST /phone_call_redirects', body, options)
const contactsOf = (phone: string) =>
  sql<{ id: string; role: string; custom_attributes: object }[]>`
    select id, role, custom_attributes from contacts
    where workspace_id = ${t.created.id} and formatted_phone = ${phone} order by created_at`
const smsTo = (contact_id: string) =>
  sql<{ body: string; address: string; status: string }[]>`
    select body, address, status from deliveries join messages on messages.id = message_id
    where contact_id = ${contact_id} and channel = 'sms' order by deliveries.id`
const path = (url: string) => new URL(url).pathname

const begin = async (token: string, body: string): Promise<string> => {
  const { body: conversation } = await call('POST /extensions/messenger/conversations', { body }, { token })
  return conversation.id
}
const sourceOf = async (id: string) => (await call(`GET /conversations/${id}`)).body.source.type

test('the operation needs a token', async () => {
  assert.equal((await redirect({ phone: '+353832345678' }, { token: null })).status, 401)
})

test('the error of a wrong number is no list, and nothing is sent', async () => {
  for (const body of [
    {},
    { phone: null },
    { phone: '' },
    { phone: 'abc' },
    { phone: '+1' },
    { phone: '0832345678' },
    { phone: 12 },
  ]) {
    const answer = await redirect(body)
    assert.equal(answer.status, 400, JSON.stringify(body))
    assert.deepEqual(answer.body, { error_key: 'invalid_phone_number', message: 'Invalid phone number' })
  }
  for (const body of [{ phone: '+353832345678', custom_attributes: [] }, { phone: {} }])
    assert.deepEqual([(await redirect(body)).status, (await redirect(body)).body.type], [400, 'error.list'])
  assert.equal((await sql`select from phone_switches`).count, 0)
})

test('a contact who wants no SMS is a 422 without a text', async () => {
  await aContact(t.workspace, { phone: '+353832345679', formatted_phone: '+353832345679', unsubscribed_from_sms: true })
  const { status, body } = await redirect({ phone: '+353832345679' })
  assert.deepEqual([status, body], [422, { error_key: 'some_error' }])
})

test('an unknown number becomes a lead, who gets the link by SMS; in all versions', async () => {
  for (const [n, version] of ['Preview', '2.16', '2.11', '2.8'].entries()) {
    const phone = `+35383234570${n}`
    const { status, body } = await redirect({ phone: phone.replace('+353', '+353 ') }, { version })
    assert.equal(status, 200)
    const { url, ...rest } = body
    assert.deepEqual(rest, { type: 'phone_call_redirect', phone })
    assert.match(url, /^https:\/\/messenger\.example\.com\/extensions\/messenger\/switches\/[0-9a-f-]{36}$/)
    const [lead, ...others] = await contactsOf(phone)
    assert.deepEqual([lead?.role, others.length], ['lead', 0])
    const [sms] = await smsTo(lead!.id)
    assert.deepEqual([sms?.address, sms?.status], [phone, 'queued'])
    assert.ok(sms?.body.includes(url))
  }
})

test('simultaneous requests for an unknown number make one lead', async () => {
  const answers = await Promise.all([1, 2, 3].map(() => redirect({ phone: '+353832345710' })))
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200],
  )
  assert.equal((await contactsOf('+353832345710')).length, 1)
})

test('a known contact gets the attributes that it can have', async () => {
  for (const [name, data_type] of [
    ['issue_type', 'string'],
    ['seats', 'integer'],
  ])
    await call('POST /data_attributes', { name, model: 'contact', data_type })
  const phone = '+353832345711'
  const id = await aContact(t.workspace, { phone, formatted_phone: phone })
  await redirect({ phone, custom_attributes: { issue_type: 'Billing', seats: 'many', unknown: 'x' } })
  assert.deepEqual(
    (await contactsOf(phone)).map((one) => ({ ...one })),
    [{ id, role: 'user', custom_attributes: { issue_type: 'Billing' } }],
  )
})

test('a link that is unknown, or a week old, is a 404', async () => {
  const { body } = await redirect({ phone: '+353832345712' })
  for (const id of ['none', '00000000-0000-4000-8000-000000000000'])
    assert.equal((await call(`GET /extensions/messenger/switches/${id}`, undefined, { token: null })).status, 404)
  await sql`update phone_switches set created_at = now() - interval '8 days'`
  assert.equal((await call(`GET ${path(body.url)}`, undefined, { token: null })).status, 404)
})

test('the link opens a session, and the first conversation that then starts comes from the switch', async () => {
  const phone = '+353832345713'
  const { body } = await redirect({ phone })
  const opened = await call(`GET ${path(body.url)}`, undefined, { token: null })
  assert.equal(opened.status, 200)
  const [lead] = await contactsOf(phone)
  assert.equal(opened.body.contact.id, lead?.id)
  const first = await begin(opened.body.token, 'I called before')
  assert.equal(await sourceOf(first), 'phone_switch')
  assert.equal(await sourceOf(await begin(opened.body.token, 'Another matter')), 'conversation')
  const query = { field: 'source.type', operator: '=', value: 'phone_switch' }
  const { body: found } = await call('POST /conversations/search', { query })
  assert.deepEqual(
    found.conversations.map(({ id }: { id: string }) => id),
    [first],
  )

  const answer = { message_type: 'comment', type: 'admin', admin_id: t.created.admin_id, body: 'Hello again' }
  assert.equal((await call(`POST /conversations/${first}/reply`, answer)).status, 200)
  const [delivery] = await sql`select channel from deliveries where conversation_id = ${first}`
  assert.equal(delivery?.['channel'], 'inapp')
  const shown = await call(`GET /extensions/messenger/conversations/${first}`, undefined, { token: opened.body.token })
  assert.equal(shown.status, 200)
})

test('a merge moves an open switch to the user', async () => {
  const phone = '+353832345714'
  await redirect({ phone })
  const [lead] = await contactsOf(phone)
  const email = 'switched@example.org'
  await call(`PUT /contacts/${lead!.id}`, { email })
  const { body: user } = await call('POST /contacts', { external_id: 'switched', email })
  assert.equal((await call('POST /contacts/merge', { from: lead!.id, into: user.id })).status, 200)
  const app_id = t.created.id
  const { body: session } = await call(
    'POST /extensions/messenger/sessions',
    { app_id, user_id: 'switched' },
    { token: null },
  )
  assert.equal(await sourceOf(await begin(session.token, 'Me again')), 'phone_switch')
})
