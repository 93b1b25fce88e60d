// Clients that send or read too slowly, leave early, or open too many connections: they are cut off, and others are served.
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildApp } from '#app.ts'
import { type Listener, listen } from '#http/listen.ts'
import { op } from '#http/op.ts'
import { connectionsFor, SLOW_LIMITS } from '#http/slow-clients.ts'
import { freePort } from '#lib/free-port.ts'
import { SECRET, testApp } from '../app.ts'

const t = await testApp()
const port = await freePort()
const url = `http://127.0.0.1:${port}`
const CONNECTIONS = 8
const limits = {
  ...SLOW_LIMITS,
  ...{ headers_ms: 300, body_grace_ms: 300, body_bytes_per_s: 100, read_ms: 600, check_every_ms: 50 },
  connections: CONNECTIONS,
}
const log: string[] = []
let listener: Listener

before(async () => {
  listener = await listen('127.0.0.1', port, { limits })
  const app = buildApp({
    ...{ sql: t.database.sql, files: t.files, secret: SECRET, listener },
    logger: { level: 'debug', stream: { write: (line: string) => void log.push(line) } },
  })
  app.get('/extensions/large', op('large', { summary: 'Answer 64 MB', auth: 'public' }), async () => 'x'.repeat(64e6))
  app.get('/extensions/slow', op('slow', { summary: 'Answer late', auth: 'public' }), async () =>
    sleep(900, { late: true }),
  )
  await app.ready()
  listener.open()
})
after(() => listener.close())

const token = `Authorization: Bearer ${t.created.token}`
const post = (length: number) =>
  `POST /tags HTTP/1.1\r\nHost: x\r\n${token}\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`

type Client = { socket: Socket; received: () => string; closed: Promise<number>; is_closed: () => boolean }

/** A client that sends the text, and never closes by itself. `closed` resolves to how long the server kept it, in ms. */
function client(text: string, { reads = true } = {}): Client {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const began = performance.now()
  let received = ''
  let is_closed = false
  if (reads) socket.on('data', (chunk) => (received += chunk.toString('latin1')))
  else socket.pause()
  socket.on('error', () => {})
  const closed = new Promise<number>((resolve) => {
    const end = () => {
      is_closed = true
      resolve(performance.now() - began)
    }
    socket.once('close', end).once('end', end)
  })
  socket.write(text)
  return { socket, closed, received: () => received, is_closed: () => is_closed }
}

/** Sends a byte now and then until the server ends the connection. */
async function drip({ socket, is_closed }: Client) {
  while (!is_closed()) {
    socket.write('a')
    await sleep(20)
  }
}

const isServed = async () => (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(2_000) })).status === 200

describe('a client is cut off', () => {
  const cases: [what: string, text: string, drips: boolean, answer: RegExp][] = [
    ['that sends nothing', '', false, /^HTTP\/1\.1 408 /],
    ['that sends half a request line', 'GET /m', false, /^HTTP\/1\.1 408 /],
    ['that sends a header byte by byte', 'GET /me HTTP/1.1\r\nHost: x\r\nX-a: ', true, /^HTTP\/1\.1 408 /],
    ['that never ends its headers', 'GET /me HTTP/1.1\r\nHost: x\r\n', false, /^HTTP\/1\.1 408 /],
    ['that sends no body', post(100), false, /^HTTP\/1\.1 408 /],
    ['that sends its body byte by byte', `${post(4_000)}{`, true, /^HTTP\/1\.1 408 /],
    [
      'that sends chunks byte by byte',
      post(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked'),
      false,
      /^HTTP\/1\.1 408 /,
    ],
    [
      'that sends a second request slowly',
      'GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /',
      true,
      /alive[\s\S]*HTTP\/1\.1 408 /,
    ],
    ['whose request is not HTTP, and that does not close', 'nonsense\r\n\r\n', false, /^HTTP\/1\.1 400 /],
    ['whose header is too long', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}`, true, /^HTTP\/1\.1 431 /],
  ]
  for (const [what, text, drips, answer] of cases) {
    test(what, async () => {
      const slow = client(text)
      if (drips) void drip(slow)
      assert.ok((await slow.closed) < 3_000)
      assert.match(slow.received(), answer)
    })
  }

  test('that does not read its answer', async () => {
    const stuck = client('GET /extensions/large HTTP/1.1\r\nHost: x\r\n\r\n', { reads: false })
    await sleep(2_000)
    let bytes = 0
    stuck.socket.on('data', (chunk) => (bytes += chunk.length)).resume()
    await stuck.closed
    assert.ok(bytes > 0 && bytes < 64e6, `${bytes}`)
  })

  test('with the reason in the error shape of all others', async () => {
    const slow = client('GET /')
    await slow.closed
    const body = JSON.parse(slow.received().split('\r\n\r\n')[1] ?? '')
    assert.deepEqual(body.errors, [{ code: 'request_timeout', message: 'The request took too long to arrive' }])
  })
})

describe('a client is served', () => {
  test('whose answer takes longer than all limits', async () => {
    assert.deepEqual(await (await fetch(`${url}/extensions/slow`)).json(), { late: true })
  })

  test('whose body is slow, but not too slow', async () => {
    const steady = client(post(120))
    for (const byte of `{"name":"${'s'.repeat(109)}"}`) {
      steady.socket.write(byte)
      await sleep(5)
    }
    await sleep(100)
    assert.match(steady.received(), /^HTTP\/1\.1 200 /)
    steady.socket.destroy()
  })

  test('that reads a large answer slowly, with pauses shorter than the limit', async () => {
    const slow = client('GET /extensions/large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n')
    const pausing = setInterval(() => {
      slow.socket.pause()
      setTimeout(() => slow.socket.resume(), 100)
    }, 200)
    await slow.closed
    clearInterval(pausing)
    assert.ok(slow.received().length > 64e6)
  })

  test('while others hold all connections with half a request', async () => {
    for (const text of ['GET /me HTTP/1.1\r\nHost: x\r\nX-a: ', `${post(4_000)}{`, '']) {
      const others = Array.from({ length: CONNECTIONS * 4 }, () => client(text))
      for (let time = 0; time < 5; time++) assert.ok(await isServed())
      for (const { socket } of others) socket.destroy()
    }
  })
})

test('a client that leaves in the middle of its body is no failure of the database', async () => {
  log.length = 0
  const leaving = client(`${post(100)}{"name"`)
  await sleep(100)
  leaving.socket.destroy()
  const until = performance.now() + 2_000
  const line = () => log.map((line) => JSON.parse(line)).find(({ msg }) => /client went away/.test(msg))
  while (!line() && performance.now() < until) await sleep(20)
  assert.deepEqual([line()?.level, line()?.url], [20, '/tags'])
  assert.doesNotMatch(log.join(''), /unavailable|request failed/)
})

test('a second Host header is refused', async () => {
  for (const second of ['Host: y', 'host: x', 'HOST:']) {
    const two = client(`GET /healthz HTTP/1.1\r\nHost: x\r\n${second}\r\nConnection: close\r\n\r\n`)
    await two.closed
    assert.match(two.received(), /^HTTP\/1\.1 400 [\s\S]*There is more than one Host header/)
  }
})

test('connections leave files for the database and the storage', () => {
  for (const [open_files, connections] of [
    [64, 50],
    [400, 260],
    [1_024, 821],
    [1_048_576, 943_618],
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  ] as const)
    assert.equal(connectionsFor(open_files), connections)
})
