// Parses request bodies as Intercom's clients send them.
import type { FastifyBodyParser, FastifyInstance } from 'fastify'
import { ApiError, invalid } from './errors.ts'

/** Ten megabytes. Intercom publishes no limit; this is well above its largest documented JSON body. */
export const BODY_LIMIT = 10 * 1024 * 1024

/**
 * Accepts JSON, also with a vendor media type or without a Content-Type. An empty body counts as none: Ruby's and PHP's
 * clients send `application/json` with an empty POST or DELETE.
 */
export function parseBodies(app: FastifyInstance) {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  const parse: FastifyBodyParser<string> = (request, body, done) => {
    if (body === '') return done(null, undefined)
    parseJson(request, body, (error, value) => {
      if (error || !value) return done(error, value)
      done(refusalOf(body, value), SURROGATE_ESCAPE.test(body) ? wellFormed(value) : value)
    })
  }
  const parseUntyped: FastifyBodyParser<string> = (request, body, done) =>
    request.headers['content-type'] ? done(unsupported()) : parse(request, body, done)

  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('application/json', { parseAs: 'string' }, parse)
  app.addContentTypeParser(/^application\/[\w.-]+\+json/, { parseAs: 'string' }, parse)
  app.addContentTypeParser('*', { parseAs: 'string' }, parseUntyped)
}

/** An escaped surrogate; most come in pairs. */
const SURROGATE_ESCAPE = /\\ud[89a-f]/i

/** Replaces lone surrogates (half of an emoji) by U+FFFD, because PostgreSQL cannot store them. */
function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(wellFormed)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toWellFormed(), wellFormed(inner)]))
}

const unsupported = () =>
  new ApiError(415, 'unsupported_media_type', 'The Content-Type header should be application/json')

/** More levels than any request of Intercom's API has, and few enough for recursion. */
const DEEPEST = 32

/** Returns the error for valid JSON that is nested too deeply, or contains U+0000, which PostgreSQL cannot store. */
function refusalOf(body: string, value: unknown) {
  if (body.length > DEEPEST && isDeeper(value, DEEPEST)) return invalid('The request body is nested too deeply')
  if (body.includes('\\u0000') && hasNul(value)) return invalid('The request body contains a NUL character')
  return null
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}

function hasNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0')
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, inner]) => key.includes('\0') || hasNul(inner))
}
