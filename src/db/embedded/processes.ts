// The processes of PostgreSQL: starts its programs, and finds those that run on a data folder.
import { type ChildProcess, execFileSync, type StdioOptions, spawn } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { ENVIRONMENT } from './binaries.ts'
import { pidFile } from './data.ts'
import type { Location } from './location.ts'

/** A path of the working directory that needs no permission on the folders above. Linux only. */
const WORKING_DIRECTORY = '/proc/self/cwd'

type Launch = {
  native: string
  data: string
  location: Location
  stdio: StdioOptions
  /** More variables. */
  env?: Record<string, string>
}

/**
 * Starts a program inside `data`, as the account of the location. It has its own session, so that Ctrl-C in the
 * terminal does not reach it.
 */
export function launch(
  program: 'initdb' | 'postgres',
  flags: readonly string[],
  { native, data, location, stdio, env }: Launch,
): ChildProcess {
  const { account, is_reachable } = location
  return spawn(join(native, 'bin', program), ['-D', is_reachable ? data : WORKING_DIRECTORY, ...flags], {
    uid: account?.uid,
    gid: account?.gid,
    cwd: data,
    env: { ...ENVIRONMENT, ...env },
    detached: true,
    stdio,
  })
}

/**
 * Returns the ids of PostgreSQL processes on this data, found by their working directory: a process id in a file alone
 * may belong to another program by now. Without /proc only the postmaster is found; its backends end by themselves.
 */
export function running(data: string): number[] {
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

/** Sends a signal to a process, or to a process group (`-pid`). */
export function send(signal: NodeJS.Signals, pid: number): void {
  try {
    process.kill(pid, signal)
  } catch {
    // The process has just ended.
  }
}
