// The rating of a session. Its errors are not an error list: `{ errors: { base: '…' } }`.
import { ApiError } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { changeSession, lockSession } from './queries.ts'
import { type CsatRequest, RATINGS } from './schema.ts'

export class RatingRefused extends ApiError {
  readonly field: string

  constructor(field: 'base' | 'rating' | 'external_conversation_id', message: string) {
    super(422, 'rating_refused', message)
    this.field = field
  }

  override body() {
    return { errors: { [this.field]: this.message } }
  }
}

/** How long after the question a rating is taken. */
const OPEN_FOR_MS = 24 * 60 * 60 * 1000

export async function rate(workspace: Workspace, { conversation_id, rating, remark }: CsatRequest) {
  const session = conversation_id ? await lockSession(workspace, conversation_id) : undefined
  if (!session)
    throw new RatingRefused('external_conversation_id', 'Conversation not found for the given external_conversation_id')
  const chosen = RATINGS.find((known) => known === rating)
  if (!chosen) throw new RatingRefused('rating', "Rating isn't an option")
  if (!session.rating_asked_at) throw new RatingRefused('base', 'No rating survey found for this conversation')
  const text = remark?.trim() || null
  const rated = { conversation_id: session.conversation_id, rating: chosen, status: 'rated' as const }
  if (session.rating === chosen && (text === null || text === session.remark)) return rated
  if (session.remark !== null)
    throw new RatingRefused('base', 'This rating can no longer be changed because a remark has already been submitted')
  if (workspace.now().getTime() > session.rating_asked_at.getTime() + OPEN_FOR_MS)
    throw new RatingRefused('base', 'The rating window for this conversation has closed')
  await changeSession(workspace, session.conversation_id, { rating: chosen, remark: text })
  return rated
}
