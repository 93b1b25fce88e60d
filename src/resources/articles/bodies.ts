// Reads the bodies of a request before its transaction begins: long ones are converted in a worker thread.
import type { FastifyRequest } from 'fastify'
import type { Content } from '#content/content.ts'
import { convertHtml, convertMarkdown, MAX_BODY } from '#content/convert.ts'
import { invalid, unprocessable } from '#http/errors.ts'
import { translationsIn } from '#resources/help-centers/translations.ts'
import { isTooCostly } from '#threads/pool.ts'
import type { ArticleRequest, ContentRequest } from './schema.ts'

/** Keyed by locale; that of the article itself has the key ''. */
export type WrittenBodies = ReadonlyMap<string, Content>

declare module 'fastify' {
  interface FastifyRequest {
    written_bodies: WrittenBodies
  }
}

/** A preHandler for an `ArticleRequest`. */
export async function readBodies(request: FastifyRequest): Promise<void> {
  request.written_bodies = await bodiesOf((request.body ?? {}) as ArticleRequest)
}

/** Returns the bodies that a request has, as they are stored. */
export async function bodiesOf(request: ArticleRequest): Promise<WrittenBodies> {
  const bodies = new Map<string, Content>()
  const translations = translationsIn<ContentRequest | null>(request.translated_content)
  for (const [locale, content] of [['', request] as const, ...translations]) {
    const converted = content && (await bodyOf(content, locale && `translated_content.${locale}.`))
    if (converted) bodies.set(locale, converted)
  }
  return bodies
}

async function bodyOf({ body, body_markdown }: ContentRequest, path: string): Promise<Content | undefined> {
  if (body && body_markdown)
    throw unprocessable('parameter_invalid', `${path}body and ${path}body_markdown are mutually exclusive`)
  const field = `${path}${body_markdown ? 'body_markdown' : 'body'}`
  const text = body_markdown || body
  if (text && text.length > MAX_BODY) throw invalid(`${field} must not have more than ${MAX_BODY} characters`)
  if (body === undefined && body_markdown === undefined) return undefined
  const convert = body_markdown ? convertMarkdown : convertHtml
  return convert(text ?? '').catch((error: Error) => {
    throw isTooCostly(error) ? invalid(`${field} cannot be converted: it is too complex`) : error
  })
}
