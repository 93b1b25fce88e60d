// The SQL of content snippets.
import { beyond, cursorValue, inOrder, newest, type Page, type PageResult, pageResult } from '#db/page.ts'
import { one, rowId } from '#db/sql.ts'
import { deleteTaggings } from '#resources/tags/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Block } from './blocks.ts'

export type SnippetRow = {
  id: string
  title: string
  json_blocks: Block[]
  /** Without the title. */
  body_markdown: string
  body_text: string
  locale: string
  audience_ids: string[]
  ai_chatbot_availability: boolean
  ai_copilot_availability: boolean
  ai_sales_agent_availability: boolean
  created_at: Date
  updated_at: Date
}
export type NewSnippet = Omit<SnippetRow, 'id' | 'created_at' | 'updated_at'>

export const OBJECT_TYPE = 'content_snippet'

const columns = ({ sql }: Workspace) => sql`
  id, title, json_blocks, body_markdown, body_text, locale, audience_ids, ai_chatbot_availability,
  ai_copilot_availability, ai_sales_agent_availability, created_at, updated_at`

/** Returns a page of content snippets, last updated first. */
export async function pageOfSnippets(workspace: Workspace, page: Page): Promise<PageResult<SnippetRow>> {
  const { sql, id } = workspace
  const order = newest(workspace, 'updated_at')
  const rows = await sql<(SnippetRow & { cursor_value: string })[]>`
    select ${columns(workspace)}, ${cursorValue(workspace, order)} from content_snippets
    where workspace_id = ${id} and ${beyond(workspace, order, page)} ${inOrder(workspace, order, page)}`
  return pageResult(rows, page, async () => {
    const [{ count }] = await sql<[{ count: number }]>`
      select count(*)::integer as count from content_snippets where workspace_id = ${id}`
    return count
  })
}

export const findSnippet = (workspace: Workspace, id: string) =>
  one(workspace.sql<SnippetRow[]>`
    select ${columns(workspace)} from content_snippets where workspace_id = ${workspace.id} and id = ${rowId(id)}`)

/** Locks the snippet until the transaction ends. */
export const lockSnippet = (workspace: Workspace, id: string) =>
  one(workspace.sql<SnippetRow[]>`
    select ${columns(workspace)} from content_snippets
    where workspace_id = ${workspace.id} and id = ${rowId(id)} for update`)

export const insertSnippet = (workspace: Workspace, snippet: NewSnippet) =>
  one(workspace.sql<SnippetRow[]>`
    insert into content_snippets (workspace_id, title, json_blocks, body_markdown, body_text, locale, audience_ids,
      ai_chatbot_availability, ai_copilot_availability, ai_sales_agent_availability, created_at, updated_at)
    values (${workspace.id}, ${snippet.title}, ${JSON.stringify(snippet.json_blocks)}::text::jsonb,
      ${snippet.body_markdown}, ${snippet.body_text}, ${snippet.locale}, ${snippet.audience_ids}::text[]::bigint[],
      ${snippet.ai_chatbot_availability}, ${snippet.ai_copilot_availability}, ${snippet.ai_sales_agent_availability},
      ${workspace.now()}, ${workspace.now()})
    returning ${columns(workspace)}`) as Promise<SnippetRow>

export const updateSnippet = (workspace: Workspace, id: string, snippet: NewSnippet) =>
  one(workspace.sql<SnippetRow[]>`
    update content_snippets set title = ${snippet.title},
      json_blocks = ${JSON.stringify(snippet.json_blocks)}::text::jsonb, body_markdown = ${snippet.body_markdown},
      body_text = ${snippet.body_text}, locale = ${snippet.locale},
      audience_ids = ${snippet.audience_ids}::text[]::bigint[],
      ai_chatbot_availability = ${snippet.ai_chatbot_availability},
      ai_copilot_availability = ${snippet.ai_copilot_availability},
      ai_sales_agent_availability = ${snippet.ai_sales_agent_availability}, updated_at = ${workspace.now()}
    where workspace_id = ${workspace.id} and id = ${id} returning ${columns(workspace)}`) as Promise<SnippetRow>

export async function deleteSnippet(workspace: Workspace, id: string): Promise<void> {
  const { sql } = workspace
  await deleteTaggings(workspace, OBJECT_TYPE, sql`select ${id}::text`)
  await sql`delete from content_snippets where workspace_id = ${workspace.id} and id = ${id}`
}

/** Takes a deleted audience out of all content snippets. */
export const forgetAudience = async ({ sql, id }: Workspace, audience_id: string) => sql`
  update content_snippets set audience_ids = array_remove(audience_ids, ${audience_id}::bigint)
  where workspace_id = ${id} and audience_ids @> array[${audience_id}::bigint]`
