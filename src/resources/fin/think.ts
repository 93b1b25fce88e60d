// Answers what waits in a session. A process that is killed meanwhile loses the answer, and another one makes it again: a message
// is answered in the transaction that marks it as answered.

import { paragraphs } from '#lib/html.ts'
import { answer } from '#resources/assistant/answer.ts'
import type { Answer } from '#resources/assistant/extract.ts'
import { asksForPerson, isThanks, languageOf, WORDS } from '#resources/assistant/words.ts'
import { findRun } from '#resources/procedures/queries.ts'
import type { WorkerContext } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { chunkEmitter } from './emit.ts'
import { escalateSession } from './escalate.ts'
import { findSession, listMessages, lockSession, type MessageRow, type SessionRow, takeMessage } from './queries.ts'
import { endTurn, resolve, sayAs } from './reply.ts'
import { advance } from './runs/advance.ts'

type ThinkContext = Pick<WorkerContext, 'sql' | 'secret' | 'egress' | 'public_url' | 'log' | 'model'>

/** What the assistant does about a message. */
export type Decision =
  | { does: 'answer'; answer: Answer; stream_id: string | undefined }
  | { does: 'say_nothing_fits' }
  | { does: 'hand_over' }
  | { does: 'resolve' }

export const ESCALATION_REASONS = {
  asked: 'Escalation requested by user',
  nothing: 'Conversation finished without resolution',
}

export async function think(context: ThinkContext, payload: unknown): Promise<void> {
  const { workspace_id, conversation_id } = payload as { workspace_id: string; conversation_id: string }
  for (;;) {
    const workspace = await openWorkspace(context.sql, workspace_id)
    const session = await findSession(workspace, conversation_id)
    if (!session) return
    const messages = await listMessages(workspace, conversation_id)
    const waiting = messages.find(({ is_waiting }) => is_waiting)
    const run = await findRun(workspace, conversation_id)
    if (run && run.state !== 'done' && !session.escalated_conversation_id) {
      if (await advance(context, workspace, run, waiting)) continue
      return
    }
    if (!waiting) return
    const decision = await decide(workspace, session, { waiting, messages }, context)
    await atomically(workspace, (workspace) => carryOut(workspace, conversation_id, waiting, decision))
  }
}

type Said = { waiting: MessageRow; messages: readonly MessageRow[] }

async function decide(
  workspace: Workspace,
  session: SessionRow,
  { waiting, messages }: Said,
  { public_url, log, model }: ThinkContext,
): Promise<Decision> {
  const { body: question } = waiting
  const { is_conversational, contact_id } = session
  if (is_conversational && asksForPerson(question)) return { does: 'hand_over' }
  const before = messages.filter(({ id }) => BigInt(id) < BigInt(waiting.id))
  if (is_conversational && isThanks(question) && before.some(({ author }) => author === 'fin'))
    return { does: 'resolve' }
  const chunks = chunkEmitter(workspace, session)
  const history = [...session.history, ...before].map(({ author, body }) => ({
    author: author === 'fin' ? ('assistant' as const) : author,
    text: body,
  }))
  const found = await answer(
    workspace,
    { question, history, contact_id, for: 'chatbot' },
    { public_url, model, log, onText: (text) => chunks.emit(text) },
  )
  if (!found) return { does: 'say_nothing_fits' }
  return { does: 'answer', answer: found, stream_id: chunks.hasStarted() ? chunks.stream_id : undefined }
}

/** Changes nothing if the message was answered, or the session handed over, meanwhile. */
async function carryOut(workspace: Workspace, conversation_id: string, waiting: MessageRow, decision: Decision) {
  const session = await lockSession(workspace, conversation_id)
  if (!session || !(await takeMessage(workspace, waiting.id))) return
  const language = languageOf(waiting.body)
  const words = WORDS[language]
  const say = (text: string, html = paragraphs(text), stream_id?: string) =>
    sayAs(workspace, session, { text, html, stream_id, language })
  if (decision.does === 'answer') {
    const { text, html } = decision.answer
    await say(text, html, decision.stream_id)
    await endTurn(workspace, session)
  } else if (decision.does === 'resolve') {
    await say(words.resolved)
    await resolve(workspace, session)
  } else if (decision.does === 'say_nothing_fits' && !session.is_conversational) {
    await say(words.nothing)
    await endTurn(workspace, session)
  } else {
    const is_asked = decision.does === 'hand_over'
    await say(is_asked ? words.handed_over : `${words.nothing} ${words.handed_over}`)
    await escalateSession(workspace, session, {
      reason: is_asked ? ESCALATION_REASONS.asked : ESCALATION_REASONS.nothing,
    })
  }
}
