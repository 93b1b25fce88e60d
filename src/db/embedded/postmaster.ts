// One run of PostgreSQL as our child process, from its start to its end.
import { spawn } from 'node:child_process'
import { closeSync, fstatSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ENVIRONMENT } from './binaries.ts'
import { giveTo, type Location, ownerOf } from './location.ts'

/** `ended` tells how: a signal's name, `exit code 1`, or why there was no start at all. */
export type Postmaster = { readonly ended: Promise<string> }

/** Only names the socket (`.s.PGSQL.5432`): no port is opened. */
export const PORT = 5432

export const dataOf = (home: string): string => join(home, 'data')

const LARGEST_LOG = 10 * 1024 * 1024
/** A fast shutdown writes all that is dirty to disk; past this time the rest is left to the next start's recovery. */
const SHUTDOWN_MS = 10_000

/**
 * Starts PostgreSQL and waits, through crash recovery too, until it takes connections.
 * @param stop ends it: quickly, but with everything written.
 * @throws Error with the last lines of its log, where it ends before it is ready.
 */
export async function startPostmaster(
  { directory, home, native, account }: Location,
  settings: Record<string, string>,
  stop: AbortSignal,
): Promise<Postmaster> {
  stop.throwIfAborted()
  const log = openLog(directory)
  // Relative to the data, because a socket's path must be short. Its own session keeps the terminal's Ctrl-C away.
  const all = { listen_addresses: '', port: String(PORT), unix_socket_directories: '..', ...settings }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = spawn(join(native, 'bin', 'postgres'), ['-D', dataOf(home), ...flags], {
    uid: account?.uid,
    gid: account?.gid,
    cwd: home,
    env: ENVIRONMENT,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  })
  closeSync(log.fd)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  endOnRequest(child, ended, stop)
  while (!isReady(dataOf(home), child.pid)) {
    const how = await Promise.race([ended, sleep(5)])
    if (how) throw new Error([`PostgreSQL did not start (${how})`, ...lastLines(log.path, log.size)].join('\n'))
  }
  return { ended }
}

type Child = ReturnType<typeof spawn>

/** Also asks it to end when our process does so without `stop`; that cannot wait, but PostgreSQL finishes by itself. */
function endOnRequest(child: Child, ended: Promise<string>, stop: AbortSignal): void {
  let impatience: NodeJS.Timeout | undefined
  const fast = () => child.kill('SIGINT')
  const end = () => {
    fast()
    impatience = setTimeout(() => child.kill('SIGQUIT'), SHUTDOWN_MS)
  }
  stop.addEventListener('abort', end)
  process.on('exit', fast)
  ended.then(() => {
    clearTimeout(impatience)
    stop.removeEventListener('abort', end)
    process.off('exit', fast)
  })
}

/** PostgreSQL notes its state in the eighth line of its pid file, where pg_ctl looks too. */
function isReady(data: string, pid: number | undefined): boolean {
  const lines = pidFile(data)
  return lines[0] === String(pid) && lines[7]?.trim() === 'ready'
}

/** The lines of postmaster.pid; none where PostgreSQL does not run and ended well. */
export function pidFile(data: string): string[] {
  try {
    return readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')
  } catch {
    return []
  }
}

function openLog(directory: string): { path: string; fd: number; size: number } {
  const path = join(directory, 'postgres.log')
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LARGEST_LOG) renameSync(path, `${path}.old`)
  const fd = openSync(path, 'a', 0o600)
  giveTo(ownerOf(directory), path)
  return { path, fd, size: fstatSync(fd).size }
}

const lastLines = (path: string, from: number): string[] =>
  readFileSync(path).subarray(from).toString().trimEnd().split('\n').slice(-8)
