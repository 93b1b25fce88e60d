// Ties a route to the operation of Intercom's API that it is: its operationId, its schemas, and since which version.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from 'fastify'
import type { IntercomClient } from 'intercom-client'
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
  summary: string
  /** A call of Intercom's official SDK that does it; the reference shows the text of this function as a sample. */
  sdk?: (client: IntercomClient) => unknown
  /** The first and the last version that has the operation; all of them where absent. */
  since?: Version
  until?: Version
  /** What a token must be allowed, where it is limited at all. */
  scope?: string
  /** The status of success, 200 where absent. */
  status?: 200 | 201 | 202 | 204
  auth?: Auth
  runs?: Runs
  /** Statuses that it refuses with, besides those that follow from its path, its schemas and its token. */
  refuses?: readonly number[]
  /** It answers 400 and 500 with a bare error in the place of a list. */
  bare_errors?: boolean
  /** The answer contains a secret: if it is stored for an Idempotency-Key, it is encrypted. */
  confidential?: boolean
}

/**
 * Who may call the operation, and how that is proven:
 * - `token`: an access token of the workspace (where absent).
 * - `contact`: a messenger session, which belongs to a contact or a visitor.
 * - `signature`: the provider signs the request; the handler verifies it.
 * - `link`: a signed link in the URL; the handler verifies it.
 * - `public`: anyone.
 */
export type Auth = 'token' | 'contact' | 'signature' | 'link' | 'public'

/**
 * How the handler runs:
 * - `read`: it writes nothing; no transaction (where absent: GET).
 * - `statement`: it writes with a single statement; no transaction, unless an Idempotency-Key is to be stored with it.
 * - `transaction`: in one transaction (where absent: all other methods with `token` or `contact`).
 * - `outside`: outside of any transaction, because it calls other servers or decides for itself (where absent: the rest).
 */
export type Runs = 'read' | 'statement' | 'transaction' | 'outside'

export type Operation = Omit<OperationOptions, keyof Shapes> & { id: string }

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Operation
    /** Its chapter in the API reference. */
    group?: string
  }
  interface FastifyRequest {
    workspace: Workspace
    token: Token
    /** Who calls, unless it is the holder of a token: separates the Idempotency-Keys of contacts. */
    caller?: string
  }
}

/**
 * The options of one route: `app.get('/tags/:id', op('findTag', { summary: 'Show a tag', params: ById, response: Tag }), handler)`.
 * A response of `undefined` is an empty body.
 */
export function op<const O extends OperationOptions>(id: string, options: O) {
  const { params, query, body, response, ...rest } = options as OperationOptions
  const schema = {
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
