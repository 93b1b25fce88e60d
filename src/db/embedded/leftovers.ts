// What a killed run leaves: a PostgreSQL without its server, backends without their postmaster, files that name neither.
import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Stopping } from '#lib/stopping.ts'
import { dataOf, PORT, pidFile } from './data.ts'
import { running, send } from './processes.ts'

/** Time for a PostgreSQL that still works to write all that is dirty; then it is cut short, and recovery repairs it. */
const SHUTDOWN_MS = 30_000
const DEATH_MS = 10_000

/**
 * Ends what is still running on this data, and removes the files that would keep PostgreSQL from starting. Asked to stop
 * meanwhile, it only ends it, faster.
 */
export async function clearLeftovers(home: string, { requested, overdue }: Stopping): Promise<void> {
  const data = dataOf(home)
  const traces = [join(data, 'postmaster.pid'), join(home, `.s.PGSQL.${PORT}.lock`)]
  if (!traces.some((path) => existsSync(path))) return
  const postmaster = Number(pidFile(data)[0])
  if (running(data).includes(postmaster)) {
    send('SIGINT', postmaster)
    if (!(await allGone(data, SHUTDOWN_MS, requested))) send('SIGQUIT', postmaster)
    await allGone(data, DEATH_MS, overdue)
  }
  for (const pid of running(data)) send('SIGKILL', pid)
  if (!(await allGone(data, DEATH_MS)))
    throw new Error(`Processes of an earlier PostgreSQL still use ${data}: ${running(data).join(', ')}`)
  for (const path of traces) rmSync(path, { force: true })
}

/** Returns false if that takes longer than `patience`, or `hurry` is aborted before. */
async function allGone(data: string, patience: number, hurry?: AbortSignal): Promise<boolean> {
  const deadline = Date.now() + patience
  while (running(data).length > 0) {
    if (Date.now() > deadline || hurry?.aborted) return false
    await sleep(10)
  }
  return true
}
