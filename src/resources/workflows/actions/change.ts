// The steps that change a conversation. One that would change nothing leaves no part.
import { invalid } from '#http/errors.ts'
import { theAdmin } from '#resources/admins/queries.ts'
import { updateContact } from '#resources/contacts/update.ts'
import { setAttributes } from '#resources/conversations/actions/set-attributes.ts'
import { arriveInTeam } from '#resources/conversations/assignment/arrive.ts'
import { assignWaiting } from '#resources/conversations/assignment/assign-waiting.ts'
import { findFirstParticipant } from '#resources/conversations/participants/queries.ts'
import type { NewPart } from '#resources/conversations/parts/queries.ts'
import type { ConversationRow } from '#resources/conversations/queries.ts'
import { type Outcome, outcomeOf } from '#resources/conversations/state/outcome.ts'
import { record } from '#resources/conversations/state/record.ts'
import { conversationTags } from '#resources/conversations/taggable.ts'
import { attachTag, detachTag } from '#resources/tags/attach.ts'
import { listTagsOf, theTag } from '#resources/tags/queries.ts'
import { theTeam } from '#resources/teams/queries.ts'
import { findBotId } from '../queries.ts'
import type { AttributeOf, StepOf } from '../steps.ts'
import { GO_ON, type Next, type StepContext } from './step-context.ts'

async function write(
  { workspace, conversation, at }: StepContext,
  outcome: Outcome,
  part: Omit<NewPart, 'part_type' | 'author' | 'created_at'> = {},
): Promise<ConversationRow> {
  const author = { type: 'bot' } as const
  return (await record(workspace, conversation, outcome, { author, created_at: at, ...part })).conversation
}

export async function assign(context: StepContext, { assignee }: StepOf<'assign'>): Promise<Next> {
  const { workspace, conversation, at } = context
  if (!assignee) return unassign(context)
  const { id } = await (assignee.type === 'admin' ? theAdmin : theTeam)(workspace, assignee.id)
  const to = { type: assignee.type, id }
  if (conversation[to.type === 'admin' ? 'admin_assignee_id' : 'team_assignee_id'] === id) return GO_ON
  const outcome = outcomeOf(conversation, 'workflow_assigns', { at, assignee: to })
  const assigned = await write(context, outcome, { assigned_to: to })
  if (to.type === 'team') await arriveInTeam(workspace, assigned)
  if (conversation.admin_assignee_id && to.type === 'admin') await assignWaiting(workspace)
  return GO_ON
}

/** Empties both slots. */
async function unassign(context: StepContext): Promise<Next> {
  let { conversation } = context
  const had_admin = conversation.admin_assignee_id !== null
  for (const from of ['admin', 'team'] as const) {
    if (conversation[`${from}_assignee_id`] === null) continue
    conversation = await write({ ...context, conversation }, outcomeOf(conversation, 'workflow_unassigns', { from }), {
      assigned_to: { type: 'nobody_admin', id: null },
    })
  }
  if (had_admin) await assignWaiting(context.workspace)
  return GO_ON
}

export async function close(context: StepContext): Promise<Next> {
  const { workspace, conversation, at } = context
  if (conversation.state === 'closed') return GO_ON
  await write(context, outcomeOf(conversation, 'workflow_closes', { at, closed_by: null }))
  if (conversation.admin_assignee_id) await assignWaiting(workspace)
  return GO_ON
}

export async function open(context: StepContext): Promise<Next> {
  const { conversation } = context
  if (conversation.state !== 'open') await write(context, outcomeOf(conversation, 'workflow_opens', {}))
  return GO_ON
}

export async function snooze(context: StepContext, { seconds }: StepOf<'snooze'>): Promise<Next> {
  const until = new Date(context.at.getTime() + seconds * 1000)
  const time = until.toISOString()
  await write(context, outcomeOf(context.conversation, 'workflow_snoozes', { until }), {
    event_details: { until: `until ${time.slice(0, 10)} ${time.slice(11, 16)} UTC`, custom_until_time: time },
  })
  return GO_ON
}

export async function setPriority(context: StepContext, { priority }: StepOf<'set_priority'>): Promise<Next> {
  const { conversation } = context
  if (conversation.priority === priority) return GO_ON
  await write(context, outcomeOf(conversation, 'workflow_sets_priority', { priority }), {
    event_details: { current_priority: priority, previous_priority: conversation.priority },
  })
  return GO_ON
}

/** The bot is the one who tagged. */
export async function tag(context: StepContext, { type, tag_id }: StepOf<'tag' | 'untag'>): Promise<Next> {
  const { workspace, conversation } = context
  const tag = await theTag(workspace, tag_id)
  const tags = await listTagsOf(workspace, { object_type: 'conversation', object_id: conversation.id })
  const has = tags.some(({ id }) => id === tag.id)
  if (has === (type === 'tag')) return GO_ON
  await write(context, outcomeOf(conversation, 'workflow_tags', {}), {
    event_details: { tags_added: has ? [] : [tag.name], tags_removed: has ? [tag.name] : [] },
  })
  const admin_id = await findBotId(workspace)
  if (has) await detachTag(workspace, conversationTags, conversation, tag)
  else await attachTag({ ...workspace, admin_id }, conversationTags, conversation, tag, admin_id)
  return GO_ON
}

export async function setAttribute(context: StepContext, step: StepOf<'set_attribute'>): Promise<Next> {
  await storeValue(context, step)
  return GO_ON
}

/** The fields of a contact that a workflow can set; other names are custom attributes. */
const CONTACT_FIELDS = ['name', 'email', 'phone']

/** @throws a 400 if there is no such attribute, or it cannot have the value. */
export async function storeValue(
  { workspace, workflow, conversation }: StepContext,
  { of, name, value }: { of: AttributeOf; name: string; value: unknown },
): Promise<void> {
  if (of === 'conversation') {
    const noFiles = () => Promise.reject(invalid(`Custom attribute '${name}' has files, which a workflow cannot set`))
    await setAttributes(workspace, conversation, { [name]: value }, noFiles, { name: workflow.title })
    return
  }
  const contact = await findFirstParticipant(workspace, conversation.id)
  if (!contact) throw invalid('No contact takes part in the conversation')
  const is_field = CONTACT_FIELDS.includes(name)
  if (is_field && value !== null && typeof value !== 'string') throw invalid(`${name} must be a text`)
  await updateContact(workspace, contact.id, is_field ? { [name]: value } : { custom_attributes: { [name]: value } })
}
