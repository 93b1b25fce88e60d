// A limit for how long to wait for something.

/** The work goes on, but nobody waits for it. */
export class TookTooLong extends Error {
  readonly code = 'TOOK_TOO_LONG'
}

/** Resolves as `work` does, or rejects with TookTooLong after `ms` milliseconds. Infinity is no limit. */
export function within<Result>(ms: number, work: Promise<Result>): Promise<Result> {
  if (!Number.isFinite(ms)) return work
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new TookTooLong(`Not finished after ${ms} ms`)), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}
