// What a killed run leaves: a PostgreSQL without its server, backends without their postmaster, files that name neither.
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dataOf, PORT, pidFile } from './postmaster.ts'

/** Time for a PostgreSQL that still works to write all that is dirty; then it is cut short, which recovery mends. */
const SHUTDOWN_MS = 30_000
const DEATH_MS = 10_000

/** Ends what still runs on this data, and removes the files that would keep PostgreSQL from starting. */
export async function clearLeftovers(home: string): Promise<void> {
  const data = dataOf(home)
  const traces = [join(data, 'postmaster.pid'), join(home, `.s.PGSQL.${PORT}.lock`)]
  if (!traces.some((path) => existsSync(path))) return
  const postmaster = Number(pidFile(data)[0])
  if (running(data).includes(postmaster)) {
    kill(postmaster, 'SIGINT')
    if (!(await allGone(data, SHUTDOWN_MS))) kill(postmaster, 'SIGQUIT')
    await allGone(data, DEATH_MS)
  }
  for (const pid of running(data)) kill(pid, 'SIGKILL')
  if (!(await allGone(data, DEATH_MS)))
    throw new Error(`Processes of an earlier PostgreSQL still use ${data}: ${running(data).join(', ')}`)
  for (const path of traces) rmSync(path, { force: true })
}

async function allGone(data: string, patience: number): Promise<boolean> {
  const deadline = Date.now() + patience
  while (running(data).length > 0) {
    if (Date.now() > deadline) return false
    await sleep(10)
  }
  return true
}

/**
 * The PostgreSQL processes on this data, told by where they work, never by a number alone: a process id in a file may
 * have gone to any other program. Where there is no /proc only the postmaster is found; its backends end by themselves.
 */
function running(data: string): number[] {
  if (process.platform !== 'linux')
    return pidFile(data)
      .slice(0, 1)
      .map(Number)
      .filter((pid) => commandOf(pid).includes(data))
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && worksIn(data, name))
    .map(Number)
}

function worksIn(data: string, pid: string): boolean {
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === data && readFileSync(`/proc/${pid}/comm`, 'utf8') === 'postgres\n'
  } catch {
    return false
  }
}

function commandOf(pid: number): string {
  try {
    return execFileSync('ps', ['-ww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
  } catch {
    return ''
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended just now.
  }
}
