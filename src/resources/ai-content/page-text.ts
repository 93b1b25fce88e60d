// Reads the text of a page's HTML before the transaction of its request begins.
import type { FastifyRequest } from 'fastify'
import { convertHtml } from '#content/convert.ts'
import { invalid } from '#http/errors.ts'
import { isTooCostly } from '#threads/pool.ts'

declare module 'fastify' {
  interface FastifyRequest {
    page_text: string
  }
}

/** A preHandler for a request with `html`. */
export async function readPageText(request: FastifyRequest): Promise<void> {
  const { html } = request.body as { html: string }
  const content = await convertHtml(html).catch((error: Error) => {
    throw isTooCostly(error) ? invalid('html cannot be converted: it is too complex') : error
  })
  request.page_text = content.body_text
}
