// Two API processes behind nginx are restarted in turn under load: no request fails, and what was accepted is delivered.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '#db/connect.ts'
import { startEmbedded } from '#db/embedded.ts'
import { freePort } from '#lib/free-port.ts'
import { addressOf } from '../faults/processes.ts'
import { type ServerProcess, serverProcess } from '../server-process.ts'
import { blockOf } from './page.ts'
import type { Row } from './run.ts'

const CLIENTS = 8
const RESTARTS = 4

export async function rolling(): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'interphone-rolling-'))
  const database = await startEmbedded({ directory: join(directory, 'data') })
  const environment = { DATABASE_URL: addressOf(database), INTERPHONE_SECRET_KEY: 'a secret of thirty-two characters.' }
  const first = await serverProcess({ environment, command: 'api' })
  first.start()
  await first.ready(60_000)
  const second = await serverProcess({ environment, command: 'api', token: first.token })
  const worker = await serverProcess({ environment, command: 'worker', token: first.token })
  const processes = [first, second, worker]
  second.start()
  worker.start()
  await second.ready(60_000)
  const proxy = await nginx(directory, [first, second])
  const sql = connect(database.options)
  const failed: string[] = []
  let [over, requests, accepted] = [false, 0, 0]
  try {
    // biome-ignore lint/suspicious/noExplicitAny: it reads ids out of whatever shape an answer has
    const ask = async (method: string, path: string, body?: object): Promise<any> => {
      const headers = { authorization: `Bearer ${first.token}`, 'content-type': 'application/json' }
      const answer = await fetch(proxy.url + path, {
        method,
        headers,
        ...(body && { body: JSON.stringify(body) }),
      }).catch((error: Error) => ({ status: 0, json: async () => error.message }))
      requests++
      const content = await answer.json().catch(() => undefined)
      if (answer.status !== 200) failed.push(`${method} ${path} ${answer.status}`)
      return content
    }
    const { id: admin } = (await ask('GET', '/admins')).admins[0]
    const { id: contact } = await ask('POST', '/contacts', { role: 'user', email: 'someone@example.com' })
    const from_to = { from: { type: 'admin', id: admin }, to: { type: 'user', id: contact } }
    const client = async (number: number) => {
      for (let n = 0; !over; n++) {
        const message = {
          message_type: 'email',
          subject: `${number} ${n}`,
          body: 'Hello',
          template: 'plain',
          ...from_to,
        }
        if ((await ask('POST', '/messages', message))?.id) accepted++
        await ask('GET', `/contacts/${contact}`)
      }
    }
    const clients = Array.from({ length: CLIENTS }, (_, number) => client(number))
    for (let n = 0; n < RESTARTS; n++) {
      await sleep(1_000)
      const one = n % 2 ? second : first
      await one.stop()
      one.start()
      await one.ready(30_000)
    }
    over = true
    await Promise.all(clients)
    const until = Date.now() + 30_000
    let delivered = 0
    while (delivered < accepted && Date.now() < until) {
      await sleep(200)
      const [row] = await sql<
        [{ n: number }]
      >`select count(*)::int as n from deliveries where status in ('sent', 'delivered')`
      delivered = row.n
    }
    const shown = failed.length ? `: ${failed.slice(0, 3).join(', ')}` : ''
    return [
      {
        what: `failed while ${RESTARTS} × restarted`,
        goal: '0',
        seen: `${failed.length} of ${requests}${shown}`,
        holds: !failed.length,
      },
      {
        what: 'delivered',
        goal: 'as many as accepted',
        seen: `${delivered} of ${accepted}`,
        holds: delivered === accepted,
      },
    ]
  } finally {
    over = true
    await sql.end({ timeout: 1 })
    await proxy.stop()
    for (const one of processes) await one.remove()
    await database.stop()
    rmSync(directory, { recursive: true, force: true })
  }
}

/** The configuration of docs/operating.md, with the ports of the servers. */
function ofPage(port: number, servers: readonly ServerProcess[]): string {
  const hosts = servers.map(({ url }) => new URL(url).host)
  return blockOf('upstream interphone')
    .replace(/127\.0\.0\.1:\d+/g, () => hosts.shift() ?? 'one-server-too-many')
    .replace('server {\n  location', `server {\n  listen 127.0.0.1:${port};\n  location`)
}

/** With connections that it keeps open, which is the harder case. */
async function nginx(directory: string, servers: readonly ServerProcess[]) {
  const port = await freePort()
  const file = join(directory, 'nginx.conf')
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${directory}/${name};`,
  )
  writeFileSync(
    file,
    `daemon off; pid ${directory}/nginx.pid; error_log ${directory}/nginx.log; worker_processes 1;
${process.getuid?.() === 0 ? 'user root;' : ''}
events { worker_connections 512; }
http {
  access_log off; ${paths.join(' ')}
  ${ofPage(port, servers)}
}`,
  )
  execFileSync('/usr/sbin/nginx', ['-t', '-q', '-c', file, '-e', `${directory}/nginx.log`])
  const child = spawn('/usr/sbin/nginx', ['-c', file, '-e', `${directory}/nginx.log`], { stdio: 'inherit' })
  await sleep(300)
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
    },
  }
}
