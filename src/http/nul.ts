// Refuses NUL characters in queries: PostgreSQL cannot store U+0000. In a path, one is part of an id that does not exist.
import type { FastifyRequest } from 'fastify'
import { type ApiError, invalid } from './errors.ts'

/** Returns the error of a NUL in the query of any operation. */
export function nulInQuery({ url, routeOptions }: Pick<FastifyRequest, 'url' | 'routeOptions'>): ApiError | undefined {
  const query = url.indexOf('?')
  if (query < 0 || !url.includes('%00', query) || !routeOptions.config.operation) return undefined
  return invalid('A value in the request contains a NUL character')
}
