// `Idempotency-Key` on a POST: the same key and body get the first answer again, for a day.
import { createHash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
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
  return String(key)
}

/**
 * Answers from memory, or carries the request out and remembers its answer. Both happen in the transaction of
 * `workspace`: what was done and what was answered are kept together or not at all. A refusal is not remembered,
 * because it changed nothing. A second request that arrives while the first is under way waits for it.
 */
export async function once(
  workspace: Workspace,
  key: string,
  request: FastifyRequest,
  reply: FastifyReply,
  carryOut: () => Promise<unknown>,
): Promise<unknown> {
  const hash = fingerprint(request)
  if (await claimKey(workspace, key, hash)) {
    const answer = await carryOut()
    await keepAnswer(workspace, key, reply.statusCode, answer)
    return answer
  }
  const kept = await findAnswer(workspace, key)
  if (!kept)
    throw new ApiError(409, 'conflict', 'A request with this Idempotency-Key has just been carried out, try again')
  if (!kept.request_hash.equals(hash)) {
    throw unprocessable('parameter_invalid', 'Idempotency-Key was used before with another request')
  }
  reply.code(kept.status).header('idempotent-replayed', 'true')
  return kept.answer
}

const fingerprint = ({ url, body, headers }: FastifyRequest): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([url, body, headers['intercom-version']]))
    .digest()
