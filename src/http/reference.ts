// /openapi.json: the OpenAPI document of any API version, for programs and for the page at /docs.
import type { FastifyInstance } from 'fastify'
import { LATEST, parseVersion, type Version } from '#versions/versions.ts'
import { CONVERSIONS } from './convert.ts'
import { unknownVersion } from './errors.ts'
import { describeApi } from './openapi/document.ts'
import type { RegisteredOperation } from './operations.ts'

/** `GET /openapi.json?version=2.11`. Default: the latest version. Each document is created once. */
export function reference(app: FastifyInstance, operations: ReadonlyMap<string, RegisteredOperation>) {
  const documents = new Map<Version, string>()
  const documentOf = (version: Version): string => {
    const known = documents.get(version)
    if (known) return known
    const document = JSON.stringify(describeApi(operations.values(), CONVERSIONS, version))
    documents.set(version, document)
    return document
  }

  app.get<{ Querystring: { version?: string } }>('/openapi.json', async ({ query }, reply) => {
    const version = query.version === undefined ? LATEST : parseVersion(String(query.version))
    if (!version) throw unknownVersion()
    reply.type('application/json; charset=utf-8')
    return documentOf(version)
  })
}
