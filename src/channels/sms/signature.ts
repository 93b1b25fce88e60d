// Verifies Twilio's signature: only Twilio and the account's owner know the token that signs it.
// https://www.twilio.com/docs/usage/security
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** Every value of every parameter: a form may have several of one name. */
export type Params = ReadonlyMap<string, readonly string[]>

export type Signed = {
  /** The URL that Twilio called, with the query. */
  url: string
  /** The body as received, and its parameters. */
  text: string
  params: Params
  /** X-Twilio-Signature. */
  signature: string
}

/**
 * A form is signed together with its URL. For other bodies the URL contains their hash. Compares in constant time.
 */
export function isSigned(auth_token: string, { url, text, params, signature }: Signed): boolean {
  const hash = URL.parse(url)?.searchParams.get('bodySHA256')
  if (hash && !isSame(hash.toLowerCase(), createHash('sha256').update(text).digest('hex'))) return false
  const data = hash ? '' : concatenated(params)
  return spellings(url).some((spelling) =>
    isSame(
      signature,
      createHmac('sha1', auth_token)
        .update(spelling + data)
        .digest('base64'),
    ),
  )
}

/** Returns names and values, sorted by name; each distinct value of a name once, sorted. */
const concatenated = (params: Params): string =>
  [...params.keys()]
    .sort()
    .flatMap((name) => [...new Set(params.get(name))].sort().map((value) => name + value))
    .join('')

const STANDARD_PORT: Record<string, string> = { http: '80', https: '443' }

/** Twilio sometimes signs the port although the URL has none, or leaves it out although the URL has one. */
function spellings(url: string): string[] {
  const [, scheme = '', host = '', rest = ''] = /^(https?):\/\/([^/?#]+)(.*)$/s.exec(url) ?? []
  const bare = host.replace(/:\d+$/, '')
  return [url, bare === host ? `${scheme}://${host}:${STANDARD_PORT[scheme]}${rest}` : `${scheme}://${bare}${rest}`]
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
