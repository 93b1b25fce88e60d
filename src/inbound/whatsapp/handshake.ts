// The handshake by which Meta finds out that a webhook is somebody's who knows the verify token of an account.
import { createHash, timingSafeEqual } from 'node:crypto'
import { secretsOf } from '#channel-accounts/secrets.ts'
import type { Pool } from '#db/sql.ts'
import { forbidden } from '#http/errors.ts'
import { eachAccount } from './queries.ts'

export type Handshake = { 'hub.mode'?: string; 'hub.verify_token'?: string; 'hub.challenge'?: string }

/** The challenge, which is the whole answer; a 403 where no account of any workspace has that token. */
export async function answerChallenge(sql: Pool, secret: string, asked: Handshake): Promise<string> {
  const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge } = asked
  if (mode !== 'subscribe' || !token || !challenge || !(await isKnown(sql, secret, token)))
    throw forbidden('hub.verify_token is not the verify_token of any WhatsApp account')
  return challenge
}

/** Compared in constant time, by digests, which are of one length. */
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
