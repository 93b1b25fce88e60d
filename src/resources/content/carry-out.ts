// Carries out a bulk action on one item, by the verbs of its noun: the same events follow as from a single request.
import { isRefusal } from '#http/errors.ts'
import { changePageSettings, lockExternalPage } from '#resources/ai-content/page-queries.ts'
import { changeContent, removeContent } from '#resources/articles/change-content.ts'
import { lockArticle } from '#resources/articles/queries.ts'
import type { Saving } from '#resources/articles/save.ts'
import { lockSnippet } from '#resources/content-snippets/queries.ts'
import { changeSnippet, removeSnippet } from '#resources/content-snippets/save.ts'
import { lockInternalArticle } from '#resources/internal-articles/queries.ts'
import { changeInternalArticle, removeInternalArticle } from '#resources/internal-articles/save.ts'
import { attachTag, detachTag, type Taggable } from '#resources/tags/attach.ts'
import { findTag } from '#resources/tags/queries.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import type { BulkAction, Item, ItemType } from './read-bulk.ts'

/** Locks an object until the transaction ends. */
const LOCKS: Partial<Record<ItemType, (workspace: Workspace, id: string) => Promise<{ id: string } | undefined>>> = {
  article: lockArticle,
  content_snippet: lockSnippet,
  external_content: lockExternalPage,
  internal_article: lockInternalArticle,
}

/** An item that does not exist, or whose change is refused, is left out. An item that has the change already stays as it is. */
export async function carryOut(workspace: Workspace, action: BulkAction, item: Item, saving: Saving): Promise<void> {
  try {
    await atomically(workspace, (transaction) => change(transaction, action, item, saving))
  } catch (error) {
    if (!isRefusal(error)) throw error
  }
}

async function change(workspace: Workspace, action: BulkAction, item: Item, saving: Saving): Promise<unknown> {
  switch (action.action) {
    case 'publish':
      return changeContent(workspace, item.id, () => ({ state: 'published' }), saving)
    case 'unpublish':
      return changeContent(workspace, item.id, () => ({ state: 'draft' }), saving)
    case 'delete':
      return remove(workspace, item, saving)
    case 'update_tags':
      return updateTags(workspace, action, item)
    default:
      return set(workspace, item, (before) => settingsAfter(action, before), saving)
  }
}

type Setting = Extract<BulkAction, { action: 'set_availability' | 'set_audience' }>

type Settings = {
  audience_ids?: number[]
  ai_chatbot_availability?: boolean
  ai_copilot_availability?: boolean
  ai_sales_agent_availability?: boolean
}

/** `before`: the audiences of the item. */
function settingsAfter(action: Setting, before: readonly (string | number)[]): Settings {
  if (action.action === 'set_audience') {
    const kept = action.remove_all ? [] : before.map(String).filter((id) => !action.remove.includes(id))
    return { audience_ids: [...new Set([...kept, ...action.add])].map(Number) }
  }
  const { chatbot, copilot, sales_agent } = action
  return {
    ...(chatbot !== undefined && { ai_chatbot_availability: chatbot }),
    ...(copilot !== undefined && { ai_copilot_availability: copilot }),
    ...(sales_agent !== undefined && { ai_sales_agent_availability: sales_agent }),
  }
}

type SettingsOf = (audience_ids: readonly (string | number)[]) => Settings

async function set(workspace: Workspace, { type, id }: Item, settingsOf: SettingsOf, saving: Saving): Promise<unknown> {
  if (type === 'article_content')
    return changeContent(workspace, id, ({ audience_ids }) => ({ settings: settingsOf(audience_ids) }), saving)
  if (type === 'content_snippet') {
    const snippet = await lockSnippet(workspace, id)
    return snippet && changeSnippet(workspace, id, settingsOf(snippet.audience_ids), undefined)
  }
  if (type === 'internal_article') {
    const article = await lockInternalArticle(workspace, id)
    return article && changeInternalArticle(workspace, id, settingsOf(article.audience_ids), undefined)
  }
  const page = await lockExternalPage(workspace, id)
  return page && changePageSettings(workspace, id, settingsOf(page.audience_ids))
}

async function remove(workspace: Workspace, { type, id }: Item, saving: Saving): Promise<unknown> {
  if (type === 'article_content') return removeContent(workspace, id, saving)
  return type === 'content_snippet' ? removeSnippet(workspace, id) : removeInternalArticle(workspace, id)
}

type TagUpdate = Extract<BulkAction, { action: 'update_tags' }>

/** A tag that was deleted meanwhile is left out. No topic is about the tags of content. */
async function updateTags(workspace: Workspace, { add, remove }: TagUpdate, { type, id }: Item): Promise<void> {
  const object = await LOCKS[type]?.(workspace, id)
  if (!object) return
  const taggable: Taggable<{ id: string }> = { object_type: type, attached: async () => {}, detached: async () => {} }
  for (const tag_id of add) {
    const tag = await findTag(workspace, tag_id)
    if (tag) await attachTag(workspace, taggable, object, tag, workspace.admin_id)
  }
  for (const tag_id of remove) {
    const tag = await findTag(workspace, tag_id)
    if (tag) await detachTag(workspace, taggable, object, tag)
  }
}
