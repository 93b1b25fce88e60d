// Servers as in a container: a read-only root, a uid without a name, no HOME, and the server as PID 1. Needs root, for namespaces.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { startEmbedded } from '#db/embedded.ts'
import { freePort } from '#lib/free-port.ts'
import { bucketOf, s3Server } from '../s3.ts'
import type { Row } from './run.ts'

const ROOT = realpathSync(join(import.meta.dirname, '../..'))
const UID = 123_456
const TOKEN = 'a-token-for-the-containers'
const START_WITHIN_MS = 60_000

type Container = { command: string; environment: Record<string, string>; writable?: string }

/** The whole file system is read-only, but `writable`. Inside, the server is PID 1, and the parent of orphans. */
function run({ command, environment, writable }: Container) {
  const variables = Object.entries({ PATH: '/usr/bin:/bin', ...environment }).map(([name, value]) => `${name}=${value}`)
  const mounts = [...(writable ? [`mount --bind ${writable} ${writable}`] : []), 'mount -o remount,bind,ro /']
  const child = spawn(
    'unshare',
    [
      ...[
        '--mount',
        '--pid',
        '--fork',
        '--kill-child',
        '--mount-proc',
        'sh',
        '-ec',
        `${mounts.join('; ')}; exec "$@"`,
        'sh',
      ],
      ...['setpriv', `--reuid=${UID}`, '--regid=0', '--clear-groups', 'env', '-i', ...variables],
      ...[process.execPath, join(ROOT, 'src/main.ts'), command],
    ],
    { cwd: ROOT, stdio: ['ignore', 'ignore', 'pipe'] },
  )
  return { child, errors: text(child.stderr) }
}

async function ready(url: string): Promise<number> {
  const began = Date.now()
  while (Date.now() < began + START_WITHIN_MS) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined)
    if (answer?.ok) return Date.now() - began
    await sleep(100)
  }
  return Number.POSITIVE_INFINITY
}

/** Sends SIGTERM to PID 1 of the container, as `docker stop` does. Returns the exit code. */
async function stop(child: ChildProcess): Promise<number | null> {
  const inner = execFileSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' }).trim()
  process.kill(Number(inner), 'SIGTERM')
  const [code] = await once(child, 'exit')
  return code
}

export async function containers(): Promise<Row[]> {
  const directory = mkdtempSync(join(tmpdir(), 'interphone-containers-'))
  chmodSync(directory, 0o755)
  try {
    return [...(await alone(directory)), ...(await withoutDisk(directory))]
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** With a PostgreSQL of its own. */
async function alone(directory: string): Promise<Row[]> {
  const data = join(directory, 'data')
  mkdirSync(data)
  chownSync(data, UID, 0)
  const port = await freePort()
  const environment = { PORT: String(port), INTERPHONE_DATA_DIR: data, INTERPHONE_TOKEN: TOKEN }
  const rows: Row[] = []
  for (const what of ['first start', 'second start']) {
    const { child, errors } = run({ command: 'serve', environment, writable: data })
    const took = await ready(`http://127.0.0.1:${port}`)
    const code = Number.isFinite(took) ? await stop(child) : null
    if (code !== 0) child.kill('SIGKILL')
    const seen = code === 0 ? `${took} ms, exit 0` : (await errors).slice(-300)
    rows.push({ what: `${what} with the data directory alone`, goal: 'ready, exit 0', seen, holds: code === 0 })
  }
  return rows
}

/** With DATABASE_URL and S3: nothing is writable, not even /tmp. */
async function withoutDisk(directory: string): Promise<Row[]> {
  // Another socket: that of the data directory is closed to other accounts.
  const sockets = join(directory, 'sockets')
  mkdirSync(sockets)
  chmodSync(sockets, 0o777)
  const settings = { unix_socket_directories: `..,${sockets}` }
  const embedded = await startEmbedded({ directory: join(directory, 'database'), settings })
  const { user, password, database } = embedded.options
  const s3 = await s3Server()
  const { name, region, endpoint = '', access_key_id, secret_access_key } = bucketOf(s3)
  const [port, metrics] = [await freePort(), await freePort()]
  const environment = {
    ...{
      DATABASE_URL: `postgres://${user}:${password}@localhost/${database}?host=${sockets}`,
      INTERPHONE_TOKEN: TOKEN,
      PORT: String(port),
    },
    ...{ S3_BUCKET: name, S3_REGION: region, S3_ENDPOINT: endpoint },
    ...{ S3_ACCESS_KEY_ID: access_key_id, S3_SECRET_ACCESS_KEY: secret_access_key },
    INTERPHONE_SECRET_KEY: 'a secret of thirty-two characters.',
  }
  const api = run({ command: 'api', environment })
  const worker = run({ command: 'worker', environment: { ...environment, METRICS_PORT: String(metrics) } })
  try {
    const url = `http://127.0.0.1:${port}`
    const took = [await ready(url), await ready(`http://127.0.0.1:${metrics}`)]
    if (!took.every(Number.isFinite)) {
      for (const { child } of [api, worker]) child.kill('SIGKILL')
      const seen = `${await api.errors}${await worker.errors}`.slice(-300)
      return [{ what: 'api and worker without a disk', goal: 'ready', seen, holds: false }]
    }
    const status = await sendFile(url)
    const codes = [await stop(api.child), await stop(worker.child)]
    const stored = s3.objects.size
    return [
      { what: 'api and worker without a disk', goal: 'ready', seen: `${took.join(' and ')} ms`, holds: true },
      {
        what: 'a file and its delivery',
        goal: 'on S3, sent',
        seen: `${stored}, ${status}`,
        holds: stored === 1 && status === 'sent',
      },
      { what: 'SIGTERM to PID 1', goal: 'exit 0', seen: codes.join(' and '), holds: codes.every((code) => code === 0) },
    ]
  } finally {
    await embedded.stop()
  }
}

/** Answers a conversation with a file. Returns the status of the delivery. */
async function sendFile(url: string): Promise<string> {
  // biome-ignore lint/suspicious/noExplicitAny: it reads ids out of whatever shape an answer has
  const ask = async (method: string, path: string, body?: object): Promise<any> => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const answer = await fetch(url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
    return answer.json()
  }
  const [{ id: admin_id }] = (await ask('GET', '/admins')).admins
  const { id } = await ask('POST', '/contacts', { role: 'user', email: 'someone@example.com' })
  const { conversation_id } = await ask('POST', '/conversations', {
    from: { type: 'user', id },
    body: 'A bill, please',
  })
  const attachment_files = [{ content_type: 'text/plain', name: 'bill.txt', data: 'YQ==' }]
  const reply = { type: 'admin', admin_id, message_type: 'comment', body: 'Here it is', attachment_files }
  await ask('POST', `/conversations/${conversation_id}/reply`, reply)
  for (let tries = 0; tries < 100; tries++) {
    const [delivery] = (await ask('GET', '/extensions/deliveries')).data
    if (delivery && delivery.status !== 'queued') return delivery.status
    await sleep(100)
  }
  return 'queued'
}
