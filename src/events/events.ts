// The events of one kind of object: its topics, and the SQL that writes them. An event is one row in the transaction of its
// cause (transactional outbox), so that both are committed or neither.
import type { Fragment, Sql } from '#db/sql.ts'
import type { Version } from '#versions/versions.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** `is_ours`: a topic that Intercom does not have. `since`: the first version that has it. Default: all. */
export type TopicFacts = { since?: Version; is_ours?: true }

/** Who caused an event. */
export type Actor = { type: 'admin' | 'user' | 'lead' | 'bot'; id: string | null }

export type NewEvent<Topic extends string> = {
  topic: Topic
  object_id: string
  /** Facts that are not in the object: `{ tag_id: '81' }`. */
  details?: object
  /** Default: the admin of the request's token, or the workspace's bot. */
  actor?: Actor
  /**
   * Returns the object as it is now, in the latest API version. Called only if the workspace listens to the topic, because
   * presenting the object costs more than writing the event.
   */
  snapshot(): object | undefined | Promise<object | undefined>
}

export type ObjectEvents<Topic extends string = string> = {
  object_type: string
  topics: Readonly<Record<Topic, TopicFacts>>
  /** Writes one event in the current transaction. */
  emit(workspace: Workspace, event: NewEvent<Topic>): Promise<void>
  /**
   * Returns an INSERT of many events, for a CTE. `rows` selects `workspace_id`, `object_id`, `details`, `actor_type`,
   * `actor_id` and `created_at`. There is no snapshot: a reader presents the object as it is then.
   */
  insertFrom(sql: Sql, topic: Topic, rows: Fragment): Fragment
}

/** Each noun declares its own: `contactEvents = eventsOf('contact', { 'contact.archived': {}, … })`. */
export const eventsOf = <const Topics extends Record<string, TopicFacts>>(
  object_type: string,
  topics: Topics,
): ObjectEvents<keyof Topics & string> => ({
  object_type,
  topics,
  async emit(workspace, { topic, object_id, details = {}, actor = actorOf(workspace), snapshot }) {
    const { sql, id, now } = workspace
    const object = workspace.listens(topic) ? await snapshot() : undefined
    await sql`
      insert into events (workspace_id, topic, object_type, object_id, details, actor_type, actor_id, snapshot, created_at)
      values (${id}, ${topic}, ${object_type}, ${object_id}, ${JSON.stringify(details)}::text::jsonb, ${actor.type},
        ${actor.id}, ${object ? JSON.stringify(object) : null}::text::jsonb, ${now()})`
  },
  insertFrom: (sql, topic, rows) => sql`
    insert into events (workspace_id, topic, object_type, object_id, details, actor_type, actor_id, created_at)
    select workspace_id, ${topic}, ${object_type}, object_id::text, details, actor_type, actor_id::text, created_at
    from (${rows}) as happened`,
})

const actorOf = ({ admin_id }: Workspace): Actor =>
  admin_id ? { type: 'admin', id: admin_id } : { type: 'bot', id: null }
