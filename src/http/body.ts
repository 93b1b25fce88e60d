// Reads request bodies the way Intercom's clients write them.
import type { FastifyBodyParser, FastifyInstance } from 'fastify'
import { ApiError, invalid } from './errors.ts'

/** Ten megabytes: Intercom publishes no figure; this is well above its largest documented JSON body. */
export const BODY_LIMIT = 10 * 1024 * 1024

/**
 * JSON, also under vendor media types and without any Content-Type. An empty body is no body: Ruby's and PHP's
 * clients say `application/json` on a POST or DELETE that has none.
 */
export function parseBodies(app: FastifyInstance) {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  const parse: FastifyBodyParser<string> = (request, body, done) => {
    if (body === '') return done(null, undefined)
    parseJson(request, body, (error, value) => {
      if (error || !value) return done(error, value)
      done(unreadable(body, value), HALF_A_CHARACTER.test(body) ? madeWhole(value) : value)
    })
  }
  const parseUntyped: FastifyBodyParser<string> = (request, body, done) =>
    request.headers['content-type'] ? done(unsupported()) : parse(request, body, done)

  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('application/json', { parseAs: 'string' }, parse)
  app.addContentTypeParser(/^application\/[\w.-]+\+json/, { parseAs: 'string' }, parse)
  app.addContentTypeParser('*', { parseAs: 'string' }, parseUntyped)
}

/** The escape of a surrogate; most come in pairs. */
const HALF_A_CHARACTER = /\\ud[89a-f]/i

/** Whoever cuts a text in the middle of an emoji sends half of it, which no database text holds: it becomes a U+FFFD. */
function madeWhole(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(madeWhole)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toWellFormed(), madeWhole(inner)]))
}

const unsupported = () =>
  new ApiError(415, 'unsupported_media_type', 'The Content-Type header should be application/json')

/** More than any request of Intercom's needs, and few enough for every walk over a body. */
const DEEPEST = 32

/** Why a body that is JSON is refused all the same: nested beyond reason, or with U+0000, which no database text holds. */
function unreadable(body: string, value: unknown) {
  if (body.length > DEEPEST && isDeeper(value, DEEPEST)) return invalid('The request body is nested too deeply')
  if (body.includes('\\u0000') && holdsNul(value)) return invalid('The request body holds a NUL character')
  return null
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1))
}

function holdsNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0')
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, inner]) => key.includes('\0') || holdsNul(inner))
}
