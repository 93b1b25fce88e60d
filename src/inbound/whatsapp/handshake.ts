// Answers Meta's handshake, which checks that the owner of the webhook knows an account's verify token.
import { createHash, timingSafeEqual } from 'node:crypto'
import { secretsOf } from '#channel-accounts/secrets.ts'
import type { Pool } from '#db/sql.ts'
import { forbidden } from '#http/errors.ts'
import { eachAccount } from './queries.ts'

export type Handshake = { 'hub.mode'?: string; 'hub.verify_token'?: string; 'hub.challenge'?: string }

/**
 * Returns the challenge, which is the whole answer. @throws ApiError 403 if no account of any workspace has that token.
 */
export async function answerChallenge(sql: Pool, secret: string, asked: Handshake): Promise<string> {
  const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = asked
  if (mode !== 'subscribe' || !token || !challenge || !(await isKnown(sql, secret, token)))
    throw forbidden('hub.verify_token is not the verify_token of any WhatsApp account')
  return challenge
}

/** Compares digests, which all have the same length, in constant time. */
async function isKnown(sql: Pool, secret: string, token: string): Promise<boolean> {
  const given = digest(token)
  let known = false
  for await (const accounts of eachAccount(sql)) {
    for (const account of accounts) {
      const { verify_token } = secretsOf(secret, account)
      if (typeof verify_token === 'string' && timingSafeEqual(digest(verify_token), given)) known = true
    }
  }
  return known
}

const digest = (text: string) => createHash('sha256').update(text).digest()
