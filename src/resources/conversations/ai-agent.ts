// What the assistant did in a conversation: stored with it, and shown as its `ai_agent`.
import { type Static, Type } from 'typebox'
import { Nullable, named } from '#http/types.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type AiAgent, changeAiAgent } from './ai-agent-queries.ts'
import type { ConversationRow } from './queries.ts'

const ContentSource = named(
  'content_source',
  Type.Object({ content_type: Type.String(), url: Type.String(), title: Type.String(), locale: Type.String() }),
)

export const ShownAiAgent = named(
  'ai_agent',
  Type.Object({
    source_type: Type.String(),
    source_title: Nullable(Type.String()),
    last_answer_type: Nullable(Type.String()),
    resolution_state: Nullable(Type.String()),
    rating: Type.Null(),
    rating_remark: Type.Null(),
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    content_sources: named(
      'content_source_list',
      Type.Object({
        type: Type.Literal('content_source.list'),
        total_count: Type.Integer(),
        content_sources: Type.Array(ContentSource),
      }),
    ),
  }),
)

export const presentAiAgent = ({ sources, ...agent }: AiAgent): Static<typeof ShownAiAgent> => ({
  ...{ source_type: agent.source_type, source_title: agent.source_title, last_answer_type: agent.last_answer_type },
  ...{ resolution_state: agent.resolution_state, rating: null, rating_remark: null },
  ...{ created_at: agent.created_at, updated_at: agent.updated_at },
  content_sources: { type: 'content_source.list', total_count: sources.length, content_sources: sources },
})

const inSeconds = (time: Date): number => Math.floor(time.getTime() / 1000)

/** Stores what the assistant did. `conversation` must be locked. Returns it as it is now. */
export async function saveAiAgent(
  workspace: Workspace,
  { id, ai_agent }: Pick<ConversationRow, 'id' | 'ai_agent'>,
  changes: Partial<AiAgent>,
): Promise<AiAgent> {
  const now = inSeconds(workspace.now())
  const agent: AiAgent = {
    ...{ is_active: true, source_type: 'profile', source_title: null, last_answer_type: null, resolution_state: null },
    ...{ sources: [], article_ids: [], answered: '-1', created_at: now, ...ai_agent, ...changes, updated_at: now },
  }
  await changeAiAgent(workspace, id, agent)
  return agent
}
