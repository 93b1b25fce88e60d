// Declares the operation of Intercom's API that a route implements: its operationId, schemas, versions and rules.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, FastifyTypeProvider, RawServerDefault } from 'fastify'
import type { IntercomClient } from 'intercom-client'
import { type Static, type TSchema, Type } from 'typebox'
import type { Version } from '#versions/versions.ts'
import type { Scope, Token } from '#workspaces/tokens.ts'
import type { Workspace } from '#workspaces/workspace.ts'

interface TypeBox extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown
}

/** The server as resources see it: Fastify, typed by TypeBox schemas. */
export type App = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, TypeBox>

export type Shapes = { params?: TSchema; query?: TSchema; body?: TSchema; response?: TSchema }

export type OperationOptions = Shapes & {
  /** One line for the API reference. */
  summary: string
  /** The call in Intercom's official SDK; the API reference shows the text of this function as a sample. */
  sdk?: (client: IntercomClient) => unknown
  /** The first and the last version that has the operation. Default: all. */
  since?: Version
  until?: Version
  /** The scope that a limited token needs. Null: none, although the path is under /extensions. */
  scope?: Scope | null
  /** The status of success. Default: 200. */
  status?: 200 | 201 | 202 | 204 | 302
  auth?: Auth
  runs?: Runs
  /** How long the handler may take; then the answer is a 503. Default: TIME_LIMIT_MS. */
  time_limit_ms?: number
  /** The fields of its form (`multipart/form-data`), for the API reference: the handler reads the form itself. */
  form?: TSchema
  /** Another status of success, and its answer. The handler sets it. */
  also_answers?: { status: 200; response: TSchema }
  /** The most bytes of its request body. Default: BODY_LIMIT. */
  body_limit?: number
  /** The Content-Type that its body should have, as errors say it. Default: application/json. */
  media_types?: string
  /** Error statuses besides those that follow from its path, its schemas and its token. */
  refuses?: readonly number[]
  /** 400 and 500 have a bare error instead of a list. */
  bare_errors?: boolean
  /** The key of a custom channel may call it, too. */
  takes_channel_keys?: boolean
  /** The answer contains a secret: if it is stored for an Idempotency-Key, it is encrypted. */
  confidential?: boolean
}

/**
 * Who may call the operation, and the proof:
 * - `token`: an access token of the workspace, or the cookie of a signed-in teammate (the default).
 * - `contact`: a messenger session, which belongs to a contact or a visitor.
 * - `signature`: the provider signs the request; the handler verifies it.
 * - `link`: a signed link in the URL; the handler verifies it.
 * - `public`: anyone.
 */
export type Auth = 'token' | 'contact' | 'signature' | 'link' | 'public'

/**
 * How the handler runs:
 * - `read`: it writes nothing; no transaction (the default for GET).
 * - `statement`: it writes with a single statement; no transaction, except to store the answer for an Idempotency-Key.
 * - `transaction`: in one transaction (the default for other methods with `token` or `contact`).
 * - `outside`: outside of a transaction, because it calls other servers or makes its own (the default for the rest).
 */
export type Runs = 'read' | 'statement' | 'transaction' | 'outside'

/** One megabyte: several times the largest request without files. */
export const BODY_LIMIT = 1024 * 1024

/** Shorter than the time-outs of clients and proxies, so that they get an answer. */
export const TIME_LIMIT_MS = 20_000

/** For operations with `attachment_files`. Intercom publishes no limit. */
export const FILES_LIMIT = 10 * 1024 * 1024

export type Operation = Omit<OperationOptions, keyof Shapes | 'body_limit'> & { id: string }

declare module 'fastify' {
  interface FastifyContextConfig {
    operation?: Operation
    /** The chapter in the API reference. */
    group?: string
  }
  interface FastifyRequest {
    workspace: Workspace
    token: Token
    /** The contact or visitor that calls without a token: separates their Idempotency-Keys. */
    caller?: string
  }
}

/**
 * The options of one route: `app.get('/tags/:id', op('findTag', { summary: 'Show a tag', params: ById, response: Tag }), handler)`.
 * A response of `undefined` is an empty body.
 */
export function op<const O extends OperationOptions>(id: string, options: O) {
  const { params, query, body, response, body_limit, ...rest } = options as OperationOptions
  const schema = {
    ...(params && { params }),
    ...(query && { querystring: query }),
    ...(body && { body }),
    response: {
      [rest.status ?? 200]: response ?? Type.Literal('', { description: 'An empty body.' }),
      ...(rest.also_answers && { [rest.also_answers.status]: rest.also_answers.response }),
    },
  }
  const route = { schema, config: { operation: { id, ...rest } } }
  return (body_limit === undefined ? route : { ...route, bodyLimit: body_limit }) as unknown as {
    schema: {
      params: O['params']
      querystring: O['query']
      body: O['body']
      response: { 200: O['response']; 201: O['response']; 202: O['response']; 204: O['response']; 302: O['response'] }
    }
    config: { operation: Operation }
  }
}
