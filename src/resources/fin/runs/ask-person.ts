// A step that waits for a person: the team gets a conversation with the question, and subscribers of the topic are told.
import { paragraphs } from '#lib/html.ts'
import { findContact } from '#resources/contacts/queries.ts'
import { insertInput, type RunRow } from '#resources/procedures/queries.ts'
import { type Collected, filled, type Step } from '#resources/procedures/steps.ts'
import { procedureEvents } from '#resources/procedures/topics.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { openConversation, summaryOf } from '../escalate.ts'
import { listMessages, type SessionRow } from '../queries.ts'

type Asking = {
  public_url: string
  run: RunRow
  session: SessionRow
  step: Extract<Step, { type: 'human' }>
  step_id: string
  expires_at: Date | null
}

const RECENT = 5

export async function askPerson(workspace: Workspace, asking: Asking): Promise<void> {
  const { public_url, run, session, step, step_id, expires_at } = asking
  const contact = await findContact(workspace, session.contact_id)
  if (!contact) return
  const messages = await listMessages(workspace, session.conversation_id)
  const hitl_question = filled(step.question, run.variables)
  const conversation_id = await openConversation(workspace, contact, run.procedure_name, [
    `${summaryOf(session, messages)}\n${paragraphs(`${hitl_question}\n${step.attributes.map(({ label }) => label).join(', ')}`)}`,
  ])
  await insertInput(workspace, {
    ...{ step_id, session_id: session.conversation_id, conversation_id, attributes: step.attributes, expires_at },
  })
  await procedureEvents.emit(workspace, {
    topic: 'procedure.hitl_notification.created',
    object_id: step_id,
    actor: { type: 'bot', id: null },
    snapshot: () => ({
      ...{ type: 'procedure.hitl_notification', app_id: workspace.id, conversation_id, step_id },
      ...{ procedure_name: run.procedure_name, hitl_question },
      attributes_to_collect: step.attributes.map(presentAttribute),
      callback_url: `${public_url}/procedures/${conversation_id}/collect_agent_input`,
      expires_at: expires_at?.toISOString() ?? null,
      ...{ priority: step.is_priority ? 'priority' : 'not_priority', assign_to: null },
      conversation_url: `${public_url}/conversations/${conversation_id}`,
      recent_messages: messages.slice(-RECENT).map(({ author, body, received_at }) => ({
        ...{ author, body, created_at: received_at.toISOString() },
      })),
    }),
  })
}

const presentAttribute = ({ identifier, name, label, data_type, options }: Collected) => ({
  ...{ type: 'data_attribute', identifier, name, label, data_type },
  ...(options && { options }),
})
