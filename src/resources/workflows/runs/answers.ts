// What a contact's answer means to a run that waits for it.

import type { ApiError } from '#http/errors.ts'
import { escapeHtml, toPlainText } from '#lib/html.ts'
import type { PartRow } from '#resources/conversations/parts/queries.ts'
import { type ConversationRow, lockConversation } from '#resources/conversations/queries.ts'
import { notifyContacts } from '#resources/conversations/replies/notify.ts'
import { outcomeOf } from '#resources/conversations/state/outcome.ts'
import { record } from '#resources/conversations/state/record.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { storeValue } from '../actions/change.ts'
import type { AttributeOf } from '../steps.ts'
import { planOf, resume } from './go-on.ts'
import { type RunRow, updateRun } from './queries.ts'
import { firstStored } from './store-answer.ts'

/** After so many answers that do not fit, the run goes on without one. */
const MOST_ASKED = 3

/** Returns whether the run has taken the answer. The conversation is locked. */
export async function takeAnswer(workspace: Workspace, run: RunRow, part: PartRow): Promise<boolean> {
  if (run.waits_for === 'reply') await resume(workspace, run)
  else if (run.waits_for === 'quick_reply') await resume(workspace, run, optionOf(run, part))
  else if (run.waits_for === 'attribute') await takeAttribute(workspace, run, part)
  else return false
  return true
}

const textIn = ({ body }: PartRow): string => toPlainText(body ?? '', { links: 'label' }).trim()

/** Returns the block of the option that was picked or written, else `otherwise`. */
function optionOf({ memory }: RunRow, part: PartRow): string {
  const options = (memory['options'] ?? []) as { text: string; uuid: string }[]
  const picked = part.metadata?.['quick_reply_uuid']
  const written = textIn(part).toLowerCase()
  const n = options.findIndex(({ uuid, text }) => (picked ? uuid === picked : text.toLowerCase() === written))
  return n < 0 ? 'otherwise' : String(n)
}

type Asked = { of: AttributeOf; name: string; asked: number }

async function takeAttribute(workspace: Workspace, run: RunRow, part: PartRow): Promise<void> {
  const { of, name, asked } = run.memory as Asked
  const conversation = await lockConversation(workspace, run.conversation_id)
  if (!conversation) return resume(workspace, run)
  const answer = answerIn(part, name)
  const refusal = answer === undefined ? undefined : await storeFirst(workspace, run, conversation, of, name, answer)
  if (answer !== undefined && !refusal) return resume(workspace, run)
  if (asked >= MOST_ASKED) return resume(workspace, run, 'otherwise')
  if (refusal) await askAgain(workspace, conversation, refusal)
  await updateRun(workspace, run.id, { memory: { of, name, asked: asked + 1 } })
}

/** A form answers one attribute, which may be that of another question; undefined then. */
function answerIn(part: PartRow, name: string): string | undefined {
  if (part.part_type !== 'attribute_collected') return textIn(part)
  const { attribute, value } = (part.event_details ?? {}) as { attribute?: { name: string }; value?: { name: string } }
  return attribute?.name === name ? value?.name : undefined
}

/** Stores the text, or what it says as a number or as yes or no, whichever the attribute takes. Returns the refusal. */
async function storeFirst(
  workspace: Workspace,
  run: RunRow,
  conversation: ConversationRow,
  of: AttributeOf,
  name: string,
  text: string,
): Promise<ApiError | undefined> {
  const { workflow } = await planOf(workspace, run)
  const context = { workflow, run_id: run.id, conversation, at: workspace.now() }
  return firstStored(workspace, text, (workspace, value) => storeValue({ workspace, ...context }, { of, name, value }))
}

async function askAgain(workspace: Workspace, conversation: ConversationRow, { message }: ApiError): Promise<void> {
  const recorded = await record(workspace, conversation, outcomeOf(conversation, 'workflow_replies', {}), {
    ...{ author: { type: 'bot' }, body: `<p>${escapeHtml(message)}</p>`, created_at: workspace.now() },
  })
  await notifyContacts(workspace, conversation, recorded.part_id)
}
