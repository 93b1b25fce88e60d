// Refuses NUL characters in URLs: PostgreSQL cannot store U+0000. In a path, one is part of an id that does not exist.
import type { FastifyRequest } from 'fastify'
import { type ApiError, invalid, notFound } from './errors.ts'

/** Returns the error of a NUL in the path or the query of any operation. */
export function nulInUrl({ url, routeOptions }: Pick<FastifyRequest, 'url' | 'routeOptions'>): ApiError | undefined {
  const nul = url.lastIndexOf('%00')
  if (nul < 0 || !routeOptions.config.operation) return undefined
  const query = url.indexOf('?')
  return query >= 0 && nul > query ? invalid('A value in the request contains a NUL character') : notFound()
}
