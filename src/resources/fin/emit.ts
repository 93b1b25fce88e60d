// Tells the caller of a session what happens: by its callback, and to the streams that are open.
import { randomUUID } from 'node:crypto'
import { queueCallback } from '#resources/webhooks/callback-queries.ts'
import { has } from '#versions/changes.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertEvent } from './event-queries.ts'
import type { SessionRow } from './queries.ts'

/** `reason` only if it is escalated. `is_last`: no event follows, so that streams end. */
export type Status = {
  status: 'awaiting_user_reply' | 'escalated' | 'resolved' | 'complete'
  reason?: string
  is_last?: boolean
}

type Named = Pick<SessionRow, 'conversation_id' | 'user_id' | 'version'>

/** Up to 2.15 a reply itself says that the user is awaited, and ends the stream. */
const tellsWhenDone = (workspace: Workspace, { version }: Named): boolean =>
  has({ ...workspace, version }, 'fin-tells-when-a-reply-is-done')

const about = (workspace: Workspace, { conversation_id, user_id }: Named) => ({
  conversation_id,
  user_id,
  created_at_ms: workspace.now().toISOString(),
})

async function tell(workspace: Workspace, { conversation_id }: Named, event: FinEvent, is_done: boolean) {
  await insertEvent(workspace, conversation_id, event, is_done)
  await queueCallback(workspace, 'fin', {
    topic: event.event_name,
    object_type: 'fin_session',
    object_id: conversation_id,
    item: event,
  })
}

type FinEvent = { event_name: string; [name: string]: unknown }

export async function emitStatus(workspace: Workspace, session: Named, { status, reason, is_last = true }: Status) {
  if (status === 'awaiting_user_reply' && !tellsWhenDone(workspace, session)) return
  const event = {
    event_name: 'fin_status_updated',
    ...about(workspace, session),
    status,
    ...(status === 'escalated' && reason !== undefined && { reason }),
  }
  const is_done = is_last && (status === 'awaiting_user_reply' || status === 'complete')
  await tell(workspace, session, event, is_done)
}

/** `is_last`: the user's turn follows. */
export async function emitReply(
  workspace: Workspace,
  session: Named,
  { id, html, stream_id, is_last }: { id: string; html: string; stream_id?: string | undefined; is_last: boolean },
) {
  const tells = tellsWhenDone(workspace, session)
  const event = {
    event_name: 'fin_replied',
    ...about(workspace, session),
    message: { id, author: 'fin', body: html, timestamp_ms: workspace.now().toISOString() },
    status: tells ? 'replying' : 'awaiting_user_reply',
    ...(stream_id !== undefined && { stream_id }),
  }
  await tell(workspace, session, event, !tells && is_last)
}

/** Returns a function that shows the whole text so far to open streams. Chunks are counted from 0. */
export function chunkEmitter(workspace: Workspace, { conversation_id }: Named) {
  const stream_id = randomUUID().replaceAll('-', '')
  let chunk_index = 0
  return {
    stream_id,
    hasStarted: () => chunk_index > 0,
    async emit(chunk_text: string): Promise<void> {
      const event = {
        event_name: 'fin_reply_chunk',
        ...{ conversation_id, stream_id, chunk_index, chunk_text, status: 'replying' },
        created_at_ms: workspace.now().toISOString(),
      }
      await insertEvent(workspace, conversation_id, event, false)
      chunk_index++
    },
  }
}

const OPTIONS = [
  { key: 'terrible', emoji: '😠', label: 'Terrible' },
  { key: 'bad', emoji: '🙁', label: 'Bad' },
  { key: 'ok', emoji: '😐', label: 'OK' },
  { key: 'good', emoji: '😃', label: 'Great' },
  { key: 'amazing', emoji: '🤩', label: 'Amazing' },
]

export const emitSurvey = (workspace: Workspace, session: Named) =>
  tell(
    workspace,
    session,
    { event_name: 'csat_requested', ...about(workspace, session), csat: { options: OPTIONS } },
    true,
  )
