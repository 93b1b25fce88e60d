// Writes the content of an article in one locale, and its versions.
import { missing } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ContentPatch, type ContentSettings, contentAfter, sameTexts, type Texts } from './content-change.ts'
import type { ContentRow } from './queries.ts'
import { findVersion, type VersionRow } from './versions/queries.ts'
import { insertContent, insertVersion, updateContent } from './write-queries.ts'

/** `visible`: what readers see, or a setting. `published`: it went live, from a draft or with staged texts. */
export type Changed = { anything: boolean; visible: boolean; published: boolean; unpublished: boolean }

export const NOTHING_CHANGED: Changed = { anything: false, visible: false, published: false, unpublished: false }

const NEW_TEXTS = { description: '', body: '', body_markdown: '', body_text: '' }
const NEW_SETTINGS: ContentSettings = {
  audience_ids: [],
  ai_chatbot_availability: true,
  ai_copilot_availability: true,
  ai_sales_agent_availability: true,
}

/** `author_id`: the author if the patch names none. */
export async function createContent(
  workspace: Workspace,
  { id: article_id, author_id }: { id: string; author_id: string },
  locale: string,
  { texts: { title, ...given }, settings, state = 'draft' }: ContentPatch,
): Promise<void> {
  if (title === undefined) throw missing(`translated_content.${locale}.title is required`)
  const texts: Texts = { ...NEW_TEXTS, author_id, title, ...given }
  const version_id = await insertVersion(workspace, { article_id, locale, texts, from_version_id: null })
  const content = { ...NEW_SETTINGS, ...texts, ...settings, state, version_id, draft_version_id: null }
  await insertContent(workspace, article_id, locale, content)
}

/** `later`: the texts are to be published at a scheduled time. A change of texts makes a new version. */
export async function saveContent(
  workspace: Workspace,
  article_id: string,
  before: ContentRow,
  patch: ContentPatch,
  later: boolean,
): Promise<Changed> {
  const draft = before.draft_version_id ? await findVersion(workspace, article_id, before.draft_version_id) : undefined
  const after = contentAfter({ texts: textsOf(before), state: before.state, draft }, patch, later)
  const settings = { ...settingsOf(before), ...patch.settings }
  const place = { article_id, locale: before.locale }
  const latest = draft?.id ?? before.version_id
  const is_rewritten = !sameTexts(after.texts, before)
  const version_id = is_rewritten ? await versionOf(workspace, place, after.texts, draft, latest) : before.version_id
  const draft_version_id = after.draft ? await versionOf(workspace, place, after.draft, draft, latest) : null
  const is_set = JSON.stringify(settings) !== JSON.stringify(settingsOf(before))
  const changed: Changed = {
    anything:
      is_rewritten || is_set || after.state !== before.state || draft_version_id !== (before.draft_version_id ?? null),
    visible: is_rewritten || is_set,
    published: after.state === 'published' && (before.state === 'draft' || (draft !== undefined && !after.draft)),
    unpublished: after.state === 'draft' && before.state === 'published',
  }
  if (changed.anything) {
    const content = { ...settings, ...after.texts, state: after.state, version_id, draft_version_id }
    await updateContent(workspace, before.id, content)
  }
  return changed
}

/** Stages the texts as a draft on top of what is live, also if they are the same. */
export async function stageContent(
  workspace: Workspace,
  article_id: string,
  before: ContentRow,
  texts: Partial<Texts>,
): Promise<void> {
  const draft = before.draft_version_id ? await findVersion(workspace, article_id, before.draft_version_id) : undefined
  const staged = { ...textsOf(draft ?? before), ...texts }
  const place = { article_id, locale: before.locale }
  const draft_version_id = await versionOf(workspace, place, staged, draft, draft?.id ?? before.version_id)
  if (draft_version_id !== before.draft_version_id)
    await updateContent(workspace, before.id, { ...before, draft_version_id })
}

/** Returns the id of the draft if it has these texts, otherwise of a new version. */
async function versionOf(
  workspace: Workspace,
  place: { article_id: string; locale: string },
  texts: Texts,
  draft: VersionRow | undefined,
  from_version_id: string,
): Promise<string> {
  return draft && sameTexts(texts, draft) ? draft.id : insertVersion(workspace, { ...place, texts, from_version_id })
}

const textsOf = ({ title, description, body, body_markdown, body_text, author_id }: Texts): Texts => ({
  title,
  description,
  body,
  body_markdown,
  body_text,
  author_id,
})

const settingsOf = (content: ContentRow): ContentSettings => ({
  audience_ids: content.audience_ids,
  ai_chatbot_availability: content.ai_chatbot_availability,
  ai_copilot_availability: content.ai_copilot_availability,
  ai_sales_agent_availability: content.ai_sales_agent_availability,
})
