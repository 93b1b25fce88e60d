// Loads the server's code in pieces. Loading a module blocks the process; between the pieces it can answer /healthz,
// start the database, and react to a request to stop.
import { setImmediate as turn } from 'node:timers/promises'

/** The modules that load longest. */
const PIECES = [
  () => import('fastify'),
  () => import('typebox'),
  () => import('typebox/compile'),
  () => import('libphonenumber-js'),
  () => import('html-to-text'),
  () => import('sanitize-html'),
  () => import('prom-client'),
  () => import('#delivery/worker.ts'),
  () => import('#http/lists.ts'),
]

/** @throws the reason of a request to stop. */
export async function load(stop: AbortSignal) {
  for (const piece of PIECES) {
    await turn()
    stop.throwIfAborted()
    await piece()
  }
  const { buildApp } = await import('#app.ts')
  const { deliver } = await import('./deliver.ts')
  const { watch } = await import('./monitoring.ts')
  return { buildApp, deliver, watch }
}
