// The cluster's folder: where PostgreSQL keeps its data in it, and what it notes there about itself.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Only names the socket (`.s.PGSQL.5432`): no port is opened. */
export const PORT = 5432

export const dataOf = (home: string): string => join(home, 'data')

/** Returns the lines of postmaster.pid; none if PostgreSQL is not running and ended in order. */
export function pidFile(data: string): string[] {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return []
  }
}

/** PostgreSQL notes its state in the eighth line of its pid file, where pg_ctl looks too. */
export function isReady(data: string, pid: number | undefined): boolean {
  const lines = pidFile(data)
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready'
}
