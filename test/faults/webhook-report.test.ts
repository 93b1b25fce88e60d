// The verifier of the fault test of webhooks finds each kind of failure. The run itself: `npm run faults -- --webhooks`.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isSound, report } from './webhook-report.ts'

/** `a0` is accepted, `a0!` is refused, `a0=x` has the id x. */
const arrivals = (text: string) =>
  text.split(' ').map((word) => {
    const [, object_id = '', n, id, refused] = /^(\w)(\d)(?:=(\w+))?(!?)$/.exec(word) ?? []
    return { object_id, n: Number(n), notification_id: id ?? `${object_id}${n}`, is_accepted: !refused }
  })

const CASES: [what: string, arrived: string, lost: string[], out_of_order: string[], other_ids: string[]][] = [
  ['all, in order', 'a0 a1 a2 b0 b1 b2', [], [], []],
  ['objects side by side', 'b0 a0 a1 b1 b2 a2', [], [], []],
  ['refused, then accepted', 'a0! a0! a0 a1! a1 a2 b0 b1 b2', [], [], []],
  ['the last accepted one again, after a kill', 'a0 a0 a1 a2 b0 b1 b2 b2', [], [], []],
  ['one missing at the end', 'a0 a1 b0 b1 b2', ['a/2'], [], []],
  ['one refused for ever', 'a0 a1 a2! a2! b0 b1 b2', ['a/2'], [], []],
  ['nothing of an object', 'a0 a1 a2', ['b/0', 'b/1', 'b/2'], [], []],
  ['one left out, so that the next ones come too early', 'a0 a2 b0 b1 b2', ['a/1'], ['a/2'], []],
  ['two swapped', 'a1 a0 a2 b0 b1 b2', [], ['a/1', 'a/0'], []],
  ['one tried before its predecessor was accepted', 'a0! a1! a0 a1 a2 b0 b1 b2', [], ['a/1'], []],
  ['an old one again, after a later one', 'a0 a1 a2 a0 b0 b1 b2', [], ['a/0'], []],
  ['a repeat with another id', 'a0! a0=x a1 a2 b0 b1 b2', [], [], ['a/0']],
]

for (const [what, arrived, lost, out_of_order, other_ids] of CASES)
  test(what, () => {
    const figures = { seed: 1, faults: {}, kills: {}, seconds: 1, simulated_hours: 1, pending: 0, failed: 0 }
    const found = report({ ...figures, objects: ['a', 'b'], events_of_each: 3, arrivals: arrivals(arrived) })
    assert.deepEqual(
      { lost: found.lost, out_of_order: found.out_of_order, other_ids: found.other_ids },
      { lost, out_of_order, other_ids },
    )
    assert.equal(isSound(found), !lost.length && !out_of_order.length && !other_ids.length)
    assert.ok(!isSound({ ...found, pending: 1 }) && !isSound({ ...found, failed: 1 }))
  })
