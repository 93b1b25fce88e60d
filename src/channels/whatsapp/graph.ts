// One call of Meta's Graph API, as far as HTTP goes: with the token, in bounded time, with a bounded answer.

export type Answered = { status: number; headers: Headers; bytes: Buffer }

/** The answer was larger than what the caller would take. */
export class TooLarge extends Error {}

/**
 * Redirects are not followed: the API gives none, and the token is for it alone.
 * @throws TooLarge; or whatever the network did, with its code.
 */
export async function call(
  url: string,
  { token, json, most_bytes, timeout_ms }: { token: string; json?: object; most_bytes: number; timeout_ms: number },
): Promise<Answered> {
  const { status, headers, body } = await fetch(url, {
    method: json ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${token}`, ...(json && { 'content-type': 'application/json' }) },
    ...(json && { body: JSON.stringify(json) }),
    redirect: 'manual',
    signal: AbortSignal.timeout(timeout_ms),
  })
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body ?? []) {
    size += chunk.length
    if (size > most_bytes) throw new TooLarge(`The answer is larger than ${most_bytes} bytes`)
    chunks.push(chunk)
  }
  return { status, headers, bytes: Buffer.concat(chunks) }
}

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
