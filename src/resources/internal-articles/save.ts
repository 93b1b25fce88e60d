// Creates, changes and deletes internal articles.
import type { Content } from '#content/content.ts'
import { isLocale } from '#content/locales.ts'
import { found, invalid, missing } from '#http/errors.ts'
import { findAdmin } from '#resources/admins/queries.ts'
import { emitMemberships } from '#resources/audiences/emit-memberships.ts'
import { assertKnownAudiences } from '#resources/audiences/known.ts'
import { assertFolder } from '#resources/folders/known.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import {
  deleteInternalArticle,
  type InternalArticleRow,
  insertInternalArticle,
  lockInternalArticle,
  type NewInternalArticle,
  OBJECT_TYPE,
  updateInternalArticle,
} from './queries.ts'
import type { InternalArticleRequest, NewInternalArticleRequest } from './schema.ts'

const NO_BODY: Content = { body: '', body_markdown: '', body_text: '' }

export async function createInternalArticle(
  workspace: Workspace,
  request: NewInternalArticleRequest,
  content: Content = NO_BODY,
): Promise<InternalArticleRow> {
  const { title, author_id, owner_id } = request
  if (author_id === undefined)
    throw missing('author_id must be in the main body or default locale translated_content object')
  if (owner_id === undefined) throw missing('owner_id is required')
  await assertKnown(workspace, request)
  const defaults = {
    ...{ title, author_id, owner_id, ...content, locale: 'en', folder_id: null, audience_ids: [] },
    ...{ ai_chatbot_availability: false, ai_copilot_availability: false, ai_sales_agent_availability: false },
  }
  const article = await insertInternalArticle(workspace, changed(defaults, request, content))
  await emitAudiences(workspace, article, [])
  return article
}

/** What the request leaves out stays. */
export async function changeInternalArticle(
  workspace: Workspace,
  id: string,
  request: InternalArticleRequest,
  content: Content | undefined,
): Promise<InternalArticleRow> {
  const before = found(await lockInternalArticle(workspace, id))
  await assertKnown(workspace, request)
  const article = await updateInternalArticle(workspace, before.id, changed(before, request, content ?? before))
  await emitAudiences(workspace, article, before.audience_ids)
  return article
}

export async function removeInternalArticle(workspace: Workspace, id: string): Promise<string> {
  const article = found(await lockInternalArticle(workspace, id))
  await deleteInternalArticle(workspace, article.id)
  await emitAudiences(workspace, { ...article, audience_ids: [] }, article.audience_ids)
  return article.id
}

function changed(
  before: NewInternalArticle,
  request: InternalArticleRequest,
  { body, body_markdown, body_text }: Content,
): NewInternalArticle {
  const { audience_ids, folder_id } = request
  return {
    ...{ body, body_markdown, body_text },
    title: request.title?.trim() ?? before.title,
    author_id: request.author_id ?? before.author_id,
    owner_id: request.owner_id ?? before.owner_id,
    locale: request.locale ?? before.locale,
    folder_id: folder_id === undefined ? before.folder_id : folder_id,
    audience_ids: audience_ids === undefined ? before.audience_ids : [...new Set((audience_ids ?? []).map(String))],
    ai_chatbot_availability: request.ai_chatbot_availability ?? before.ai_chatbot_availability,
    ai_copilot_availability: request.ai_copilot_availability ?? before.ai_copilot_availability,
    ai_sales_agent_availability: request.ai_sales_agent_availability ?? before.ai_sales_agent_availability,
  }
}

async function assertKnown(workspace: Workspace, request: InternalArticleRequest): Promise<void> {
  const { locale, folder_id, audience_ids } = request
  if (locale !== undefined && !isLocale(locale)) throw invalid(`locale ${locale} is not known`)
  for (const field of ['author_id', 'owner_id'] as const) {
    const id = request[field]
    if (id !== undefined && !(await findAdmin(workspace, id))) throw invalid(`${field} must be the id of a teammate`)
  }
  await assertFolder(workspace, folder_id ?? null)
  await assertKnownAudiences(workspace, audience_ids ?? [])
}

const emitAudiences = (workspace: Workspace, { id, audience_ids }: InternalArticleRow, before: readonly string[]) =>
  emitMemberships(workspace, { type: OBJECT_TYPE, id }, before.map(Number), audience_ids.map(Number))
