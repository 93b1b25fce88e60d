// The cluster's folder: the path of the data, and the state that PostgreSQL writes to postmaster.pid.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Only part of the socket's name (`.s.PGSQL.5432`): no port is opened. */
export const PORT = 5432

export const dataOf = (home: string): string => join(home, 'data')

/** Returns the lines of postmaster.pid. It is empty after a clean shutdown. */
export function pidFile(data: string): string[] {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return []
  }
}

/** PostgreSQL writes its state to the eighth line of its pid file, which pg_ctl reads too. */
export function isReady(data: string, pid: number | undefined): boolean {
  const lines = pidFile(data)
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready'
}
