// The API's own description, made from the code's schemas.
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

/** `/openapi.json`, for programs. */
export function reference(app: FastifyInstance) {
  app.get('/openapi.json', { schema: { hide: true } }, async () => app.swagger())
}
