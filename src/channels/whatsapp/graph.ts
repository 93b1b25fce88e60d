// Makes HTTP requests to Meta's Graph API: with the token, and with limits for time and size.
import type { IncomingHttpHeaders } from 'node:http'
import { ANYWHERE, type EgressPolicy } from '#net/egress.ts'
import { type Fetched, FetchFailed, type SafeFetch, safeFetcher } from '#net/safe-fetch.ts'

/** `egress` limits the connection (default: no limit), `max_bytes` the answer. */
type Call = { egress?: EgressPolicy | undefined; token: string; json?: object; max_bytes: number; timeout_ms: number }

export type Answered = { status: number; headers: IncomingHttpHeaders; bytes: Buffer }

/** Returns the whole answer. @throws FetchFailed */
export async function call(url: string, options: Call): Promise<Answered> {
  const { status, headers, body } = await callStream(url, options)
  return { status, headers, bytes: Buffer.concat(await Array.fromAsync(body)) }
}

/**
 * Returns the answer as a stream; read it to its end, or end it. Follows no redirects: the API sends none, and no other
 * server may get the token. @throws FetchFailed
 */
export function callStream(url: string, { egress, token, json, max_bytes, timeout_ms }: Call): Promise<Fetched> {
  return fetcher(egress ?? ANYWHERE)(url, {
    method: json ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${token}`, ...(json && { 'content-type': 'application/json' }) },
    ...(json && { body: JSON.stringify(json) }),
    ...{ redirects: 0, max_bytes, timeout_ms },
  })
}

const fetchers = new WeakMap<EgressPolicy, SafeFetch>()

/** One fetcher for all accounts with the same policy, because it pools connections. */
function fetcher(egress: EgressPolicy): SafeFetch {
  const known = fetchers.get(egress)
  if (known) return known
  const made = safeFetcher({ egress, any_port: egress === ANYWHERE })
  fetchers.set(egress, made)
  return made
}

/** Returns the code and the reason of a network error. */
export function networkError(error: unknown): { code: string; reason: string } {
  const code = codeOf(error)
  const { message } = error as Error
  return { code: `whatsapp_${code.toLowerCase()}`, reason: REASONS[code] ?? `Meta could not be reached: ${message}` }
}

function codeOf(error: unknown): string {
  if (!(error instanceof FetchFailed)) return 'error'
  if (error.code === 'timeout') return 'ETIMEDOUT'
  return (error.cause as NodeJS.ErrnoException | undefined)?.code ?? error.code
}

const REASONS: Record<string, string> = {
  ECONNREFUSED: "No server listens at the address of Meta's API",
  ECONNRESET: 'Meta broke the connection before it answered',
  ENOTFOUND: "The name of Meta's API could not be looked up",
  EAI_AGAIN: "The name of Meta's API could not be looked up",
  ETIMEDOUT: 'Meta took too long to answer',
  refused_address: "The account's base_url is a private address, which the server does not connect to",
}
