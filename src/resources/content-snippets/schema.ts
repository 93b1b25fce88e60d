// Content snippets over the wire.
import { type Static, Type } from 'typebox'
import { FlatPageOf } from '#http/lists.ts'
import { epoch, Nullable, named, Some } from '#http/types.ts'
import type { SnippetRow } from './queries.ts'
import { titled } from './title.ts'

const AVAILABILITIES = {
  ai_chatbot_availability: Type.Boolean(),
  ai_copilot_availability: Type.Boolean(),
  ai_sales_agent_availability: Type.Boolean(),
}

const Block = Type.Record(Type.String(), Type.Unknown(), {
  description:
    'Its `type` is `paragraph`, `heading`, `subheading`, `code`, `orderedList`, `image` …; its `text` is HTML.',
})

export const ContentSnippet = named(
  'content_snippet',
  Type.Object({
    type: Type.Literal('content_snippet'),
    id: Type.String(),
    title: Type.String(),
    locale: Type.String(),
    json_blocks: Type.Array(Block),
    body_markdown: Type.String({ description: 'Its first line is the title.' }),
    chatbot_availability: Type.Integer({ description: 'Deprecated: 1 if `ai_chatbot_availability` is true.' }),
    copilot_availability: Type.Integer({ description: 'Deprecated: 1 if `ai_copilot_availability` is true.' }),
    ...AVAILABILITIES,
    created_at: Type.Integer(),
    updated_at: Type.Integer(),
    audience_ids: Type.Array(Type.Integer()),
  }),
)

export const ContentSnippetList = named('content_snippet_list', FlatPageOf(ContentSnippet))

const FIELDS = {
  title: Type.String({ minLength: 1, maxLength: 255, pattern: '\\S' }),
  json_blocks: Type.Array(Block, { maxItems: 5000, description: 'The body; or give `body_markdown`.' }),
  body_markdown: Type.String(),
  locale: Type.String({ maxLength: 16, description: 'Default: `en`.' }),
  audience_ids: Nullable(Type.Array(Type.Integer(), { maxItems: 100 })),
  ...AVAILABILITIES,
}
export const SnippetRequest = named('content_snippet_update_request', Some(FIELDS))
export type SnippetRequest = Static<typeof SnippetRequest>
export const NewSnippetRequest = named(
  'content_snippet_create_request',
  Type.Object({ ...SnippetRequest.properties, title: FIELDS.title }),
)
export type NewSnippetRequest = Static<typeof NewSnippetRequest>

export const presentSnippet = (snippet: SnippetRow): Static<typeof ContentSnippet> => ({
  type: 'content_snippet',
  id: snippet.id,
  title: snippet.title,
  locale: snippet.locale,
  json_blocks: snippet.json_blocks,
  body_markdown: titled(snippet.body_markdown, snippet.title),
  chatbot_availability: Number(snippet.ai_chatbot_availability),
  copilot_availability: Number(snippet.ai_copilot_availability),
  ai_chatbot_availability: snippet.ai_chatbot_availability,
  ai_copilot_availability: snippet.ai_copilot_availability,
  ai_sales_agent_availability: snippet.ai_sales_agent_availability,
  created_at: epoch(snippet.created_at),
  updated_at: epoch(snippet.updated_at),
  audience_ids: snippet.audience_ids.map(Number),
})
