// A PgBouncer in transaction mode before a PostgreSQL of our own.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Embedded } from '#db/embedded.ts'
import { freePort } from '#lib/free-port.ts'

export async function pgbouncer({ options }: Embedded, connections: number) {
  const directory = mkdtempSync(join(tmpdir(), 'pgbouncer-'))
  const port = await freePort()
  const { host, user, password, database } = options
  const configuration = `
[databases]
${database} = host=${host} port=${options.port} user=${user} password=${password} dbname=${database}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = plain
auth_file = ${directory}/users
pool_mode = transaction
default_pool_size = ${connections}
max_client_conn = 500
server_idle_timeout = 5
`
  writeFileSync(join(directory, 'pgbouncer.ini'), configuration)
  writeFileSync(join(directory, 'users'), `"${user}" "${password}"\n`)
  // It may not run as root, and must reach the socket: it runs as PostgreSQL does.
  const { uid, gid } = statSync(host)
  for (const path of ['', 'pgbouncer.ini', 'users']) chownSync(join(directory, path), uid, gid)
  const child: ChildProcess = spawn('/usr/sbin/pgbouncer', ['-q', join(directory, 'pgbouncer.ini')], {
    stdio: ['ignore', 'ignore', 'inherit'],
    ...{ uid, gid },
  })
  while (!(await accepts(port))) await sleep(20)
  return {
    url: `postgres://${user}:${encodeURIComponent(password)}@127.0.0.1:${port}/${database}`,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
      rmSync(directory, { recursive: true })
    },
  }
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
