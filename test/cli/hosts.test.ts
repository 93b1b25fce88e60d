// Clients whose host is fixed: the set-up of the name and its certificate, undone, and Intercom's SDK over HTTPS.
import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connect } from 'node:tls'
import { IntercomClient } from 'intercom-client'
import { Agent, buildConnector, fetch as fetchBy } from 'undici'
import { listen } from '#http/listen.ts'
import { listenTls } from '#http/listen-tls.ts'
import { freePort } from '#lib/free-port.ts'
import { withLine, withoutLine } from '#lib/hosts-file.ts'
import { createLocalCertificate, type LocalCertificate } from '#lib/local-certificate.ts'
import { testApp } from '../app.ts'
import { run } from './program.ts'

const NAMES = ['api.intercom.io', 'api.eu.intercom.io']
const folder = mkdtempSync(join(tmpdir(), 'hosts-'))
after(() => rmSync(folder, { recursive: true }))
const hosts_file = join(folder, 'hosts')
const data_dir = join(folder, 'data')
const BEFORE = '127.0.0.1 localhost\r\n# api.intercom.io is not here\n10.0.0.1 other'

const hosts = (...flags: string[]) =>
  run(['hosts', '--hosts-file', hosts_file, ...flags], { INTERPHONE_DATA_DIR: data_dir })

const TEXTS = ['', '\n', BEFORE, '127.0.0.1 api.intercom.io # mine\n', '# added by interphone hosts\n', 'a\n\nb\n\n']

test('a hosts file is as it was after the line has been there, once or twice', () => {
  for (const text of TEXTS) {
    const added = withLine(text, NAMES)
    assert.match(added, /^127\.0\.0\.1 api\.intercom\.io api\.eu\.intercom\.io #/)
    assert.equal(withLine(added, NAMES), added)
    assert.equal(withoutLine(added), text)
    assert.equal(withoutLine(text), text)
  }
})

test('a certificate that is none, or without its key, is refused at the start', async () => {
  const wrong = await run(['hosts'], { TLS_CERT: 'nowhere.pem', TLS_KEY: 'nowhere.pem' })
  assert.deepEqual([wrong.code, wrong.err.includes('TLS_CERT must be a certificate in PEM')], [2, true])
})

test('a hosts file that is not there is named', async () => {
  const { code, err } = await hosts('--set-up', '--write-hosts-file')
  assert.deepEqual([code, err], [1, `There is no hosts file ${hosts_file}.\n`])
  await hosts('--undo')
  rmSync(data_dir, { recursive: true })
})

test('asked nothing, it explains, and changes nothing', async () => {
  writeFileSync(hosts_file, BEFORE)
  const { code, out } = await hosts()
  assert.equal(code, 0)
  assert.match(out, /there is no certificate in .+, and there is no line in /)
  assert.equal(readFileSync(hosts_file, 'utf8'), BEFORE)
  assert.equal(existsSync(data_dir), false)
  assert.match((await hosts('--undo')).out, /There is nothing to undo\./)
})

test('a set-up makes the certificate and names the line; it writes the line when asked; undo removes both', async () => {
  const made = await hosts('--set-up')
  assert.match(made.out, /Add this line to .+:\n\n {2}127\.0\.0\.1 api\.intercom\.io /)
  assert.match(made.out, /NODE_EXTRA_CA_CERTS=.+authority\.pem/)
  assert.equal(readFileSync(hosts_file, 'utf8'), BEFORE)
  const directory = join(data_dir, 'hosts')
  assert.deepEqual(readdirSync(directory).sort(), ['authority.pem', 'certificate.pem', 'key.pem'])
  assert.equal(statSync(join(directory, 'key.pem')).mode & 0o077, 0)
  const authority = readFileSync(join(directory, 'authority.pem'), 'utf8')

  const written = await hosts('--set-up', '--write-hosts-file')
  assert.match(written.out, /leads api\.intercom\.io, .+ to this machine\./)
  assert.match(readFileSync(hosts_file, 'utf8'), /^127\.0\.0\.1 api\.intercom\.io /)
  assert.equal(readFileSync(join(directory, 'authority.pem'), 'utf8'), authority, 'clients go on trusting it')

  assert.match((await hosts('--undo')).out, /Removed .+hosts\.\nRemoved the line from /)
  assert.equal(readFileSync(hosts_file, 'utf8'), BEFORE)
  assert.equal(existsSync(directory), false)
})

let local: LocalCertificate
before(async () => {
  local = await createLocalCertificate(NAMES)
})

test('the certificate is for the names alone, and the authority can sign no other authority', () => {
  const [own, authority] = [new X509Certificate(local.certificate), new X509Certificate(local.authority)]
  assert.ok(own.verify(authority.publicKey) && own.checkIssued(authority) && authority.ca && !own.ca)
  assert.equal(own.subjectAltName, 'DNS:api.intercom.io, DNS:api.eu.intercom.io')
  assert.deepEqual([own.checkHost('api.intercom.io'), own.checkHost('example.com')], ['api.intercom.io', undefined])
})

const port = await freePort()
const listener = await listen('127.0.0.1', 0)
const t = await testApp({ listener })
await t.app.ready()
await listener.open()
after(() => listener.close())

/** Sends the requests for any host to the port, as a line in the hosts file would; the certificate is verified. */
function towards(tls_port: number, ca?: string) {
  const connector = buildConnector(ca === undefined ? {} : { ca })
  const dispatcher = new Agent({
    connect: (options, done) =>
      connector({ ...options, hostname: '127.0.0.1', servername: options.hostname, port: String(tls_port) }, done),
  })
  after(() => dispatcher.close())
  // biome-ignore lint/suspicious/noExplicitAny: the types of undici and of Node's own fetch differ
  return ((url: any, init: any) => fetchBy(url, { ...init, dispatcher })) as unknown as typeof fetch
}

test('Intercom’s SDK with its own host is answered over HTTPS, if it trusts the authority', async () => {
  const { certificate, key } = local
  const stop = await listenTls({ host: '127.0.0.1', port, certificate, key, accept: listener.accept })
  after(stop)
  const own_fetch = globalThis.fetch
  after(() => Object.assign(globalThis, { fetch: own_fetch }))
  const client = new IntercomClient({ token: t.created.token, maxRetries: 0 })

  Object.assign(globalThis, { fetch: towards(port) })
  await assert.rejects(async () => client.admins.identify())
  Object.assign(globalThis, { fetch: towards(port, local.authority) })
  assert.equal((await client.admins.identify())?.app?.id_code, t.created.id)
  const contact = await client.contacts.create({ email: 'anna@example.com' })
  assert.equal(contact.email, 'anna@example.com')
})

test('a client that speaks no TLS is dropped, and others are answered', async () => {
  const { certificate, key } = local
  const other = await freePort()
  const stop = await listenTls({ host: '127.0.0.1', port: other, certificate, key, accept: listener.accept })
  after(stop)
  await assert.rejects(fetch(`http://127.0.0.1:${other}/healthz`))
  const socket = connect({ port: other, ca: local.authority, servername: NAMES[0] as string })
  socket.write('GET /healthz HTTP/1.1\r\nhost: api.intercom.io\r\nconnection: close\r\n\r\n')
  const chunks = []
  for await (const chunk of socket) chunks.push(chunk)
  assert.match(Buffer.concat(chunks).toString(), /^HTTP\/1\.1 200 /)
})

test('a connection that waits for its next request ends with the server', async () => {
  const { certificate, key } = local
  const ending = await listen('127.0.0.1', 0)
  const other = await freePort()
  const stop = await listenTls({ host: '127.0.0.1', port: other, certificate, key, accept: ending.accept })
  after(stop)
  const socket = connect({ port: other, ca: local.authority, servername: NAMES[0] as string })
  socket.write('GET /healthz HTTP/1.1\r\nhost: api.intercom.io\r\n\r\n')
  await once(socket, 'data')
  const ended = once(socket, 'close')
  await ending.close()
  await ended
})

test('a port that is in use, and a key of another certificate, are errors for the operator', async () => {
  const { certificate, key } = local
  const taken = { host: '127.0.0.1', accept: listener.accept, certificate, key }
  const other = await freePort()
  after(await listenTls({ ...taken, port: other }))
  await assert.rejects(listenTls({ ...taken, port: other }), /in use: .+ set TLS_PORT to another\.$/)
  const { key: foreign } = await createLocalCertificate(NAMES)
  await assert.rejects(listenTls({ ...taken, port, key: foreign }), /^Error: TLS_CERT and TLS_KEY do not go together/)
})
