// One call of Meta's Graph API, as far as HTTP goes: with the token, in bounded time, with a bounded answer.
import type { IncomingHttpHeaders } from 'node:http'
import { ANYWHERE, type EgressPolicy } from '#net/egress.ts'
import { type Fetched, FetchFailed, type SafeFetch, safeFetcher } from '#net/safe-fetch.ts'

/** How far it goes (`egress`; anywhere where absent), and what is taken of the answer and of time. */
type Call = { egress?: EgressPolicy | undefined; token: string; json?: object; most_bytes: number; timeout_ms: number }

export type Answered = { status: number; headers: IncomingHttpHeaders; bytes: Buffer }

/** The whole answer. @throws FetchFailed */
export async function call(url: string, asked: Call): Promise<Answered> {
  const { status, headers, body } = await ask(url, asked)
  return { status, headers, bytes: Buffer.concat(await Array.fromAsync(body)) }
}

/**
 * The answer as it comes, to be read or ended. Redirects are not followed: the API gives none, and the token is for it
 * alone. @throws FetchFailed
 */
export function ask(url: string, { egress, token, json, most_bytes, timeout_ms }: Call): Promise<Fetched> {
  return fetcher(egress ?? ANYWHERE)(url, {
    method: json ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${token}`, ...(json && { 'content-type': 'application/json' }) },
    ...(json && { body: JSON.stringify(json) }),
    ...{ redirects: 0, max_bytes: most_bytes, timeout_ms },
  })
}

const fetchers = new WeakMap<EgressPolicy, SafeFetch>()

/** One for all accounts that go as far: it keeps connections. */
function fetcher(egress: EgressPolicy): SafeFetch {
  const known = fetchers.get(egress)
  if (known) return known
  const made = safeFetcher({ egress, any_port: egress === ANYWHERE })
  fetchers.set(egress, made)
  return made
}

/** What the network did, as a code and in words. */
export function networkFault(error: unknown): { code: string; reason: string } {
  const code = codeOf(error)
  const { message } = error as Error
  return { code: `whatsapp_${code.toLowerCase()}`, reason: FAULTS[code] ?? `Meta could not be reached: ${message}` }
}

function codeOf(error: unknown): string {
  if (!(error instanceof FetchFailed)) return 'error'
  if (error.code === 'timeout') return 'ETIMEDOUT'
  return (error.cause as NodeJS.ErrnoException | undefined)?.code ?? error.code
}

const FAULTS: Record<string, string> = {
  ECONNREFUSED: "Nothing listens where Meta's API should be",
  ECONNRESET: 'Meta broke the connection before it answered',
  ENOTFOUND: "The name of Meta's API could not be looked up",
  EAI_AGAIN: "The name of Meta's API could not be looked up",
  ETIMEDOUT: 'Meta took too long to answer',
  refused_address: "The account's base_url leads to a private address, which the server does not call",
}
