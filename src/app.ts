// Builds the HTTP server: its hooks are registered in the order in which they run.
import formbody from '@fastify/formbody'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from 'fastify'
import type { Replica } from '#db/replica.ts'
import type { Pool } from '#db/sql.ts'
import type { Files } from '#files/files.ts'
import { type Authentication, authentication, verifiedByHandler } from '#http/auth.ts'
import { parseBodies } from '#http/body.ts'
import { convertVersions } from '#http/convert.ts'
import { allowOrigins, answerPreflights } from '#http/cors.ts'
import { docsPage } from '#http/docs/page.ts'
import { badRequest, errorHandler, notFound, refuseMalformed } from '#http/errors.ts'
import { armedFaults, destroyConnection } from '#http/faults.ts'
import { health } from '#http/health.ts'
import { refuseMissingOperations } from '#http/intercom-operations.ts'
import type { Listener } from '#http/listen.ts'
import { measureRequests } from '#http/metrics.ts'
import { nulInQuery } from '#http/nul.ts'
import { type App, type Auth, BODY_LIMIT, type Operation } from '#http/op.ts'
import { collectOperations } from '#http/operations.ts'
import { rateLimit } from '#http/rate-limit.ts'
import { takePermits } from '#http/rate-limit-queries.ts'
import { reference } from '#http/reference.ts'
import { lazyChild, logRequests, requestIds } from '#http/request-log.ts'
import { sharedRateLimit } from '#http/shared-rate-limit.ts'
import { traceRequests } from '#http/trace-requests.ts'
import { runHandlers } from '#http/transaction.ts'
import { validatorCompiler } from '#http/validator.ts'
import { assertAvailable, versionOf } from '#http/version.ts'
import { EVERYTHING } from '#net/addresses.ts'
import { egressPolicy } from '#net/egress.ts'
import { txtLookup } from '#net/txt-records.ts'
import { RESOURCES } from '#resources/index.ts'
import { contactAuthentication } from '#resources/messenger/sessions/authenticate.ts'
import { NO_REQUEST_LOG, recordRequests } from '#resources/requests/record.ts'
import type { Server } from '#server.ts'
import { activeTracer } from '#tracing/trace.ts'
import { LATEST, type Version } from '#versions/versions.ts'
import { serveWeb } from '#web/serve.ts'
import type { Token } from '#workspaces/tokens.ts'
import { workspaceOf } from '#workspaces/workspace.ts'

export type AppOptions = { sql: Pool; secret: string; files: Files } & Partial<
  Pick<Server, 'public_url' | 'attachment_link_days' | 'fetch_attachments' | 'egress' | 'look_up_txt' | 'streams'>
> & {
    logger?: FastifyServerOptions['logger'] | undefined
    /** For requests without a version, in a workspace without a default. */
    default_version?: Version
    /** 0 or absent: no limit. */
    rate_limit_per_minute?: number
    session_rate_limit_per_minute?: number
    /** Counts the requests of all processes on the database. Absent: of this one alone. */
    shares_rate_limits?: boolean
    /** How long a handler may take. Default: TIME_LIMIT_MS. */
    time_limit_ms?: number
    /** The addresses of proxies whose X-Forwarded-For is believed. */
    trusted_proxies?: readonly string[]
    /** Checks every response against its schema, in tests and development. */
    check_contracts?: boolean
    /** Absent: true. */
    has_metrics?: boolean
    /** As in `health`. */
    metrics?: (() => Promise<string>) | undefined
    /** Writes a line to the log for each request. */
    logs_requests?: boolean
    /** Stores the requests with tokens, for `GET /extensions/requests`. */
    stores_requests?: boolean
    /** Answers lists and searches when it is not behind. */
    replica?: Replica | undefined
    /** Accepts the connections; absent in tests, which inject requests. */
    listener?: Listener | undefined
  }

const buildSerializer = () => () => JSON.stringify

export function buildApp(options: AppOptions): App {
  const { sql, logger = false, default_version = LATEST, listener } = options
  const { rate_limit_per_minute = 0, session_rate_limit_per_minute = 0, trusted_proxies = [] } = options
  const app = Fastify({
    logger,
    ...(listener && { serverFactory: listener.serve }),
    return503OnClosing: false,
    genReqId: requestIds(),
    childLoggerFactory: lazyChild,
    bodyLimit: BODY_LIMIT,
    trustProxy: trusted_proxies === EVERYTHING || (trusted_proxies.length > 0 && [...trusted_proxies]),
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: false,
    // Errors before routing, which run no hooks.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      errorHandler(error, request, reply.header('x-request-id', request.id)),
    clientErrorHandler: refuseMalformed,
    // Set here, so that Fastify does not load its own.
    schemaController: { compilersFactory: { buildValidator: () => validatorCompiler, buildSerializer } },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
  } as unknown as FastifyServerOptions) as unknown as App

  app.setErrorHandler(errorHandler)
  app.setNotFoundHandler(() => {
    throw notFound()
  })
  for (const name of ['workspace', 'token', 'caller', 'visitor']) app.decorateRequest(name)
  app.decorateRequest('losesAnswer', false)
  parseBodies(app, { keeps_texts: options.stores_requests })
  answerPreflights(app)
  app.register(formbody)
  const operations = collectOperations(app)
  const tracer = activeTracer()
  if (tracer) traceRequests(app as unknown as FastifyInstance, tracer)
  measureRequests(app)
  if (options.logs_requests) logRequests(app as unknown as FastifyInstance)
  const request_log = options.stores_requests ? recordRequests(app as unknown as FastifyInstance, sql) : NO_REQUEST_LOG

  const { identify, forgetTokens } = authentication(sql, options.time_limit_ms)
  const limitFor = (kind: string, per_minute: number) =>
    options.shares_rate_limits ? sharedRateLimit(per_minute, takePermits(sql, kind)) : rateLimit(per_minute)
  const countRequest = limitFor('request', rate_limit_per_minute)
  const countSession = limitFor('session', session_rate_limit_per_minute)
  const { public_url = '', attachment_link_days = 7, fetch_attachments = false, egress = egressPolicy() } = options
  const { look_up_txt = txtLookup() } = options
  const server: Server = {
    ...{
      sql,
      secret: options.secret,
      files: options.files,
      public_url,
      attachment_link_days,
      fetch_attachments,
      egress,
      look_up_txt,
    },
    ...{ streams: options.streams ?? {}, request_log, identify, forgetTokens, countRequest, countSession, operations },
    kept_tables: new Set(RESOURCES.flatMap(({ kept_tables = [] }) => kept_tables)),
    topics: new Set(RESOURCES.flatMap(({ events }) => Object.keys(events?.topics ?? {}))),
    given: RESOURCES.flatMap(({ given }) => (given ? [given] : [])),
  }
  const { applyFault, release } = armedFaults(sql)
  app.addHook('preClose', async () => release())

  function enter(token: Token, request: FastifyRequest, reply: FastifyReply, operation: Operation) {
    const counted = countRequest(`${token.workspace_id} ${token.id}`, reply)
    return counted
      ? counted.then(() => admit(token, request, reply, operation))
      : admit(token, request, reply, operation)
  }
  function admit(token: Token, request: FastifyRequest, reply: FastifyReply, operation: Operation) {
    const version = versionOf(request, token.default_version, default_version)
    reply.header('intercom-version', version)
    assertAvailable(operation, version)
    request.workspace = workspaceOf(sql, token, version, request.ip)
    return token.faults ? applyFault(token.faults, request, reply) : undefined
  }
  const authenticate: Record<Auth, Authentication> = {
    token(request, reply, operation) {
      const token = identify(request)
      if (!(token instanceof Promise)) return enter(token, request, reply, operation)
      return token.then((token) => enter(token, request, reply, operation))
    },
    contact: contactAuthentication(server),
    signature: verifiedByHandler,
    link: verifiedByHandler,
    public: verifiedByHandler,
  }
  // No promise if the token is cached, as in most requests.
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    assertOneHost(request)
    allowOrigins(request, reply)
    const { operation } = request.routeOptions.config
    const authenticated = operation && authenticate[operation.auth ?? 'token'](request, reply, operation)
    if (authenticated) authenticated.then(() => done(), done)
    else done()
  })
  app.addHook('onRequest', (request, _reply, done) => done(nulInQuery(request)))
  convertVersions(app, { operations, check: options.check_contracts })
  app.addHook('onRoute', runHandlers(options))
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.losesAnswer) destroyConnection(reply)
    done(null, payload)
  })

  app.register(async (open) => {
    health(open, {
      ...{ sql, files: options.files, isStopping: listener?.isStopping, metrics: options.metrics },
      ...(options.has_metrics === false && { has_metrics: false }),
    })
    reference(open, operations)
    docsPage(open, operations)
    serveWeb(open)
  })
  for (const { group, routes } of RESOURCES) {
    app.register(async (scope) => {
      scope.addHook('onRoute', (route) => {
        route.config = { ...route.config, group }
      })
      routes(scope as unknown as App, server)
    })
  }
  app.register(async (scope) => refuseMissingOperations(scope, operations.values()))
  return app
}

export type Logger = FastifyBaseLogger

/** Node keeps only the first Host; a proxy in front may have used the last one. */
function assertOneHost({ raw: { rawHeaders } }: FastifyRequest): void {
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string
    if (name.length === 4 && name.toLowerCase() === 'host') hosts++
  }
  if (hosts > 1) throw badRequest('bad_request', 'There is more than one Host header')
}
