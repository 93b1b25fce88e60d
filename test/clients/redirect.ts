// Sends what is meant for https://api.intercom.io to a server here, for clients that cannot be given another address: an
// HTTPS proxy, and a certificate for that name that the client must trust.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const NAME = 'api.intercom.io'

export type Redirect = {
  /** The value of HTTPS_PROXY. */
  readonly proxy: string
  /** The path of the certificate, as PEM. */
  readonly certificate: string
  close(): void
}

/** `url` is that of the server. Needs the program openssl. */
export async function redirectTo(url: string): Promise<Redirect> {
  const directory = mkdtempSync(join(tmpdir(), 'interphone-redirect-'))
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')]
  const subject = ['-subj', `/CN=${NAME}`, '-addext', `subjectAltName=DNS:${NAME}`]
  const files = ['-keyout', key, '-out', certificate]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', ...subject, ...files], {
    stdio: 'ignore',
  })

  const secure = createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, forwardTo(url))
  const proxy = createServer((_, answer) => answer.writeHead(405).end())
  proxy.on('connect', ({ url: target }: IncomingMessage, socket) => {
    if (target !== `${NAME}:443`) return socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
    secure.emit('connection', socket)
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')

  return {
    proxy: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    certificate,
    close() {
      proxy.close()
      proxy.closeAllConnections()
      secure.closeAllConnections()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

const forwardTo = (url: string) => (asked: IncomingMessage, answer: ServerResponse) => {
  const { method, headers } = asked
  const onward = request(new URL(asked.url ?? '/', url), { method: method ?? 'GET', headers }, (answered) => {
    answer.writeHead(answered.statusCode ?? 502, answered.headers)
    answered.pipe(answer)
  })
  onward.on('error', () => answer.destroy())
  asked.pipe(onward)
}
