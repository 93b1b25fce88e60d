// URLs from outside, fetched over real sockets: private addresses are refused, and slow or large answers are ended.
import assert from 'node:assert/strict'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { after, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { nameServer } from '../../test/dns.ts'
import { FetchFailed, type FetchOptions, type SafeFetch, safeFetcher } from './safe-fetch.ts'

const LOOPBACK = ['127.0.0.0/8']
const local = safeFetcher({ allowed: LOOPBACK })
const outside = safeFetcher()
const MOST = 100_000

async function listening(server: Server, host = '127.0.0.1'): Promise<string> {
  server.listen(0, host)
  await once(server, 'listening')
  after(() => {
    if ('closeAllConnections' in server) (server as { closeAllConnections(): void }).closeAllConnections()
    server.close()
  })
  return `http://${host}:${(server.address() as AddressInfo).port}`
}
const serving = (listener: RequestListener, host?: string) => listening(createServer(listener), host)

async function read(fetch: SafeFetch, url: string, options: Partial<FetchOptions> = {}) {
  const { status, headers, url: final, body } = await fetch(url, { max_bytes: MOST, timeout_ms: 5_000, ...options })
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  return { status, headers, url: final, bytes: Buffer.concat(chunks) }
}

const failsWith = (code: string, fetch: SafeFetch, url: string, options?: Partial<FetchOptions>) =>
  assert.rejects(read(fetch, url, options), (error) => {
    assert.ok(error instanceof FetchFailed, String(error))
    assert.equal(error.code, code, `${url}: ${error.message}`)
    return true
  })

let reached = 0
const ours = await serving((_request, response) => {
  reached++
  response.end('secret')
})
const { port } = new URL(ours)

test('a private address is refused in every spelling, and no connection is made', async () => {
  const hosts = ['127.0.0.1', 'localhost', '127.1', '2130706433', '0x7f.0.0.1', '0', '[::1]', '[::ffff:127.0.0.1]']
  for (const host of [...hosts, '[::ffff:7f00:1]', '169.254.169.254', '10.0.0.1', '[fd00::1]'])
    await failsWith('refused_address', outside, `http://${host}:${port}/`)
  assert.equal(reached, 0)
  assert.equal((await read(local, ours)).bytes.toString(), 'secret')
})

test('a URL that is neither http nor https, has credentials, or names the port of another protocol is refused', async () => {
  for (const url of ['ftp://example.com/', 'file:///etc/passwd', 'data:,x', 'not an address', '', 'gopher://x'])
    await failsWith('bad_url', local, url)
  await failsWith('bad_url', local, `http://user:password@127.0.0.1:${port}/`)
  for (const odd of [22, 25, 587, 1023]) await failsWith('refused_port', local, `http://127.0.0.1:${odd}/`)
})

test('a name is resolved once, so a DNS answer that changes after the check has no effect', async () => {
  const { address, asked } = await nameServer((name, n) => {
    if (name === 'mixed.test') return ['10.0.0.1', '127.0.0.2', '192.168.0.1']
    return n === 1 ? ['127.0.0.2'] : ['127.0.0.1']
  })
  const resolver = new Resolver({ timeout: 2_000, tries: 1 })
  resolver.setServers([address])
  const resolve = async (hostname: string) =>
    (await resolver.resolve4(hostname)).map((address) => ({ address, family: 4 }))
  // This machine has two addresses here, and one of them counts as public.
  const fetch = safeFetcher({ allowed: ['127.0.0.2'], resolve })
  const before = reached
  const elsewhere = createServer((_request, response) => response.writeHead(200, { connection: 'close' }).end('theirs'))
  elsewhere.listen(Number(port), '127.0.0.2')
  await once(elsewhere, 'listening')
  after(() => elsewhere.close())

  const first = await read(fetch, `http://rebound.test:${port}/`)
  assert.equal(first.bytes.toString(), 'theirs')
  assert.deepEqual(asked, ['rebound.test'], 'it is resolved once')
  await failsWith('refused_address', fetch, `http://rebound.test:${port}/`)
  assert.equal((await read(fetch, `http://mixed.test:${port}/`)).bytes.toString(), 'theirs')
  assert.equal(reached, before)
})

test('an unknown name and a server that does not answer are transient failures', async () => {
  const { address } = await nameServer(() => [])
  const resolver = new Resolver({ timeout: 500, tries: 1 })
  resolver.setServers([address])
  const resolve = async (hostname: string) =>
    (await resolver.resolve4(hostname)).map((address) => ({ address, family: 4 }))
  await failsWith('unreachable', safeFetcher({ resolve }), 'http://nobody.test/')
  await failsWith('unreachable', local, 'http://127.0.0.1:1025/')
  assert.ok(new FetchFailed('unreachable', '').is_transient && !new FetchFailed('too_large', '').is_transient)
})

test('each redirect is checked again, and their number is limited', async () => {
  const targets: Record<string, string> = {
    '/private': 'http://10.0.0.1/',
    '/metadata': 'http://169.254.169.254/latest/meta-data/',
    '/file': 'file:///etc/passwd',
    '/loop': '/loop',
    '/relative': '../end',
  }
  let visits = 0
  const url = await serving((request, response) => {
    visits++
    const location = targets[request.url as string]
    response.writeHead(location ? 302 : 200, location ? { location } : {}).end('end')
  })
  for (const path of ['/private', '/metadata']) await failsWith('refused_address', local, url + path)
  await failsWith('bad_url', local, `${url}/file`)
  visits = 0
  await failsWith('too_many_redirects', local, `${url}/loop`)
  assert.equal(visits, 6)
  assert.deepEqual((await read(local, `${url}/relative`)).url, `${url}/end`)
  assert.equal((await read(local, `${url}/loop`, { redirects: 0 })).status, 302)
  assert.equal((await read(local, `${url}/loop`, { method: 'POST', body: 'x' })).status, 302)
})

test('credentials are sent only to the server of the first URL', async () => {
  const seen: (string | undefined)[] = []
  const last = await serving((request, response) => {
    seen.push(request.headers.authorization)
    response.end()
  })
  const first = await serving((request, response) => {
    seen.push(request.headers.authorization)
    response.writeHead(307, { location: request.url === '/' ? '/again' : last }).end()
  })
  await read(local, `${first}/`, { headers: { Authorization: 'Bearer x' } })
  assert.deepEqual(seen, ['Bearer x', 'Bearer x', undefined])
})

test('a body that is endless, declares too much, or decompresses to too much is refused', async () => {
  let sent = 0
  const bomb = gzipSync(Buffer.alloc(200 * 2 ** 20))
  assert.ok(bomb.length < 250_000)
  const url = await serving((request, response) => {
    if (request.url === '/says')
      return response.writeHead(200, { 'content-length': MOST + 1 }).end(Buffer.alloc(MOST + 1))
    if (request.url === '/bomb') return response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb)
    const chunk = Buffer.alloc(16_384)
    const write = () => {
      while (!response.destroyed && response.write(chunk)) sent += chunk.length
    }
    response.on('drain', write)
    write()
  })
  const before = process.memoryUsage().rss
  for (const path of ['/endless', '/says', '/bomb']) await failsWith('too_large', local, url + path)
  await failsWith('too_large', local, `${url}/bomb`, { max_bytes: 2 ** 20 })
  assert.ok(process.memoryUsage().rss - before < 60 * 2 ** 20)
  assert.ok(sent < 20 * 2 ** 20, `${sent} bytes were sent before the end`)
})

test('an answer that is slow at any point ends at the timeout', async () => {
  const url = await serving((request, response) => {
    if (request.url === '/silent') return
    response.writeHead(200)
    const timer = setInterval(() => response.write('x'), 20)
    response.on('close', () => clearInterval(timer))
  })
  const mute = await listening(createTcpServer(() => {}))
  for (const slow of [`${url}/silent`, `${url}/drips`, mute]) {
    const started = Date.now()
    await failsWith('timeout', local, slow, { timeout_ms: 200 })
    assert.ok(Date.now() - started < 1_500)
  }
})

test('an answer that is not read is ended at the timeout, and at once by end()', async () => {
  let open = 0
  const url = await serving((_request, response) => {
    open++
    response.on('close', () => open--)
    response.writeHead(200).write('x')
  })
  await local(url, { max_bytes: MOST, timeout_ms: 100 })
  const { end } = await local(url, { max_bytes: MOST })
  assert.equal(open, 2)
  end()
  await sleep(300)
  assert.equal(open, 0)
})

test('a connection is used again, and closed once it is idle', async () => {
  let connections = 0
  const server = createServer((_, response) => void response.end('x'))
  server.keepAliveTimeout = 60_000
  server.on('connection', (socket) => {
    connections++
    socket.on('close', () => connections--)
  })
  const url = await listening(server)
  const fetch = safeFetcher({ allowed: LOOPBACK, idle_ms: 100 })
  for (let n = 0; n < 5; n++) await read(fetch, url)
  assert.equal(connections, 1)
  await sleep(400)
  assert.equal(connections, 0)
})

test('an answer that breaks off, or is not HTTP, is a failure', async () => {
  const url = await serving((request, response) => {
    if (request.url === '/gzip') return response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip')
    response.writeHead(200, { 'content-length': 1_000 }).write('half')
    setTimeout(() => response.destroy(), 30)
  })
  for (const path of ['/half', '/gzip']) await failsWith('unreachable', local, url + path)
  const odd = await listening(createTcpServer((socket) => socket.end('220 mail.example.com ESMTP\r\n')))
  await failsWith('unreachable', local, odd)
})

test('an answer with any status is read, and decompressed if it is compressed', async () => {
  const url = await serving(async (request, response) => {
    const chunks = await Array.fromAsync(request)
    const { method, headers } = request
    const echo = JSON.stringify({ method, type: headers['content-type'], body: Buffer.concat(chunks).toString() })
    response.writeHead(418, { 'content-encoding': 'gzip' }).end(gzipSync(echo))
  })
  const { status, bytes } = await read(local, url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}',
  })
  assert.equal(status, 418)
  assert.deepEqual(JSON.parse(bytes.toString()), { method: 'POST', type: 'application/json', body: '{"a":1}' })
})
