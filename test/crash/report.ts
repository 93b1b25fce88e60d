// The results of the crash test: what clients were promised, compared with what the mail server received.
import type { ServerProcess } from '../server-process.ts'
import type { Account } from './client.ts'
import type { Kill } from './killer.ts'
import type { Arrival } from './sink.ts'

type Findings = {
  seed: number
  /** How long clients sent, and how long it took then until the queue was empty. */
  seconds: number
  drained_seconds: number
  account: Account
  arrivals: Arrival[]
  kills: Kill[]
  deaths: ServerProcess['deaths']
  deliveries: { queued: number; sent: number; failed: number }
}

export type Report = ReturnType<typeof report>

export function report({ seed, seconds, drained_seconds, account, arrivals, kills, deaths, deliveries }: Findings) {
  const identities = new Map<string, Set<string>>()
  for (const { subject, message_id } of arrivals)
    identities.set(subject, (identities.get(subject) ?? new Set()).add(message_id))
  const accepted = [...account.accepted]
  const died = deaths.filter(([started, ended]) =>
    account.answers.some(([, answered]) => answered > started && answered < ended),
  )
  const backAfter = kills.map(({ at }) =>
    Math.min(...account.answers.flatMap(([sent, answered]) => (sent > at ? [answered - at] : []))),
  )
  return {
    seed,
    seconds,
    drained_seconds,
    server_kills: kills.filter(({ victim }) => victim === 'server').length,
    postgres_kills: kills.filter(({ victim }) => victim === 'postgres').length,
    /** Runs of the server that ended without being killed: before its first answer, and after. */
    gave_up_starting: deaths.length - died.length,
    died: died.length,
    accepted: accepted.length,
    unanswered: account.unanswered.size,
    requests_repeated: account.repeated,
    emails: arrivals.length,
    messages_delivered: identities.size,
    /** Accepted without an answer: clients must expect that. */
    delivered_unanswered: [...account.unanswered].filter((subject) => identities.has(subject)).length,
    repeated_deliveries: arrivals.length - [...identities.values()].reduce((sum, { size }) => sum + size, 0),
    /** Answered with 200, and never received. */
    lost: accepted.filter(([subject]) => !identities.has(subject)).map(([subject]) => subject),
    /** Received as two messages. */
    two_identities: [...identities].filter(([, { size }]) => size > 1).map(([subject]) => subject),
    /** Received with another identity than the answer had. */
    other_identity: accepted
      .filter(([subject, id]) => [...(identities.get(subject) ?? [])].some((found) => !isOf(found, id)))
      .map(([subject]) => subject),
    answered_twice: account.answered_twice,
    wrong_answers: account.wrong_answers,
    deliveries,
    longest_outage_seconds: Math.max(...backAfter) / 1000,
    median_outage_seconds: (backAfter.toSorted((a, b) => a - b)[backAfter.length >> 1] ?? 0) / 1000,
  }
}

const isOf = (message_id: string, id: string): boolean => message_id.startsWith(`<message-${id}.`)

export const isSound = (report: Report): boolean =>
  [report.lost, report.two_identities, report.other_identity, report.answered_twice, report.wrong_answers].every(
    ({ length }) => length === 0,
  ) &&
  report.died === 0 &&
  report.deliveries.queued === 0 &&
  report.deliveries.failed === 0 &&
  report.deliveries.sent === report.messages_delivered

export function lines(report: Report): string[] {
  const { deliveries } = report
  return [
    `${report.accepted} messages answered 200 in ${report.seconds.toFixed(0)} s, seed ${report.seed}`,
    `killed -9: the server ${report.server_kills} times, PostgreSQL ${report.postgres_kills} times`,
    `the server ended by itself ${report.died} times, and gave up starting ${report.gave_up_starting} times`,
    `first answer after a kill: ${report.median_outage_seconds.toFixed(2)} s (median), ${report.longest_outage_seconds.toFixed(2)} s (longest)`,
    `requests without an answer: ${report.unanswered} given up, of which ${report.delivered_unanswered} were delivered; ${report.requests_repeated} repeated with their key`,
    `emails: ${report.emails} for ${report.messages_delivered} messages, ${report.repeated_deliveries} of them repeated with the same identity; the last one ${report.drained_seconds.toFixed(1)} s after the last request`,
    `deliveries: ${deliveries.sent} sent, ${deliveries.queued} queued, ${deliveries.failed} failed`,
    `lost: ${listOf(report.lost)}`,
    `with two identities: ${listOf(report.two_identities)}; with a wrong identity: ${listOf(report.other_identity)}`,
    `keys answered with two messages: ${listOf(report.answered_twice)}`,
    `answers that no kill explains: ${listOf(report.wrong_answers)}`,
  ]
}

const listOf = (found: string[]): string => [found.length, ...new Set(found)].slice(0, 6).join(' ')
