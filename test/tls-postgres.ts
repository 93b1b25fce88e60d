// A PostgreSQL that is reached by TCP and TLS: it ends the TLS as the server itself does, and passes the rest to the
// tests' PostgreSQL.
import { readFileSync } from 'node:fs'
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { TLSSocket } from 'node:tls'
import { serverOptions } from './database.ts'

/** Length 8, and the code that asks for TLS. */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])

export const certificate = (name: string): string => new URL(`./certificates/${name}`, import.meta.url).pathname

export type TlsPostgres = {
  port: number
  /** For each connection: whether it used TLS, and the name in the client's certificate. */
  seen: { tls: boolean; client: string | undefined }[]
  close(): void
}

/** `name` is that of the server's certificate; null: it has no TLS. `host` is the address that it listens on. */
export async function tlsPostgres(name: string | null, host = '127.0.0.1'): Promise<TlsPostgres> {
  const seen: TlsPostgres['seen'] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    socket.once('data', (first: Buffer) => {
      if (!first.equals(SSL_REQUEST)) {
        seen.push({ tls: false, client: undefined })
        return forward(socket, first)
      }
      socket.write(name ? 'S' : 'N')
      if (!name) return socket.once('data', (next: Buffer) => forward(socket, next))
      const secure = new TLSSocket(socket, {
        isServer: true,
        ...filesOf(name),
        requestCert: true,
        rejectUnauthorized: false,
      })
      secure.on('error', () => {})
      secure.once('secure', () => {
        const subject = secure.getPeerCertificate()?.subject?.CN
        seen.push({ tls: true, client: Array.isArray(subject) ? subject[0] : subject })
        secure.once('data', (next: Buffer) => forward(secure, next))
      })
    })
  })
  server.listen(0, host)
  await new Promise((resolve) => server.once('listening', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    seen,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

const filesOf = (name: string) => ({
  cert: readFileSync(certificate(`${name}.pem`)),
  key: readFileSync(certificate(`${name}.key`)),
  ca: readFileSync(certificate('ca.pem')),
})

function forward(client: Socket, first: Buffer): void {
  const { host, port = 5432 } = serverOptions()
  const upstream = createConnection(join(host, `.s.PGSQL.${port}`))
  upstream.on('error', () => client.destroy())
  upstream.write(first)
  client.pipe(upstream).pipe(client)
}
