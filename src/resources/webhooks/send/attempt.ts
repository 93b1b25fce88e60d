// One attempt to send a body to an endpoint, with what it answered.
import { FetchFailed, type SafeFetch } from '#net/safe-fetch.ts'
import type { SubscriptionRow } from '../queries.ts'
import { headersOf } from './envelope.ts'
import type { Attempt } from './settle-queries.ts'

/** As Intercom's. */
const TIMEOUT_MS = 5_000
const MAX_ANSWER_BYTES = 100_000
const SHOWN_CHARACTERS = 2_000
const SHOWN_HEADERS = ['content-type', 'retry-after', 'server', 'date', 'location']

type Secrets = { kind?: SubscriptionRow['kind']; secret: string; bearer_token?: string | undefined }

/**
 * Never throws: an error is part of the attempt, also one of `secrets`, which returns the secret that signs the body, and a token. A redirect
 * is not followed, and counts as an error.
 */
export async function attempt(fetch: SafeFetch, url: string, body: string, secrets: () => Secrets): Promise<Attempt> {
  const started_at = new Date()
  const began = performance.now()
  const took = () => Math.round(performance.now() - began)
  const nothing = { response_status: null, response_headers: null, response_body: null }
  try {
    const { kind, secret, bearer_token } = secrets()
    const answer = await fetch(url, {
      ...{ method: 'POST' as const, headers: headersOf(secret, body, bearer_token, kind), body, redirects: 0 },
      ...{ max_bytes: MAX_ANSWER_BYTES, timeout_ms: TIMEOUT_MS },
    })
    const text = await textOf(answer.body)
    const response_headers = Object.fromEntries(
      SHOWN_HEADERS.flatMap((name) =>
        answer.headers[name] === undefined ? [] : [[name, String(answer.headers[name])]],
      ),
    )
    const is_good = answer.status >= 200 && answer.status < 300
    return {
      ...{ started_at, took_ms: took(), response_status: answer.status, response_headers, response_body: text },
      error: is_good ? null : `The endpoint answered ${answer.status}`,
    }
  } catch (error) {
    return { started_at, took_ms: took(), ...nothing, error: reasonOf(error) }
  }
}

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of body) chunks.push(chunk)
  // PostgreSQL cannot store a NUL.
  return Buffer.concat(chunks).toString('utf8').slice(0, SHOWN_CHARACTERS).replaceAll('\0', '\ufffd')
}

const reasonOf = (error: unknown): string => {
  if (error instanceof FetchFailed && error.code === 'timeout') return 'The endpoint did not answer within 5 seconds'
  return error instanceof Error ? error.message.replaceAll('\0', '\ufffd') : String(error)
}
