// Converts the HTML body of a request before its transaction begins, so that no transaction waits for a thread.
import type { FastifyRequest } from 'fastify'
import { invalid } from '#http/errors.ts'
import type { HtmlAndText } from '#lib/html.ts'
import { htmlAndTextOf, htmlOf } from '#threads/html.ts'
import { isTooCostly } from '#threads/pool.ts'

/** A body as safe HTML. `text` is the same as plain text, for operations that need it. */
export type WrittenBody = Pick<HtmlAndText, 'html'> & Partial<HtmlAndText>

declare module 'fastify' {
  interface FastifyRequest {
    /** The request's `body`, as `readHtml` or `readHtmlAndText` has converted it. */
    written_body: WrittenBody
  }
}

/** A preHandler: converts `body`, which is HTML or plain text. */
export async function readHtml(request: FastifyRequest) {
  request.written_body = { html: await htmlOf(bodyOf(request)).catch(refuseTooCostly) }
}

/** A preHandler: converts `body` to HTML, and that to plain text. */
export async function readHtmlAndText(request: FastifyRequest) {
  request.written_body = await htmlAndTextOf(bodyOf(request)).catch(refuseTooCostly)
}

const bodyOf = (request: FastifyRequest): string => (request.body as { body?: string | null }).body ?? ''

function refuseTooCostly(error: Error): never {
  throw isTooCostly(error) ? invalid('body cannot be converted: its HTML is too complex') : error
}
