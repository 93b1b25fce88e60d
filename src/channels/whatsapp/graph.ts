// One call of Meta's Graph API, as far as HTTP goes: with the token, in bounded time, with a bounded answer.

export type Answered = { status: number; headers: Headers; bytes: Buffer }

/** The answer as it comes; reading it throws as the call does. To be read, or ended. */
export type Answering = { status: number; headers: Headers; body: AsyncIterable<Uint8Array>; end(): void }

type Call = { token: string; json?: object; timeout_ms: number }

/** The answer was larger than what the caller would take. */
export class TooLarge extends Error {}

/** The whole answer. @throws TooLarge; or whatever the network did, with its code. */
export async function call(url: string, { most_bytes, ...asked }: Call & { most_bytes: number }): Promise<Answered> {
  const { status, headers, body } = await ask(url, asked)
  const chunks: Uint8Array[] = []
  for await (const chunk of upTo(most_bytes, body)) chunks.push(chunk)
  return { status, headers, bytes: Buffer.concat(chunks) }
}

/** @throws TooLarge where there is more. */
export async function* upTo(most_bytes: number, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > most_bytes) throw new TooLarge(`The answer is larger than ${most_bytes} bytes`)
    yield chunk
  }
}

/**
 * Redirects are not followed: the API gives none, and the token is for it alone. The time is for all of the answer.
 * @throws whatever the network did, with its code.
 */
export async function ask(url: string, { token, json, timeout_ms }: Call): Promise<Answering> {
  const { status, headers, body } = await fetch(url, {
    method: json ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${token}`, ...(json && { 'content-type': 'application/json' }) },
    ...(json && { body: JSON.stringify(json) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeout_ms),
  })
  return { status, headers, body: body ?? nothing(), end: () => void body?.cancel().catch(() => {}) }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

/** What the network did, as a code and in words. */
export function networkFault(error: unknown): { code: string; reason: string } {
  const { name, message, cause } = error as Error & { cause?: { code?: string } }
  const code = name === 'TimeoutError' ? 'ETIMEDOUT' : (cause?.code ?? 'error')
  return { code: `whatsapp_${code.toLowerCase()}`, reason: FAULTS[code] ?? `Meta could not be reached: ${message}` }
}

const FAULTS: Record<string, string> = {
  ECONNREFUSED: "Nothing listens where Meta's API should be",
  ECONNRESET: 'Meta broke the connection before it answered',
  UND_ERR_SOCKET: 'Meta broke the connection before it answered',
  ENOTFOUND: "The name of Meta's API could not be looked up",
  EAI_AGAIN: "The name of Meta's API could not be looked up",
  ETIMEDOUT: 'Meta took too long to answer',
  UND_ERR_CONNECT_TIMEOUT: 'Meta took too long to answer',
}
