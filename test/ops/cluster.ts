// Debian's PostgreSQL: a primary and a synchronous standby, on the loopback address.
import { execFileSync, spawn } from 'node:child_process'
import { appendFileSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from '#lib/free-port.ts'

const BIN = '/usr/lib/postgresql/15/bin'

/** PostgreSQL does not run as root. */
function account(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

export type Node = { port: number; data: string; start(): Promise<void>; kill(): void; stop(): void }

export async function cluster() {
  const owner = account()
  const directory = mkdtempSync(join(tmpdir(), 'interphone-cluster-'))
  if (owner.uid !== undefined) chownSync(directory, owner.uid, owner.gid as number)
  const run = (program: string, ...args: string[]) =>
    execFileSync(join(BIN, program), args, {
      ...owner,
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { PATH: BIN, PGPASSWORD: 'secret' },
    })

  async function node(name: string, settings: string): Promise<Node> {
    const data = join(directory, name)
    const port = await freePort()
    return {
      port,
      data,
      async start() {
        appendFileSync(join(data, 'postgresql.conf'), `\nport = ${port}\nlisten_addresses = '127.0.0.1'\n${settings}`)
        spawn(join(BIN, 'postgres'), ['-D', data], { ...owner, stdio: 'ignore', cwd: directory })
        await ready(port)
      },
      kill() {
        // As a power failure: the postmaster first, so that it restarts nothing.
        const pids = execFileSync('pgrep', ['-f', `postgres -D ${data}`], { encoding: 'utf8' })
          .trim()
          .split('\n')
        for (const pid of pids) {
          const children = execFileSync('sh', ['-c', `pgrep -P ${pid} || true`], { encoding: 'utf8' }).trim()
          process.kill(Number(pid), 'SIGKILL')
          for (const child of children.split('\n').filter(Boolean)) {
            try {
              process.kill(Number(child), 'SIGKILL')
            } catch {} // It ended with its parent.
          }
        }
      },
      stop: () => run('pg_ctl', '-D', data, '-m', 'immediate', 'stop'),
    }
  }

  async function ready(port: number): Promise<void> {
    for (;;) {
      try {
        return void run('pg_isready', '-q', '-h', '127.0.0.1', '-p', String(port))
      } catch {
        await sleep(50)
      }
    }
  }

  const sockets = `unix_socket_directories = '${directory}'\nshared_buffers = '64MB'\nwal_level = replica\n`
  const primary = await node('primary', `${sockets}synchronous_standby_names = '*'\n`)
  run('initdb', '-D', primary.data, '-U', 'interphone', '--auth', 'trust', '--encoding', 'UTF8')
  appendFileSync(join(primary.data, 'pg_hba.conf'), '\nhost replication all 127.0.0.1/32 trust\n')
  await primary.start()
  const standby = await node('standby', `${sockets}synchronous_standby_names = ''\n`)
  run(
    'pg_basebackup',
    '-R',
    '-X',
    'stream',
    '-U',
    'interphone',
    '-h',
    '127.0.0.1',
    '-p',
    String(primary.port),
    '-D',
    standby.data,
  )
  await standby.start()
  return {
    primary,
    standby,
    url: (first: Node, second: Node) =>
      `postgres://interphone@127.0.0.1:${first.port},127.0.0.1:${second.port}/postgres?sslmode=disable`,
    promote: () => run('pg_ctl', '-D', standby.data, 'promote'),
    remove() {
      for (const one of [primary, standby]) {
        try {
          one.stop()
        } catch {} // It was killed.
      }
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
