// A command in its own pseudo-terminal, and all the processes that it starts.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { launch, type Program, type Settings } from './program.ts'

export type Terminal = Program & {
  type(keys: string): void
  /** As if its window were closed. */
  hangUp(): void
}

export const CTRL_C = '\x03'
export const CTRL_BACKSLASH = '\x1c'

/** Runs the command by script(1), which Debian has in `bsdutils` (essential), and macOS too: Node has no such terminal. */
export function terminal(command: string, settings: Settings): Terminal {
  const line = `exec ${command}`
  const args = process.platform === 'darwin' ? ['-q', '/dev/null', 'sh', '-c', line] : ['-qefc', line, '/dev/null']
  const program = launch('script', args, settings, { detached: true })
  return {
    ...program,
    type: (keys) => void program.child.stdin?.write(keys),
    hangUp: () => void program.child.kill('SIGKILL'),
  }
}

/** Waits until no process of the server on this data directory is left. Resolves to how long that took. */
export async function allGone(directory: string, within_ms = 5_000): Promise<number> {
  const begun = performance.now()
  for (;;) {
    const left = processesOf(directory)
    const ms = performance.now() - begun
    if (left.length === 0) return ms
    if (ms > within_ms) throw new Error(`Still running after ${within_ms} ms:\n${left.join('\n')}`)
    await sleep(20)
  }
}

/** Returns the processes with the directory in their environment (ours, npm's) or as working directory (PostgreSQL's). */
export function processesOf(directory: string): string[] {
  if (process.platform !== 'linux')
    return execFileSync('ps', ['-axwwE', '-o', 'pid=,command='], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(directory))
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const of = (file: string) => readFileSync(`/proc/${pid}/${file}`, 'utf8').replaceAll('\0', ' ')
        const isOurs = of('environ').includes(directory) || readlinkSync(`/proc/${pid}/cwd`).startsWith(directory)
        return isOurs ? [`${pid} ${of('cmdline')}`] : []
      } catch {
        return [] // The process has just ended.
      }
    })
}

/** The end of the first screen: the server is ready. */
export const READY = /Ctrl-C stops it/

/** Settings for a server that npm starts: it and npm write only into these two directories. */
export const npmSettings = ({
  home,
  directory,
  port,
}: {
  home: string
  directory: string
  port: number
}): Settings => ({
  ...{ HOME: home, TMPDIR: home, npm_config_update_notifier: 'false' },
  ...{ INTERPHONE_DATA_DIR: directory, INTERPHONE_DEMO: '0', PORT: String(port) },
})
