// Creates, changes and deletes content snippets.
import { isDeepStrictEqual } from 'node:util'
import { isLocale } from '#content/locales.ts'
import { found, unprocessable } from '#http/errors.ts'
import { emitMemberships } from '#resources/audiences/emit-memberships.ts'
import { assertKnownAudiences } from '#resources/audiences/known.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  deleteSnippet,
  type findSnippet,
  insertSnippet,
  lockSnippet,
  type NewSnippet,
  OBJECT_TYPE,
  type SnippetRow,
  updateSnippet,
} from './queries.ts'
import { type NewSnippetRequest, presentSnippet, type SnippetRequest } from './schema.ts'
import { type SnippetBody, withoutTitle } from './title.ts'
import { snippetEvents } from './topics.ts'

const EMPTY: SnippetBody = { json_blocks: [], body_markdown: '', body_text: '' }

export async function createSnippet(
  workspace: Workspace,
  request: NewSnippetRequest,
  body: SnippetBody = EMPTY,
): Promise<SnippetRow> {
  await assertKnown(workspace, request)
  const defaults = {
    ...{ title: request.title.trim(), ...EMPTY, locale: 'en', audience_ids: [] },
    ...{ ai_chatbot_availability: false, ai_copilot_availability: false, ai_sales_agent_availability: false },
  }
  const snippet = await insertSnippet(workspace, changed(defaults, request, body))
  await emit(workspace, 'content_snippet.created', snippet)
  await emitAudiences(workspace, snippet, [])
  return snippet
}

/** What the request leaves out stays. */
export async function changeSnippet(
  workspace: Workspace,
  id: string,
  request: SnippetRequest,
  body: SnippetBody | undefined,
): Promise<SnippetRow> {
  const before = await theSnippet(lockSnippet(workspace, id))
  await assertKnown(workspace, request)
  const { id: _, created_at, updated_at, ...stored } = before
  const after = changed(before, request, body)
  if (isDeepStrictEqual(after, stored)) return before
  const snippet = await updateSnippet(workspace, before.id, after)
  await emit(workspace, 'content_snippet.updated', snippet)
  await emitAudiences(workspace, snippet, before.audience_ids)
  return snippet
}

export async function removeSnippet(workspace: Workspace, id: string): Promise<void> {
  const snippet = await theSnippet(lockSnippet(workspace, id))
  await deleteSnippet(workspace, snippet.id)
  await snippetEvents.emit(workspace, {
    topic: 'content_snippet.deleted',
    object_id: snippet.id,
    details: { deleted: true },
    snapshot: () => ({ type: OBJECT_TYPE, id: snippet.id, deleted: true }),
  })
  await emitAudiences(workspace, { ...snippet, audience_ids: [] }, snippet.audience_ids)
}

/** @throws a 404 if there is no such snippet. */
export const theSnippet = async (finding: ReturnType<typeof findSnippet>): Promise<SnippetRow> =>
  found(await finding, 'Content snippet not found')

const emit = (workspace: Workspace, topic: keyof typeof snippetEvents.topics, snippet: SnippetRow) =>
  snippetEvents.emit(workspace, { topic, object_id: snippet.id, snapshot: () => presentSnippet(snippet) })

const emitAudiences = (workspace: Workspace, { id, audience_ids }: SnippetRow, before: readonly string[]) =>
  emitMemberships(workspace, { type: OBJECT_TYPE, id }, before.map(Number), audience_ids.map(Number))

function changed(before: NewSnippet, request: SnippetRequest, body: SnippetBody | undefined): NewSnippet {
  const { audience_ids } = request
  const title = request.title?.trim() ?? before.title
  const is_markdown = body && request.body_markdown !== undefined
  const { json_blocks, body_markdown, body_text } = is_markdown
    ? withoutTitle(body, [title, before.title])
    : (body ?? before)
  return {
    ...{ title, json_blocks, body_markdown, body_text },
    locale: request.locale ?? before.locale,
    audience_ids: audience_ids === undefined ? before.audience_ids : [...new Set((audience_ids ?? []).map(String))],
    ai_chatbot_availability: request.ai_chatbot_availability ?? before.ai_chatbot_availability,
    ai_copilot_availability: request.ai_copilot_availability ?? before.ai_copilot_availability,
    ai_sales_agent_availability: request.ai_sales_agent_availability ?? before.ai_sales_agent_availability,
  }
}

async function assertKnown(workspace: Workspace, { locale, audience_ids }: SnippetRequest): Promise<void> {
  if (locale !== undefined && !isLocale(locale))
    throw unprocessable('validation_error', 'The language is not currently supported for Fin')
  await assertKnownAudiences(workspace, audience_ids ?? [])
}
