// Ties a route to the operation of Intercom's API that it is: its operationId, its schemas, and since which version.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from 'fastify'
import { type Static, type TSchema, Type } from 'typebox'
import type { Version } from '#versions/versions.ts'
import type { Token } from '#workspaces/tokens.ts'
import type { Workspace } from '#workspaces/workspace.ts'

interface TypeBox extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown
}

/** The server as resources see it: Fastify, with TypeBox schemas giving the types. */
export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBox>

export type Shapes = { params?: TSchema; query?: TSchema; body?: TSchema; response?: TSchema }

export type OperationOptions = Shapes & {
  /** One line for the API reference. */
  summary?: string
  /** The first and the last version that has the operation; all of them where absent. */
  since?: Version
  until?: Version
  /** What a token must be allowed, where it is limited at all. */
  scope?: string
  /** The status of success, 200 where absent. */
  status?: 200 | 201 | 202 | 204
  /** The operation writes with a single statement, so that a transaction around it would only cost. */
  statement?: boolean
  /** Answered without a token. */
  open?: boolean
  /** Answered to the session of a messenger, which is a contact's, instead of a token. */
  session?: boolean
  /** Its answer holds a secret: where it has to be kept, it is kept encrypted. */
  confidential?: boolean
}

export type Operation = Omit<OperationOptions, keyof Shapes> & { id: string }

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Operation
  }
  interface FastifyRequest {
    workspace: Workspace
    token: Token
    /** Who calls, where that is not whoever holds a token: keeps the Idempotency-Keys of contacts apart. */
    caller?: string
  }
}

/**
 * The options of one route: `app.get('/tags/:id', op('findTag', { params: ById, response: Tag }), handler)`.
 * A response of `undefined` is an empty body.
 */
export function op<const O extends OperationOptions>(id: string, options: O) {
  const { params, query, body, response, summary, ...rest } = options as OperationOptions
  const schema = {
    operationId: id,
    ...(summary && { summary }),
    ...(params && { params }),
    ...(query && { querystring: query }),
    ...(body && { body }),
    response: { [rest.status ?? 200]: response ?? Type.Literal('', { description: 'An empty body.' }) },
  }
  return { schema, config: { operation: { id, ...rest } } } as unknown as {
    schema: {
      params: O['params']
      querystring: O['query']
      body: O['body']
      response: { 200: O['response']; 201: O['response']; 202: O['response']; 204: O['response'] }
    }
    config: { operation: Operation }
  }
}
