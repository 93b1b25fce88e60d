// `Idempotency-Key` on a POST: for a day, the same key and request get the first answer again.
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { seal, unseal } from '#lib/seal.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { ApiError, badRequest, unprocessable } from './errors.ts'
import { claimKey, findAnswer, releaseKey, storeAnswer } from './queries.ts'

const LONGEST_KEY = 255

/** Returns the request's key, or undefined. Other methods than POST ignore the header. */
export function idempotencyKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key']
  if (request.method !== 'POST' || key === undefined || key === '') return undefined
  if (String(key).length > LONGEST_KEY)
    throw badRequest('parameter_invalid', 'Idempotency-Key is longer than 255 characters')
  return request.caller ? `${request.caller} ${key}` : String(key)
}

/** How an answer is written to the database, and read from it. */
export type Storing = { pack(answer: unknown): unknown; unpack(stored: unknown): unknown }

export const PLAIN_ANSWERS: Storing = { pack: (answer) => answer, unpack: (stored) => stored }

const PURPOSE = 'kept answer'

/** For answers with a secret, which must not be stored in clear text. */
export const sealedAnswers = (secret: string): Storing => ({
  pack: (answer) => seal(secret, PURPOSE, JSON.stringify(answer)).toString('base64'),
  unpack(stored) {
    const text = unseal(secret, PURPOSE, Buffer.from(String(stored), 'base64'))
    if (text === undefined)
      throw new ApiError(409, 'conflict', 'The first answer to this request can no longer be decrypted')
    return JSON.parse(text)
  },
})

type Exchange = { request: FastifyRequest; reply: FastifyReply; storing: Storing }

/**
 * Returns the stored answer, or carries the request out and stores its answer, in the transaction of `workspace`: effects
 * and answer are committed together or not at all. Errors are not stored, because they change nothing. A second request
 * waits until the first one has ended.
 */
export async function once(
  workspace: Workspace,
  key: string,
  exchange: Exchange,
  carryOut: () => Promise<unknown>,
): Promise<unknown> {
  const hash = fingerprint(exchange.request)
  if (!(await claimKey(workspace, key, hash))) return replay(workspace, key, hash, exchange)
  const answer = await carryOut()
  await storeAnswer(workspace, key, exchange.reply.statusCode, exchange.storing.pack(answer))
  return answer
}

/**
 * The same without a transaction, for handlers that call other servers. A second request during the first one gets a 409.
 * After a crash, the key can be used again five minutes after its claim.
 */
export async function onceOutside(key: string, exchange: Exchange, carryOut: () => Promise<unknown>): Promise<unknown> {
  const { workspace } = exchange.request
  const hash = fingerprint(exchange.request)
  if (!(await claimKey(workspace, key, hash))) return replay(workspace, key, hash, exchange)
  const answer = await carryOut().catch(async (error) => {
    await releaseKey(workspace, key)
    throw error
  })
  await storeAnswer(workspace, key, exchange.reply.statusCode, exchange.storing.pack(answer))
  return answer
}

async function replay(workspace: Workspace, key: string, hash: Buffer, { reply, storing }: Exchange) {
  const stored = await findAnswer(workspace, key)
  if (!stored) throw new ApiError(409, 'conflict', 'A request with this Idempotency-Key is running, try again')
  if (!stored.request_hash.equals(hash)) {
    throw unprocessable('parameter_invalid', 'Idempotency-Key was used before with another request')
  }
  reply.code(stored.status).header('idempotent-replayed', 'true')
  return storing.unpack(stored.answer)
}

const fingerprint = ({ url, body, headers }: FastifyRequest): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([url, body, headers['intercom-version']]))
    .digest()
