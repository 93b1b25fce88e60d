// The SQL of what the assistant did in a conversation, and of the messages that it answers.
import { one } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** As it is stored. Times are Unix seconds. */
export type AiAgent = {
  /** It answers the next message; false after it handed the conversation over. */
  is_active: boolean
  source_type: 'profile' | 'workflow'
  source_title: string | null
  last_answer_type: 'ai_answer' | null
  resolution_state: 'assumed_resolution' | 'confirmed_resolution' | 'escalated' | null
  sources: { content_type: string; url: string; title: string; locale: string }[]
  /** The articles among its sources. */
  article_ids: string[]
  /** The last part that it has answered; 0 for the message that started the conversation; -1: none. */
  answered: string
  created_at: number
  updated_at: number
}

export const changeAiAgent = ({ sql, id: workspace_id }: Workspace, id: string, agent: AiAgent) => sql`
  update conversations set ai_agent = ${JSON.stringify(agent)}::text::jsonb
  where workspace_id = ${workspace_id} and id = ${id}`

/** Returns the id of the newest part that a contact wrote; 0 if there is none but the message that started the conversation. */
export const findNewestMessage = async ({ sql, id }: Workspace, conversation_id: string): Promise<string> =>
  (
    await one(sql<{ id: string }[]>`
      select id from conversation_parts
      where workspace_id = ${id} and conversation_id = ${conversation_id} and author_type in ('user', 'lead') and body is not null
      order by created_at desc, id desc limit 1`)
  )?.id ?? '0'

export type Message = { author_type: 'admin' | 'bot' | 'user' | 'lead'; id: string; body: string }

/** Returns the last messages of contacts, admins and the bot, oldest first, without notes. Bodies are HTML. */
export const listMessagesOf = ({ sql, id }: Workspace, conversation_id: string, most: number) => sql<Message[]>`
  select * from (
    select author_type, id, body from conversation_parts
    where workspace_id = ${id} and conversation_id = ${conversation_id} and part_type <> 'note' and body is not null
      and not redacted
    order by id desc limit ${most}
  ) newest order by id`
