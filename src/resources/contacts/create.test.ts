// Creating contacts: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'
import { createContact, createLead } from './create.ts'

const t = await testApp()

const create = (body: unknown, version?: string) => t.call('POST /contacts', body, version ? { version } : {})

async function refused(body: unknown, status: number, says: RegExp, code = 'parameter_invalid') {
  const answer = await create(body)
  assert.equal(answer.status, status, JSON.stringify(answer.body))
  assert.equal(answer.body.errors[0].code, code)
  assert.match(answer.body.errors[0].message, says)
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

test('a contact needs an email, an external id or a role', async () => {
  for (const body of [{}, { name: 'Nobody' }, { email: '', external_id: null }]) {
    await refused(body, 400, /email, external_id and role/, 'parameter_not_found')
  }
})

test('a wrong value is a 400 that names its field', async () => {
  const wrong: [field: string, value: unknown][] = [
    ['role', 'visitor'],
    ['email', 'not an email'],
    ['email', 'a@b'],
    ['email', 'a@b.com, c@d.com'],
    ['email', `${'x'.repeat(250)}@example.com`],
    ['email', 7],
    ['external_id', 'x'.repeat(256)],
    ['external_id', {}],
    ['name', 'x'.repeat(256)],
    ['name', ['Ann']],
    ['phone', true],
    ['avatar', 7],
    ['signed_up_at', 'yesterday'],
    ['signed_up_at', 1e15],
    ['last_seen_at', -1],
    ['owner_id', '1'],
    ['owner_id', 'nobody'],
    ['owner_id', 2 ** 53],
    ['unsubscribed_from_emails', 'yes'],
    ['language_override', 7],
    ['custom_attributes', []],
  ]
  for (const [field, value] of wrong) await refused({ role: 'user', [field]: value }, 400, new RegExp(field))
})

test('a body that is not an object is a 400', async () => {
  for (const body of [[], '"text"']) assert.equal((await create(body)).status, 400)
  const { status } = await t.call('POST /contacts', '{"email":', { headers: { 'content-type': 'application/json' } })
  assert.equal(status, 400)
})

test("another workspace's admin cannot be the owner", async () => {
  const other = await t.another()
  await refused({ role: 'user', owner_id: other.created.admin_id }, 400, /owner_id/)
})

test('email_verified needs an email', async () => {
  await refused({ role: 'user', email_verified: true }, 400, /email_verified/)
  const { body } = await create({ email: 'verified@example.com', email_verified: true })
  assert.ok(!('email_verified' in body))
})

test('a custom attribute must be defined, and of its type', async () => {
  for (const [name, data_type] of Object.entries({
    text: 'string',
    whole: 'integer',
    part: 'float',
    yes: 'boolean',
    day: 'date',
  })) {
    await t.call('POST /data_attributes', { name, model: 'contact', data_type })
  }
  await t.call('POST /data_attributes', {
    name: 'size',
    model: 'contact',
    data_type: 'options',
    options: [{ value: 'small' }, { value: 'large' }],
  })
  await t.call('POST /data_attributes', { name: 'of a company', model: 'company', data_type: 'string' })

  const unknown = await create({ role: 'user', custom_attributes: { x: 1 } })
  assert.deepEqual(unknown.body.errors, [{ code: 'parameter_invalid', message: "Custom attribute 'x' does not exist" }])
  const wrong: [name: string, value: unknown][] = [
    ['of a company', 'x'],
    ['constructor', 'x'],
    ['text', 7],
    ['text', 'x'.repeat(256)],
    ['text', ['x']],
    ['whole', 1.5],
    ['whole', '1'],
    ['part', '1.5'],
    ['yes', 'true'],
    ['day', 1e15],
    ['day', '2024-01-01'],
    ['size', 'medium'],
    ['size', { value: 'small' }],
  ]
  for (const [name, value] of wrong) {
    const answer = await create({ role: 'user', custom_attributes: { [name]: value } })
    assert.equal(answer.status, 400, name)
    assert.ok(answer.body.errors[0].message.includes(`'${name}'`), answer.body.errors[0].message)
  }

  const fits = { text: 'x', whole: 7, part: 1.5, yes: false, day: -86400, size: 'small' }
  const { body } = await create({ role: 'user', custom_attributes: { ...fits, text: null } })
  assert.deepEqual(body.custom_attributes, { whole: 7, part: 1.5, yes: false, day: -86400, size: 'small' })
})

test('an archived attribute cannot be set', async () => {
  await t.call('POST /data_attributes', { name: 'former', model: 'contact', data_type: 'string' })
  await t.database.sql`update data_attributes set archived = true where name = 'former'`
  await refused({ role: 'user', custom_attributes: { former: 'x' } }, 400, /'former' does not exist/)
})

test('a user with the email or external id of another is a 409 that names the other', async () => {
  const { body: first } = await create({ email: 'Taken@Example.com', external_id: 'taken' })
  const message = `A contact matching those details already exists with id=${first.id}`
  for (const body of [
    { email: 'taken@example.com' },
    { email: 'new@example.com', external_id: 'taken' },
    { external_id: 'taken' },
  ]) {
    const { status, body: answer } = await create(body)
    assert.equal(status, 409)
    assert.deepEqual(answer.errors, [{ code: 'conflict', message }])
  }
})

test('archived and deleted contacts keep their email and external id reserved', async () => {
  for (const farewell of ['POST /contacts/:id/archive', 'DELETE /contacts/:id']) {
    const who = { email: `${farewell.length}@example.com`, external_id: `gone-${farewell.length}` }
    const { body: gone } = await create(who)
    await t.call(farewell.replace(':id', gone.id))
    const message = `An archived contact matching those details already exists with id=${gone.id}`
    for (const body of [{ email: who.email }, { external_id: who.external_id }]) {
      const { status, body: answer } = await create(body)
      assert.equal(status, 409)
      assert.equal(answer.errors[0].message, message)
    }
  }
})

test('of two simultaneous creates with one email, one succeeds and the other is refused', async () => {
  const bodies = ['race@example.com', 'RACE@example.com', 'race@example.com', 'Race@Example.com']
  const answers = await Promise.all(bodies.map((email) => create({ email })))
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409, 409])
})

test('of two simultaneous creates with one external id, one succeeds and the other is refused', async () => {
  const answers = await Promise.all(
    ['a', 'b', 'c', 'd'].map((name) => create({ external_id: 'race', email: `race-${name}@example.com` })),
  )
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409, 409])
})

test('creates with crossed emails and external ids do not deadlock', async () => {
  const answers = await Promise.all(
    Array.from({ length: 12 }, (_, number) =>
      create({ email: `ring-${number % 3}@example.com`, external_id: `ring-${Math.floor(number / 4)}` }),
    ),
  )
  assert.ok(answers.every(({ status }) => status === 200 || status === 409))
})

test('contacts of different workspaces can have the same email and external id', async () => {
  const other = await t.another()
  const who = { email: 'shared@example.com', external_id: 'shared' }
  assert.equal((await create(who)).status, 200)
  assert.equal((await other.call('POST /contacts', who)).status, 200)
})

test('an email alone creates a user', async () => {
  const { status, body } = await create({ email: '  Ada@Example.com ' })
  assert.equal(status, 200)
  assert.deepEqual(
    [body.role, body.email, body.email_domain, body.external_id],
    ['user', 'Ada@Example.com', 'Example.com', null],
  )
  assert.deepEqual(await topicsOf(t.workspace, body.id), ['contact.user.created'])
})

test('all values are stored', async () => {
  const { body } = await create({
    role: 'user',
    external_id: 4711,
    email: 'full@example.com',
    phone: '+55 47 99999-8888',
    name: 'Full Name',
    avatar: 'https://example.com/full.png',
    signed_up_at: 1571672154,
    last_seen_at: 1571672155,
    owner_id: Number(t.created.admin_id),
    unsubscribed_from_emails: true,
    language_override: 'pt-BR',
    unheard_of: 'ignored',
  })
  const { external_id, phone, formatted_phone, name, avatar, signed_up_at, last_seen_at, owner_id } = body
  assert.deepEqual(
    { external_id, phone, formatted_phone, name, avatar, signed_up_at, last_seen_at, owner_id },
    {
      external_id: '4711',
      phone: '+55 47 99999-8888',
      formatted_phone: '+5547999998888',
      name: 'Full Name',
      avatar: { type: 'avatar', image_url: 'https://example.com/full.png' },
      signed_up_at: 1571672154,
      last_seen_at: 1571672155,
      owner_id: t.created.admin_id,
    },
  )
  assert.deepEqual([body.unsubscribed_from_emails, body.language_override], [true, 'pt-BR'])
})

test('an invalid phone number is stored unchanged, and an unknown language becomes null', async () => {
  const { body } = await create({ role: 'lead', phone: 'ask at the desk', language_override: 'klingon' })
  assert.deepEqual([body.phone, body.formatted_phone, body.language_override], ['ask at the desk', null, null])
  assert.equal((await create({ role: 'lead', language_override: 'xx' })).body.language_override, null)
})

test('a lead needs only its role, and gets a random external id', async () => {
  const { body } = await create({ role: 'lead', external_id: 'mine' })
  assert.equal(body.role, 'lead')
  assert.match(body.external_id, UUID)
  assert.deepEqual(await topicsOf(t.workspace, body.id), ['contact.lead.created'])
})

test('leads can share an email with any contact', async () => {
  await create({ email: 'lead@example.com' })
  const first = await create({ role: 'lead', email: 'lead@example.com' })
  const second = await create({ role: 'lead', email: 'lead@example.com' })
  assert.deepEqual([first.status, second.status], [200, 200])
  assert.notEqual(first.body.id, second.body.id)
})

test('an old version sends and gets the owner as a number', async () => {
  const { body } = await create({ email: 'old@example.com', owner_id: Number(t.created.admin_id) }, '2.11')
  assert.equal(body.owner_id, Number(t.created.admin_id))
  assert.equal((await create({ email: 'oldest@example.com' }, '2.7')).body.owner_id, null)
})

test('a repeated request with the same Idempotency-Key creates one contact', async () => {
  const send = () => t.call('POST /contacts', { email: 'once@example.com' }, { headers: { 'idempotency-key': 'once' } })
  const [first, second] = [await send(), await send()]
  assert.deepEqual([first.status, second.status], [200, 200])
  assert.equal(second.body.id, first.body.id)
})

test('a lead is created for an unknown phone number', async () => {
  const lead = await createLead(t.workspace, { phone: '5547999990000', name: 'Ana' })
  assert.deepEqual([lead.role, lead.name, lead.formatted_phone], ['lead', 'Ana', '+5547999990000'])
  assert.match(lead.external_id ?? '', UUID)
  assert.deepEqual(await topicsOf(t.workspace, lead.id), ['contact.lead.created'])
})

test('a contact that is created in a failed transaction does not exist', async () => {
  const { workspace } = t
  const made = t.database.sql.begin(async (sql) => {
    await createContact({ ...workspace, sql }, { email: 'undone@example.com' })
    throw new Error('undone')
  })
  await assert.rejects(made, /undone/)
  assert.equal((await create({ email: 'undone@example.com' })).status, 200)
})
