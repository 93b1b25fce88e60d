// What a job is: something that the worker process does by the clock, or because a request has asked for it by name.

/** `name` is unique: `conversations:unsnooze`. `run` may be called again after a crash, so it must be idempotent. */
export type Job<Context> = {
  name: string
  /** `payload` is what `enqueue` was given; empty for a job by the clock. */
  run(context: Context, payload: unknown): Promise<unknown>
} & Schedule

/**
 * When a job runs:
 * - `every_ms`: that often in every worker process, which may run it at the same time as others. For work that cannot wait
 *   for a whole minute, which is the smallest unit of a crontab.
 * - `cron`: by a crontab line in UTC, once for all processes.
 * - neither: when `enqueue` names it.
 */
type Schedule =
  | { every_ms: number; cron?: undefined }
  | { cron: string; every_ms?: undefined }
  | { every_ms?: undefined; cron?: undefined }
