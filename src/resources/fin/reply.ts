// What Fin says in a session, and how a turn or the session ends. The session must be locked.

import { asLetter } from '#resources/assistant/html.ts'
import type { Language } from '#resources/assistant/words.ts'
import { findContact } from '#resources/contacts/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { emitReply, emitStatus, emitSurvey } from './emit.ts'
import { changeSession, insertMessage, type SessionRow } from './queries.ts'
import { findFinSettings } from './settings/queries.ts'

type Saying = { text: string; html: string; stream_id?: string | undefined; language: Language }

/** Stores what Fin says, and tells the caller. */
export async function sayAs(workspace: Workspace, session: SessionRow, { text, html, stream_id, language }: Saying) {
  const contact = session.is_email ? await findContact(workspace, session.contact_id) : undefined
  const body = session.is_email ? asLetter(html, contact?.name?.split(' ')[0] ?? null, language) : html
  const message = { author: 'fin' as const, body: text, attachments: [], sent_at: null, is_waiting: false }
  const { id } = await insertMessage(workspace, session.conversation_id, message)
  await emitReply(workspace, session, { id, html: body, stream_id, is_last: session.is_conversational })
}

/** It is the user's turn, or the only answer was given. */
export async function endTurn(workspace: Workspace, session: SessionRow): Promise<void> {
  const status = session.is_conversational ? 'awaiting_user_reply' : 'complete'
  await changeSession(workspace, session.conversation_id, { status })
  await emitStatus(workspace, session, { status })
}

/** The session is over, and asks for a rating if the workspace wants that. */
export async function resolve(workspace: Workspace, session: SessionRow): Promise<void> {
  const { asks_for_rating } = await findFinSettings(workspace)
  const asks = asks_for_rating && !session.rating
  await changeSession(workspace, session.conversation_id, {
    status: 'complete',
    ...(asks && { rating_asked_at: workspace.now() }),
  })
  await emitStatus(workspace, session, { status: 'resolved' })
  await emitStatus(workspace, session, { status: 'complete', is_last: !asks })
  if (asks) await emitSurvey(workspace, session)
}
