// The types of what the parts of a running server share, and of what each resource declares.
import type { FastifyBaseLogger, FastifyRequest } from 'fastify'
import type { Measure } from '#db/measures.ts'
import type { Replica } from '#db/replica.ts'
import type { Pool } from '#db/sql.ts'
import type { ObjectEvents } from '#events/events.ts'
import type { Files } from '#files/files.ts'
import type { StreamLimits } from '#http/event-stream.ts'
import type { App } from '#http/op.ts'
import type { CountRequest } from '#http/rate-limit.ts'
import type { Job } from '#jobs/job.ts'
import type { EgressPolicy } from '#net/egress.ts'
import type { SafeFetch } from '#net/safe-fetch.ts'
import type { LookUpTxt } from '#net/txt-records.ts'
import type { Token } from '#workspaces/tokens.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** Functions take a `Pick` of what they need. */
export type Server = {
  sql: Pool
  /** Signs links and addresses, and encrypts stored secrets. */
  secret: string
  /** The server's public URL, without a slash at the end; empty in tests. */
  public_url: string
  /** Where attached files are stored. */
  files: Files
  /** Days that a link to an attached file is valid. */
  attachment_link_days: number
  /** Whether the worker fetches the files at the URLs of attachments, so that they outlive the original. */
  fetch_attachments: boolean
  /** Limits the connections of channel accounts that workspaces create. */
  egress: EgressPolicy
  /** Looks up the TXT records that prove reply domains. */
  look_up_txt: LookUpTxt
  /** Overrides the limits of messenger streams. */
  streams: Partial<StreamLimits>
  /**
   * Returns the access token of a request; throws a 401 without a valid one, a 403 if it lacks the operation's scope.
   */
  identify(request: FastifyRequest): Token | Promise<Token>
  /** Call it when a token, or the sandbox state that is cached with it, has changed. */
  forgetTokens(): void
  /** Counts a request against the rate limit of `key`, and writes the headers. */
  countRequest: CountRequest
  /** The same for starting messenger sessions, which needs no token. */
  countSession: CountRequest
  /** The log of requests: see `RequestLog`. */
  request_log: { is_on: boolean; flush(): Promise<void> }
  /** All operationIds; complete after `app.ready()`. */
  operations: Pick<ReadonlySet<string>, 'has'>
  /** Tables of a workspace that a sandbox reset leaves as they are, of all resources. */
  kept_tables: ReadonlySet<string>
  /** The topics of all resources. */
  topics: ReadonlySet<string>
  /** `given` of all resources. */
  given: readonly NonNullable<Resource['given']>[]
}

/** An object that no operation of Intercom's can make. `id` is what operations take: of a WhatsApp template its name. */
export type GivenObject = { type: string; id: string; name: string }

/** For how many days old rows stay; 0: for ever. */
export type KeptDays = Readonly<
  Record<
    'events' | 'deliveries' | 'delivery_history' | 'captured_messages' | 'received_messages' | 'webhook_notifications',
    number
  >
>

/** What jobs get from the worker process. */
export type WorkerContext = Pick<Server, 'sql' | 'secret' | 'files' | 'egress' | 'public_url'> & {
  /** No other worker can run: at the start, the leases of dead workers end at once. */
  is_alone: boolean
  /** Fetches files by URL; absent if remote files are not fetched. */
  fetch: SafeFetch | undefined
  log: FastifyBaseLogger
  kept_days: KeptDays
  /** Absent: exports are read from the primary. */
  replica?: Replica | undefined
  /** The model that writes the answers of the assistant. Absent: passages are quoted. */
  model?: { url: string; api_key?: string | undefined; model: string; timeout_ms?: number } | undefined
}

/** A group of operations, as its folder declares it. `resources/index.ts` lists them all. */
export type Resource = {
  /** Its chapter in the API reference. */
  group: string
  routes(app: App, server: Server): void
  /** The topics of its events. */
  events?: ObjectEvents
  /**
   * Tables that a sandbox reset leaves as they are: no REST call could fill them again, or triggers empty them with the
   * table that they belong to.
   */
  kept_tables?: readonly string[]
  /**
   * Adds example data to a demo workspace, above all what no REST call can create. Runs in the transaction that creates
   * the workspace, after the resources that come before it in the list.
   */
  demo?(workspace: Workspace): Promise<unknown>
  /** Lists the objects of a workspace that no operation of Intercom's can make, for `GET /extensions/demo`. */
  given?(workspace: Workspace): Promise<GivenObject[]>
  jobs?: readonly Job<WorkerContext>[]
  /** What operators watch of it. */
  measures?: readonly Measure[]
  /** A loop with a queue of its own, in every worker process. Returns a function that stops it. */
  work?(context: WorkerContext): () => Promise<unknown>
}
