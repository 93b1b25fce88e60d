// The statistics of conversations, against a second definition that reads the parts: over random acts on a frozen clock.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { insertAdmin } from '#workspaces/queries.ts'
import { SECRET, testApp } from '../../../../test/app.ts'
import { modelOf, openTime, shownOf } from '../../../../test/conversation-model.ts'
import { aContact, aSession } from '../../../../test/factories.ts'

const t = await testApp()
const { sql } = t.database
const { admin_id: boss } = t.created
const HOURS = { zone: 'Europe/Berlin', opens: 9, closes: 17 }
/** The Friday before the clocks in Berlin go forward. */
const FRIDAY = Date.parse('2026-03-27T10:00:00Z') / 1000

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
type Shown = any

const ok = async (route: string, body?: unknown): Promise<Shown> => {
  const answer = await t.call(route, body)
  assert.equal(answer.status, 200, `${route} ${answer.text}`)
  return answer.body
}
const anAdmin = async (name: string): Promise<string> =>
  (await insertAdmin(sql, t.workspace.id, { name, email: `${name}@example.com`, is_bot: false }, new Date())).id
const [ann, bob] = [await anAdmin('ann'), await anAdmin('bob')]
const aTeam = async (distribution_method: string): Promise<string> =>
  (await ok('POST /extensions/teams', { name: distribution_method, admin_ids: [ann, bob], distribution_method })).id
const joe = await aContact(t.workspace, { email: 'joe@example.com' })
const freeze = (freeze_at: number) => ok('POST /extensions/sandbox/clock', { freeze_at })
const advance = (advance_seconds: number) => ok('POST /extensions/sandbox/clock', { advance_seconds })
const begin = async (): Promise<string> =>
  (await ok('POST /conversations', { from: { type: 'user', id: joe }, body: 'Hello' })).conversation_id
const byAdmin = (id: string, body: object) =>
  t.call(`POST /conversations/${id}/parts`, { admin_id: boss, type: 'admin', ...body })
const answer = (id: string, body: object = {}) =>
  t.call(`POST /conversations/${id}/reply`, {
    ...{ type: 'admin', admin_id: boss, message_type: 'comment', body: 'Yes' },
    ...body,
  })
const write = (id: string) =>
  t.call(`POST /conversations/${id}/reply`, {
    ...{ message_type: 'comment', type: 'user', intercom_user_id: joe, body: 'And?' },
  })
const show = (id: string) => ok(`GET /conversations/${id}`)
const openHours = () =>
  t.call('POST /office_hours_schedules', {
    name: 'Berlin',
    time_zone_name: HOURS.zone,
    time_intervals: [0, 1, 2, 3, 4].map((day) => ({
      start_minute: day * 1440 + HOURS.opens * 60,
      end_minute: day * 1440 + HOURS.closes * 60,
    })),
  })

/** A small generator of pseudo-random numbers (mulberry32), so that a failure can be repeated. */
function random(seed: number) {
  let state = seed
  const next = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  const below = (limit: number) => Math.floor(next() * limit)
  return { below, oneOf: <Value>(values: readonly Value[]): Value => values[below(values.length)] as Value }
}

/** Random acts on conversations; those that the state refuses change nothing. */
async function live(seed: number, { conversations, acts }: { conversations: number; acts: number }) {
  const { below, oneOf } = random(seed)
  const teams = [await aTeam('manual'), await aTeam('round_robin'), await aTeam('load_balanced')]
  let now = FRIDAY
  await freeze(now)
  const ids: string[] = []
  for (let n = 0; n < conversations; n++) ids.push(await begin())
  const pass = async (seconds: number) => {
    now += seconds
    await advance(seconds)
  }
  const assign = (id: string, more: object) => byAdmin(id, { message_type: 'assignment', ...more })
  const slas = await Promise.all(
    [60, 6_000].map((seconds) =>
      ok('POST /extensions/slas', {
        ...{
          name: `SLA ${seed} ${seconds}`,
          first_reply_time: seconds,
          next_reply_time: seconds,
          time_to_close: 9 * seconds,
        },
      }),
    ),
  )
  await ok(`PUT /extensions/teams/${teams[0]}/assignment`, { sla_id: slas[0].id })
  const session = await aSession(t.workspace, SECRET, joe)
  const rate = (id: string) =>
    t.call(`POST /extensions/messenger/conversations/${id}/rating`, { rating: 1 + below(5) }, { token: session })
  const ACTS: ((id: string) => Promise<unknown>)[] = [
    write,
    write,
    (id) => answer(id, { admin_id: oneOf([boss, ann, bob]) }),
    (id) => answer(id),
    (id) => answer(id, { message_type: 'note', skip_unsnooze: below(2) === 1 }),
    (id) => byAdmin(id, { message_type: 'close' }),
    (id) => byAdmin(id, { message_type: 'close', body: 'Bye' }),
    (id) => byAdmin(id, { message_type: 'open' }),
    (id) => byAdmin(id, { message_type: 'snoozed', snoozed_until: now + 1 + below(40_000) }),
    (id) => assign(id, { assignee_id: oneOf([boss, ann, bob]) }),
    (id) => assign(id, { assignee_id: oneOf([ann, bob]), body: 'Yours' }),
    (id) => assign(id, { type: 'team', assignee_id: oneOf(teams) }),
    (id) => assign(id, { type: 'team', assignee_id: oneOf(teams), body: 'Theirs' }),
    (id) => assign(id, { assignee_id: 0 }),
    (id) => ok(`PUT /conversations/${id}`, { priority: oneOf(['none', 'low', 'high']) }),
    () => ok(`PUT /admins/${oneOf([ann, bob])}/away`, { away_mode_enabled: below(2) === 1, away_mode_reassign: true }),
    (id) => t.call(`PUT /extensions/conversations/${id}/sla`, { sla_id: oneOf([slas[0].id, slas[1].id, null]) }),
    (id) => ok(`POST /extensions/conversations/${id}/rating_request`, {}),
    rate,
    () => pass(1 + below(300)),
    () => pass(1 + below(7_000)),
    () => pass(1 + below(70_000)),
  ]
  for (let n = 0; n < acts; n++) {
    const refused = (await oneOf(ACTS)(oneOf(ids))) as { status?: number } | undefined
    assert.ok(refused?.status === undefined || [200, 422].includes(refused.status), JSON.stringify(refused))
  }
  await ok('POST /extensions/sandbox/clock', { reset: true })
  return ids
}

/** What is shown of the SLA and the rating follows from the parts since each began. */
function assertSlaAndRating({ sla_applied, conversation_rating, conversation_parts }: Shown) {
  const parts: Shown[] = conversation_parts.conversation_parts
  const ofType = (type: string) => parts.findLastIndex(({ part_type }) => part_type.startsWith(type))
  const applied = ofType('conversation_sla_applied')
  if (applied < 0 || ofType('conversation_sla_removed') > applied) assert.equal(sla_applied, null)
  else {
    assert.equal(sla_applied.sla_name, parts[applied].event_details.sla_name)
    assert.equal(sla_applied.sla_status === 'missed', ofType('conversation_sla_target_missed') > applied)
  }
  const rated = ofType('conversation_rating_changed')
  assert.equal(conversation_rating?.rating ?? undefined, parts[rated]?.event_details.rating.value)
}

const NUMBERS = [
  ...['time_to_assignment', 'time_to_admin_reply', 'time_to_first_close', 'time_to_last_close', 'median_time_to_reply'],
  ...['count_reopens', 'count_assignments', 'count_conversation_parts'],
]
const TIMES = [
  ...['first_contact_reply_at', 'first_assignment_at', 'first_admin_reply_at', 'first_close_at'],
  ...[
    'last_assignment_at',
    'last_assignment_admin_reply_at',
    'last_contact_reply_at',
    'last_admin_reply_at',
    'last_close_at',
  ],
]

/** What a conversation shows of each field that can be searched; a list has several. */
const SHOWN: Record<string, (conversation: Shown) => unknown> = {
  ...Object.fromEntries(
    ['id', 'created_at', 'updated_at', 'state', 'open', 'read', 'priority', 'waiting_since', 'snoozed_until'].map(
      (name) => [name, (one) => one[name]],
    ),
  ),
  admin_assignee_id: (one) => one.admin_assignee_id ?? 0,
  team_assignee_id: (one) => Number(one.team_assignee_id ?? 0),
  teammate_ids: (one) => one.teammates.admins.map(({ id }: Shown) => id),
  contact_ids: (one) => one.contacts.contacts.map(({ id }: Shown) => id),
  'source.type': (one) => one.source.type,
  'source.delivered_as': (one) => one.source.delivered_as,
  'source.author.id': (one) => one.source.author.id,
  'source.author.email': (one) => one.source.author.email,
  'conversation_rating.score': (one) => one.conversation_rating?.rating ?? null,
  'conversation_rating.requested_at': (one) => one.conversation_rating?.created_at ?? null,
  'conversation_rating.contact_id': (one) => one.conversation_rating?.contact?.id ?? null,
  'conversation_rating.admin_id': (one) => one.conversation_rating?.teammate?.id ?? null,
  ...Object.fromEntries(
    [...NUMBERS, ...TIMES, 'last_closed_by_id'].map((name) => [`statistics.${name}`, (one) => one.statistics[name]]),
  ),
}

const CONVERSATIONS = Number(process.env['LIFE_CONVERSATIONS'] ?? 12)
const ACTS = Number(process.env['LIFE_ACTS'] ?? 150)

describe('over random acts', () => {
  for (const seed of [1, 2, 3]) {
    test(`a conversation shows what follows from its parts (${seed})`, async () => {
      const in_hours = seed > 1
      if (seed === 2) assert.equal((await openHours()).status, 201)
      const seconds = in_hours ? openTime(HOURS) : (from: number, to: number) => Math.max(0, to - from)
      const ids = await live(seed, { conversations: CONVERSATIONS, acts: ACTS })
      for (const id of ids) {
        const conversation = await show(id)
        assert.deepEqual(shownOf(conversation), modelOf(conversation, seconds), `conversation ${id} of seed ${seed}`)
        assertSlaAndRating(conversation)
        assert.deepEqual(conversation.linked_objects, { type: 'list', data: [], total_count: 0, has_more: false })
        assert.deepEqual([conversation.ai_agent, conversation.ai_agent_participated], [null, false])
      }
    })
  }

  for (const [field, shown] of Object.entries(SHOWN)) {
    test(`a search by ${field} finds the conversations that show the value, and no others`, async () => {
      const all = (await everyConversation()).map((one) => [one.id, [shown(one)].flat()] as const)
      const values = new Set(all.flatMap(([, values]) => values))
      for (const value of [...values].slice(0, 10)) {
        assert.deepEqual(
          (await found({ field, operator: '=', value: value ?? null })).sort(),
          all.flatMap(([id, others]) => (others.includes(value) ? [id] : [])).sort(),
          `${field} = ${value}`,
        )
      }
    })
  }
})

/** Reads all pages: each conversation as a list shows it. */
async function everyConversation(): Promise<Shown[]> {
  const all: Shown[] = []
  for (let cursor = ''; ; ) {
    const page = await ok(`GET /conversations?per_page=150${cursor && `&starting_after=${cursor}`}`)
    all.push(...page.conversations)
    cursor = page.pages.next?.starting_after
    if (!cursor) return all
  }
}

async function found(query: object): Promise<string[]> {
  const ids: string[] = []
  for (let starting_after: string | undefined; ; ) {
    const pagination = { per_page: 150, ...(starting_after && { starting_after }) }
    const page = await ok('POST /conversations/search', { query, pagination })
    ids.push(...page.conversations.map(({ id }: Shown) => id))
    starting_after = page.pages.next?.starting_after
    if (!starting_after) return ids
  }
}

test('the reply times leave out the night and the weekend, the time to assignment does not', async () => {
  await freeze(Date.parse('2026-03-27T15:30:00Z') / 1000)
  const id = await begin()
  await freeze(Date.parse('2026-03-30T07:30:00Z') / 1000)
  await byAdmin(id, { message_type: 'assignment', assignee_id: ann })
  await answer(id)
  const { body } = await byAdmin(id, { message_type: 'close' })
  const { statistics } = body
  // Half an hour on Friday to 17:00, and half an hour on Monday from 9:00, an hour nearer since the clocks went forward.
  assert.equal(statistics.time_to_admin_reply, 3600)
  assert.equal(statistics.median_time_to_reply, 3600)
  assert.equal(statistics.time_to_first_close, 3600)
  assert.equal(statistics.time_to_last_close, 3600)
  assert.equal(statistics.time_to_assignment, 64 * 3600)
})

test('a team has the time to its first reply, also after it lost the conversation; a team without a reply has none', async () => {
  const [first, second, third] = [await aTeam('manual'), await aTeam('manual'), await aTeam('manual')]
  await freeze(FRIDAY)
  const id = await begin()
  const give = (assignee_id: string | number) => byAdmin(id, { message_type: 'assignment', type: 'team', assignee_id })
  await advance(60)
  await give(first as string)
  await advance(30)
  await answer(id, { message_type: 'note' })
  await answer(id)
  await advance(30)
  await answer(id)
  await give(second as string)
  await give(third as string)
  await advance(Math.floor(3.5 * 24 * 3600))
  await answer(id)
  await give(0)
  await answer(id)
  await sql`update teams set name = 'Renamed' where workspace_id = ${t.workspace.id} and id = ${first as string}`
  await sql`delete from teams where workspace_id = ${t.workspace.id} and id = ${third as string}`
  const { statistics } = await show(id)
  const response = (id: string | undefined, team_name: string | null, response_time: number) => ({
    ...{ team_id: Number(id), team_name, response_time },
  })
  assert.deepEqual(statistics.assigned_team_first_response_time, [
    response(first, 'Renamed', 30),
    response(third, null, 302_400),
  ])
  const [, in_hours] = statistics.assigned_team_first_response_time_in_office_hours
  assert.deepEqual(in_hours, response(third, null, openTime(HOURS)(FRIDAY + 120, FRIDAY + 120 + 302_400)))
})

test('the adjusted handling time leaves out the time in which the conversation was snoozed', async () => {
  await freeze(FRIDAY)
  const id = await begin()
  await byAdmin(id, { message_type: 'assignment', assignee_id: ann })
  await byAdmin(id, { message_type: 'snoozed', snoozed_until: FRIDAY + 600 })
  await advance(900)
  await advance(100)
  const { body } = await byAdmin(id, { message_type: 'close' })
  assert.deepEqual([body.statistics.handling_time, body.statistics.adjusted_handling_time], [1000, 100])
  await write(id)
  const { body: assigned } = await byAdmin(id, { message_type: 'assignment', assignee_id: bob })
  await advance(5)
  assert.equal(assigned.statistics.handling_time, undefined)
  await byAdmin(id, { message_type: 'snoozed', snoozed_until: FRIDAY + 6_000 })
  await advance(50)
  const { body: again } = await byAdmin(id, { message_type: 'close' })
  assert.deepEqual([again.statistics.handling_time, again.statistics.adjusted_handling_time], [55, 5])
})
