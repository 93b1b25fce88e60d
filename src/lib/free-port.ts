// Finds a port of this machine that nothing listens on.
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** Another program can take it before it is used, which is unlikely: the system gives each port in turn. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
