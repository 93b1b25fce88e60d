// `serve --processes 2`: what operators see of several processes behind one port.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { freePort } from '#lib/free-port.ts'
import { eventually } from '../factories.ts'
import { type Program, run, start } from './program.ts'

let server: Program
let url: string
let token: string

const EPHEMERAL = ['--ephemeral', '--port', '0']
const READY = /To start over|API reference/

before(async () => {
  const port = String(await freePort())
  server = start(['serve', '--processes', '2', '--ephemeral', '--port', port], {
    INTERPHONE_DEMO: '0',
    LOG_LEVEL: 'warn',
  })
  // A client that does not wait for the start, such as a health check, does not hold it up.
  const asking = setInterval(() => fetch(`http://127.0.0.1:${port}/healthz`).catch(() => {}), 5)
  await server.says(READY).finally(() => clearInterval(asking))
  url = /URL +(\S+)/.exec(server.out())?.[1] ?? ''
  token = /Token +(\S+)/.exec(server.out())?.[1] ?? ''
})
after(() => server.end('SIGTERM'))

/** Each on a connection of its own, so that the processes take turns. */
async function call(route: string, body?: object) {
  const [method = 'GET', path = '/'] = route.split(' ')
  const answer = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', connection: 'close' },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(10_000),
  })
  const text = await answer.text()
  return { status: answer.status, text, body: answer.headers.get('content-type')?.includes('json') && JSON.parse(text) }
}

const children = (): number[] =>
  execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(server.child.pid)], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .filter((line) => /main\.ts (api|worker)/.test(line))
    .map((line) => Number(line.trim().split(' ')[0]))

async function figure(name: string): Promise<number> {
  const { text } = await call('GET /metrics')
  const line = text.split('\n').find((one) => one.startsWith(`${name} `))
  return Number(line?.split(' ').at(-1) ?? Number.NaN)
}
const running = async () => Promise.all(['api', 'worker'].map((role) => figure(`interphone_processes{role="${role}"}`)))

for (const [given, must] of [
  ['0', /--processes must be a number from 1 to 64, not "0"/],
  ['65', /--processes must be/],
  ['two', /--processes must be/],
] as const)
  test(`--processes ${given} is refused with one sentence`, async () => {
    const { code, err } = await run(['serve', '--processes', given, ...EPHEMERAL])
    assert.equal(code, 2)
    assert.match(err, must)
    assert.equal(err.trim().split('\n').length, 1)
  })

test('a port that is in use ends all processes, and the start with one', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => other.once('listening', resolve))
  const { port } = other.address() as { port: number }
  const { code, err } = await run(['serve', '--processes', '2', '--ephemeral', '--port', String(port)])
  other.close()
  assert.equal(code, 1)
  assert.match(err, new RegExp(`Port ${port} of 127.0.0.1 is in use`))
})

test('the start prints one screen, and runs two API processes and one for deliveries', async () => {
  assert.equal(server.out().match(/API reference/g)?.length, 1)
  assert.deepEqual(await running(), [2, 1])
  assert.equal(children().length, 3)
})

test('both processes answer, and /metrics adds up the requests of both, whichever is asked', async () => {
  const name = 'interphone_http_request_seconds_count{operation="identifyAdmin",status="200"}'
  for (let n = 0; n < 12; n++) assert.equal((await call('GET /me')).status, 200)
  for (let n = 0; n < 4; n++) assert.equal(await figure(name), 12)
  assert.equal((await call('GET /readyz')).status, 200)
})

test('what an API process accepts is delivered by the process for deliveries', async () => {
  const { body: contact } = await call('POST /contacts', { email: 'anna@example.com' })
  const { body: me } = await call('GET /me')
  const { status } = await call('POST /messages', {
    ...{ message_type: 'email', subject: 'Hello', body: 'Hello', template: 'plain' },
    ...{ from: { type: 'admin', id: me.id }, to: { type: 'user', id: contact.id } },
  })
  assert.equal(status, 200)
  await eventually(
    () => call('GET /extensions/sandbox/messages'),
    ({ body }) => body.total_count === 1,
  )
})

test('a process that is killed is started again, and the port answers all the time', async () => {
  const [killed = 0] = children()
  process.kill(killed, 'SIGKILL')
  let failed = 0
  await eventually(
    async () => {
      await call('GET /me').then(
        ({ status }) => status === 200 || failed++,
        () => failed++,
      )
      return children()
    },
    (pids) => pids.length === 3 && !pids.includes(killed),
    20_000,
  )
  await eventually(running, ([api, worker]) => api === 2 && worker === 1, 20_000)
  // A connection that the killed process had just been given is lost with it.
  assert.ok(failed <= 1, `${failed} requests failed`)
})

test('a stop ends all processes in order', async () => {
  const pids = children()
  const { code, err } = await server.end('SIGTERM')
  assert.equal(code, 0, err)
  assert.match(err, /A process of the server ended unexpectedly \((api|worker), SIGKILL\); starting another one\./)
  assert.equal(server.out().match(/Stopping\./g)?.length, 1)
  for (const pid of pids) assert.throws(() => process.kill(pid, 0), /ESRCH/)
})
