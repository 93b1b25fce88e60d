// Events whose item cannot be made: each breaks in another way.
import type { Workspace } from '#workspaces/workspace.ts'

const conversation = (id: string, snapshot: object | null, details: object = {}) => ({
  ...{ topic: 'conversation.admin.noted', object_type: 'conversation', object_id: id, details },
  snapshot: snapshot && { type: 'conversation', id, created_at: 1_700_000_000, ...snapshot },
})

/** `conversation_id` is of a conversation that exists. */
const broken = (conversation_id: string) => [
  // The snapshot has another shape than its type says.
  conversation('1', { conversation_parts: { conversation_parts: 'x' } }),
  conversation('2', { conversation_parts: { conversation_parts: 7 } }),
  conversation('3', { conversation_parts: { conversation_parts: { 0: {} } } }),
  conversation('4', { conversation_parts: { conversation_parts: [null] } }, { part_id: '5' }),
  // PostgreSQL, or its driver, refuses a value of the statement that finds the object.
  conversation(conversation_id, null, { part_id: 'x' }),
  conversation(conversation_id, null, { part_id: '99999999999999999999' }),
  conversation(conversation_id, null, { part_id: {} }),
  conversation(conversation_id, null, { part_id: true }),
]

/** Writes them to the log. Returns the short item of each, in their order. */
export async function breakEvents({ sql, id }: Workspace, conversation_id: string): Promise<object[]> {
  const events = broken(conversation_id)
  for (const { topic, object_type, object_id, details, snapshot } of events)
    await sql`
      insert into events (workspace_id, topic, object_type, object_id, details, snapshot, created_at)
      values (${id}, ${topic}, ${object_type}, ${object_id}, ${JSON.stringify(details)}::text::jsonb,
        ${snapshot && JSON.stringify(snapshot)}::text::jsonb, now())`
  return events.map(({ object_type, object_id, details }) => ({ type: object_type, id: object_id, ...details }))
}
