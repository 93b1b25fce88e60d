// The API's own description, made from the code's schemas, and a page to read it.
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { VERSIONS } from '#versions/versions.ts'

export function describeApi(app: FastifyInstance) {
  app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Interphone',
        version: '0.1.0',
        description:
          'The Intercom REST API, served by yourself, and under /extensions what Intercom does only in its web app. ' +
          `The header Intercom-Version takes ${VERSIONS[5]} to ${VERSIONS.at(-1)}.`,
      },
      components: { securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } } },
      security: [{ bearer: [] }],
    },
  })
}

const DIRECTORY = dirname(fileURLToPath(import.meta.resolve('swagger-ui-dist/package.json')))
const FILES: Record<string, string> = {
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui.css': 'text/css; charset=utf-8',
}

const PAGE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width">
    <title>Interphone: API reference</title>
    <link rel="stylesheet" href="/docs/swagger-ui.css">
  </head>
  <body>
    <div id="reference"></div>
    <script src="/docs/swagger-ui-bundle.js"></script>
    <script>
      SwaggerUIBundle({ url: '/openapi.json', dom_id: '#reference', persistAuthorization: true, docExpansion: 'none' })
    </script>
  </body>
</html>
`

/** `/openapi.json` for machines, `/docs` for people; the page needs nothing from outside. */
export function reference(app: FastifyInstance) {
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())

  app.get('/docs', { schema: { hide: true } }, async (_request, reply) => {
    reply.type('text/html; charset=utf-8')
    return PAGE
  })
  for (const [file, type] of Object.entries(FILES)) {
    app.get(`/docs/${file}`, { schema: { hide: true } }, async (_request, reply) => {
      reply.type(type).header('cache-control', 'public, max-age=86400')
      return readFile(join(DIRECTORY, file))
    })
  }
}
