// The page at /docs: Scalar's API reference. The browser loads everything from this server.
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import Fastify, { type FastifyInstance } from 'fastify'
import type { RegisteredOperation } from '../operations.ts'
import { startScript } from './start-script.ts'

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Interphone: API reference</title>
  </head>
  <body>
    <div id="reference"></div>
    <script src="/docs/scalar.js"></script>
    <script type="module" src="/docs/start.js"></script>
  </body>
</html>
`

const SECURITY = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'unsafe-inline'", // Scalar writes its styles into the page.
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
}

const JAVASCRIPT = 'text/javascript; charset=utf-8'

export function docsPage(app: FastifyInstance, operations: ReadonlyMap<string, RegisteredOperation>) {
  let scalar: Promise<Buffer> | undefined

  app.get('/docs', async (_request, reply) => {
    reply.headers(SECURITY).type('text/html; charset=utf-8')
    return PAGE
  })

  app.get('/docs/start.js', async (_request, reply) => {
    reply.headers(SECURITY).type(JAVASCRIPT)
    return startScript(operations)
  })

  app.get('/docs/scalar.js', async (_request, reply) => {
    scalar ??= loadScalar()
    reply.headers(SECURITY).headers({ 'content-encoding': 'gzip', 'cache-control': 'public, max-age=86400' })
    reply.type(JAVASCRIPT)
    return scalar
  })
}

/**
 * Returns Scalar's script, compressed. The package contains it as a text of 5 MB within a Fastify plugin: the plugin is
 * loaded at the first request, and the script is read by an injected request to it.
 */
async function loadScalar(): Promise<Buffer> {
  const { default: plugin } = await import('@scalar/fastify-api-reference')
  const server = Fastify()
  server.register(plugin, { routePrefix: '/docs', configuration: { url: '/openapi.json' } })
  const { rawPayload } = await server.inject('/docs/js/scalar.js')
  await server.close()
  return promisify(gzip)(rawPayload)
}
