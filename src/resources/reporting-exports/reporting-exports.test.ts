// Reporting exports: what is refused, which attributes a dataset has, and the values in the file.
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { parse } from 'csv-parse/sync'
import { type Call, testApp } from '../../../test/app.ts'
import { aContact, eventually } from '../../../test/factories.ts'
import { startJobs } from '../../../test/jobs.ts'
import { rowsOf } from '../../../test/unzip.ts'
import { DATASETS } from './fragments.ts'
import { headerOf, selectAttributes } from './select-attributes.ts'

const t = await testApp()
const { sql } = t.database

/** Only the tests of this suite have a worker: the others rely on exports that are not begun. */
function withWorker() {
  let stop = async () => {}
  before(() => {
    stop = startJobs(sql, undefined, { files: t.files }, () => {})
  })
  after(() => stop())
}
const PATH = '/export/reporting_data'
const now = () => Math.floor(Date.now() / 1000)
const PERIOD = () => ({ start_time: now() - 3600, end_time: now() + 3600 })
const ID = 'standard.conversation_id'
const REQUEST = () => ({ dataset_id: 'conversation', attribute_ids: [ID], ...PERIOD() })
const LIMIT = 'Exceeded rate limit of 5 pending reporting dataset export jobs'

const refusal = ({ status, body }: Awaited<ReturnType<Call>>) => [status, body.errors[0].code, body.errors[0].message]

/** Returns the text of the file of a new export. */
async function exported(call: Call, request: object, version?: string): Promise<string> {
  const options = version ? { version } : {}
  const { body } = await call(`POST ${PATH}/enqueue`, { ...REQUEST(), ...request }, options)
  const { job_identifier: id } = body
  const ended = await eventually(
    () => call(`GET ${PATH}/${id}?app_id=x&client_id=y&job_identifier=${id}`),
    ({ body: { status } }) => status !== 'pending',
    30_000,
  )
  assert.equal(ended.body.status, 'complete', JSON.stringify(body))
  assert.equal(ended.body.download_url, `/download/reporting_data/${id}`)
  return (await call(`GET /download/reporting_data/${id}?app_id=x`)).text
}

describe('a request for an export', () => {
  test('is refused, in the words of the API, if a dataset or an attribute is missing or unknown', async () => {
    const cases: [request: object, message: string][] = [
      [{ dataset_id: undefined }, "'dataset_id' is a required parameter"],
      [{ dataset_id: null }, "'dataset_id' is a required parameter"],
      [{ dataset_id: 'imaginary' }, 'imaginary is not a valid dataset_id'],
      [{ attribute_ids: undefined }, "'attribute_ids' is a required parameter"],
      [{ attribute_ids: null }, "'attribute_ids' is a required parameter"],
      [{ attribute_ids: ID }, "'attribute_ids' not an array must be of type Array"],
      [{ attribute_ids: { id: ID } }, "'attribute_ids' not an array must be of type Array"],
      [{ attribute_ids: [] }, 'attribute_ids must contain at least one attribute_id'],
      [{ attribute_ids: [ID, 'non_existent'] }, 'attribute_ids invalid for conversation dataset: non_existent'],
      [
        { attribute_ids: ['a.b', 'people.nobody'] },
        'attribute_ids invalid for conversation dataset: a.b, people.nobody',
      ],
      [{ attribute_ids: ['conversation_id'] }, 'attribute_ids invalid for conversation dataset: conversation_id'],
      [
        { dataset_id: 'call', attribute_ids: ['timestamp.ticket_created_at'] },
        'attribute_ids invalid for call dataset: timestamp.ticket_created_at',
      ],
    ]
    for (const [request, message] of cases)
      assert.deepEqual(refusal(await t.call(`POST ${PATH}/enqueue`, { ...REQUEST(), ...request })), [
        400,
        'bad_request',
        message,
      ])
    for (const [request, text] of [
      [{ start_time: undefined }, /start_time is required/],
      [{ end_time: 'x' }, /end_time/],
      [{ end_time: 1 }, /end_time must not be before start_time/],
    ] as const) {
      const [status, , message] = refusal(await t.call(`POST ${PATH}/enqueue`, { ...REQUEST(), ...request }))
      assert.equal(status, 400)
      assert.match(message, text)
    }
  })

  test('is refused while five are active, also of many at once', async () => {
    const { call } = await t.another()
    const answers = await Promise.all(Array.from({ length: 8 }, () => call(`POST ${PATH}/enqueue`, REQUEST())))
    const refused = answers.filter(({ status }) => status !== 200)
    assert.deepEqual(refused.map(refusal), Array(3).fill([429, 'rate_limit_exceeded', LIMIT]))
    const [accepted] = answers.filter(({ status }) => status === 200)
    const { job_identifier: id } = accepted!.body
    assert.deepEqual(accepted!.body, {
      job_identifier: id,
      status: 'pending',
      download_url: '',
      download_expires_at: '',
    })
    for (const path of [`${PATH}/${id}`, `/download/reporting_data/${id}`])
      assert.deepEqual(refusal(await t.call(`GET ${path}`)), [
        404,
        'not_found',
        `Export job not found for identifier: ${id}`,
      ])
    assert.equal((await call(`GET /download/reporting_data/${id}`)).status, 404)
  })

  test('takes ids without a prefix before 2.16, if only one attribute has them', () => {
    const attribute = (prefix: string, id: string) => ({ prefix, id, name: id, sql: () => id })
    const known = [attribute('standard', 'channel'), attribute('people', 'Brand'), attribute('conversation', 'Brand')]
    const ids = (wanted: string[], with_plain = true) => selectAttributes('conversation', known, wanted, { with_plain })
    assert.equal(ids(['channel'])[0]?.prefix, 'standard')
    assert.equal(ids(['conversation.channel'], false)[0]?.prefix, 'standard')
    assert.equal(ids(['people.Brand'], false)[0]?.prefix, 'people')
    assert.throws(() => ids(['channel'], false), /attribute_ids invalid for conversation dataset: channel/)
    assert.throws(() => ids(['Brand']), /attribute_ids invalid for conversation dataset: Brand/)
    assert.equal(
      headerOf(ids(['people.Brand', 'conversation.Brand', 'channel'])),
      'people.Brand,conversation.Brand,channel',
    )
  })
})

/** A name that the API refuses today, but stored names can be older. */
const ODD = 'it\'s \\ "so"'

describe('an export', () => {
  withWorker()

  test('has values that an independent parser reads as they are: commas, quotes, lines, emoji', async () => {
    const { call, workspace } = await t.another()
    await call('POST /data_attributes', { name: 'plan', model: 'contact', data_type: 'string' })
    await sql`insert into data_attributes (workspace_id, model, name, label, data_type, created_at, updated_at)
      values (${workspace.id}, 'contact', ${ODD}, 'Odd', 'string', now(), now())`
    const values = [
      'a,b',
      '"quoted"',
      'two\nlines',
      'cr\rlf\r\n',
      '😀',
      "it's",
      '\\.',
      '\\N',
      ' spaces ',
      ';drop table x',
      'null',
      '',
    ]
    for (const plan of values) {
      const id = await aContact(workspace, { custom_attributes: { plan, [ODD]: plan } })
      await call('POST /conversations', { from: { type: 'user', id }, body: 'Hello' })
    }
    const csv = await exported(call, { attribute_ids: ['people.plan', `people.${ODD}`] })
    const [header, ...rows] = parse(csv) as string[][]
    assert.deepEqual(header, ['plan', ODD])
    assert.deepEqual(
      rows,
      values.map((value) => [value, value]),
    )
  })

  test('has names instead of ids, and local times', async () => {
    const { call, workspace, created } = await t.another()
    await sql`update workspaces set timezone = 'Asia/Tokyo' where id = ${workspace.id}`
    const id = await aContact(workspace, { name: 'Ada' })
    const list = { name: 'Reason', data_type: 'list', options: [{ label: 'Refund' }, { label: 'Other' }] }
    await call('POST /conversations/attributes', list)
    const { body: conversation } = await call('POST /conversations', { from: { type: 'user', id }, body: 'Hello' })
    const path = `/conversations/${conversation.conversation_id}`
    await call(`PUT ${path}`, { custom_attributes: { Reason: 'Refund' } })
    await call(`POST ${path}/parts`, {
      message_type: 'assignment',
      type: 'admin',
      admin_id: created.admin_id,
      assignee_id: created.admin_id,
    })
    const attribute_ids = [
      ...[ID, 'standard.current_conversation_state', 'standard.channel', 'teammate.currently_assigned_teammate_id'],
      ...['team.currently_assigned_team_id', 'timestamp.conversation_started_at', 'conversation.Reason'],
    ]
    const [row] = rowsOf(await exported(call, { attribute_ids }))
    const [admin] = await sql<
      { name: string }[]
    >`select name from admins where workspace_id = ${workspace.id} and id = ${created.admin_id}`
    const [{ local } = { local: '' }] = await sql<{ local: string }[]>`
      select to_char(created_at at time zone 'Asia/Tokyo', 'YYYY-MM-DD HH24:MI:SS') as local from conversations
      where workspace_id = ${workspace.id} and id = ${conversation.conversation_id}`
    assert.deepEqual(Object.values(row!), [
      conversation.conversation_id,
      'Open',
      'Chat',
      admin!.name,
      'Unassigned',
      local,
      'Refund',
    ])
  })

  test('has conversations without a reply in Preview only; one without rows is a header', async () => {
    const { call, workspace } = await t.another()
    const id = await aContact(workspace)
    const { body } = await call('POST /conversations', { from: { type: 'user', id }, body: 'Hello' })
    await sql`update conversations set first_contact_reply_at = null where workspace_id = ${workspace.id}`
    assert.equal(await exported(call, {}), `conversation_id\n${body.conversation_id}\n`)
    assert.equal(await exported(call, {}, '2.16'), 'conversation_id\n')
    assert.equal(await exported(call, { attribute_ids: ['conversation_id'] }, '2.15'), 'conversation_id\n')
  })

  test('can have every attribute of every dataset', async () => {
    const { call, workspace, created } = await t.another()
    const id = await aContact(workspace)
    const { body: type } = await call('POST /ticket_types', { name: 'Bug' })
    const { body: ticket } = await call('POST /tickets', {
      ticket_type_id: type.id,
      contacts: [{ id }],
      ticket_attributes: { _default_title_: 'Broken' },
    })
    const { body: states } = await call('GET /ticket_states')
    const progress = states.data.find(({ category }: { category: string }) => category === 'in_progress')
    await call(`PUT /tickets/${ticket.id}`, { ticket_state_id: progress.id, admin_id: created.admin_id })
    await call('POST /extensions/calls', { direction: 'inbound', contact_id: id, state: 'completed' })
    await call(`PUT /admins/${created.admin_id}/away`, { away_mode_enabled: true, away_mode_reassign: false })
    await call('POST /conversations', { from: { type: 'user', id }, body: 'Hello' })
    const { body: datasets } = await call(`GET ${PATH}/get_datasets`)
    assert.deepEqual(
      datasets.data.map(({ id }: { id: string }) => id),
      DATASETS.map(({ id }) => id),
    )
    const rows: Record<string, Record<string, string>[]> = {}
    for (const { id: dataset_id, attributes, default_time_attribute_id } of datasets.data) {
      const attribute_ids = attributes.map(({ qualified_id }: { qualified_id: string }) => qualified_id)
      assert.ok(
        attributes.some(({ id }: { id: string }) => id === default_time_attribute_id),
        dataset_id,
      )
      rows[dataset_id] = rowsOf(await exported(call, { dataset_id, attribute_ids }))
    }
    const counts = Object.fromEntries(Object.entries(rows).map(([name, { length }]) => [name, length]))
    const { consolidated_conversation_part: actions, ...others } = counts
    assert.ok(actions! >= 1)
    assert.deepEqual(others, {
      ...{ conversation: 1, tickets: 1, ticket_time_in_state: 1, conversation_rating_sent: 0 },
      ...{ conversation_sla_status_log: 0, call: 1, admin_status_change: 1 },
    })
    const [left] = rows['ticket_time_in_state']!
    assert.deepEqual([left!['ticket_state'], left!['next_ticket_state']], ['Submitted', 'In progress'])
    assert.match(left!['time_in_state']!, /^\d+$/)
    assert.equal(rows['tickets']![0]!['_default_title_'], 'Broken')
    assert.equal(rows['admin_status_change']![0]!['status'], 'Away')
  })
})
