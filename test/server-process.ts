// The real server as a process of its own, with its own data directory, for tests from outside.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '#lib/free-port.ts'
import { newTokenText } from '#workspaces/tokens.ts'

export type ServerProcess = {
  readonly url: string
  readonly token: string
  readonly directory: string
  /** The stderr of all its runs. */
  readonly log: readonly string[]
  /** The stdout of all its runs. */
  readonly screen: readonly string[]
  /** The start and end of each run that ended by itself, in milliseconds. */
  readonly deaths: readonly [started: number, ended: number][]
  /** Starts it if it is not running; does not wait until it is ready. */
  start(): void
  /** Resolves when it answers a request that needs its database. */
  ready(within_ms?: number): Promise<void>
  /** Like a power failure: kill -9, at once. Its PostgreSQL keeps running. */
  kill(): Promise<void>
  /** The same for its PostgreSQL; false if that is not running. */
  killPostgres(): boolean
  /** Returns its resident memory (RSS), without its PostgreSQL. */
  memory_mb(): number
  /** Like Ctrl-C. */
  stop(): Promise<void>
  /** Stops it and removes its data. */
  remove(): Promise<void>
}

const MAIN = new URL('../src/main.ts', import.meta.url).pathname

export async function serverProcess({
  command = 'serve',
  environment = {},
  token = newTokenText(),
  main = MAIN,
  flags = [],
}: {
  command?: 'serve' | 'api' | 'worker'
  environment?: Record<string, string>
  /** The data directory of another process on the same database. */
  token?: string
  /** The program of another release. */
  main?: string
  /** Of the command line. */
  flags?: readonly string[]
} = {}): Promise<ServerProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'interphone-process-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const log: string[] = []
  const screen: string[] = []
  const deaths: [number, number][] = []
  let child: ChildProcess | undefined
  let stopped_by_us = false

  const { PATH = '' } = process.env
  const own = { INTERPHONE_DATA_DIR: directory, INTERPHONE_TOKEN: token, INTERPHONE_DEMO: '0', LOG_LEVEL: 'warn' }
  const env = { PATH, PORT: String(port), ...own, ...environment }

  const runs = () => child !== undefined && child.exitCode === null && child.signalCode === null

  const end = async (signal: NodeJS.Signals) => {
    if (!child || !runs()) return
    stopped_by_us = true
    const ended = once(child, 'exit')
    child.kill(signal)
    await ended
  }

  const server: ServerProcess = {
    url,
    token,
    directory,
    log,
    screen,
    deaths,
    start() {
      if (runs()) return
      const started = Date.now()
      stopped_by_us = false
      child = spawn(process.execPath, [main, command, ...flags], { env, stdio: ['ignore', 'pipe', 'pipe'] })
      child.on('exit', () => stopped_by_us || deaths.push([started, Date.now()]))
      createInterface(child.stderr!).on('line', (line) => log.push(line))
      createInterface(child.stdout!).on('line', (line) => screen.push(line))
    },
    async ready(within_ms = 30_000) {
      const until = Date.now() + within_ms
      while (!(await answers(url, token))) {
        if (Date.now() > until) throw new Error(`The server does not answer: ${log.slice(-5).join('\n')}`)
        await sleep(10)
      }
    },
    kill: () => end('SIGKILL'),
    killPostgres() {
      const pid = postmaster(directory)
      return pid !== undefined && process.kill(pid, 'SIGKILL')
    },
    memory_mb: () =>
      Math.round(Number(execFileSync('ps', ['-o', 'rss=', '-p', String(child?.pid)], { encoding: 'utf8' })) / 1024),
    stop: () => end('SIGTERM'),
    async remove() {
      await end('SIGTERM')
      server.killPostgres() // If the server was killed and not started again.
      await rm(directory, { recursive: true, force: true, maxRetries: 20 })
    },
  }
  return server
}

const answers = (url: string, token: string): Promise<boolean> =>
  fetch(`${url}/me`, { headers: { authorization: `Bearer ${token}` }, signal: AbortSignal.timeout(5_000) }).then(
    async (answer) => {
      await answer.text()
      return answer.status === 200
    },
    () => false,
  )

/** Finds the process that runs PostgreSQL on this data. The pid file alone is not enough, because ids are reused. */
function postmaster(directory: string): number | undefined {
  try {
    const [pid = ''] = readFileSync(join(directory, 'postgres', 'data', 'postmaster.pid'), 'utf8').split('\n')
    const command = execFileSync('ps', ['-ww', '-o', 'args=', '-p', pid], { encoding: 'utf8' })
    return command.includes(directory) ? Number(pid) : undefined
  } catch {
    return undefined
  }
}
