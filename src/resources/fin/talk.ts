// What callers do with sessions: start one, reply in one, ask one question. The answer follows as events.
import { invalid } from '#http/errors.ts'
import { defined } from '#lib/objects.ts'
import { textOf } from '#resources/assistant/html.ts'
import { goOn } from '#resources/procedures/go-on.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { lastEventOf } from './event-queries.ts'
import { changeSession, insertMessage, insertSession, lockSession, type SessionRow, wasReceived } from './queries.ts'
import type { AttributeErrors, FinAttachment, FinMessage, StartRequest } from './schema.ts'
import { requireProfile } from './settings/queries.ts'
import { checkConversationAttributes, saveUser } from './user.ts'

/** The session, the last event before what happens now, and the attributes that were left out. */
export type Talking = {
  session: SessionRow
  after: string
  errors: AttributeErrors | undefined
  is_new?: boolean
}

const SESSION_EXISTS =
  'Fin session already exists for this conversation. Please use /reply to continue the conversation.'
const MOST_HISTORY = 10
const MOST_ATTACHMENTS = 10

type Begun = Omit<StartRequest, 'message'> & { conversation_id: string; message?: FinMessage | undefined }

/** The same session again, with the same message, is the caller's retry: it changes nothing. @throws a 400 */
export async function begin(
  workspace: Workspace,
  { conversation_id, message, user, conversation_metadata = {}, attachments = [], settings = {} }: Begun,
  { is_conversational, awaits_answer = true }: { is_conversational: boolean; awaits_answer?: boolean },
): Promise<Talking> {
  await requireProfile(workspace)
  const { history = [], attributes } = conversation_metadata
  if (history.length > MOST_HISTORY)
    throw invalid(`Conversation history cannot contain more than ${MOST_HISTORY} items`)
  const files = readAttachments(attachments)
  const contact = await saveUser(workspace, user)
  const checked = await checkConversationAttributes(workspace, attributes)
  const errors = errorsOf(contact.errors, checked.errors)
  const existing = await lockSession(workspace, conversation_id)
  if (existing) {
    if (!message || !(await wasReceived(workspace, conversation_id, readMessage(message))))
      throw invalid(SESSION_EXISTS)
    return { session: existing, after: '0', errors }
  }
  const session = await insertSession(workspace, {
    conversation_id,
    contact_id: contact.fitting.id,
    user_id: String(user.id),
    is_conversational: is_conversational && settings.follow_up_questions !== false,
    is_email: settings.email ?? false,
    version: workspace.version,
    history: history.map(({ author, body }) => ({ author, body: textOf(body) })),
    attributes: checked.fitting,
  })
  if (!session) throw invalid(SESSION_EXISTS)
  if (message) await addMessage(workspace, session, message, files, awaits_answer)
  return { session, after: '0', errors, is_new: true }
}

/** @throws a 400 for a session that does not exist, or that was handed over to a person. */
export async function reply(
  workspace: Workspace,
  { conversation_id, message, user, attachments = [], settings = {} }: StartRequest & { conversation_id: string },
): Promise<Talking> {
  const files = readAttachments(attachments)
  const contact = await saveUser(workspace, user)
  const session = await lockSession(workspace, conversation_id)
  if (!session || session.contact_id !== contact.fitting.id) throw invalid('Conversation not found')
  if (session.escalated_conversation_id) throw invalid('The conversation was escalated: a teammate goes on with it')
  const after = await lastEventOf(workspace, conversation_id)
  const errors = errorsOf(contact.errors, undefined)
  if (await wasReceived(workspace, conversation_id, readMessage(message))) return { session, after, errors }
  const changes = {
    status: 'thinking' as const,
    version: workspace.version,
    ...defined({ is_conversational: settings.follow_up_questions, is_email: settings.email }),
  }
  await changeSession(workspace, conversation_id, changes)
  await addMessage(workspace, session, message, files)
  return { session: { ...session, ...changes }, after, errors }
}

/** Stores the message, and asks for an answer if it waits for one. */
async function addMessage(
  workspace: Workspace,
  { conversation_id }: SessionRow,
  message: FinMessage,
  attachments: { url?: string; name?: string }[],
  is_waiting = true,
): Promise<void> {
  const { author, sent_at } = readMessage(message)
  const body = textOf(message.body)
  await insertMessage(workspace, conversation_id, { author, body, attachments, sent_at, is_waiting })
  if (is_waiting) await goOn(workspace, conversation_id)
}

function readMessage({ author, timestamp }: FinMessage) {
  const sent_at = timestamp === undefined ? null : new Date(timestamp)
  if (sent_at && Number.isNaN(sent_at.getTime())) throw invalid('message.timestamp must be a time in ISO 8601')
  return { author, sent_at }
}

/** Addresses and names are kept for the teammate who takes over; the bytes of files are not. */
function readAttachments(given: readonly FinAttachment[]): { url?: string; name?: string }[] {
  if (given.length > MOST_ATTACHMENTS) throw invalid(`Cannot have more than ${MOST_ATTACHMENTS} attachments`)
  return given.map(({ type, url, name, content_type, data }) => {
    if (type === 'file') {
      if (!name || !content_type || !data)
        throw invalid('An attachment of type file must have name, content_type and data')
      return { name }
    }
    if (!url || !/^https?:$/.test(URL.parse(url)?.protocol ?? ''))
      throw invalid('An attachment of type url must have an http or https URL')
    return { url }
  })
}

function errorsOf(
  user: Record<string, string> | undefined,
  conversation: Record<string, string> | undefined,
): AttributeErrors | undefined {
  if (!user && !conversation) return undefined
  return {
    ...(user && { user: { attributes: user } }),
    ...(conversation && { conversation: { attributes: conversation } }),
  }
}
