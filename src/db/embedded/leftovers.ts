// Clears what a killed server leaves: a running PostgreSQL, backends without their postmaster, and stale lock files.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Stopping } from '#lib/stopping.ts'
import { dataOf, PORT, pidFile } from './data.ts'
import { running, send } from './processes.ts'

/** Time for a fast shutdown to write dirty pages; then it is ended at once, and crash recovery repairs the data. */
const SHUTDOWN_MS = 30_000
const DEATH_MS = 10_000

/**
 * Ends all processes that still run on this data, and removes the files that would prevent PostgreSQL from starting. A
 * request to stop makes it end them sooner.
 */
export async function clearLeftovers(home: string, { requested, overdue }: Stopping): Promise<void> {
  const data = dataOf(home)
  const staleFiles = [join(data, 'postmaster.pid'), join(home, `.s.PGSQL.${PORT}.lock`)]
  if (!staleFiles.some((path) => existsSync(path))) return
  const postmaster = Number(pidFile(data)[0])
  if (running(data).includes(postmaster)) {
    send('SIGINT', postmaster)
    if (!(await allGone(data, SHUTDOWN_MS, requested))) send('SIGQUIT', postmaster)
    await allGone(data, DEATH_MS, overdue)
  }
  for (const pid of running(data)) send('SIGKILL', pid)
  if (!(await allGone(data, DEATH_MS)))
    throw new Error(`Processes of an earlier PostgreSQL still use ${data}: ${running(data).join(', ')}`)
  for (const path of staleFiles) rmSync(path, { force: true })
}

/** Returns false if it takes longer than `timeout_ms`, or if `hurry` is aborted before. */
async function allGone(data: string, timeout_ms: number, hurry?: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + timeout_ms
  while (running(data).length > 0) {
    if (Date.now() > deadline || hurry?.aborted) return false
    await sleep(10)
  }
  return true
}
