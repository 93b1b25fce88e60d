// Reads the body of a content snippet before its transaction begins.
import type { FastifyRequest } from 'fastify'
import { convertHtml, convertMarkdown, MAX_BODY } from '#content/convert.ts'
import { invalid, unprocessable } from '#http/errors.ts'
import { isTooCostly } from '#threads/pool.ts'
import { blocksOfHtml, htmlOfBlocks } from './blocks.ts'
import type { SnippetRequest } from './schema.ts'
import type { SnippetBody } from './title.ts'

declare module 'fastify' {
  interface FastifyRequest {
    snippet_body: SnippetBody | undefined
  }
}

/** A preHandler for a `SnippetRequest`. */
export async function readBody(request: FastifyRequest): Promise<void> {
  request.snippet_body = await bodyOf((request.body ?? {}) as SnippetRequest)
}

/** Returns a body as it is stored; undefined if the request has none. */
export async function bodyOf({ json_blocks, body_markdown }: SnippetRequest): Promise<SnippetBody | undefined> {
  if (json_blocks !== undefined && body_markdown !== undefined)
    throw unprocessable('validation_error', 'json_blocks and body_markdown are mutually exclusive')
  if (json_blocks === undefined && body_markdown === undefined) return undefined
  const field = json_blocks ? 'json_blocks' : 'body_markdown'
  const text = json_blocks ? htmlOfBlocks(json_blocks) : body_markdown!
  const length = json_blocks ? JSON.stringify(json_blocks).length : text.length
  if (length > MAX_BODY) throw invalid(`${field} must not have more than ${MAX_BODY} characters`)
  const content = await (json_blocks ? convertHtml : convertMarkdown)(text).catch((error: Error) => {
    throw isTooCostly(error) ? invalid(`${field} cannot be converted: it is too complex`) : error
  })
  const is_plain = json_blocks && !JSON.stringify(json_blocks).includes('<')
  return {
    json_blocks: is_plain ? json_blocks : blocksOfHtml(content.body),
    body_markdown: content.body_markdown,
    body_text: content.body_text,
  }
}
