// The steps with which a workflow speaks: replies, notes, quick replies, and questions for an attribute.
import { randomUUID } from 'node:crypto'
import { escapeHtml, toHtml } from '#lib/html.ts'
import { channelOf } from '#resources/conversations/channels.ts'
import { findFirstParticipant } from '#resources/conversations/participants/queries.ts'
import type { NewPart } from '#resources/conversations/parts/queries.ts'
import { placeholderValues } from '#resources/conversations/placeholder-values.ts'
import { notifyContacts } from '#resources/conversations/replies/notify.ts'
import { outcomeOf } from '#resources/conversations/state/outcome.ts'
import { record } from '#resources/conversations/state/record.ts'
import { filledHtml } from '#resources/macros/placeholders.ts'
import type { StepOf } from '../steps.ts'
import { GO_ON, type Next, type StepContext } from './step-context.ts'

type Spoken = 'workflow_replies' | 'workflow_offers_quick_replies' | 'workflow_asks_attribute'

/** Writes a part that the contacts get. Returns the conversation after it. */
async function speak(context: StepContext, action: Spoken, part: Pick<NewPart, 'body' | 'metadata' | 'event_details'>) {
  const { workspace, conversation, at } = context
  const recorded = await record(workspace, conversation, outcomeOf(conversation, action, {}), {
    ...{ author: { type: 'bot' }, created_at: at },
    ...part,
  })
  await notifyContacts(workspace, conversation, recorded.part_id)
  return recorded.conversation
}

/** Returns the body with the values of its placeholders, as safe HTML. */
async function filled({ workspace, conversation }: StepContext, body: string): Promise<string> {
  const contact = await findFirstParticipant(workspace, conversation.id)
  return filledHtml(toHtml(body), await placeholderValues(workspace, { contact, conversation }))
}

export async function reply(context: StepContext, { body }: StepOf<'reply' | 'note'>): Promise<Next> {
  await speak(context, 'workflow_replies', { body: await filled(context, body) })
  return GO_ON
}

export async function note(context: StepContext, { body }: StepOf<'reply' | 'note'>): Promise<Next> {
  const { workspace, conversation, at } = context
  await record(workspace, conversation, outcomeOf(conversation, 'workflow_notes', {}), {
    ...{ author: { type: 'bot' }, body: await filled(context, body), created_at: at },
  })
  return GO_ON
}

/** Only messengers and custom channels show options; elsewhere the message lists them, and the contact writes one. */
export async function offerQuickReplies(context: StepContext, step: StepOf<'quick_replies'>): Promise<Next> {
  const shows_options = channelOf(context.conversation) === 'inapp'
  const body = await filled(context, step.body)
  const list = step.options.map(({ text }) => `<li>${escapeHtml(text)}</li>`).join('')
  const asked = await speak(context, 'workflow_replies', { body: shows_options ? body : `${body}<ul>${list}</ul>` })
  const quick_reply_options = step.options.map(({ text }) => ({ text, uuid: randomUUID() }))
  if (shows_options)
    await speak({ ...context, conversation: asked }, 'workflow_offers_quick_replies', {
      metadata: { quick_reply_options },
    })
  const memory = { options: quick_reply_options }
  return { waits_for: 'quick_reply', seconds: step.wait_seconds, memory }
}

export async function askAttribute(context: StepContext, step: StepOf<'ask_attribute'>): Promise<Next> {
  const { of, name, wait_seconds } = step
  await speak(context, 'workflow_asks_attribute', {
    body: await filled(context, step.body),
    event_details: { workflow: { name: context.workflow.title }, attribute: { name } },
  })
  return { waits_for: 'attribute', seconds: wait_seconds, memory: { of, name, asked: 1 } }
}
