// Answers a message of a contact in a conversation, or hands the conversation over to the team. A message is answered in the
// transaction that remembers it as answered; a process that is killed before it loses nothing but time.
import { paragraphs } from '#lib/html.ts'
import { isInAudience } from '#resources/contacts/audiences.ts'
import { saveAiAgent } from '#resources/conversations/ai-agent.ts'
import { listMessagesOf, type Message } from '#resources/conversations/ai-agent-queries.ts'
import { channelOf } from '#resources/conversations/channels.ts'
import { findFirstParticipant } from '#resources/conversations/participants/queries.ts'
import { type ConversationRow, findConversation, isTicket, lockConversation } from '#resources/conversations/queries.ts'
import { notifyContacts } from '#resources/conversations/replies/notify.ts'
import { outcomeOf } from '#resources/conversations/state/outcome.ts'
import { record } from '#resources/conversations/state/record.ts'
import { countFin } from '#resources/help-center-pages/queries.ts'
import type { WorkerContext } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { answer } from '../answer.ts'
import type { Answer } from '../extract.ts'
import { textOf } from '../html.ts'
import { asksForPerson, isThanks, languageOf, WORDS } from '../words.ts'
import { type AssistantSettings, findSettings } from './queries.ts'

type Payload = { workspace_id: string; conversation_id: string; message: string }

const MOST_HISTORY = 20

type Decision = { does: 'answer'; answer: Answer } | { does: 'resolve' | 'hand_over' | 'say_nothing_fits' }

export async function answerConversation(
  context: Pick<WorkerContext, 'sql' | 'public_url' | 'log' | 'model'>,
  payload: unknown,
): Promise<void> {
  const { workspace_id, conversation_id, message } = payload as Payload
  const workspace = await openWorkspace(context.sql, workspace_id)
  const conversation = await findConversation(workspace, conversation_id)
  const settings = await findSettings(workspace)
  if (!conversation || !mayAnswer(conversation, message, settings)) return
  const contact = await findFirstParticipant(workspace, conversation.id)
  if (!contact || (!conversation.ai_agent && !(await isInAudience(workspace, contact.id, settings.audience_ids))))
    return
  const parts = await listMessagesOf(workspace, conversation.id, MOST_HISTORY)
  if (workflowReplied(conversation, parts)) return
  const said = [{ id: '0', author_type: conversation.author_type, body: conversation.body ?? '' }, ...parts]
  const asked = said.find(({ id }) => id === message)
  if (!asked) return
  const question = textOf(asked.body)
  const history = said
    .filter(({ id }) => BigInt(id) < BigInt(message))
    .map(({ author_type, body }) => ({ author: AUTHORS[author_type], text: textOf(body) }))
  const decision = await decide(workspace, conversation, { question, history, contact_id: contact.id }, context)
  await atomically(workspace, async (workspace) => {
    const locked = await lockConversation(workspace, conversation.id)
    if (!locked || !mayAnswer(locked, message, settings)) return
    if (workflowReplied(locked, await listMessagesOf(workspace, locked.id, MOST_HISTORY))) return
    await carryOut(workspace, locked, message, question, decision)
  })
}

/** Before the assistant has part in a conversation, what the bot says there is of a workflow. */
const workflowReplied = ({ ai_agent }: ConversationRow, parts: readonly Message[]): boolean =>
  !ai_agent && parts.some(({ author_type }) => author_type === 'bot')

const AUTHORS = { user: 'user', lead: 'user', admin: 'agent', bot: 'assistant' } as const

/**
 * Whether the assistant answers the message: it begins with the first one, where the workspace says so, or where it was handed the
 * conversation; it never answers after an admin, and none twice.
 */
function mayAnswer(row: ConversationRow, message: string, { is_enabled, channels }: AssistantSettings): boolean {
  const { ai_agent, state, last_admin_reply_at, admin_assignee_id, merged_into } = row
  if (state !== 'open' || last_admin_reply_at || admin_assignee_id || merged_into || isTicket(row)) return false
  if (row.author_type !== 'user' && row.author_type !== 'lead') return false
  if (ai_agent) return ai_agent.is_active && BigInt(message) > BigInt(ai_agent.answered)
  return is_enabled && message === '0' && channels.includes(channelOf(row))
}

type Question = {
  question: string
  history: { author: 'user' | 'agent' | 'assistant'; text: string }[]
  contact_id: string
}

async function decide(
  workspace: Workspace,
  { ai_agent }: ConversationRow,
  { question, history, contact_id }: Question,
  { public_url, model, log }: Pick<WorkerContext, 'public_url' | 'model' | 'log'>,
): Promise<Decision> {
  if (asksForPerson(question)) return { does: 'hand_over' }
  if (ai_agent?.last_answer_type && isThanks(question)) return { does: 'resolve' }
  const found = await answer(workspace, { question, history, contact_id, for: 'chatbot' }, { public_url, model, log })
  return found ? { does: 'answer', answer: found } : { does: 'say_nothing_fits' }
}

async function carryOut(
  workspace: Workspace,
  conversation: ConversationRow,
  message: string,
  question: string,
  decision: Decision,
): Promise<void> {
  const words = WORDS[languageOf(question)]
  const agent = conversation.ai_agent
  if (decision.does === 'answer') {
    const { html, sources } = decision.answer
    const used = sources.map(({ type, url, title, locale }) => ({ content_type: type, url: url ?? '', title, locale }))
    const articles = sources.flatMap(({ type, id }) => (type === 'article' ? [id] : []))
    const known = agent?.article_ids ?? []
    const fresh = articles.filter((id) => !known.includes(id))
    await say(workspace, conversation, html)
    await saveAiAgent(workspace, conversation, {
      ...{ answered: message, last_answer_type: 'ai_answer', resolution_state: 'assumed_resolution' },
      sources: [...(agent?.sources ?? []).filter(({ title }) => !used.some((one) => one.title === title)), ...used],
      article_ids: [...known, ...fresh],
    })
    await countFin(workspace, fresh, 'fin_involvements')
    return
  }
  if (decision.does === 'resolve') {
    await say(workspace, conversation, paragraphs(words.resolved))
    const changes = { answered: message, resolution_state: 'confirmed_resolution' as const }
    if (agent?.resolution_state !== 'confirmed_resolution')
      await countFin(workspace, agent?.article_ids ?? [], 'fin_resolutions')
    await saveAiAgent(workspace, conversation, changes)
    return
  }
  const is_asked = decision.does === 'hand_over'
  const text = is_asked ? words.handed_over : `${words.nothing} ${words.handed_over}`
  await say(workspace, conversation, paragraphs(text), { keeps_waiting: true })
  await saveAiAgent(workspace, conversation, { answered: message, is_active: false, resolution_state: 'escalated' })
}

/** `keeps_waiting`: the contact still waits for the team. */
async function say(workspace: Workspace, conversation: ConversationRow, html: string, { keeps_waiting = false } = {}) {
  const outcome = outcomeOf(conversation, 'workflow_replies', {})
  const { waiting_since: _, ...patch } = outcome.patch
  const part = { author: { type: 'bot' } as const, body: html, created_at: workspace.now() }
  const { part_id } = await record(workspace, conversation, keeps_waiting ? { ...outcome, patch } : outcome, part)
  await notifyContacts(workspace, conversation, part_id)
}
