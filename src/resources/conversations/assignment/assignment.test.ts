// Teams that assign their conversations to members: sad paths first.
import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { insertAdmin } from '#workspaces/queries.ts'
import { testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact } from '../../../../test/factories.ts'
import { assignAllWaiting } from './assign-waiting.ts'

const t = await testApp()
const { sql } = t.database
const { admin_id: boss } = t.created
const joe = await aContact(t.workspace, { email: 'joe@example.com' })

const anAdmin = async (name: string, workspace = t.workspace): Promise<string> =>
  (await insertAdmin(sql, workspace.id, { name, email: `${name}@example.com`, is_bot: false }, new Date())).id
const [ann, bob, cid] = [await anAdmin('ann'), await anAdmin('bob'), await anAdmin('cid')]
const ALL = [ann, bob, cid]

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
type Shown = any

const ok = async (route: string, body?: unknown): Promise<Shown> => {
  const answer = await t.call(route, body)
  assert.equal(answer.status, 200, `${route} ${answer.text}`)
  return answer.body
}
const aTeam = async (distribution_method: string, more: object = {}): Promise<string> =>
  (await ok('POST /extensions/teams', { name: 'Team', admin_ids: ALL, distribution_method, ...more })).id
const begin = async (): Promise<string> =>
  (await ok('POST /conversations', { from: { type: 'user', id: joe }, body: 'Hello' })).conversation_id
const act = (id: string, action: object) => ok(`POST /conversations/${id}/parts`, { admin_id: boss, ...action })
const assign = (id: string, type: 'admin' | 'team', assignee_id: string | number): Promise<Shown> =>
  act(id, { message_type: 'assignment', type, assignee_id })
const close = (id: string) => act(id, { message_type: 'close' })
const inTeam = async (team: string): Promise<string> => {
  const id = await begin()
  await assign(id, 'team', team)
  return id
}
const show = (id: string) => ok(`GET /conversations/${id}`)
const assigneeOf = async (id: string): Promise<string> => String((await show(id)).admin_assignee_id)
const away = (admin: string, away_mode_enabled = true, away_mode_reassign = false) =>
  ok(`PUT /admins/${admin}/away`, { away_mode_enabled, away_mode_reassign })
const reply = (id: string) =>
  ok(`POST /conversations/${id}/reply`, { message_type: 'comment', type: 'user', intercom_user_id: joe, body: 'Well?' })
const partsOf = (conversation: Shown): string[] =>
  conversation.conversation_parts.conversation_parts.map(
    ({ part_type, assigned_to, author }: Shown) =>
      `${part_type} ${assigned_to ? `${assigned_to.type} ${assigned_to.id}` : '-'} by ${author.type}`,
  )
const waiting = async (team: string): Promise<number> => (await ok(`GET /extensions/teams/${team}/assignment`)).waiting
const loads = async (ids: string[], admins = ALL): Promise<number[]> => {
  const assignees = await Promise.all(ids.map(assigneeOf))
  return admins.map((admin) => assignees.filter((id) => id === admin).length)
}
const spread = (counts: number[]) => Math.max(...counts) - Math.min(...counts)

beforeEach(async () => {
  await t.call('POST /extensions/sandbox/reset')
  await aContact(t.workspace, { id: joe, email: 'joe@example.com' })
  for (const admin of ALL) await away(admin, false)
})

describe('settings are refused', () => {
  test('without a token, and for a team that is unknown or of another workspace', async () => {
    const other = await t.another()
    const { body: theirs } = await other.call('POST /extensions/teams', {
      ...{ name: 'Theirs', admin_ids: [other.created.admin_id] },
    })
    for (const id of ['0', 'team', '99999999999999999999', theirs.id]) {
      for (const method of ['GET', 'PUT']) {
        const body = method === 'PUT' ? { distribution_method: 'manual' } : undefined
        assert.equal((await t.call(`${method} /extensions/teams/${id}/assignment`, body)).status, 404)
        assert.equal((await t.call(`${method} /extensions/teams/${id}/assignment`, body, { token: null })).status, 401)
      }
    }
  })

  test('if they do not fit the team', async () => {
    const team = await aTeam('load_balanced')
    const refused: [object, RegExp][] = [
      [{ distribution_method: 'fair' }, /^distribution_method must be/],
      [{ assignment_limit: 0 }, /^assignment_limit/],
      [{ assignment_limit: 10_001 }, /^assignment_limit/],
      [{ assignment_limit: 'ten' }, /^assignment_limit/],
      [{ member_limits: {} }, /^member_limits/],
      [{ member_limits: [{ admin_id: ann }] }, /^member_limits/],
      [{ member_limits: [{ admin_id: ann, limit: 0 }] }, /^member_limits/],
      [{ member_limits: [{ admin_id: boss, limit: 1 }] }, /^member_limits names \d+, which is not on the team$/],
      [
        {
          member_limits: [
            { admin_id: ann, limit: 1 },
            { admin_id: Number(ann), limit: 2 },
          ],
        },
        /^member_limits gives \d+ more than one limit$/,
      ],
      [{ distribution_method: 'manual', assignment_limit: 5 }, /^assignment_limit needs a team/],
      [{ distribution_method: 'round_robin', member_limits: [{ admin_id: ann, limit: 1 }] }, /^member_limits need a/],
    ]
    for (const [body, message] of refused) {
      const answer = await t.call(`PUT /extensions/teams/${team}/assignment`, body)
      assert.equal(answer.status, 400, JSON.stringify(body))
      assert.match(answer.body.errors[0].message, message)
    }
    const { distribution_method, assignment_limit, members } = await ok(`GET /extensions/teams/${team}/assignment`)
    assert.deepEqual([distribution_method, assignment_limit], ['load_balanced', null])
    assert.deepEqual(
      members,
      ALL.map((admin_id) => ({ admin_id, away: false, open: 0, limit: null })),
    )
  })
})

test('settings are changed and shown, and limits end with balancing', async () => {
  const team = await aTeam('manual')
  const settings = {
    distribution_method: 'balanced',
    assignment_limit: 5,
    member_limits: [{ admin_id: bob, limit: 1 }],
  }
  const changed = await ok(`PUT /extensions/teams/${team}/assignment`, settings)
  assert.deepEqual(
    [changed.type, changed.team_id, changed.distribution_method, changed.assignment_limit, changed.waiting],
    ['team_assignment', team, 'load_balanced', 5, 0],
  )
  assert.deepEqual(
    changed.members.map(({ limit }: Shown) => limit),
    [5, 1, 5],
  )
  assert.equal((await ok(`GET /teams/${team}`)).distribution_method, 'load_balanced')
  const same = await ok(`PUT /extensions/teams/${team}/assignment`, {})
  assert.deepEqual(same, changed)
  await ok(`PUT /extensions/teams/${team}/assignment`, { distribution_method: 'round_robin' })
  const back = await ok(`PUT /extensions/teams/${team}/assignment`, { distribution_method: 'load_balanced' })
  assert.deepEqual(
    back.members.map(({ limit }: Shown) => limit),
    [null, null, null],
  )
})

test('a team that assigns by hand leaves a conversation to nobody', async () => {
  const team = await aTeam('manual')
  const id = await inTeam(team)
  assert.equal(await assigneeOf(id), '0')
  assert.equal(await waiting(team), 0)
  await away(ann, true)
  await away(ann, false)
  assert.equal(await assigneeOf(id), '0')
})

test('an admin who unassigns a conversation leaves it to nobody, even if somebody waits for work', async () => {
  const team = await aTeam('round_robin')
  const id = await inTeam(team)
  assert.equal(await assigneeOf(id), ann)
  await assign(id, 'admin', 0)
  await away(bob, true)
  await away(bob, false)
  await assignAllWaiting(sql)
  const { admin_assignee_id, team_assignee_id } = await show(id)
  assert.deepEqual([admin_assignee_id, team_assignee_id], [0, Number(team)])
  assert.equal(await waiting(team), 0)
})

test('a member gets the conversation with the same request, with a part by the bot and its events', async () => {
  for (const [method, part_type] of [
    ['round_robin', 'default_assignment'],
    ['load_balanced', 'balanced_assignment'],
  ] as const) {
    const team = await aTeam(method)
    const id = await begin()
    const answered = await assign(id, 'team', team)
    await close(id)
    assert.deepEqual([answered.team_assignee_id, answered.admin_assignee_id], [Number(team), Number(ann)])
    assert.deepEqual(partsOf(answered), [`assignment team ${team} by admin`, `${part_type} admin ${ann} by bot`])
    assert.equal(answered.statistics.count_assignments, 2)
    assert.deepEqual((await topicsOf(t.workspace, id)).slice(0, 5), [
      'conversation.user.created',
      'conversation.admin.assigned',
      'conversation.admin.open.assigned',
      'conversation.admin.assigned',
      'conversation.admin.open.assigned',
    ])
  }
})

test('a closed or snoozed conversation that is assigned to the team opens, and goes to a member', async () => {
  const team = await aTeam('round_robin')
  const closed = await begin()
  await close(closed)
  const reopened = await assign(closed, 'team', team)
  assert.deepEqual([reopened.state, reopened.admin_assignee_id], ['open', Number(ann)])
  const snoozed = await begin()
  await act(snoozed, { message_type: 'snoozed', snoozed_until: 4_000_000_000 })
  const woken = await assign(snoozed, 'team', team)
  assert.deepEqual([woken.state, woken.admin_assignee_id], ['open', Number(bob)])
})

test('a member who has the conversation keeps it; another admin gives it to a member', async () => {
  const team = await aTeam('round_robin')
  const id = await begin()
  await assign(id, 'admin', cid)
  assert.deepEqual(partsOf(await assign(id, 'team', team)), [`assignment team ${team} by admin`])
  assert.equal(await assigneeOf(id), cid)
  const other = await begin()
  await assign(other, 'admin', boss)
  await assign(other, 'team', team)
  assert.equal(await assigneeOf(other), ann)
})

test('members get conversations in turn, without those who are away', async () => {
  const team = await aTeam('round_robin')
  await away(bob)
  const ids = [await inTeam(team), await inTeam(team), await inTeam(team)]
  assert.deepEqual(await Promise.all(ids.map(assigneeOf)), [ann, cid, ann])
  await away(bob, false)
  assert.equal(await assigneeOf(await inTeam(team)), bob)
})

test('the member with the fewest open conversations is next, up to the limit', async () => {
  const team = await aTeam('load_balanced', { assignment_limit: 2 })
  await assign(await begin(), 'admin', ann)
  const ids: string[] = []
  for (let n = 0; n < 6; n++) ids.push(await inTeam(team))
  assert.deepEqual(await loads(ids), [1, 2, 2])
  assert.equal(await assigneeOf(ids[5]!), '0')
  assert.equal(await waiting(team), 1)
})

test('a conversation for which nobody has room waits, and goes to the first who has', async () => {
  const team = await aTeam('load_balanced', { assignment_limit: 1, admin_ids: [ann] })
  const [first, second, third] = [await inTeam(team), await inTeam(team), await inTeam(team)]
  assert.deepEqual(await Promise.all([first, second, third].map(assigneeOf)), [ann, '0', '0'])
  await close(first)
  assert.deepEqual(await Promise.all([second, third].map(assigneeOf)), [ann, '0'])
  await act(second, { message_type: 'snoozed', snoozed_until: 4_000_000_000 })
  assert.equal(await assigneeOf(third), ann)
  const fourth = await inTeam(team)
  await ok(`PUT /extensions/teams/${team}/assignment`, { assignment_limit: 2 })
  assert.equal(await assigneeOf(fourth), ann)
  const [fifth, sixth] = [await inTeam(team), await inTeam(team)]
  await assign(third, 'admin', boss)
  assert.deepEqual(await Promise.all([fifth, sixth].map(assigneeOf)), [ann, '0'])
  await ok(`PUT /teams/${team}`, { admin_ids: [ann, bob] })
  assert.equal(await assigneeOf(sixth), bob)
})

test('a conversation waits while all are away, and goes to the first who is back', async () => {
  const team = await aTeam('round_robin')
  for (const admin of ALL) await away(admin)
  const ids = [await inTeam(team), await inTeam(team)]
  assert.deepEqual(await Promise.all(ids.map(assigneeOf)), ['0', '0'])
  assert.equal(await waiting(team), 2)
  await away(cid, false)
  assert.deepEqual(await Promise.all(ids.map(assigneeOf)), [cid, cid])
  assert.deepEqual(partsOf(await show(ids[0]!)).at(-1), `default_assignment admin ${cid} by bot`)
})

test('one that is closed while it waits is assigned when it opens again', async () => {
  const team = await aTeam('round_robin')
  for (const admin of ALL) await away(admin)
  const [answered, opened] = [await inTeam(team), await inTeam(team)]
  await close(answered)
  await close(opened)
  await away(ann, false)
  assert.deepEqual(await Promise.all([answered, opened].map(assigneeOf)), ['0', '0'])
  assert.deepEqual(partsOf(await reply(answered)), ['open - by user', `default_assignment admin ${ann} by bot`])
  assert.equal((await act(opened, { message_type: 'open' })).admin_assignee_id, Number(ann))
})

test('one that a timer wakes while it waits is assigned by the job', async () => {
  const team = await aTeam('round_robin')
  for (const admin of ALL) await away(admin)
  const id = await inTeam(team)
  await act(id, { message_type: 'snoozed', snoozed_until: Math.floor(Date.now() / 1000) + 60 })
  await away(ann, false)
  assert.equal(await assigneeOf(id), '0')
  await ok('POST /extensions/sandbox/clock', { advance_seconds: 120 })
  assert.equal(await assignAllWaiting(sql), 1)
  assert.equal(await assigneeOf(id), ann)
  assert.equal(await assignAllWaiting(sql), 0)
})

test('a reply to an admin who is away goes to another member only if the admin reassigns', async () => {
  const team = await aTeam('round_robin')
  const id = await inTeam(team)
  await away(ann, true, false)
  assert.equal((await reply(id)).admin_assignee_id, Number(ann))
  await away(ann, true, true)
  const answered = await reply(id)
  assert.deepEqual(partsOf(answered), [
    'comment - by user',
    'away_mode_assignment - by bot',
    `default_assignment admin ${bob} by bot`,
  ])
  assert.deepEqual([answered.admin_assignee_id, answered.team_assignee_id], [Number(bob), Number(team)])

  for (const admin of [bob, cid]) await away(admin, true, true)
  const back = await reply(id)
  assert.deepEqual(partsOf(back), ['comment - by user', 'away_mode_assignment - by bot'])
  assert.deepEqual([back.admin_assignee_id, back.team_assignee_id], [0, Number(team)])
  await away(cid, false)
  assert.equal(await assigneeOf(id), cid)
})

test('a reply to an admin who is away and has no team goes to nobody', async () => {
  const id = await begin()
  await assign(id, 'admin', ann)
  await away(ann, true, true)
  assert.deepEqual(partsOf(await reply(id)), ['comment - by user', 'away_mode_assignment - by bot'])
  await away(ann, false)
  assert.equal(await assigneeOf(id), '0')
})

describe('at once', () => {
  test('many conversations are spread evenly', async () => {
    for (const method of ['round_robin', 'load_balanced']) {
      const team = await aTeam(method)
      const ids = await Promise.all(Array.from({ length: 20 }, begin))
      await Promise.all(ids.map((id) => assign(id, 'team', team)))
      const counts = await loads(ids)
      assert.ok(spread(counts) <= 1, `${method} ${counts}`)
      await Promise.all(ids.map(close))
    }
  })

  test('no limit is exceeded, and what waits is assigned as others are closed', async () => {
    const team = await aTeam('load_balanced', { assignment_limit: 3 })
    const ids = await Promise.all(Array.from({ length: 15 }, begin))
    await Promise.all(ids.map((id) => assign(id, 'team', team)))
    assert.deepEqual(await loads(ids), [3, 3, 3])
    assert.equal(await waiting(team), 6)
    const assignees = await Promise.all(ids.map(async (id) => [id, await assigneeOf(id)] as const))
    const assigned = assignees.filter(([, admin]) => admin !== '0').map(([id]) => id)
    await Promise.all(assigned.slice(0, 6).map(close))
    await assignAllWaiting(sql)
    assert.equal(await waiting(team), 0)
    const { members } = await ok(`GET /extensions/teams/${team}/assignment`)
    assert.deepEqual(
      members.map(({ open }: Shown) => open),
      [3, 3, 3],
    )
  })

  test('admins who leave and come back while conversations arrive leave nothing behind', async () => {
    const team = await aTeam('round_robin')
    const ids = await Promise.all(Array.from({ length: 12 }, begin))
    await Promise.all([
      ...ids.map((id) => assign(id, 'team', team)),
      ...ALL.map((admin) => away(admin, true)),
      ...ALL.map((admin) => away(admin, false)),
    ])
    for (const admin of ALL) await away(admin, false)
    await assignAllWaiting(sql)
    assert.equal(await waiting(team), 0)
    assert.equal(
      (await loads(ids)).reduce((sum, n) => sum + n, 0),
      12,
    )
  })

  test('two assignments, a close and replies leave what one order of them leaves', async () => {
    const team = await aTeam('round_robin')
    for (let round = 0; round < 8; round++) {
      const id = await begin()
      const admin = { type: 'admin', admin_id: boss }
      const answers = await Promise.all([
        t.call(`POST /conversations/${id}/parts`, {
          ...{ ...admin, type: 'team', message_type: 'assignment', assignee_id: team },
        }),
        t.call(`POST /conversations/${id}/parts`, { ...admin, message_type: 'assignment', assignee_id: bob }),
        t.call(`POST /conversations/${id}/parts`, { ...admin, message_type: 'close' }),
        t.call(`POST /conversations/${id}/reply`, { ...admin, message_type: 'comment', body: 'Yes' }),
        t.call(`POST /conversations/${id}/reply`, { ...admin, message_type: 'comment', body: 'No' }),
        reply(id).then((body) => ({ status: 200, body })),
      ])
      for (const { status } of answers) assert.ok(status === 200 || status === 422, String(status))
      const conversation = await show(id)
      const parts: Shown[] = conversation.conversation_parts.conversation_parts
      assert.equal(conversation.state, parts.at(-1).state)
      const slot = (type: string) => {
        const last = parts.filter(({ assigned_to }) => assigned_to?.type === type).at(-1)
        return last ? Number(last.assigned_to.id) : 0
      }
      assert.equal(conversation.team_assignee_id, Number(team))
      assert.equal(conversation.admin_assignee_id, slot('admin'))
      const answered = parts.findLast(({ part_type, body }) => ['comment', 'open'].includes(part_type) && body)
      assert.equal(conversation.waiting_since === null, answered.author.type === 'admin')
      assert.equal(parts.length, conversation.statistics.count_conversation_parts)
    }
  })
})
