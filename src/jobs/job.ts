// The type of a job: work that a worker process runs on a schedule, or after a call of `enqueue`.

/** `name` is unique: `conversations:unsnooze`. `run` may be called again after a crash, so it must be idempotent. */
export type Job<Context> = {
  name: string
  /** `payload` comes from `enqueue`; it is empty for a scheduled job. */
  run(context: Context, payload: unknown): Promise<unknown>
} & Schedule

/**
 * When a job runs:
 * - `every_ms`: at this interval in every worker process, possibly at the same time as in others. For work that cannot
 *   wait for a minute, the smallest unit of a crontab.
 * - `cron`: by a crontab line in UTC, once for all processes.
 * - neither: after `enqueue`.
 */
type Schedule =
  | { every_ms: number; cron?: undefined }
  | { cron: string; every_ms?: undefined }
  | { every_ms?: undefined; cron?: undefined }
