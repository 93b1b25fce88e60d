// HTTPS beside HTTP: decrypted connections are those of the server that listens already, with its limits and its end.
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { createServer } from 'node:tls'

export type TlsOptions = { host: string; port: number; certificate: string; key: string; accept(socket: Duplex): void }

const HANDSHAKE_MS = 10_000

/**
 * Returns how to stop accepting connections; those that are open are the other server's.
 * @throws Error with a message for the operator if the port cannot be used, or the key is not that of the certificate
 */
export async function listenTls({ host, port, certificate, key, accept }: TlsOptions): Promise<() => Promise<void>> {
  const server = createServerFor(certificate, key)
  server.on('secureConnection', accept)
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  server.listen(port, host)
  await once(server, 'listening').catch((error) => {
    const why = UNABLE[error.code]
    throw why ? new Error(why(host, port), { cause: error }) : error
  })
  return async () => void server.close()
}

function createServerFor(cert: string, key: string) {
  try {
    return createServer({ cert, key, ALPNProtocols: ['http/1.1'], handshakeTimeout: HANDSHAKE_MS })
  } catch (error) {
    throw new Error(`TLS_CERT and TLS_KEY do not go together: ${(error as Error).message}`, { cause: error })
  }
}

const UNABLE: Record<string, (host: string, port: number) => string> = {
  EADDRINUSE: (host, port) => `Port ${port} of ${host} is in use: stop what listens there, or set TLS_PORT to another.`,
  EACCES: (_, port) =>
    `This account may not listen on port ${port}, which HTTPS has: allow it, as docs/guides/fixed-hosts.md says, or set TLS_PORT to a number from 1024 on.`,
}
