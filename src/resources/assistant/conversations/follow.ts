// Follows the log of events: each message of a contact asks a worker for an answer, once.
import { readAll, repeatEvery } from '#events/follow.ts'
import type { LogReader } from '#events/reader.ts'
import type { WorkerContext } from '#server.ts'
import { requestAnswer } from './request-answer.ts'

export const READER = 'assistant'

const POLL_EVERY_MS = 200
const TOPICS = ['conversation.user.created', 'conversation.user.replied']

export const conversationReader: LogReader = {
  name: READER,
  // Where a workflow replies to the first message, the assistant keeps quiet.
  after: 'workflows',
  handles: (topic) => TOPICS.includes(topic),
  async handle(workspace, { object_id, details }) {
    const { part_id } = details as { part_id?: string }
    await requestAnswer(workspace, object_id, part_id ?? '0')
  },
}

/** Returns a function that stops it, and resolves when nothing runs any more. */
export const followConversations = ({ sql, log }: Pick<WorkerContext, 'sql' | 'log'>) =>
  repeatEvery(POLL_EVERY_MS, log, () => readAll({ sql, log }, conversationReader))
