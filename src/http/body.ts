// Parses request bodies as Intercom's clients send them.
import type { FastifyBodyParser, FastifyInstance, FastifyRequest } from 'fastify'
import { exceededBound, type JsonBounds } from '#lib/json-bounds.ts'
import { isObject } from '#lib/objects.ts'
import { type ApiError, invalid, unsupportedType } from './errors.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The text of a JSON body, where the log of requests needs it. */
    sent_body?: string | undefined
  }
}

/**
 * Accepts JSON, also with a vendor media type or without a Content-Type. An empty body counts as none: Ruby's and PHP's
 * clients send `application/json` with an empty POST or DELETE.
 */
export function parseBodies(app: FastifyInstance, { keeps_texts = false }: { keeps_texts?: boolean | undefined } = {}) {
  app.decorateRequest('sent_body')
  const parseJson = app.getDefaultJsonParser('error', 'error')
  const parse: FastifyBodyParser<string> = (request, body, done) => {
    if (keeps_texts) request.sent_body = body
    if (body === '') return done(null, undefined)
    const bound = exceededBound(body, BOUNDS)
    if (bound) return done(invalid(OUT_OF_BOUNDS[bound]))
    parseJson(request, body, (error, value) => {
      if (error) return done(notJson(request, body))
      if (!value) return done(null, value)
      if (body.includes('\\u0000') && hasNul(value)) return done(nul())
      done(null, SURROGATE_ESCAPE.test(body) ? wellFormed(value) : value)
    })
  }
  const parseUntyped: FastifyBodyParser<string> = (request, body, done) =>
    request.headers['content-type'] ? done(unsupportedType(request)) : parse(request, body, done)

  app.removeContentTypeParser(['application/json', 'text/plain'])
  app.addContentTypeParser('application/json', { parseAs: 'string' }, parse)
  app.addContentTypeParser(/^application\/[\w.-]+\+json/, { parseAs: 'string' }, parse)
  app.addContentTypeParser('*', { parseAs: 'string' }, parseUntyped)
  app.addHook('preValidation', ({ headers, body }, _reply, done) => {
    const is_form = headers['content-type']?.startsWith('application/x-www-form-urlencoded')
    done(is_form && isObject(body) && hasNul(body) ? nul() : undefined)
  })
}

/** A body that `JSON.parse` reads was refused because of a key that would change prototypes. */
function notJson({ headers }: Pick<FastifyRequest, 'headers'>, body: string): ApiError {
  const key = forbiddenKeyIn(body)
  if (key) return invalid(`The request body has the key ${key}, which is not allowed`)
  const why = headers['content-type'] ? '' : '; without a Content-Type header it is read as JSON'
  return invalid(`The request body is not valid JSON${why}`)
}

function forbiddenKeyIn(body: string): string | undefined {
  try {
    return forbiddenKey(JSON.parse(body.replace(/^\ufeff/, '')))
  } catch {
    return undefined
  }
}

function forbiddenKey(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  if (Object.hasOwn(value, '__proto__')) return '__proto__'
  const { constructor: own } = value as { constructor: unknown }
  const is_own = Object.hasOwn(value, 'constructor') && typeof own === 'object' && own !== null
  if (is_own && Object.hasOwn(own, 'prototype')) return 'constructor.prototype'
  for (const inner of Object.values(value)) {
    const key = forbiddenKey(inner)
    if (key) return key
  }
  return undefined
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

/**
 * More levels than any request of Intercom's API has, and few enough for recursion. More values than any request that is
 * accepted, and few enough to be read and checked in milliseconds.
 */
const BOUNDS: JsonBounds = { levels: 32, values: 20_000 }

const OUT_OF_BOUNDS: Record<keyof JsonBounds, string> = {
  levels: 'The request body is nested too deeply',
  values: `The request body has more than ${BOUNDS.values} values`,
}

const nul = () => invalid('The request body contains a NUL character')

/** PostgreSQL cannot store U+0000. */
function hasNul(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\0')
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(([key, inner]) => key.includes('\0') || hasNul(inner))
}
