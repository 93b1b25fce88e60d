// Requests to stop this process: a signal, or the end of the process that started it.
import { constants } from 'node:os'

export type Stopping = {
  /** Aborted by the first request, with a StopRequested as its reason: finish current work, in order. */
  readonly requested: AbortSignal
  /** Aborted when that takes too long: end at once all that still runs. */
  readonly overdue: AbortSignal
}

/** Thrown by work that a request to stop has ended early. */
export class StopRequested extends Error {
  /** For a command that did not finish: 128 plus the number of the signal, as in a shell. */
  readonly exit_code: number

  constructor(signal: NodeJS.Signals) {
    super(`Stopped by ${signal}`)
    this.exit_code = 128 + constants.signals[signal]
  }
}

/** For work that is never asked to stop. */
export const UNSTOPPED: Stopping = { requested: new AbortController().signal, overdue: new AbortController().signal }

/**
 * The signals that end a process unless it listens to them. Not included: signals that report a fault of the process
 * (SIGSEGV and others), SIGKILL, which has no listeners, and those that Node uses itself (SIGUSR1, SIGPROF).
 */
const SIGNALS = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGTERM',
  'SIGALRM',
  'SIGUSR2',
  'SIGVTALRM',
  'SIGXCPU',
  'SIGPWR',
] as const

const CHECK_PARENT_MS = 250

/**
 * Listens until the process ends: npm passes on a Ctrl-C that the process has already received from the terminal, and a
 * signal without a listener would end the process at once.
 * @param in_order_ms the time from the request until `overdue`.
 * @param with_parent whether the end of the parent process (such as a killed npm) is also a request to stop.
 */
export function listenForStop({ in_order_ms, with_parent }: { in_order_ms: number; with_parent: boolean }): Stopping {
  const requested = new AbortController()
  const overdue = new AbortController()
  const request = (signal: NodeJS.Signals) => {
    if (requested.signal.aborted) return
    setTimeout(() => overdue.abort(), in_order_ms).unref()
    requested.abort(new StopRequested(signal))
  }
  for (const signal of SIGNALS) process.on(signal, request)
  if (with_parent) whenParentEnds(() => request('SIGHUP'))
  return { requested: requested.signal, overdue: overdue.signal }
}

/** A process whose parent has ended gets another parent. */
function whenParentEnds(stop: () => void): void {
  const parent = process.ppid
  setInterval(() => process.ppid === parent || stop(), CHECK_PARENT_MS).unref()
}

/** Settles as `work` does, or rejects with the reason as soon as a stop is requested. */
export async function unlessStopped<Result>(requested: AbortSignal, work: PromiseLike<Result>): Promise<Result> {
  const stopped = Promise.withResolvers<never>()
  const stop = () => stopped.reject(requested.reason)
  if (requested.aborted) stop()
  requested.addEventListener('abort', stop)
  try {
    return await Promise.race([work, stopped.promise])
  } finally {
    requested.removeEventListener('abort', stop)
  }
}
