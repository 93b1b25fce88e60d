// Loads the server's code in pieces. To load a module blocks the process: between the pieces it answers /healthz, brings
// up the database, and notices that it is to stop.
import { setImmediate as turn } from 'node:timers/promises'

/** What takes longest, so that little is left to load at once. */
const PIECES = [
  () => import('fastify'),
  () => import('typebox'),
  () => import('typebox/compile'),
  () => import('libphonenumber-js/max'),
  () => import('html-to-text'),
  () => import('sanitize-html'),
  () => import('prom-client'),
  () => import('#delivery/worker.ts'),
  () => import('#http/lists.ts'),
]

/** @throws the reason of a request to stop that comes meanwhile. */
export async function load(stop: AbortSignal) {
  for (const piece of PIECES) {
    await turn()
    stop.throwIfAborted()
    await piece()
  }
  const { buildApp } = await import('#app.ts')
  const { deliver } = await import('./deliver.ts')
  return { buildApp, deliver }
}
