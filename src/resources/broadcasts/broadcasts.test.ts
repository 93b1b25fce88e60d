// Broadcasts through the API: what is refused and accepted, and how they are paused, resumed and canceled.
import assert from 'node:assert/strict'
import { beforeEach, test } from 'node:test'
import { testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'
import { step } from './expansion/step.ts'

const t = await testApp()
const { call, workspace } = t
let anna: string
let tag: string

beforeEach(async () => {
  await call('POST /extensions/sandbox/reset')
  anna = await aContact(workspace, { name: 'Anna Ash', formatted_phone: '+12025550141' })
  tag = (await call('POST /tags', { name: 'Readers', users: [{ id: anna }] })).body.id
})

const request = (more: object = {}) => ({
  message_type: 'whatsapp',
  template: 'order_update',
  components: [{ type: 'BODY', parameters: [{ type: 'text', text: '{{first_name | fallback: "there"}}' }] }],
  audience: { contact_ids: [anna] },
  ...more,
})
const withText = (text: string) => request({ components: [{ type: 'BODY', parameters: [{ type: 'text', text }] }] })
const create = (more: object = {}, options = {}) => call('POST /extensions/broadcasts', request(more), options)
const carryOut = async () => {
  while (await step(t.database.sql));
}
const count = async (table: string) => {
  const rows = await t.database.sql`select from ${t.database.sql(table)} where workspace_id = ${workspace.id}`
  return rows.count
}

const REFUSED: [what: string, body: () => object, status: number, code: string, message: RegExp][] = [
  ['no audience', () => request({ audience: undefined }), 400, 'parameter_not_found', /^audience is required$/],
  [
    'an empty audience',
    () => request({ audience: {} }),
    400,
    'parameter_not_found',
    /^audience needs one of contact_ids/,
  ],
  [
    'two audiences',
    () => request({ audience: { tag_id: tag, contact_ids: [anna] } }),
    400,
    'parameter_invalid',
    /audience/,
  ],
  [
    'an empty list of contacts',
    () => request({ audience: { contact_ids: [] } }),
    400,
    'parameter_invalid',
    /audience.contact_ids is empty/,
  ],
  [
    'too many ids',
    () => request({ audience: { contact_ids: Array.from({ length: 10_001 }, (_, n) => n) } }),
    400,
    'parameter_invalid',
    /audience.contact_ids can have 10000/,
  ],
  [
    'an unknown contact',
    () => request({ audience: { contact_ids: [anna, 'nobody'] } }),
    404,
    'not_found',
    /^Contact nobody not found$/,
  ],
  [
    'a condition that is not known, beside a tag',
    () => request({ audience: { tag_id: tag, role: 'user' } }),
    400,
    'parameter_invalid',
    /^audience\.role is not known$/,
  ],
  ['an unknown tag', () => request({ audience: { tag_id: '999999' } }), 404, 'tag_not_found', /^Tag not found$/],
  [
    'an unknown segment',
    () => request({ audience: { segment_id: anna } }),
    404,
    'segment_not_found',
    /^Segment not found$/,
  ],
  [
    'a segment and a tag',
    () => request({ audience: { segment_id: anna, tag_id: tag } }),
    400,
    'parameter_invalid',
    /only one of contact_ids, tag_id, segment_id, query$/,
  ],
  [
    'a search by an unknown field',
    () => request({ audience: { query: { field: 'shoe', operator: '=', value: '7' } } }),
    400,
    'invalid_field',
    /shoe is not a valid field/,
  ],
  ['an invalid search', () => request({ audience: { query: 'all' } }), 400, 'invalid_query', /Invalid query/],
  [
    'no message_type',
    () => request({ message_type: undefined }),
    400,
    'parameter_not_found',
    /^message_type is required$/,
  ],
  [
    'a channel without broadcasts',
    () => request({ message_type: 'email' }),
    400,
    'parameter_invalid',
    /^message_type must be one of whatsapp$/,
  ],
  ['no template', () => request({ template: undefined }), 400, 'parameter_not_found', /^template is required$/],
  ['a blank template', () => request({ template: '' }), 400, 'parameter_invalid', /^template /],
  ['an unknown sender', () => request({ from: { type: 'admin', id: 1 } }), 404, 'admin_not_found', /^Admin not found$/],
  [
    'a contact as the sender',
    () => request({ from: { type: 'user', id: anna } }),
    400,
    'parameter_invalid',
    /^from.type/,
  ],
  [
    'a field that no contact has',
    () => withText('Hi {{nickname}}'),
    400,
    'parameter_invalid',
    /^components.0.parameters.0.text names nickname, which no contact has/,
  ],
  [
    'an attribute that is not defined',
    () => withText('{{custom_attributes.plan}}'),
    400,
    'parameter_invalid',
    /names custom_attributes.plan/,
  ],
  ['empty braces', () => withText('{{ }}'), 400, 'parameter_invalid', /^components.0.parameters.0.text/],
  ['unclosed braces', () => withText('Hi {{name'), 400, 'parameter_invalid', /not closed/],
  ['another filter', () => withText('{{name | upcase}}'), 400, 'parameter_invalid', /with or without a fallback/],
  ['a blank fallback', () => withText('{{name | fallback: " "}}'), 400, 'parameter_invalid', /fallback/],
  [
    'too many parameters',
    () => withText(Array.from({ length: 51 }, (_, n) => `{{name | fallback: "${n}"}}`).join()),
    400,
    'parameter_invalid',
    /more than 50/,
  ],
  [
    'components that are too large',
    () => withText('x'.repeat(60_000)),
    400,
    'parameter_invalid',
    /components is too large/,
  ],
]

for (const [what, body, status, code, message] of REFUSED) {
  test(`${what} is refused, and nothing is stored`, async () => {
    const answer = await call('POST /extensions/broadcasts', body())
    assert.equal(answer.status, status, answer.text)
    assert.equal(answer.body.errors[0].code, code)
    assert.match(answer.body.errors[0].message, message)
    assert.deepEqual([await count('broadcasts'), await count('messages')], [0, 0])
  })
}

test('every operation needs a token, and finds no unknown broadcasts and none of other workspaces', async () => {
  const other = await t.another()
  const theirs = await aContact(other.workspace, { formatted_phone: '+12025550143' })
  assert.equal((await create({ audience: { contact_ids: [theirs] } })).status, 404)
  const { body } = await create()
  for (const act of ['', '/pause', '/resume', '/cancel']) {
    const path = (id: string) => `${act ? 'POST' : 'GET'} /extensions/broadcasts/${id}${act}`
    assert.equal((await call(path(body.id), undefined, { token: null })).status, 401)
    assert.equal((await call(path('999999'))).status, 404)
    assert.equal((await call(path('none'))).status, 404)
    assert.equal((await other.call(path(body.id))).status, 404)
  }
  assert.equal((await other.call('GET /extensions/broadcasts')).body.total_count, 0)
  assert.equal((await call('POST /extensions/broadcasts', request(), { token: null })).status, 401)
})

test('a broadcast is accepted at once, with its ruleset, and its deliveries are created later', async () => {
  const { status, body } = await create({ name: 'Spring' })
  assert.equal(status, 202)
  assert.deepEqual(
    { ...body, id: '', ruleset_id: '', created_at: 0, updated_at: 0 },
    {
      type: 'broadcast',
      id: '',
      ruleset_id: '',
      name: 'Spring',
      state: 'queued',
      from: { type: 'admin', id: workspace.admin_id },
      message_type: 'whatsapp',
      template: 'order_update',
      locale: 'en',
      components: request().components,
      audience: { contact_count: 1 },
      counts: {
        audience: 0,
        accepted: 0,
        left_out: { archived: 0, blocked: 0, no_phone: 0, opted_out: 0, missing_parameter: 0, duplicate_number: 0 },
        statuses: { queued: 0, sent: 0, delivered: 0, read: 0, failed: 0 },
      },
      created_at: 0,
      updated_at: 0,
    },
  )
  assert.equal(body.ruleset_id, body.id)
  await carryOut()
  const shown = (await call(`GET /extensions/broadcasts/${body.id}`)).body
  assert.deepEqual([shown.state, shown.counts.accepted, shown.counts.statuses.queued], ['running', 1, 1])
  const { data, total_count } = (await call(`GET /extensions/messages/${body.id}/deliveries`)).body
  assert.deepEqual([total_count, data[0].contact_id, data[0].address], [1, anna, '+12025550141'])
})

test('the same Idempotency-Key makes one broadcast', async () => {
  const options = { headers: { 'idempotency-key': 'spring' } }
  const first = await create({}, options)
  const second = await create({}, options)
  assert.deepEqual([second.status, second.body], [202, first.body])
  assert.equal((await create({ name: 'Other' }, options)).status, 422)
  assert.equal(await count('broadcasts'), 1)
})

test('broadcasts are listed newest first, in pages, with the audience of the request', async () => {
  const query = {
    operator: 'AND',
    value: [
      { field: 'role', operator: '=', value: 'user' },
      { operator: 'OR', value: [{ field: 'name', operator: '~', value: 'a' }] },
    ],
  }
  const ids = []
  for (const audience of [{ contact_ids: [anna] }, { tag_id: Number(tag) }, { query }])
    ids.unshift((await create({ audience })).body.id)
  const first = (await call('GET /extensions/broadcasts?per_page=2')).body
  assert.equal(first.total_count, 3)
  const cursor = encodeURIComponent(first.pages.next.starting_after)
  const second = (await call(`GET /extensions/broadcasts?per_page=2&starting_after=${cursor}`)).body
  const all = [...first.data, ...second.data]
  assert.deepEqual(
    all.map(({ id }) => id),
    ids,
  )
  assert.deepEqual(
    all.map(({ audience }) => audience),
    [{ query }, { tag_id: tag }, { contact_count: 1 }],
  )
})

test('a paused broadcast creates no more deliveries until it is resumed; repeating an action is no error', async () => {
  const { body } = await create()
  const act = async (name: string) => (await call(`POST /extensions/broadcasts/${body.id}/${name}`)).body.state
  assert.equal(await act('pause'), 'paused')
  assert.equal(await act('pause'), 'paused')
  await carryOut()
  assert.equal(await count('deliveries'), 0)
  assert.equal(await act('resume'), 'running')
  assert.equal(await act('resume'), 'running')
  await carryOut()
  assert.equal(await count('deliveries'), 1)
})

test('a canceled broadcast ends its queued deliveries, shows that, and cannot be resumed', async () => {
  const { body } = await create()
  await carryOut()
  const path = `/extensions/broadcasts/${body.id}`
  assert.equal((await call(`POST ${path}/cancel`)).body.state, 'canceled')
  await carryOut()
  assert.deepEqual((await call(`GET ${path}`)).body.counts.statuses, {
    ...{ queued: 0, sent: 0, delivered: 0, read: 0 },
    failed: 1,
  })
  const [delivery] = (await call(`GET /extensions/messages/${body.id}/deliveries`)).body.data
  assert.deepEqual([delivery.error.code, delivery.history[0].event], ['canceled', 'canceled'])
  for (const name of ['pause', 'resume']) {
    const refused = await call(`POST ${path}/${name}`)
    assert.deepEqual([refused.status, refused.body.errors[0].code], [409, 'conflict'])
  }
  assert.equal((await call(`POST ${path}/cancel`)).status, 200)
})

test('a completed broadcast can be neither paused nor canceled', async () => {
  const nobody = await aContact(workspace, {})
  const { body } = await create({ audience: { contact_ids: [nobody] } })
  await carryOut()
  const path = `/extensions/broadcasts/${body.id}`
  const shown = (await call(`GET ${path}`)).body
  assert.deepEqual([shown.state, shown.counts.left_out.no_phone], ['completed', 1])
  for (const act of ['pause', 'resume', 'cancel']) assert.equal((await call(`POST ${path}/${act}`)).status, 409)
})

test('a contact can be opted out of all broadcasts, and in again', async () => {
  const path = `PUT /extensions/contacts/${anna}/whatsapp`
  assert.equal((await call(path, { unsubscribed: true }, { token: null })).status, 401)
  assert.equal((await call(path, {})).status, 400)
  assert.equal((await call('PUT /extensions/contacts/nobody/whatsapp', { unsubscribed: true })).status, 404)
  for (const unsubscribed of [true, false]) {
    const { status, body } = await call(path, { unsubscribed })
    assert.equal(status, 200)
    assert.deepEqual(body, { type: 'contact', id: anna, unsubscribed_from_whatsapp: unsubscribed })
    const { id } = (await create()).body
    await carryOut()
    const { counts } = (await call(`GET /extensions/broadcasts/${id}`)).body
    assert.deepEqual([counts.left_out.opted_out, counts.accepted], unsubscribed ? [1, 0] : [0, 1])
  }
})
