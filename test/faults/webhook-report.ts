// The results of the fault test of webhooks: what was caused, compared with what the endpoint received.
import type { Arrival } from './endpoint.ts'

export type Findings = {
  seed: number
  /** How many events each object has, numbered from 0. */
  objects: readonly string[]
  events_of_each: number
  arrivals: readonly Arrival[]
  faults: Record<string, number>
  /** By victim. */
  kills: Record<string, number>
  seconds: number
  simulated_hours: number
  /** What the server says at the end. */
  pending: number
  failed: number
}

export type Report = ReturnType<typeof report>

export function report({ objects, events_of_each, arrivals, ...figures }: Findings) {
  const byObject = Map.groupBy(arrivals, ({ object_id }) => object_id)
  const lost: string[] = []
  const out_of_order: string[] = []
  const other_ids: string[] = []
  for (const object_id of objects) {
    const found = check(byObject.get(object_id) ?? [])
    for (let n = 0; n < events_of_each; n++) if (!found.accepted.has(n)) lost.push(`${object_id}/${n}`)
    out_of_order.push(...found.out_of_order)
    other_ids.push(...found.other_ids)
  }
  const events = objects.length * events_of_each
  const accepted = arrivals.filter(({ is_accepted }) => is_accepted).length
  return {
    ...figures,
    ...{ events, objects: objects.length, calls: arrivals.length, accepted },
    /** Accepted more than once: its sender was killed before it had written that. */
    repeated: accepted - (events - lost.length),
    ...{ lost, out_of_order, other_ids },
  }
}

/**
 * An event arrives in order if all before it were accepted, and none after it. A repeat of the last accepted one is in order,
 * too.
 */
function check(arrivals: readonly Arrival[]) {
  const accepted = new Set<number>()
  const ids = new Map<number, string>()
  const out_of_order: string[] = []
  const other_ids: string[] = []
  let next = 0
  for (const { object_id, n, notification_id, is_accepted } of arrivals) {
    const name = `${object_id}/${n}`
    if (n !== next && n !== next - 1) out_of_order.push(name)
    if ((ids.get(n) ?? notification_id) !== notification_id) other_ids.push(name)
    ids.set(n, notification_id)
    if (!is_accepted) continue
    accepted.add(n)
    next = Math.max(next, n + 1)
  }
  return { accepted, out_of_order, other_ids }
}

export const isSound = ({ lost, out_of_order, other_ids, pending, failed }: Report): boolean =>
  [lost, out_of_order, other_ids].every(({ length }) => length === 0) && pending === 0 && failed === 0

export function lines(report: Report): string[] {
  const { calls, faults } = report
  const failures = Object.values(faults).reduce((sum, count) => sum + count, 0)
  const each = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => `${count} × ${name}`)
      .join(', ')
  return [
    `${report.events} events of ${report.objects} contacts, seed ${report.seed}, in ${report.seconds.toFixed(0)} s and ${report.simulated_hours.toFixed(1)} simulated hours`,
    `killed: ${each(report.kills)}`,
    `${calls} calls of the endpoint, ${failures} of them (${((100 * failures) / calls).toFixed(1)} %) failed: ${each(faults)}`,
    `accepted: ${report.accepted}, ${report.repeated} of them repeats after a kill; still pending: ${report.pending}; given up: ${report.failed}`,
    `lost: ${listOf(report.lost)}`,
    `order broken: ${listOf(report.out_of_order)}`,
    `repeats with another id: ${listOf(report.other_ids)}`,
  ]
}

const listOf = (found: string[]): string => [found.length, ...found].slice(0, 6).join(' ')
