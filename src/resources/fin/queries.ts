// The SQL of Fin's sessions and their messages.
import { one } from '#db/sql.ts'
import type { Version } from '#versions/versions.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type SessionRow = {
  workspace_id: string
  /** The caller's. */
  conversation_id: string
  contact_id: string
  /** The caller's. */
  user_id: string
  status: 'thinking' | 'awaiting_user_reply' | 'escalated' | 'resolved' | 'complete'
  is_conversational: boolean
  is_email: boolean
  version: Version
  history: { author: 'user' | 'agent' | 'fin'; body: string }[]
  attributes: Record<string, unknown>
  escalated_conversation_id: string | null
  rating_asked_at: Date | null
  rating: 'terrible' | 'bad' | 'ok' | 'good' | 'amazing' | null
  remark: string | null
  created_at: Date
  updated_at: Date
}

export type MessageRow = {
  id: string
  author: 'user' | 'agent' | 'fin'
  body: string
  attachments: { url?: string; name?: string }[]
  sent_at: Date | null
  received_at: Date
  is_waiting: boolean
}

type NewSession = Pick<
  SessionRow,
  'conversation_id' | 'contact_id' | 'user_id' | 'is_conversational' | 'is_email' | 'version' | 'history' | 'attributes'
>

export const findSession = ({ sql, id }: Workspace, conversation_id: string) =>
  one(sql<SessionRow[]>`
    select * from fin_sessions where workspace_id = ${id} and conversation_id = ${conversation_id}`)

/** Locks the session until the transaction ends. */
export const lockSession = ({ sql, id }: Workspace, conversation_id: string) =>
  one(sql<SessionRow[]>`
    select * from fin_sessions where workspace_id = ${id} and conversation_id = ${conversation_id} for update`)

/** Returns undefined if there is one of this id already. */
export const insertSession = ({ sql, id, now }: Workspace, { history, attributes, ...session }: NewSession) =>
  one(sql<SessionRow[]>`
    insert into fin_sessions (workspace_id, conversation_id, contact_id, user_id, status, is_conversational, is_email, version,
      history, attributes, created_at, updated_at)
    values (${id}, ${session.conversation_id}, ${session.contact_id}, ${session.user_id}, 'thinking',
      ${session.is_conversational}, ${session.is_email}, ${session.version}, ${JSON.stringify(history)}::text::jsonb,
      ${JSON.stringify(attributes)}::text::jsonb, ${now()}, ${now()})
    on conflict (workspace_id, conversation_id) do nothing returning *`)

export type SessionChanges = Partial<
  Pick<
    SessionRow,
    | 'contact_id'
    | 'user_id'
    | 'status'
    | 'is_conversational'
    | 'is_email'
    | 'version'
    | 'escalated_conversation_id'
    | 'rating_asked_at'
    | 'rating'
    | 'remark'
  >
>

export const changeSession = async ({ sql, id, now }: Workspace, conversation_id: string, changes: SessionChanges) => {
  await sql`
    update fin_sessions set ${sql({ ...changes, updated_at: now() } as never)}
    where workspace_id = ${id} and conversation_id = ${conversation_id}`
}

export type NewMessage = Pick<MessageRow, 'author' | 'body' | 'attachments' | 'sent_at' | 'is_waiting'>

export const insertMessage = ({ sql, id, now }: Workspace, conversation_id: string, message: NewMessage) =>
  one(sql<{ id: string }[]>`
    insert into fin_messages (workspace_id, conversation_id, author, body, attachments, sent_at, received_at, is_waiting)
    values (${id}, ${conversation_id}, ${message.author}, ${message.body},
      ${JSON.stringify(message.attachments)}::text::jsonb, ${message.sent_at}, ${now()}, ${message.is_waiting})
    returning id`) as Promise<{ id: string }>

/** Returns whether a message with the same time was received within the last five minutes. */
export const wasReceived = async (
  { sql, id, now }: Workspace,
  conversation_id: string,
  { author, sent_at }: Pick<NewMessage, 'author' | 'sent_at'>,
): Promise<boolean> => {
  const [row] = await sql`
    select from fin_messages
    where workspace_id = ${id} and conversation_id = ${conversation_id} and author = ${author} and sent_at = ${sent_at}
      and received_at > ${now()}::timestamptz - interval '5 minutes'
    limit 1`
  return row !== undefined
}

/** Returns the newest messages, oldest first. */
export const listMessages = ({ sql, id }: Workspace, conversation_id: string, most = 20) => sql<MessageRow[]>`
  select * from (
    select id, author, body, attachments, sent_at, received_at, is_waiting from fin_messages
    where workspace_id = ${id} and conversation_id = ${conversation_id} order by id desc limit ${most}
  ) newest order by id`

/** Returns false if it was answered meanwhile. */
export const takeMessage = async ({ sql, id: workspace_id }: Workspace, id: string): Promise<boolean> => {
  const { count } = await sql`
    update fin_messages set is_waiting = false where workspace_id = ${workspace_id} and id = ${id} and is_waiting`
  return count > 0
}

/** Nothing waits for an answer any more. */
export const endWaiting = ({ sql, id }: Workspace, conversation_id: string) => sql`
  update fin_messages set is_waiting = false
  where workspace_id = ${id} and conversation_id = ${conversation_id} and is_waiting`
