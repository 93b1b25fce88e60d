// The token in the URL of a session's event stream. It is valid for three minutes.
import { unauthorized } from '#http/errors.ts'
import { readToken, signToken } from '#lib/token.ts'

/** `after`: the last event before the request that got the token. `expires_at` in Unix milliseconds. */
export type StreamToken = { workspace_id: string; conversation_id: string; after: string; expires_at: number }

const PURPOSE = 'fin event stream'
const VALID_FOR_MS = 3 * 60 * 1000

type Named = Omit<StreamToken, 'expires_at'>

/** `rewinds`: a reader that comes late gets what happened in the last two minutes, too. */
export function streamUrl(
  { public_url, secret }: { public_url: string; secret: string },
  named: Named,
  { rewinds }: { rewinds: boolean },
): string {
  const token = signToken(secret, PURPOSE, { ...named, expires_at: Date.now() + VALID_FOR_MS })
  const channel = encodeURIComponent(`fin_agent_api:${named.workspace_id}:${named.conversation_id}`)
  return `${public_url}/extensions/fin/event-stream?channels=${channel}&accessToken=${token}${rewinds ? '&rewind=2m' : ''}`
}

/** @throws a 401 for a token that is wrong or too old. */
export function readStreamToken(secret: string, text: string): StreamToken {
  const token = readToken(secret, PURPOSE, text) as StreamToken | undefined
  if (!token || token.expires_at < Date.now()) throw unauthorized('The access token of the event stream is not valid')
  return token
}
