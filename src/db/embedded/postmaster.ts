// One run of PostgreSQL as our child process, from its start to its end.
import type { ChildProcess } from 'node:child_process'
import { closeSync, fstatSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { dataOf, isReady, PORT } from './data.ts'
import { giveTo, type Location, ownerOf } from './location.ts'
import { launch } from './processes.ts'

/** `ended` resolves to how: a signal's name, `exit code 1`, or why there was no start at all. */
export type Postmaster = { readonly ended: Promise<string> }

const LARGEST_LOG = 10 * 1024 * 1024
/** A fast shutdown writes all that is dirty to disk; past this time the rest is left to the next start's recovery. */
const SHUTDOWN_MS = 10_000

export type StartOptions = {
  /** The folder that holds `bin/postgres`. */
  native: string
  settings: Record<string, string>
  /** Ends it: quickly, but with everything written. */
  stop: AbortSignal
}

/**
 * Starts PostgreSQL and waits, through crash recovery too, until it takes connections.
 * @throws Error with the last lines of its log if it ends before it is ready.
 */
export async function startPostmaster(
  location: Location,
  { native, settings, stop }: StartOptions,
): Promise<Postmaster> {
  stop.throwIfAborted()
  const data = dataOf(location.home)
  const log = openLog(location.directory)
  // Relative to the data, because a socket's path must be short.
  const all = { listen_addresses: '', port: String(PORT), unix_socket_directories: '..', ...settings }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = launch('postgres', flags, { native, data, location, stdio: ['ignore', log.fd, log.fd] })
  closeSync(log.fd)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  endOnRequest(child, ended, stop)
  while (!isReady(data, child.pid)) {
    const how = await Promise.race([ended, sleep(5)])
    if (how) throw new Error([`PostgreSQL did not start (${how})`, ...lastLines(log.path, log.size)].join('\n'))
  }
  return { ended }
}

/** Also asks it to end when our process does so without `stop`; that cannot wait, but PostgreSQL finishes by itself. */
function endOnRequest(child: ChildProcess, ended: Promise<string>, stop: AbortSignal): void {
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

function openLog(directory: string): { path: string; fd: number; size: number } {
  const path = join(directory, 'postgres.log')
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > LARGEST_LOG) renameSync(path, `${path}.old`)
  const fd = openSync(path, 'a', 0o600)
  giveTo(ownerOf(directory), path)
  return { path, fd, size: fstatSync(fd).size }
}

const lastLines = (path: string, from: number): string[] =>
  readFileSync(path).subarray(from).toString().trimEnd().split('\n').slice(-8)
