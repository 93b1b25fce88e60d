// Reads the body of an internal article before its transaction begins. Plain text stays as it was written.
import type { FastifyRequest } from 'fastify'
import type { Content } from '#content/content.ts'
import { bodiesOf } from '#resources/articles/bodies.ts'
import type { InternalArticleRequest } from './schema.ts'

declare module 'fastify' {
  interface FastifyRequest {
    internal_body: Content | undefined
  }
}

/** A preHandler for an `InternalArticleRequest`. */
export async function readBody(request: FastifyRequest): Promise<void> {
  const { body, body_markdown } = (request.body ?? {}) as InternalArticleRequest
  const given = { ...(body !== undefined && { body }), ...(body_markdown !== undefined && { body_markdown }) }
  const content = (await bodiesOf(given)).get('')
  request.internal_body = content && body && !/[<&]/.test(body) ? { ...content, body } : content
}
