// Whether a request comes from Twilio: only Twilio and the account's owner know the token that it is signed with.
// https://www.twilio.com/docs/usage/security
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** Every value of every parameter: a form may have several of one name. */
export type Params = ReadonlyMap<string, readonly string[]>

export type Signed = {
  /** As Twilio was told it, with the query. */
  url: string
  /** The body as it came, and what it says. */
  text: string
  params: Params
  /** X-Twilio-Signature. */
  signature: string
}

/**
 * A form is signed with its address. A body of another kind is signed by its hash, which stands in the query. Compared
 * in constant time.
 */
export function isSigned(auth_token: string, { url, text, params, signature }: Signed): boolean {
  const hash = URL.parse(url)?.searchParams.get('bodySHA256')
  if (hash && !isSame(hash.toLowerCase(), createHash('sha256').update(text).digest('hex'))) return false
  const data = hash ? '' : written(params)
  return spellings(url).some((spelling) =>
    isSame(
      signature,
      createHmac('sha1', auth_token)
        .update(spelling + data)
        .digest('base64'),
    ),
  )
}

/** Names and values in order of the names; of several values of one name each once, in order. */
const written = (params: Params): string =>
  [...params.keys()]
    .sort()
    .flatMap((name) => [...new Set(params.get(name))].sort().map((value) => name + value))
    .join('')

const STANDARD_PORT: Record<string, string> = { http: '80', https: '443' }

/** Twilio signs the port at times where the address names none, and leaves it out where it names one. */
function spellings(url: string): string[] {
  const [, scheme = '', host = '', rest = ''] = /^(https?):\/\/([^/?#]+)(.*)$/s.exec(url) ?? []
  const bare = host.replace(/:\d+$/, '')
  return [url, bare === host ? `${scheme}://${host}:${STANDARD_PORT[scheme]}${rest}` : `${scheme}://${bare}${rest}`]
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)]
  return a.length === b.length && timingSafeEqual(a, b)
}
