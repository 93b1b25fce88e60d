// The program as a process of its own, with its own environment.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'

export type Ended = { code: number | null; signal: string | null; out: string; err: string; ms: number }

export type Program = {
  child: ChildProcess
  out(): string
  /** Resolves to the match of the pattern in stdout; rejects if the program ends without one. */
  says(pattern: RegExp): Promise<RegExpExecArray>
  ended: Promise<Ended>
  /** Resolves when it has ended; `ms` is how long that took. */
  end(signal: NodeJS.Signals): Promise<Ended>
}

export type Settings = Record<string, string | undefined>

export const PROJECT = new URL('../..', import.meta.url).pathname
const MAIN = join(PROJECT, 'src/main.ts')
const PATIENCE_MS = 60_000

const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Returns an account other than root, if we are root and that account can read the program. */
const NOBODY = { uid: 65534, gid: 65534 }
const canRead = () => spawnSync(process.execPath, ['--check', MAIN], { ...NOBODY, cwd: '/' }).status === 0
export const ordinary = process.getuid?.() === 0 && canRead() ? NOBODY : {}

export const start = (args: string[], settings: Settings = {}, account: Account = {}): Program =>
  launch(process.execPath, [MAIN, ...args], settings, account)

type Account = { uid?: number; gid?: number }

/** Starts a command in the project with the given settings only, without those of the shell that runs the tests. */
export function launch(
  command: string,
  args: string[],
  settings: Settings,
  options: Account & { detached?: boolean } = {},
): Program {
  const env = { PATH: process.env['PATH'], HOME: tmpdir(), ...settings }
  const child = spawn(command, args, { env, ...options, cwd: PROJECT })
  running.add(child)
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
  })
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const ended = new Promise<Ended>((resolve) => {
    const begun = performance.now()
    child.once('close', (code, signal) => {
      running.delete(child)
      resolve({ code, signal, out, err, ms: performance.now() - begun })
    })
  })
  return {
    child,
    out: () => out,
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(out)
          if (match) resolve(match)
          return match
        }
        if (look()) return
        child.stdout.on('data', look)
        const refuse = (why: string) => reject(new Error(`${why} without ${pattern}:\n${out}\n${err}`))
        child.once('close', (code) => refuse(`Ended with ${code}`))
        setTimeout(() => refuse(`${PATIENCE_MS} ms passed`), PATIENCE_MS).unref()
      }),
    async end(signal) {
      const stopped_at = performance.now()
      child.kill(signal)
      return { ...(await ended), ms: performance.now() - stopped_at }
    },
  }
}

/** Runs a command and waits for its end. */
export const run = (args: string[], settings: Settings = {}, account = {}): Promise<Ended> =>
  start(args, settings, account).ended

/** Creates a directory for a test file, owned by the account that runs the server. */
export function dataDirectory({ uid, gid }: { uid?: number; gid?: number } = {}): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'interphone-cli-')))
  if (uid !== undefined && gid !== undefined) chownSync(directory, uid, gid)
  after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
