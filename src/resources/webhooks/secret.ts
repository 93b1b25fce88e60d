// The secret with which the notifications of a subscription are signed, and their signatures.
import { createHmac, randomBytes } from 'node:crypto'
import { seal, unseal } from '#lib/seal.ts'
import type { SubscriptionRow } from './queries.ts'

const PURPOSE = 'webhook secret'

export const newSecret = (): string => randomBytes(24).toString('base64url')
export const sealSecret = (key: string, secret: string): Buffer => seal(key, PURPOSE, secret)

/** @throws Error if it was stored with another key of the server. */
export function openSecret(key: string, sealed: Uint8Array): string {
  const secret = unseal(key, PURPOSE, sealed)
  if (secret === undefined) throw new Error('The secret was stored with another INTERPHONE_SECRET_KEY: set a new one')
  return secret
}

const BEARER = 'webhook bearer token'

export const sealBearerToken = (key: string, token: string): Buffer => seal(key, BEARER, token)

/** Returns what a request is signed with, and the token that it carries, if it has one. @throws as `openSecret` */
export function openSecrets(
  key: string,
  { kind, secret, bearer_token }: Pick<SubscriptionRow, 'kind' | 'secret' | 'bearer_token'>,
) {
  return {
    kind,
    secret: openSecret(key, secret),
    ...(bearer_token && { bearer_token: unseal(key, BEARER, bearer_token) }),
  }
}

/** Returns the header by which a receiver of Fin's events checks the raw body. */
export const finSignatureOf = (secret: string, body: string): Record<string, string> => ({
  'x-fin-agent-api-webhook-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
})

/** Returns the headers by which a receiver checks the raw body: SHA-1 as Intercom signs, and SHA-256. */
export const signaturesOf = (secret: string, body: string): Record<string, string> => ({
  'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
  'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
})
