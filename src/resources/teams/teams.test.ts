// Teams: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { IntercomClient } from 'intercom-client'
import { insertAdmin } from '#workspaces/queries.ts'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { aContact } from '../../../test/factories.ts'
import { listeningServer } from '../../../test/sdk/server.ts'

const t = await listeningServer()
const { sql } = t.database
const { admin_id } = t.created
const NO_TEAM = [{ code: 'team_not_found', message: 'Team not found' }]

const anAdmin = async (name: string, workspace = t.workspace): Promise<string> =>
  (await insertAdmin(sql, workspace.id, { name, email: `${name}@example.com`, is_bot: false }, new Date())).id
const [ann, bob, cid] = [await anAdmin('ann'), await anAdmin('bob'), await anAdmin('cid')]

const aTeam = async (more: object = {}) =>
  (await t.call('POST /extensions/teams', { name: 'Team', admin_ids: [ann], ...more })).body
const aBalancedTeam = (more: object = {}) =>
  aTeam({ distribution_method: 'load_balanced', assignment_limit: 10, admin_ids: [ann, bob], ...more })
const show = async (id: string) => (await t.call(`GET /teams/${id}`)).body

test('fields that a team does not have are ignored', async () => {
  const other = await t.another()
  const strange = { workspace_id: other.created.id, id: '7', secondary_admin_ids: [ann], 'name"': 1 }
  const { id } = await aTeam(strange)
  for (const route of [`PUT /extensions/teams/${id}`, `PUT /extensions/teams/${id}/assignment`])
    assert.equal((await t.call(route, { distribution_method: 'round_robin', ...strange })).status, 200)
  assert.deepEqual(await show(id), {
    ...{ type: 'team', id, name: 'Team', admin_ids: [Number(ann)], distribution_method: 'round_robin' },
  })
  assert.deepEqual((await other.call('GET /teams')).body.teams, [])
})

describe('a request is refused', () => {
  test('without a token, or without the scope', async () => {
    const { id } = await aTeam()
    const text = newTokenText()
    await insertToken(sql, t.created.id, text, { name: 'Limited', admin_id, scopes: ['write_content'] }, new Date())
    for (const route of ['GET /teams', `GET /teams/${id}`, `GET /teams/${id}/metrics`, `PUT /teams/${id}`]) {
      const body = route.startsWith('PUT') ? { admin_ids: [bob] } : undefined
      assert.equal((await t.call(route, body, { token: null })).status, 401, route)
      assert.equal((await t.call(route, body, { token: text })).status, 403, route)
    }
    assert.equal((await t.call('POST /extensions/teams', { name: 'x', admin_ids: [ann] }, { token: text })).status, 403)
    assert.deepEqual((await show(id)).admin_ids, [Number(ann)])
  })

  test('for a team that is unknown or of another workspace', async () => {
    const other = await t.another()
    const { body: theirs } = await other.call('POST /extensions/teams', {
      ...{ name: 'Theirs', admin_ids: [other.created.admin_id] },
    })
    for (const id of ['0', '1', 'team', '99999999999999999999', theirs.id]) {
      for (const [route, body] of [
        [`GET /teams/${id}`],
        [`GET /teams/${id}/metrics`],
        [`PUT /teams/${id}`, { admin_ids: [ann] }],
        [`PUT /extensions/teams/${id}`, { name: 'Mine' }],
      ] as const) {
        const answer = await t.call(route, body)
        assert.deepEqual([answer.status, answer.body.errors], [404, NO_TEAM], route)
      }
    }
  })

  const only = (name: string) =>
    `Only admin_ids and admin_priority_level can be updated on a team, but the request changed ${name}`
  const numeric = 'admin_ids must contain only numeric admin ids'
  const levels = (primary?: unknown, secondary?: unknown) => ({
    admin_ids: [ann, bob],
    admin_priority_level: { primary_admin_ids: primary, secondary_admin_ids: secondary },
  })
  const cases: [what: string, body: () => unknown, message: string | (() => string)][] = [
    ['without members', () => ({}), 'admin_ids is required'],
    ['with members that are no list', () => ({ admin_ids: ann }), 'admin_ids must be array'],
    ['with an empty list', () => ({ admin_ids: [] }), 'admin_ids must contain at least one admin id'],
    ['with a name', () => ({ admin_ids: ['ann'] }), numeric],
    ['with a fraction', () => ({ admin_ids: [1.5] }), numeric],
    ['with null', () => ({ admin_ids: [null] }), numeric],
    ['with an object', () => ({ admin_ids: [{ id: ann }] }), numeric],
    [
      'with too many',
      () => ({ admin_ids: Array.from({ length: 1_001 }, (_, id) => id + 1) }),
      'admin_ids must not contain more than 1000 admin ids',
    ],
    ['with a stranger', () => ({ admin_ids: [ann, 1] }), 'admin_ids names 1, which is not an admin of this workspace'],
    ['with another name', () => ({ admin_ids: [ann], name: 'Other' }), only('name')],
    ['with another id', () => ({ admin_ids: [ann], id: '7' }), only('id')],
    ['with another limit', () => ({ admin_ids: [ann], assignment_limit: 11 }), only('assignment_limit')],
    ['with a field that teams do not have', () => ({ admin_ids: [ann], color: 'red' }), only('color')],
    [
      'with one admin at both levels',
      () => levels([ann], [Number(ann)]),
      () => `admin_priority_level gives ${ann} more than one priority level`,
    ],
    [
      'with a level for a stranger to the team',
      () => levels([cid]),
      () => `admin_priority_level names ${cid}, which is on neither the team nor admin_ids`,
    ],
    ['with a level that is no list', () => levels(ann), 'admin_priority_level.primary_admin_ids must be array'],
    ['with a level for a name', () => levels([], ['bob']), 'secondary_admin_ids must contain only numeric admin ids'],
  ]
  for (const [what, body, message] of cases) {
    test(`${what}, and the team stays as it is`, async () => {
      const { id } = await aBalancedTeam()
      const before = await show(id)
      const answer = await t.call(`PUT /teams/${id}`, body())
      assert.equal(answer.status, 400, answer.text)
      assert.equal(answer.body.errors[0].message, typeof message === 'string' ? message : message())
      assert.deepEqual(await show(id), before)
    })
  }

  test('with members in the query, or with a second level where nothing is balanced', async () => {
    const { id } = await aTeam({ admin_ids: [ann, bob] })
    const query = await t.call(`PUT /teams/${id}?admin_ids[]=${bob}`, { admin_ids: [ann] })
    assert.deepEqual(
      [query.status, query.body.errors[0].message],
      [400, 'admin_ids[] must be in the body of the request'],
    )
    assert.equal((await t.call(`PUT /teams/${id}`, levels([], [bob]))).status, 400)
    assert.equal((await t.call(`PUT /teams/${id}`, levels([ann], []))).status, 200)
  })

  test('for a team that does not make sense', async () => {
    for (const body of [
      { admin_ids: [ann] },
      { name: ' ', admin_ids: [ann] },
      { name: 'x'.repeat(256), admin_ids: [ann] },
      { name: 'x', admin_ids: [] },
      { name: 'x', admin_ids: [ann], distribution_method: 'by age' },
      { name: 'x', admin_ids: [ann], assignment_limit: 5 },
      { name: 'x', admin_ids: [ann], distribution_method: 'load_balanced', assignment_limit: 0 },
    ])
      assert.equal((await t.call('POST /extensions/teams', body)).status, 400, JSON.stringify(body))
  })
})

test('only a load-balanced team shows its limit and its levels', async () => {
  const manual = await aTeam()
  assert.deepEqual(manual, {
    ...{ type: 'team', id: manual.id, name: 'Team', admin_ids: [Number(ann)], distribution_method: 'manual' },
  })
  const balanced = await aBalancedTeam()
  assert.deepEqual(
    [balanced.assignment_limit, balanced.admin_priority_level],
    [10, { primary_admin_ids: [Number(ann), Number(bob)], secondary_admin_ids: [] }],
  )
})

test('older versions have neither the method nor the levels', async () => {
  const { id } = await aBalancedTeam()
  for (const [version, absent] of [
    ['2.16', []],
    ['2.14', []],
    ['2.13', ['distribution_method', 'assignment_limit']],
    ['2.8', ['distribution_method', 'assignment_limit']],
    ['2.7', ['distribution_method', 'assignment_limit', 'admin_priority_level']],
  ] as const) {
    const { body } = await t.call(`GET /teams/${id}`, undefined, { version })
    const all = ['distribution_method', 'assignment_limit', 'admin_priority_level']
    assert.deepEqual(
      all.filter((key) => !(key in body)),
      absent,
      version,
    )
  }
  assert.equal((await t.call(`PUT /teams/${id}`, { admin_ids: [ann] }, { version: '2.16' })).status, 400)
  assert.equal((await t.call(`GET /teams/${id}/metrics`, undefined, { version: '2.15' })).status, 400)
})

describe('the members of a team', () => {
  test('are exactly those that the request names, in whatever form', async () => {
    const { id } = await aTeam({ admin_ids: [ann, bob] })
    const { status, body } = await t.call(`PUT /teams/${id}`, { admin_ids: [cid, Number(bob), bob] })
    assert.equal(status, 200)
    assert.deepEqual(body.admin_ids, [Number(bob), Number(cid)])
    assert.deepEqual(await show(id), body)
    const { body: admin } = await t.call(`GET /admins/${cid}`)
    assert.ok(admin.team_ids.includes(Number(id)))
    assert.ok(!(await t.call(`GET /admins/${ann}`)).body.team_ids.includes(Number(id)))
  })

  test('keep their levels, new ones are primary, and levels of those who leave are ignored', async () => {
    const { id } = await aBalancedTeam()
    const set = async (body: object) => (await t.call(`PUT /teams/${id}`, body)).body.admin_priority_level
    const numbers = (...ids: string[]) => ids.map(Number)
    const level = (primary: string[], secondary: string[]) => ({
      ...{ primary_admin_ids: numbers(...primary), secondary_admin_ids: numbers(...secondary) },
    })
    const admin_priority_level = { secondary_admin_ids: [bob] }
    assert.deepEqual(await set({ admin_ids: [ann, bob], admin_priority_level }), level([ann], [bob]))
    assert.deepEqual(await set({ admin_ids: [ann, bob, cid] }), level([ann, cid], [bob]))
    const { body: admin } = await t.call(`GET /admins/${bob}`)
    assert.ok(admin.team_priority_level.secondary_team_ids.includes(Number(id)))
    assert.ok(!admin.team_priority_level.primary_team_ids.includes(Number(id)))
    assert.deepEqual(await set({ admin_ids: [ann, cid], admin_priority_level }), level([ann, cid], []))
    assert.deepEqual(
      await set({
        admin_ids: [ann, cid],
        admin_priority_level: { primary_admin_ids: null, secondary_admin_ids: [cid] },
      }),
      level([ann], [cid]),
    )
  })

  test('can be sent back as they were read', async () => {
    for (const team of [await aTeam(), await aBalancedTeam()]) {
      const { status, body } = await t.call(`PUT /teams/${team.id}`, team)
      assert.deepEqual([status, body], [200, team])
    }
  })

  test('are changed by one request after the other', async () => {
    const { id } = await aTeam()
    const lists = [[ann], [ann, bob], [bob, cid], [cid], [ann, bob, cid]]
    const answers = await Promise.all(lists.map((admin_ids) => t.call(`PUT /teams/${id}`, { admin_ids })))
    assert.ok(answers.every(({ status }) => status === 200))
    const now = new Set((await show(id)).admin_ids)
    assert.ok(lists.some((list) => list.length === now.size && list.every((admin) => now.has(Number(admin)))))
  })
})

test('the settings of a team change, and a team that is no longer balanced has no levels', async () => {
  const { id } = await aBalancedTeam()
  await t.call(`PUT /teams/${id}`, { admin_ids: [ann, bob], admin_priority_level: { secondary_admin_ids: [bob] } })
  const renamed = await t.call(`PUT /extensions/teams/${id}`, { name: 'Night shift', assignment_limit: 3 })
  assert.deepEqual([renamed.body.name, renamed.body.assignment_limit], ['Night shift', 3])
  const manual = await t.call(`PUT /extensions/teams/${id}`, { distribution_method: 'manual' })
  assert.deepEqual(Object.keys(manual.body), ['type', 'id', 'name', 'admin_ids', 'distribution_method'])
  const again = await t.call(`PUT /extensions/teams/${id}`, { distribution_method: 'load_balanced' })
  assert.deepEqual([again.body.assignment_limit, again.body.admin_priority_level.secondary_admin_ids], [null, []])
  assert.deepEqual((await t.call(`PUT /extensions/teams/${id}`, {})).body, again.body)
  assert.equal(
    (await t.call(`PUT /extensions/teams/${id}`, { distribution_method: 'manual', assignment_limit: 1 })).status,
    400,
  )
})

test('metrics count the open, idle and snoozed conversations of each member', async () => {
  const { id } = await aTeam({ admin_ids: [bob, cid] })
  const contact = await aContact(t.workspace, { email: 'joe@example.com' })
  const begin = async (assignee_id: string) => {
    const started = await t.call('POST /conversations', { from: { type: 'user', id: contact }, body: 'Hello' })
    const { conversation_id } = started.body
    const act = (body: object) =>
      t.call(`POST /conversations/${conversation_id}/parts`, { admin_id, type: 'admin', ...body })
    await act({ message_type: 'assignment', assignee_id })
    return { conversation_id, act }
  }
  const waiting = await begin(bob)
  await begin(bob)
  await (await begin(bob)).act({ message_type: 'snoozed', snoozed_until: 4_000_000_000 })
  await (await begin(bob)).act({ message_type: 'close' })
  await begin(ann)
  await sql`
    update conversations set waiting_since = waiting_since - interval '1 hour'
    where workspace_id = ${t.workspace.id} and id = ${waiting.conversation_id}`
  const metrics = async (query = '') => (await t.call(`GET /teams/${id}/metrics${query}`)).body
  const expected = (idle: number) => ({
    type: 'team_metric.list',
    data: [
      { type: 'team_metric', admin_id: bob, open: 2, idle, snoozed: 1 },
      { type: 'team_metric', admin_id: cid, open: 0, idle: 0, snoozed: 0 },
    ],
  })
  assert.deepEqual(await metrics(), expected(1))
  assert.deepEqual(await metrics('?idle_threshold=7200'), expected(0))
  assert.deepEqual(await metrics('?idle_threshold=999999999'), expected(0))
  await sql`update conversations set waiting_since = now() - interval '5 s' where waiting_since is not null`
  assert.deepEqual(await metrics('?idle_threshold=-5'), expected(2))
  assert.equal((await t.call(`GET /teams/${id}/metrics?idle_threshold=soon`)).status, 400)
})

test('the official SDK lists teams and shows one', async () => {
  const { id } = await aBalancedTeam()
  const client = new IntercomClient({ token: t.created.token, environment: t.url, maxRetries: 0 })
  const { teams } = await client.teams.list()
  assert.ok(teams?.some((team) => team.id === id))
  assert.deepEqual((await client.teams.find({ team_id: id })).admin_ids, [Number(ann), Number(bob)])
})
