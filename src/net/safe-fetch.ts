// Fetches a URL from outside: refuses private addresses (SSRF), and limits time, size and redirects.
import http, { type IncomingHttpHeaders, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import https from 'node:https'
import { pipeline } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import { inHttpSpan, type TraceHeaders } from '#tracing/trace.ts'
import type { Range } from './addresses.ts'
import { type EgressPolicy, egressPolicy, RefusedAddress, type Resolve } from './egress.ts'

export type FailureCode =
  | 'bad_url'
  | 'refused_address'
  | 'refused_port'
  | 'too_many_redirects'
  | 'too_large'
  | 'timeout'
  | 'unreachable'

export class FetchFailed extends Error {
  readonly code: FailureCode

  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }

  /** Whether the same request may succeed later. */
  get is_transient(): boolean {
    return this.code === 'timeout' || this.code === 'unreachable'
  }
}

export type FetchOptions = {
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  headers?: OutgoingHttpHeaders
  body?: string | Buffer
  /** The limit for the answer's body, in bytes, after decompression. */
  max_bytes: number
  /** Milliseconds from the call to the last byte, including all redirects. Default: 30,000. */
  timeout_ms?: number
  /** How many redirects to follow. Default: 5 for a GET, 0 for all else. With 0 the redirect itself is the answer. */
  redirects?: number
}

export type Fetched = {
  status: number
  headers: IncomingHttpHeaders
  /** The URL that answered, after redirects. */
  url: string
  /** Decompressed. Throws FetchFailed if it is too large, too slow or breaks off. */
  body: AsyncIterable<Buffer>
  /** Call it if the body is not read to its end. */
  end(): void
}

/** Resolves when the headers have arrived, with any status. @throws FetchFailed */
export type SafeFetch = (url: string, options: FetchOptions) => Promise<Fetched>

type FetcherOptions = {
  /** What the operator allows in addition to public addresses: `['10.0.0.0/8']`. */
  allowed?: readonly Range[]
  /** Finds the addresses of a name. Default: the system's resolver. */
  resolve?: Resolve
  /** A policy to use instead of one made from `allowed` and `resolve`. */
  egress?: EgressPolicy
  /** Allows any port. Default: only 80, 443 and those above 1023. */
  any_port?: boolean
  /** Milliseconds after which a connection without a request is closed. Default: 30,000. */
  idle_ms?: number
}

const TIMEOUT_MS = 30_000
const IDLE_MS = 30_000
const REDIRECTS = 5
const REDIRECTING = [301, 302, 303, 307, 308]

/** Not sent to another origin after a redirect. */
const FOR_ONE_ORIGIN = ['authorization', 'cookie', 'proxy-authorization']

/**
 * Returns a `fetch` for URLs from outside (attachments, webhooks, avatars, media): http and https, on port 80, 443 or
 * above 1023, without credentials in the URL. A name is resolved once, each of its addresses is checked, and the socket
 * connects to one that passed: a DNS answer that changes in between has no effect. Each redirect is checked again.
 */
export function safeFetcher({ any_port = false, idle_ms = IDLE_MS, ...policy }: FetcherOptions = {}): SafeFetch {
  const { lookup, assertLiteral } = policy.egress ?? egressPolicy(policy)
  const pool = { keepAlive: true, timeout: idle_ms, lookup } as http.AgentOptions
  const agents = {
    'http:': { send: http.request, agent: new http.Agent(pool) },
    'https:': { send: https.request, agent: new https.Agent(pool) },
  }

  function assertAllowed(url: URL): void {
    if (url.username || url.password) throw new FetchFailed('bad_url', 'The address contains credentials')
    const port = Number(url.port)
    if (!any_port && port && port !== 80 && port !== 443 && port < 1024)
      throw new FetchFailed('refused_port', `Port ${port} is not allowed`)
    assertLiteral(url.hostname)
  }

  function send(url: URL, { method = 'GET', headers, body }: FetchOptions, signal: AbortSignal) {
    const { send, agent } = agents[url.protocol as 'http:']
    const answered = (trace: TraceHeaders) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        const all = { 'accept-encoding': 'identity', ...headers, ...trace }
        const request = send(url, { method, headers: all, agent, signal })
        request.once('response', resolve)
        request.on('error', reject) // Not `once`: a request can also fail after its response.
        request.end(body)
      })
    return inHttpSpan(method, url, (answer) => answer.statusCode ?? 0, answered)
  }

  return async (text, options) => {
    const { method = 'GET', timeout_ms = TIMEOUT_MS } = options
    const controller = new AbortController()
    const { signal } = controller
    const timer = setTimeout(() => controller.abort(), timeout_ms)
    let { redirects = method === 'GET' ? REDIRECTS : 0, headers = {} } = options
    const follows = redirects > 0
    let url = parse(text)
    try {
      for (;;) {
        assertAllowed(url)
        const answer = await send(url, { ...options, headers }, signal)
        const { location } = answer.headers
        if (!follows || !location || !REDIRECTING.includes(answer.statusCode as number))
          return fetched(url, answer, options.max_bytes, signal, timer)
        answer.resume().destroy()
        if (redirects-- === 0) throw new FetchFailed('too_many_redirects', 'The address redirects too often')
        const next = parse(location, url)
        if (next.origin !== url.origin) headers = without(headers, FOR_ONE_ORIGIN)
        url = next
      }
    } catch (error) {
      clearTimeout(timer)
      throw failureOf(error as Error, signal)
    }
  }
}

function fetched(
  url: URL,
  answer: IncomingMessage,
  max_bytes: number,
  signal: AbortSignal,
  timer: NodeJS.Timeout,
): Fetched {
  if (Number(answer.headers['content-length']) > max_bytes) {
    answer.destroy()
    throw tooLarge(max_bytes)
  }
  const { statusCode: status = 0, headers } = answer
  const end = () => {
    clearTimeout(timer)
    answer.destroy()
  }
  return { status, headers, url: url.href, body: read(answer, max_bytes, signal, end), end }
}

async function* read(answer: IncomingMessage, max_bytes: number, signal: AbortSignal, end: () => void) {
  let size = 0
  try {
    for await (const chunk of decompressed(answer)) {
      size += chunk.length
      if (size > max_bytes) throw tooLarge(max_bytes)
      yield chunk as Buffer
    }
  } catch (error) {
    throw failureOf(error as Error, signal)
  } finally {
    end()
  }
}

const DECOMPRESSION = { gzip: createGunzip, 'x-gzip': createGunzip, deflate: createInflate, br: createBrotliDecompress }

/** The request asks for no compression, but some servers compress all the same. */
function decompressed(answer: IncomingMessage): AsyncIterable<Buffer> {
  const encoding = String(answer.headers['content-encoding'] ?? '').toLowerCase() as keyof typeof DECOMPRESSION
  const decompression = DECOMPRESSION[encoding]
  return decompression ? pipeline(answer, decompression(), () => {}) : answer
}

function parse(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href)
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return url
  throw new FetchFailed('bad_url', 'The address is neither http nor https')
}

function failureOf(error: Error, signal: AbortSignal): FetchFailed {
  if (error instanceof FetchFailed) return error
  if (error instanceof RefusedAddress) return new FetchFailed('refused_address', error.message)
  if (signal.aborted) return new FetchFailed('timeout', 'The answer took too long')
  const { message, code } = error as NodeJS.ErrnoException
  return new FetchFailed('unreachable', `The server cannot be read: ${message || code}`, { cause: error })
}

const tooLarge = (max_bytes: number) => new FetchFailed('too_large', `The answer is larger than ${max_bytes} bytes`)

const without = (headers: OutgoingHttpHeaders, names: string[]): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name.toLowerCase())))
