// Which admin of a team gets the next conversation.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { chooseMember, type Member } from './choose.ts'

type Rules = Parameters<typeof chooseMember>[0]

const team = (rules: Partial<Rules> = {}): Rules => ({
  distribution_method: 'round_robin',
  assignment_limit: null,
  member_limits: {},
  secondary_admin_ids: [],
  ...rules,
})
const member = (admin_id: string, more: Partial<Member> = {}): Member => ({
  ...{ admin_id, is_away: false, open: 0, turn: null },
  ...more,
})
const balanced = (rules: Partial<Rules> = {}) => team({ distribution_method: 'load_balanced', ...rules })

test('nobody is chosen if the team assigns by hand, is empty, away or full', () => {
  const away = [member('1', { is_away: true }), member('2', { is_away: true })]
  const full = [member('1', { open: 3 }), member('2', { open: 4 })]
  const cases: [string, Rules, Member[]][] = [
    ['by hand', team({ distribution_method: 'manual' }), [member('1')]],
    ['in turn, empty', team(), []],
    ['in turn, away', team(), away],
    ['balanced, empty', balanced(), []],
    ['balanced, away', balanced(), away],
    ['at the limit, and beyond', balanced({ assignment_limit: 3 }), full],
    ['at their own limits', balanced({ member_limits: { 1: 3, 2: 1 } }), full],
    ['own limits below that of the team', balanced({ assignment_limit: 100, member_limits: { 1: 1, 2: 2 } }), full],
    ['the one with room is away', balanced({ assignment_limit: 3 }), [...full, member('3', { is_away: true })]],
    ['the second ones are full too', balanced({ assignment_limit: 3, secondary_admin_ids: ['2'] }), full],
  ]
  for (const [name, rules, members] of cases) assert.equal(chooseMember(rules, members), null, name)
})

test('the next one is chosen', () => {
  const cases: [string, Rules, Member[], string][] = [
    ['who never had one, in order', team(), [member('1'), member('2')], '1'],
    ['whose turn is longest ago', team(), [member('1', { turn: '7' }), member('2', { turn: '6' })], '2'],
    ['who is new', team(), [member('1', { turn: '1' }), member('2')], '2'],
    ['who is not away', team(), [member('1', { is_away: true }), member('2', { turn: '9' })], '2'],
    ['in turn, however many they have', team(), [member('1', { open: 99 }), member('2', { turn: '1' })], '1'],
    ['turns are numbers', team(), [member('1', { turn: '10' }), member('2', { turn: '9' })], '2'],
    ['who has the fewest', balanced(), [member('1', { open: 2 }), member('2', { open: 1 })], '2'],
    ['of equals, in turn', balanced(), [member('1', { turn: '2' }), member('2', { turn: '1' })], '2'],
    [
      'who has room, though not the fewest',
      balanced({ member_limits: { 2: 1 } }),
      [member('1', { open: 5 }), member('2', { open: 1 })],
      '1',
    ],
    [
      'a limit of a member above that of the team',
      balanced({ assignment_limit: 1, member_limits: { 2: 9 } }),
      [member('1', { open: 1 }), member('2', { open: 8 })],
      '2',
    ],
    ['a primary one first', balanced({ secondary_admin_ids: ['1'] }), [member('1'), member('2', { open: 5 })], '2'],
    [
      'a secondary one if no primary one has room',
      balanced({ assignment_limit: 5, secondary_admin_ids: ['1'] }),
      [member('1'), member('2', { open: 5 })],
      '1',
    ],
  ]
  for (const [name, rules, members, chosen] of cases) assert.equal(chooseMember(rules, members), chosen, name)
})

test('any number of conversations in turn is spread evenly among those who are present', () => {
  const given = (members: Member[], rules: Rules, count: number) => {
    const counts = new Map(members.filter(({ is_away }) => !is_away).map(({ admin_id }) => [admin_id, 0]))
    for (let turn = 1; turn <= count; turn++) {
      const chosen = chooseMember(rules, members)
      const found = members.find(({ admin_id }) => admin_id === chosen)
      if (!found) return counts
      Object.assign(found, { turn: String(turn), open: found.open + 1 })
      counts.set(found.admin_id, counts.get(found.admin_id)! + 1)
    }
    return counts
  }
  fc.assert(
    fc.property(
      fc.array(fc.boolean(), { minLength: 1, maxLength: 8 }),
      fc.nat(60),
      fc.constantFrom(team(), balanced()),
      (aways, count, rules) => {
        const members = aways.map((is_away, index) => member(String(index), { is_away }))
        const counts = [...given(members, rules, count).values()]
        assert.ok(counts.length === 0 || Math.max(...counts) - Math.min(...counts) <= 1)
        assert.equal(
          counts.reduce((sum, n) => sum + n, 0),
          counts.length ? count : 0,
        )
      },
    ),
  )
})
