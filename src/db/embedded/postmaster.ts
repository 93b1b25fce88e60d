// Runs PostgreSQL as a child process, from its start to its end.
import type { ChildProcess } from 'node:child_process'
import { closeSync, fstatSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Stopping } from '#lib/stopping.ts'
import { dataOf, isReady, PORT } from './data.ts'
import { giveTo, type Location, ownerOf } from './location.ts'
import { launch, running, send } from './processes.ts'

/** `ended` resolves to a signal's name, `exit code 1`, or the reason why it did not start. */
export type Postmaster = { readonly ended: Promise<string> }

const MAX_LOG_BYTES = 10 * 1024 * 1024
/** A fast shutdown writes dirty pages to disk; after this time the crash recovery of the next start does the rest. */
const SHUTDOWN_MS = 10_000
/** An immediate shutdown waits five seconds for backends that do not react; we kill them earlier. */
const BACKENDS_MS = 150
const POSTMASTER_MS = 300

export type StartOptions = {
  /** The folder that contains `bin/postgres`. */
  native: string
  settings: Record<string, string>
  /** A request starts a fast shutdown, with everything written; `overdue` ends it at once. */
  stopping: Stopping
}

/**
 * Starts PostgreSQL and waits, also during crash recovery, until it accepts connections.
 * @throws Error with the last lines of its log if it ends before it is ready.
 */
export async function startPostmaster(
  location: Location,
  { native, settings, stopping }: StartOptions,
): Promise<Postmaster> {
  stopping.requested.throwIfAborted()
  const data = dataOf(location.home)
  const log = openLog(location.directory)
  // The socket's folder is relative to the data, because the path of a socket must be short.
  const all = { listen_addresses: '', port: String(PORT), unix_socket_directories: '..', ...settings }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const child = launch('postgres', flags, { native, data, location, stdio: ['ignore', log.fd, log.fd] })
  closeSync(log.fd)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  endOnRequest(child, { data, ended, stopping })
  while (!isReady(data, child.pid)) {
    const how = await Promise.race([ended, sleep(5)])
    if (how) stopping.requested.throwIfAborted()
    if (how) throw new Error([`PostgreSQL did not start (${how})`, ...lastLines(log.path, log.size)].join('\n'))
  }
  return { ended }
}

type Ending = { data: string; ended: Promise<string>; stopping: Stopping }

/** Also ends PostgreSQL when our process exits. Our process cannot wait then, but PostgreSQL shuts down by itself. */
function endOnRequest(child: ChildProcess, { data, ended, stopping: { requested, overdue } }: Ending): void {
  const over = new AbortController()
  const after = (ms: number, action: () => void) => {
    const timer = setTimeout(action, ms)
    over.signal.addEventListener('abort', () => clearTimeout(timer))
  }
  const fast = () => void child.kill('SIGINT')
  const immediate = () => {
    child.kill('SIGQUIT')
    // The postmaster is killed last: it removes their shared memory.
    after(BACKENDS_MS, () => {
      for (const pid of running(data)) if (pid !== child.pid) send('SIGKILL', pid)
    })
    after(POSTMASTER_MS, () => child.kill('SIGKILL'))
  }
  const end = () => {
    fast()
    after(SHUTDOWN_MS, immediate)
  }
  requested.addEventListener('abort', end, { signal: over.signal })
  overdue.addEventListener('abort', immediate, { signal: over.signal })
  process.on('exit', fast)
  ended.then(() => {
    over.abort()
    process.off('exit', fast)
  })
}

function openLog(directory: string): { path: string; fd: number; size: number } {
  const path = join(directory, 'postgres.log')
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) > MAX_LOG_BYTES) renameSync(path, `${path}.old`)
  const fd = openSync(path, 'a', 0o600)
  giveTo(ownerOf(directory), path)
  return { path, fd, size: fstatSync(fd).size }
}

const lastLines = (path: string, from: number): string[] =>
  readFileSync(path).subarray(from).toString().trimEnd().split('\n').slice(-8)
