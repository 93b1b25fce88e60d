// Schedules of office hours and their exceptions: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { type TestApp, testApp } from '../../../test/app.ts'
import { findCalendar } from './queries.ts'

const t = await testApp()

const NOT_FOUND = [{ code: 'not_found', message: 'Object not found' }]
const HOURS = {
  name: 'Support',
  time_zone_name: 'America/New_York',
  time_intervals: [{ start_minute: 540, end_minute: 1020 }],
}
const CLOSED = { exception_date: '2026-12-25', exception_type: 'closed' }
const CUSTOM = {
  ...{ exception_date: '2026-12-24', exception_type: 'custom_hours', name: 'Short day' },
  time_intervals: [{ start_minute: 540, end_minute: 780 }],
}

const aSchedule = async (changes: object = {}, { call }: Pick<TestApp, 'call'> = t) =>
  (await call('POST /office_hours_schedules', { ...HOURS, ...changes })).body
const exceptionsOf = ({ id }: { id: string }) => `/office_hours_schedules/${id}/office_hours_exceptions`

const ROUTES = [
  ...['GET /office_hours_schedules', 'POST /office_hours_schedules', 'GET /office_hours_schedules/1'],
  ...['PUT /office_hours_schedules/1', 'DELETE /office_hours_schedules/1'],
  ...[
    'GET /office_hours_schedules/1/office_hours_exceptions',
    'POST /office_hours_schedules/1/office_hours_exceptions',
  ],
  'GET /office_hours_schedules/1/office_hours_exceptions/1',
  'PUT /office_hours_schedules/1/office_hours_exceptions/1',
  'DELETE /office_hours_schedules/1/office_hours_exceptions/1',
]
const bodyOf = (route: string) => {
  if (/^(GET|DELETE)/.test(route)) return undefined
  return route.includes('exceptions') ? CLOSED : HOURS
}

test('every operation needs a token and the scope, also to read', async () => {
  const text = newTokenText()
  const token = { name: 'Limited', admin_id: t.created.admin_id, scopes: ['read_conversations'] }
  await insertToken(t.database.sql, t.created.id, text, token, new Date())
  for (const route of ROUTES) {
    const { status, body } = await t.call(route, bodyOf(route), { token: null })
    assert.equal(status, 401, route)
    assert.deepEqual(body.errors, [{ code: 'unauthorized', message: 'Access Token Invalid' }])
    assert.equal((await t.call(route, bodyOf(route), { token: text })).status, 403, route)
  }
})

test('versions before 2.16 do not have them', async () => {
  for (const route of ROUTES) {
    for (const version of ['2.15', '2.7']) {
      const { status, body } = await t.call(route, bodyOf(route), { version })
      assert.deepEqual([status, body.errors[0].code], [400, 'intercom_version_invalid'], route)
    }
  }
})

test('an unknown schedule or exception is a 404, and so is one of another workspace or schedule', async () => {
  const other = await t.another()
  const theirs = await aSchedule({}, other)
  const mine = await aSchedule()
  const { body: exception } = await t.call(`POST ${exceptionsOf(mine)}`, CLOSED)
  const second = await aSchedule()
  for (const id of ['999999', 'none', '99999999999999999999', theirs.id]) {
    const path = `/office_hours_schedules/${id}`
    const routes = [
      ...[`GET ${path}`, `PUT ${path}`, `DELETE ${path}`, `GET ${path}/office_hours_exceptions`],
      ...[`POST ${path}/office_hours_exceptions`, `GET ${path}/office_hours_exceptions/${exception.id}`],
      ...[`GET /extensions${path}/open`, `GET ${exceptionsOf(mine)}/${id}`, `DELETE ${exceptionsOf(mine)}/${id}`],
    ]
    for (const route of routes) {
      const { status, body } = await t.call(route, bodyOf(route))
      assert.deepEqual([status, body.errors], [404, NOT_FOUND], route)
    }
  }
  for (const method of ['GET', 'PUT', 'DELETE']) {
    const route = `${method} ${exceptionsOf(second)}/${exception.id}`
    assert.equal((await t.call(route, bodyOf(route))).status, 404, route)
  }
  assert.equal((await other.call('GET /office_hours_schedules')).body.data.length, 1)
})

test('a value of a wrong type, or a missing field, is a 400 that names it', async () => {
  const schedule = await aSchedule()
  const cases: [route: string, body: unknown, names: RegExp][] = [
    ['POST /office_hours_schedules', {}, /name is required/],
    ['POST /office_hours_schedules', { ...HOURS, time_zone_name: undefined }, /time_zone_name is required/],
    ['POST /office_hours_schedules', { ...HOURS, time_intervals: undefined }, /time_intervals is required/],
    ['POST /office_hours_schedules', { ...HOURS, name: 7 }, /^name/],
    ['POST /office_hours_schedules', { ...HOURS, name: 'x'.repeat(256) }, /^name/],
    ['POST /office_hours_schedules', { ...HOURS, time_intervals: 'always' }, /^time_intervals/],
    ['POST /office_hours_schedules', { ...HOURS, time_intervals: [{ start_minute: 0 }] }, /end_minute is required/],
    ['POST /office_hours_schedules', hours([0.5, 15]), /^time_intervals.0.start_minute/],
    ['POST /office_hours_schedules', hours(...Array<[number, number]>(673).fill([0, 15])), /^time_intervals/],
    [`POST ${exceptionsOf(schedule)}`, { exception_type: 'closed' }, /exception_date is required/],
    [`POST ${exceptionsOf(schedule)}`, { exception_date: '2026-12-25' }, /exception_type is required/],
    [`POST ${exceptionsOf(schedule)}`, { ...CLOSED, exception_type: 'open' }, /exception_type must be one of/],
    [`POST ${exceptionsOf(schedule)}`, { ...CLOSED, exception_date: 20261225 }, /^exception_date/],
    [`POST ${exceptionsOf(schedule)}`, { ...CLOSED, recurring_annually: 'sometimes' }, /^recurring_annually/],
  ]
  for (const [route, body, names] of cases) {
    const answer = await t.call(route, body)
    assert.equal(answer.status, 400, JSON.stringify(body))
    assert.match(answer.body.errors[0].message, names)
  }
})

const hours = (...intervals: [number, number][]) => ({
  ...HOURS,
  time_intervals: intervals.map(([start_minute, end_minute]) => ({ start_minute, end_minute })),
})

test('intervals, zones and names that make no sense are a 422 that names the field', async () => {
  const schedule = await aSchedule()
  const cases: [body: object, message: string][] = [
    [hours([540, 540]), 'time_intervals.0.end_minute must be after start_minute'],
    [hours([0, 15], [1020, 540]), 'time_intervals.1.end_minute must be after start_minute'],
    [hours([540, 1020], [1005, 1080]), 'time_intervals.1 overlaps time_intervals.0'],
    [hours([1005, 1080], [540, 1020]), 'time_intervals.0 overlaps time_intervals.1'],
    [hours([0, 10_080], [15, 30]), 'time_intervals.1 overlaps time_intervals.0'],
    [hours([540, 1020], [540, 1020]), 'time_intervals.1 overlaps time_intervals.0'],
    [hours([541, 1020]), 'time_intervals.0.start_minute must be a multiple of 15'],
    [hours([540, 1025]), 'time_intervals.0.end_minute must be a multiple of 15'],
    [hours([-15, 30]), 'time_intervals.0.start_minute must be from 0 to 10080'],
    [hours([9_900, 10_200]), 'time_intervals.0.end_minute must be from 0 to 10080'],
    [{ ...HOURS, time_zone_name: 'Mars/Olympus' }, 'time_zone_name Mars/Olympus is not an IANA time zone'],
    [{ ...HOURS, time_zone_name: '+02:00' }, 'time_zone_name +02:00 is not an IANA time zone'],
    [{ ...HOURS, time_zone_name: '' }, 'time_zone_name  is not an IANA time zone'],
    [{ ...HOURS, name: ' ' }, 'name must not be empty'],
  ]
  for (const [body, message] of cases) {
    for (const route of ['POST /office_hours_schedules', `PUT /office_hours_schedules/${schedule.id}`]) {
      const answer = await t.call(route, body)
      assert.deepEqual([answer.status, answer.body.errors], [422, [{ code: 'data_invalid', message }]])
    }
  }
  assert.deepEqual((await t.call(`GET /office_hours_schedules/${schedule.id}`)).body, schedule)
})

test('exceptions that make no sense are a 422 that names the field', async () => {
  const schedule = await aSchedule()
  const path = exceptionsOf(schedule)
  const { body: yearly } = await t.call(`POST ${path}`, { ...CLOSED, recurring_annually: true })
  const { body: short } = await t.call(`POST ${path}`, CUSTOM)
  const custom = (start_minute: number, end_minute: number) => ({
    ...CUSTOM,
    time_intervals: [{ start_minute, end_minute }],
  })
  const cases: [body: object, message: string][] = [
    [{ ...CLOSED, exception_date: '2026-02-29' }, 'exception_date must be a date as YYYY-MM-DD'],
    [{ ...CLOSED, exception_date: '25.12.2026' }, 'exception_date must be a date as YYYY-MM-DD'],
    [{ ...CLOSED, exception_date: '2026-12-25T00:00:00Z' }, 'exception_date must be a date as YYYY-MM-DD'],
    [{ ...CLOSED, exception_date: '0000-12-25' }, 'exception_date must be from 1970-01-01 to 2999-12-31'],
    [{ ...CLOSED, time_intervals: CUSTOM.time_intervals }, 'time_intervals must be absent if exception_type is closed'],
    [{ ...CUSTOM, time_intervals: [] }, 'time_intervals is required if exception_type is custom_hours'],
    [{ ...CUSTOM, time_intervals: null }, 'time_intervals is required if exception_type is custom_hours'],
    [custom(0, 1455), 'time_intervals.0.end_minute must be from 0 to 1440'],
    [custom(780, 540), 'time_intervals.0.end_minute must be after start_minute'],
    [custom(10, 540), 'time_intervals.0.start_minute must be a multiple of 15'],
    [CLOSED, `exception_date is already that of exception ${yearly.id}`],
    [
      { ...CLOSED, exception_date: '2027-12-25', recurring_annually: true },
      `exception_date is already that of exception ${yearly.id}`,
    ],
    [CUSTOM, `exception_date is already that of exception ${short.id}`],
  ]
  for (const [body, message] of cases) {
    const answer = await t.call(`POST ${path}`, body)
    assert.deepEqual(
      [answer.status, answer.body.errors],
      [422, [{ code: 'data_invalid', message }]],
      JSON.stringify(body),
    )
  }
  const moved = await t.call(`PUT ${path}/${short.id}`, { exception_date: '2026-12-25' })
  assert.deepEqual([moved.status, moved.body.errors[0].code], [422, 'data_invalid'])
  const without = await t.call(`PUT ${path}/${yearly.id}`, { exception_type: 'custom_hours' })
  assert.match(without.body.errors[0].message, /time_intervals is required/)
  assert.deepEqual((await t.call(`GET ${path}`)).body.data, [short, yearly])
  const later = await t.call(`POST ${path}`, { ...CLOSED, exception_date: '2027-12-25' })
  assert.equal(later.status, 201, 'a single date can differ from the annual exception')
})

test('two schedules at the limit, or two exceptions of one date, created at once: one is refused', async () => {
  const { call, workspace } = await t.another()
  await workspace.sql`
    insert into office_hours_schedules (workspace_id, name, time_zone_name, time_intervals, created_at, updated_at)
    select ${workspace.id}, 'Many', 'UTC', '[]', now(), now() from generate_series(1, 199)`
  const created = await Promise.all([HOURS, HOURS].map((body) => call('POST /office_hours_schedules', body)))
  assert.deepEqual(created.map(({ status }) => status).sort(), [201, 422])
  const schedule = created.find(({ status }) => status === 201)?.body
  const twice = await Promise.all([CLOSED, CLOSED].map((body) => call(`POST ${exceptionsOf(schedule)}`, body)))
  assert.deepEqual(twice.map(({ status }) => status).sort(), [201, 422])
  await workspace.sql`
    insert into office_hours_exceptions (workspace_id, office_hours_schedule_id, exception_date, exception_type,
      recurring_annually, created_at, updated_at)
    select ${workspace.id}, ${schedule.id}, date '2000-01-01' + number, 'closed', false, now(), now()
    from generate_series(1, 499) number`
  const { status, body } = await call(`POST ${exceptionsOf(schedule)}`, { ...CLOSED, exception_date: '2028-01-01' })
  assert.deepEqual([status, /500 exceptions already/.test(body.errors[0].message)], [422, true])
})

test('a schedule is created, listed, changed and deleted, with the day of each interval', async () => {
  const { call } = await t.another()
  const made = await call('POST /office_hours_schedules', {
    ...hours([1980, 2460], [540, 1020]),
    name: ' Support ',
  })
  assert.equal(made.status, 201)
  const { id, created_at, updated_at, ...rest } = made.body
  assert.match(id, /^\d+$/)
  assert.ok(Math.abs(created_at - Date.now() / 1000) < 60 && updated_at === created_at)
  assert.deepEqual(rest, {
    type: 'office_hours_schedule',
    name: 'Support',
    time_zone_name: 'America/New_York',
    time_intervals: [
      { start_minute: 540, end_minute: 1020, day_of_week: 0 },
      { start_minute: 1980, end_minute: 2460, day_of_week: 1 },
    ],
    twenty_four_seven: false,
  })
  for (const version of ['2.16', 'Preview']) {
    const { body } = await call('GET /office_hours_schedules', undefined, { version })
    assert.deepEqual(body, { type: 'office_hours_schedule.list', data: [made.body] })
    assert.deepEqual((await call(`GET /office_hours_schedules/${id}`, undefined, { version })).body, made.body)
  }
  const always = await call(`PUT /office_hours_schedules/${id}`, {
    time_intervals: [
      { start_minute: 0, end_minute: 7_200, day_of_week: 6 },
      { start_minute: 7_200, end_minute: 10_080 },
    ],
  })
  assert.deepEqual([always.status, always.body.name, always.body.twenty_four_seven], [200, 'Support', true])
  assert.deepEqual(
    always.body.time_intervals.map(({ day_of_week }: { day_of_week: number }) => day_of_week),
    [0, 5],
  )
  const renamed = await call(`PUT /office_hours_schedules/${id}`, { name: 'All', time_zone_name: 'UTC' })
  assert.deepEqual(
    [renamed.body.name, renamed.body.time_zone_name, renamed.body.twenty_four_seven],
    ['All', 'UTC', true],
  )

  await call(`POST ${exceptionsOf(made.body)}`, CLOSED)
  const deleted = await call(`DELETE /office_hours_schedules/${id}`)
  assert.deepEqual([deleted.status, deleted.body], [200, { id, object: 'office_hours_schedule', deleted: true }])
  assert.equal((await call(`GET ${exceptionsOf(made.body)}`)).status, 404)
  assert.deepEqual((await call('GET /office_hours_schedules')).body.data, [])
})

test('an exception is created, listed by date, changed and deleted', async () => {
  const schedule = await aSchedule()
  const path = exceptionsOf(schedule)
  const christmas = await t.call(`POST ${path}`, { ...CLOSED, name: 'Christmas Day', recurring_annually: true })
  assert.equal(christmas.status, 201)
  const { id, created_at, updated_at, ...rest } = christmas.body
  assert.ok(Math.abs(created_at - Date.now() / 1000) < 60 && updated_at === created_at)
  assert.deepEqual(rest, {
    type: 'office_hours_exception',
    office_hours_schedule_id: schedule.id,
    exception_date: '2026-12-25',
    exception_type: 'closed',
    name: 'Christmas Day',
    time_intervals: null,
    recurring_annually: true,
  })
  const { body: short } = await t.call(`POST ${path}`, CUSTOM)
  assert.deepEqual(short.time_intervals, [{ start_minute: 540, end_minute: 780, day_of_week: 3 }])
  assert.deepEqual((await t.call(`GET ${path}`)).body, {
    type: 'office_hours_exception.list',
    data: [short, christmas.body],
  })
  const opened = await t.call(`PUT ${path}/${id}`, {
    ...{ exception_type: 'custom_hours', name: null },
    time_intervals: [{ start_minute: 0, end_minute: 1440 }],
  })
  assert.deepEqual(opened.body.time_intervals, [{ start_minute: 0, end_minute: 1440, day_of_week: 4 }])
  assert.deepEqual([opened.body.name, opened.body.recurring_annually], [null, true])
  const closed = await t.call(`PUT ${path}/${id}`, { exception_type: 'closed', exception_date: '2027-01-06' })
  assert.deepEqual([closed.body.time_intervals, closed.body.exception_date], [null, '2027-01-06'])
  assert.deepEqual((await t.call(`GET ${path}/${id}`)).body, closed.body)
  const deleted = await t.call(`DELETE ${path}/${id}`)
  assert.deepEqual([deleted.status, deleted.body], [200, { id, object: 'office_hours_exception', deleted: true }])
  assert.equal((await t.call(`DELETE ${path}/${id}`)).status, 404)
})

test('each change is in the activity log', async () => {
  const { call } = await t.another()
  const schedule = (await call('POST /office_hours_schedules', HOURS)).body
  await call(`PUT /office_hours_schedules/${schedule.id}`, { name: 'Nights' })
  const { body: exception } = await call(`POST ${exceptionsOf(schedule)}`, CLOSED)
  await call(`PUT ${exceptionsOf(schedule)}/${exception.id}`, { name: 'Christmas' })
  await call(`DELETE ${exceptionsOf(schedule)}/${exception.id}`)
  await call(`DELETE /office_hours_schedules/${schedule.id}`)
  await call('POST /office_hours_schedules', hours([1, 2]))
  const { body } = await call('GET /admins/activity_logs?created_at_after=0')
  assert.deepEqual(
    [...new Set(body.activity_logs.map((log: { activity_type: string }) => log.activity_type))],
    ['office_hours_change'],
  )
  const did = body.activity_logs.map((log: { activity_description: string }) => log.activity_description)
  assert.equal(did.length, 6)
  assert.match(did.join('\n'), /deleted the office hours schedule Nights\./)
  assert.match(did.join('\n'), /created an exception on 2026-12-25 of the office hours schedule Nights\./)
})

test('the calendar of a schedule has its exceptions; without an id it is that of the oldest schedule', async () => {
  const other = await t.another()
  assert.equal(await findCalendar(other.workspace), undefined)
  const first = await aSchedule({ time_zone_name: 'Europe/Dublin' }, other)
  await aSchedule({}, other)
  await other.call(`POST ${exceptionsOf(first)}`, CUSTOM)
  const expected = {
    ...{ time_zone_name: 'Europe/Dublin', time_intervals: HOURS.time_intervals },
    exceptions: [{ exception_date: '2026-12-24', recurring_annually: false, time_intervals: CUSTOM.time_intervals }],
  }
  assert.deepEqual(await findCalendar(other.workspace), expected)
  assert.deepEqual(await findCalendar(other.workspace, first.id), expected)
  assert.equal(await findCalendar(t.workspace, first.id), undefined)
})

test('the extension shows whether a schedule is open, and the open time between two times', async () => {
  const schedule = await aSchedule()
  await t.call(`POST ${exceptionsOf(schedule)}`, { ...CLOSED, exception_date: '2026-06-08' })
  const seconds = (text: string) => Date.parse(text) / 1000
  const path = `/extensions/office_hours_schedules/${schedule.id}/open`
  const at = seconds('2026-06-01T16:00:00-04:00')
  const until = seconds('2026-06-15T10:00:00-04:00')
  assert.deepEqual((await t.call(`GET ${path}?at=${at}&until=${until}`)).body, {
    ...{ type: 'office_hours_open', office_hours_schedule_id: schedule.id, at },
    ...{ open: true, next_opening_at: at, open_seconds: 2 * 3600 },
  })
  const { body } = await t.call(`GET ${path}?at=${at + 3600}`)
  assert.deepEqual(
    [body.open, body.next_opening_at, body.open_seconds],
    [false, seconds('2026-06-15T09:00-04:00'), null],
  )
  assert.equal((await t.call(`GET ${path}`)).status, 200)
  const far = await t.call(`GET ${path}?at=0&until=${until}`)
  assert.deepEqual([far.status, far.body.errors[0].code], [400, 'parameter_invalid'])
})
