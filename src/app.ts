// The server: hooks in the order in which a request meets them, and the list of all resources.
import { randomUUID } from 'node:crypto'
import cors from '@fastify/cors'
import formbody from '@fastify/formbody'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from 'fastify'
import type { Pool } from '#db/sql.ts'
import type { Files } from '#files/files.ts'
import { authentication } from '#http/auth.ts'
import { BODY_LIMIT, parseBodies } from '#http/body.ts'
import { contractCheck } from '#http/contract.ts'
import { errorHandler, notFound, refuseUnreadable } from '#http/errors.ts'
import { armedFaults, cut } from '#http/faults.ts'
import { health } from '#http/health.ts'
import type { Listener } from '#http/listen.ts'
import { measureRequests } from '#http/metrics.ts'
import type { App } from '#http/op.ts'
import { rateLimit } from '#http/rate-limit.ts'
import { describeApi, reference } from '#http/reference.ts'
import { runInTransaction } from '#http/transaction.ts'
import { validatorCompiler } from '#http/validator.ts'
import { assertAvailable, versionOf } from '#http/version.ts'
import inboundEmail from '#inbound/email/routes.ts'
import twilioWebhooks from '#inbound/twilio/routes.ts'
import whatsappWebhook from '#inbound/whatsapp/routes.ts'
import type { EgressPolicy } from '#net/egress.ts'
import admins from '#resources/admins/routes.ts'
import attachments from '#resources/attachments/routes.ts'
import broadcasts from '#resources/broadcasts/routes.ts'
import channels from '#resources/channel-accounts/routes.ts'
import contacts from '#resources/contacts/routes.ts'
import conversations from '#resources/conversations/routes.ts'
import dataAttributes from '#resources/data-attributes/routes.ts'
import deliveries from '#resources/deliveries/routes.ts'
import messages from '#resources/messages/routes.ts'
import messenger from '#resources/messenger/routes.ts'
import type { StreamLimits } from '#resources/messenger/streams.ts'
import sandboxClock from '#resources/sandbox/clock/routes.ts'
import sandboxFaults from '#resources/sandbox/faults/routes.ts'
import sandboxReplies from '#resources/sandbox/replies/routes.ts'
import sandbox from '#resources/sandbox/routes.ts'
import sandboxSettings from '#resources/sandbox/settings/routes.ts'
import sandboxStatuses from '#resources/sandbox/statuses/routes.ts'
import secureModeSecrets from '#resources/secure-mode-secrets/routes.ts'
import tags from '#resources/tags/routes.ts'
import unsubscribing from '#resources/unsubscribe/routes.ts'
import workspaces from '#resources/workspaces/routes.ts'
import { downgrade, upgrade } from '#versions/convert.ts'
import { LATEST, type Version } from '#versions/versions.ts'
import type { Token } from '#workspaces/tokens.ts'
import { workspaceOf } from '#workspaces/workspace.ts'

export type AppOptions = {
  sql: Pool
  /** What links that go out are signed with. */
  secret: string
  /** Where the server is reached from outside, without a slash at the end: what such links begin with. */
  public_url?: string
  logger?: FastifyServerOptions['logger'] | undefined
  default_version?: Version
  rate_limit_per_minute?: number
  /** Hold every answer against its schema: on in tests and development. */
  check_contracts?: boolean
  /** Where attached files lie. */
  files: Files
  /** Days that a link to one of them is good for; 7 where absent. */
  attachment_link_days?: number
  /** Have files fetched that attachments name by their addresses. */
  fetch_attachments?: boolean
  /** How long streams wait for what, and how many there may be; for tests that cannot wait as long. */
  streams?: Partial<StreamLimits>
  /** How far the channel accounts go that workspaces make; to what is public where absent. */
  egress?: EgressPolicy
  /** Where requests come from; absent in tests, which put them in directly. */
  listener?: Listener | undefined
}

/** What routes may need besides the app. */
type Context = Pick<
  AppOptions,
  'sql' | 'secret' | 'public_url' | 'files' | 'attachment_link_days' | 'fetch_attachments' | 'egress' | 'streams'
> & {
  /** The token of a request to an operation that is open, where it needs one after all; throws a 401 without. */
  identify(request: FastifyRequest): Promise<Token>
  /** Counts a request against the rate limit of whoever `key` is. */
  count(key: string, reply: FastifyReply): Promise<void>
  /** To be called when a token has stopped being one. */
  forgetTokens(): void
  /** The ids of all operations, once all routes are there. */
  operations: ReadonlySet<string>
}

/** In reading order; the group's name is its chapter in the API reference. */
const RESOURCES: [group: string, routes: (app: App, context: Context) => void][] = [
  ['Messages', messages],
  ['Contacts', contacts],
  ['Conversations', conversations],
  ['Tags', tags],
  ['Data Attributes', dataAttributes],
  ['Admins', admins],
  ['Identity Verification Secrets', secureModeSecrets],
  ['Extensions: broadcasts', broadcasts],
  ['Extensions: channels', channels],
  ['Extensions: deliveries', deliveries],
  ['Extensions: messenger', messenger],
  ['Extensions: sandbox', sandbox],
  ['Extensions: sandbox', sandboxReplies],
  ['Extensions: sandbox', sandboxStatuses],
  ['Extensions: sandbox', sandboxFaults],
  ['Extensions: sandbox', sandboxClock],
  ['Extensions: sandbox', sandboxSettings],
  ['Extensions: workspaces', workspaces],
  ['Attachments', attachments],
  ['Unsubscribing', unsubscribing],
  ['Webhooks: email', inboundEmail],
  ['Webhooks: Twilio', twilioWebhooks],
  ['Webhooks: WhatsApp', whatsappWebhook],
]

/** What a script in a browser may read of an answer, besides its body. */
const EXPOSED_HEADERS = [
  ...['x-request-id', 'intercom-version', 'idempotent-replayed'],
  ...['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset', 'retry-after'],
]

const buildSerializer = () => () => JSON.stringify

export function buildApp(options: AppOptions): App {
  const { sql, logger = false, default_version = LATEST, rate_limit_per_minute = 0, listener } = options
  const app = Fastify({
    logger,
    ...(listener && { serverFactory: listener.serve }),
    return503OnClosing: false,
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: false,
    // What no route could be found for: it meets no hook.
    frameworkErrors: (error: FastifyError, request: FastifyRequest, reply: FastifyReply) =>
      errorHandler(error, request, reply.header('x-request-id', request.id)),
    clientErrorHandler: refuseUnreadable,
    // Given from the start, so that Fastify does not load its own.
    schemaController: { compilersFactory: { buildValidator: () => validatorCompiler, buildSerializer } },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: 512 },
  } as unknown as FastifyServerOptions) as unknown as App

  app.setErrorHandler(errorHandler)
  app.setNotFoundHandler(() => {
    throw notFound()
  })
  app.decorateRequest('workspace')
  app.decorateRequest('token')
  app.decorateRequest('caller')
  app.decorateRequest('losesAnswer', false)
  parseBodies(app)
  app.register(cors, {
    origin: '*', // The token is what protects; nothing is sent along by a browser of itself.
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    strictPreflight: false,
    exposedHeaders: EXPOSED_HEADERS.join(', '),
  })
  app.register(formbody)
  describeApi(app)
  measureRequests(app)

  const { identify, forgetTokens } = authentication(sql)
  const count = rateLimit(rate_limit_per_minute)
  const { meetFault, release } = armedFaults(sql)
  app.addHook('preClose', async () => release())
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    const { operation } = request.routeOptions.config
    if (!operation || operation.open || operation.session) return
    const token = await identify(request)
    await count(`${token.workspace_id} ${token.id}`, reply)
    const version = versionOf(request, token.default_version, default_version)
    reply.header('intercom-version', version)
    assertAvailable(operation, version)
    request.token = token
    request.workspace = workspaceOf(sql, token, version)
    if (token.faults) await meetFault(token.faults, request, reply)
  })
  app.addHook('preValidation', (request, _reply, done) => {
    const { operation } = request.routeOptions.config
    if (operation && request.workspace) request.body = upgrade(operation.id, request.body, request.workspace.version)
    done()
  })
  app.addHook('preHandler', (request, reply, done) => {
    const { status } = request.routeOptions.config.operation ?? {}
    if (status) reply.code(status)
    done()
  })
  app.addHook('onRoute', runInTransaction(options.secret))
  const operations = new Set<string>()
  app.addHook('onRoute', ({ config }) => {
    if (config?.operation) operations.add(config.operation.id)
  })

  const check = options.check_contracts ? contractCheck() : undefined
  app.addHook('preSerialization', (request, reply, payload, done) => {
    check?.(request, reply, payload)
    done(null, request.workspace ? downgrade(payload, request.workspace.version) : payload)
  })
  app.addHook('onSend', (request, reply, payload, done) => {
    if (request.losesAnswer) cut(reply)
    done(null, payload)
  })

  app.register(async (open) => {
    health(open, sql)
    reference(open)
  })
  for (const [group, routes] of RESOURCES) {
    app.register(async (scope) => {
      scope.addHook('onRoute', (route) => {
        route.schema = { ...route.schema, tags: [group] }
      })
      routes(scope as unknown as App, { ...options, identify, count, forgetTokens, operations })
    })
  }
  return app
}

export type Logger = FastifyBaseLogger
