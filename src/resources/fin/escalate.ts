// Hands a session over to the team: a new conversation has a summary and the caller's context as notes.
import { invalid } from '#http/errors.ts'
import { escapeHtml, paragraphs } from '#lib/html.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import { findContact } from '#resources/contacts/queries.ts'
import { setAttributes } from '#resources/conversations/actions/set-attributes.ts'
import { lockConversation } from '#resources/conversations/queries.ts'
import { startConversation } from '#resources/conversations/start/from-contact.ts'
import { outcomeOf } from '#resources/conversations/state/outcome.ts'
import { record } from '#resources/conversations/state/record.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { emitStatus } from './emit.ts'
import { lastEventOf } from './event-queries.ts'
import { changeSession, endWaiting, listMessages, lockSession, type MessageRow, type SessionRow } from './queries.ts'
import type { EscalateRequest } from './schema.ts'
import { saveUser } from './user.ts'

const DEFAULT_MESSAGE = 'Requesting human support'
/** Summaries show the last messages, cut. */
const SUMMARISED = 10
const LONGEST_SHOWN = 300

export type Escalation = { session?: SessionRow; after?: string; intercom_conversation_id: string | undefined }

/** @throws a 400 without a conversation or a user, and for an unknown conversation. */
export async function escalate(workspace: Workspace, request: EscalateRequest): Promise<Escalation> {
  const { conversation_id, user, message = DEFAULT_MESSAGE, context } = request
  if (conversation_id) {
    const session = await lockSession(workspace, conversation_id)
    if (!session) throw invalid('Conversation not found')
    const after = await lastEventOf(workspace, conversation_id)
    const { escalated_conversation_id: known } = session
    const reason = 'Routed to team'
    const intercom_conversation_id = known ?? (await escalateSession(workspace, session, { context, reason }))
    return { session, after: known ? '0' : after, intercom_conversation_id }
  }
  if (!user) throw invalid('Either conversation_id or user must be provided')
  const { fitting: contact } = await saveUser(workspace, user)
  const id = await openConversation(workspace, contact, message.trim() || DEFAULT_MESSAGE, [context && noted(context)])
  return { intercom_conversation_id: id }
}

type Why = { reason: string; context?: string | undefined }

/**
 * `session` must be locked. Returns the id of the new conversation; undefined if its contact is gone or blocked, so that it only ends.
 * What waits for an answer gets none.
 */
export async function escalateSession(
  workspace: Workspace,
  session: SessionRow,
  { reason, context }: Why,
): Promise<string | undefined> {
  const { conversation_id, contact_id, attributes } = session
  const contact = await findContact(workspace, contact_id)
  if (!contact || contact.blocked_at) return endWithoutTeam(workspace, session)
  const messages = await listMessages(workspace, conversation_id)
  const last = messages.findLast(({ author }) => author === 'user')
  const notes = [summaryOf(session, messages), context && noted(context)]
  const id = await openConversation(workspace, contact, last?.body.trim() || DEFAULT_MESSAGE, notes)
  if (Object.keys(attributes).length) await giveAttributes(workspace, id, attributes)
  await endWaiting(workspace, conversation_id)
  await changeSession(workspace, conversation_id, { status: 'complete', escalated_conversation_id: id })
  await emitStatus(workspace, session, { status: 'escalated', reason })
  await emitStatus(workspace, session, { status: 'complete' })
  return id
}

async function endWithoutTeam(workspace: Workspace, session: SessionRow): Promise<undefined> {
  await endWaiting(workspace, session.conversation_id)
  await changeSession(workspace, session.conversation_id, { status: 'complete' })
  await emitStatus(workspace, session, { status: 'complete' })
}

/** Starts a conversation with notes. Returns its id. */
export async function openConversation(
  workspace: Workspace,
  contact: ContactRow,
  body: string,
  notes: readonly (string | undefined)[],
): Promise<string> {
  const { conversation_id: id } = await startConversation(workspace, { contact, body })
  let conversation = (await lockConversation(workspace, id))!
  for (const html of notes) {
    if (!html) continue
    const outcome = outcomeOf(conversation, 'admin_notes', {})
    const part = { author: { type: 'bot' } as const, body: html, created_at: workspace.now() }
    conversation = (await record(workspace, conversation, outcome, part)).conversation
  }
  return id
}

const noFiles = async () => []

async function giveAttributes(workspace: Workspace, id: string, attributes: Record<string, unknown>): Promise<void> {
  await setAttributes(workspace, (await lockConversation(workspace, id))!, attributes, noFiles)
}

const noted = (context: string): string => `<p><b>Context</b></p>\n${paragraphs(context)}`

const NAMES = { user: 'Customer', agent: 'Teammate', fin: 'Fin' } as const

/** Returns what was said, as a list: the messages themselves, cut, so that nothing is made up. */
export function summaryOf({ conversation_id, history }: SessionRow, messages: readonly MessageRow[]): string {
  const said = [...history.map((one) => ({ ...one, attachments: [] })), ...messages].slice(-SUMMARISED)
  const lines = said.map(({ author, body, attachments }) => {
    const files = attachments.map(({ url, name }) => ` [${url ?? name}]`).join('')
    const text = body.length > LONGEST_SHOWN ? `${body.slice(0, LONGEST_SHOWN)}…` : body
    return `<li><b>${NAMES[author]}:</b> ${escapeHtml(`${text}${files}`)}</li>`
  })
  return `<p><b>Summary</b> of the conversation ${escapeHtml(conversation_id)} with Fin</p>${lines.length ? `\n<ul>${lines.join('')}</ul>` : ''}`
}
