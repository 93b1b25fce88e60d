// `Idempotency-Key` on a POST: the same key and body get the first answer again, for a day.
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { seal, unseal } from '#lib/seal.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { ApiError, badRequest, unprocessable } from './errors.ts'
import { claimKey, findAnswer, keepAnswer } from './queries.ts'

const LONGEST_KEY = 255

/** The request's key, or undefined where it has none (or is no POST, where the header means nothing). */
export function idempotencyKey(request: FastifyRequest): string | undefined {
  const key = request.headers['idempotency-key']
  if (request.method !== 'POST' || key === undefined || key === '') return undefined
  if (String(key).length > LONGEST_KEY)
    throw badRequest('parameter_invalid', 'Idempotency-Key is longer than 255 characters')
  return request.caller ? `${request.caller} ${key}` : String(key)
}

/** How an answer is kept, and read again. */
export type Keeping = { pack(answer: unknown): unknown; unpack(kept: unknown): unknown }

export const PLAIN_ANSWERS: Keeping = { pack: (answer) => answer, unpack: (kept) => kept }

const PURPOSE = 'kept answer'

/** For answers that hold a secret which is stored nowhere in clear. */
export const sealedAnswers = (secret: string): Keeping => ({
  pack: (answer) => seal(secret, PURPOSE, JSON.stringify(answer)).toString('base64'),
  unpack(kept) {
    const text = unseal(secret, PURPOSE, Buffer.from(String(kept), 'base64'))
    if (text === undefined)
      throw new ApiError(409, 'conflict', 'The first answer to this request cannot be read any more')
    return JSON.parse(text)
  },
})

/**
 * Answers from memory, or carries the request out and remembers its answer. Both happen in the transaction of
 * `workspace`: what was done and what was answered are kept together or not at all. A refusal is not remembered,
 * because it changed nothing. A second request that arrives while the first is under way waits for it.
 */
export async function once(
  workspace: Workspace,
  key: string,
  { request, reply, keeping }: { request: FastifyRequest; reply: FastifyReply; keeping: Keeping },
  carryOut: () => Promise<unknown>,
): Promise<unknown> {
  const hash = fingerprint(request)
  if (await claimKey(workspace, key, hash)) {
    const answer = await carryOut()
    await keepAnswer(workspace, key, reply.statusCode, keeping.pack(answer))
    return answer
  }
  const kept = await findAnswer(workspace, key)
  if (!kept)
    throw new ApiError(409, 'conflict', 'A request with this Idempotency-Key has just been carried out, try again')
  if (!kept.request_hash.equals(hash)) {
    throw unprocessable('parameter_invalid', 'Idempotency-Key was used before with another request')
  }
  reply.code(kept.status).header('idempotent-replayed', 'true')
  return keeping.unpack(kept.answer)
}

const fingerprint = ({ url, body, headers }: FastifyRequest): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([url, body, headers['intercom-version']]))
    .digest()
