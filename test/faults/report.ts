// The results of the fault test: accepted messages, compared with what the provider received and the deliveries show.
import type { ReceivedMessage } from '../twilio.ts'
import type { CallbackCounts } from './callbacks.ts'
import { outcomeFor } from './provider.ts'

type Delivery = { address: string; status: string; attempts: number; code: string | null }

type Findings = {
  seed: number
  messages: number
  accepted: number
  seconds: number
  calls: number
  faults: Record<string, number>
  received: ReceivedMessage[]
  callback_counts: CallbackCounts
  deliveries: Delivery[]
  /** For the account that hangs, when the other was done: how many calls were running, and how many answered. */
  hung: { calls: number; answered: number }
  /** The same account after it stopped hanging. */
  hanging: { messages: number; received: ReceivedMessage[]; deliveries: Delivery[] }
}

export type Report = ReturnType<typeof report>

export function report({ received, deliveries, hanging, ...figures }: Findings) {
  const times = counted(received.map(({ to }) => to))
  const rows = counted(deliveries.map(({ address }) => address))
  const dead = deliveries.filter(({ address }) => outcomeFor(address) !== 'reached')
  const living = deliveries.filter(({ address }) => outcomeFor(address) === 'reached')
  return {
    ...figures,
    deliveries: deliveries.length,
    statuses: counted(deliveries.map(({ status }) => status)),
    most_attempts: Math.max(...deliveries.map(({ attempts }) => attempts)),
    received: received.length,
    recipients_reached: living.filter(({ address }) => times[address]).length,
    /** Received more than once, because the first answer was lost. */
    repeated: received.length - Object.keys(times).length,
    living: living.length,
    dead: dead.length,
    dead_codes: counted(dead.map(({ code }) => code ?? 'none')),
    /** Accepted, and never sent. */
    lost: living.filter(({ address }) => !times[address]).map(({ address }) => address),
    not_delivered: living.filter(({ status }) => status !== 'delivered').map(({ address }) => address),
    /** Dead numbers whose status differs from the provider's. */
    wrong_status: dead
      .filter(({ address, status, code }) => status !== 'failed' || code !== outcomeFor(address))
      .map(({ address, status, code }) => `${address} ${status} ${code}`),
    several_rows: Object.keys(rows).filter((address) => rows[address] !== 1),
    hanging: {
      messages: hanging.messages,
      received: hanging.received.length,
      sent: hanging.deliveries.filter(({ status }) => status === 'sent').length,
    },
  }
}

function counted(names: string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

export const isSound = (report: Report): boolean =>
  [report.lost, report.not_delivered, report.wrong_status, report.several_rows].every(({ length }) => length === 0) &&
  report.accepted === report.messages &&
  report.deliveries === report.messages &&
  report.callback_counts.wrong_answers === 0 &&
  report.hung.answered === 0 &&
  report.hanging.received === report.hanging.messages &&
  report.hanging.sent === report.hanging.messages

export function lines(report: Report): string[] {
  const { callback_counts, hung, hanging } = report
  const failed = Object.values(report.faults).reduce((sum, count) => sum + count, 0)
  const each = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => `${count} × ${name}`)
      .join(', ')
  const { callbacks, wrong_answers, forged, unknown, ...kinds } = callback_counts
  return [
    `${report.accepted} of ${report.messages} messages answered 200, seed ${report.seed}`,
    `${report.calls} calls of the provider in ${report.seconds.toFixed(1)} s, ${failed} of them (${((100 * failed) / report.calls).toFixed(1)} %) failed: ${each(report.faults)}`,
    `received: by ${report.recipients_reached} of ${report.living} recipients; ${report.repeated} of ${report.received} messages were repeated; at most ${report.most_attempts} attempts`,
    `deliveries: ${report.deliveries}, ${each(report.statuses)}; recipients who can never be reached: ${report.dead}, ${each(report.dead_codes)}`,
    `callbacks: ${callbacks} about ${report.received} messages (${each(kinds)}), ${forged} forged, ${unknown} about unknown messages; ${wrong_answers} with a wrong answer`,
    `the account that hung: ${hung.calls} running calls, ${hung.answered} answered; afterwards ${hanging.sent} of ${hanging.messages} sent`,
    `lost: ${listOf(report.lost)}; not delivered: ${listOf(report.not_delivered)}; with more than one delivery: ${listOf(report.several_rows)}; with another status than the provider's: ${listOf(report.wrong_status)}`,
  ]
}

const listOf = (found: string[]): string => [found.length, ...found].slice(0, 6).join(' ')
