// Finds the passages of content that answer a question: those that its reader may see, with their sources.
import { listUrls } from '#resources/articles/queries.ts'
import { isInAudience } from '#resources/contacts/audiences.ts'
import { listAudiencesOfContent, type PassageRow } from '#resources/content-index/passage-queries.ts'
import { type Question, searchPassages } from '#resources/content-index/passages.ts'
import type { Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** `url` is null if the source has no address. `id` of an article is that of the article, not of its content. */
export type Source = {
  type: 'article' | 'content_snippet' | 'external_content' | 'internal_article'
  id: string
  title: string
  locale: string
  url: string | null
}

/** `start` and `end` are offsets in the source's `body_text`, as JavaScript counts them. `score` is from 0 to 1. */
export type Passage = {
  source: Source
  heading: string | null
  text: string
  start: number
  end: number
  score: number
}

/** `contact_id`: the contact that reads the answer, whose audiences decide. Without it, content of all audiences is found. */
export type ContactQuestion = Omit<Question, 'audience_ids'> & { contact_id?: string | undefined }

/**
 * Returns published passages, best first. `locale` limits them to content in its language, `for` to what is available to the
 * chatbot, the copilot or the sales agent.
 */
export async function findPassages(
  workspace: Workspace,
  { contact_id, ...question }: ContactQuestion,
  { public_url }: Pick<Server, 'public_url'>,
): Promise<Passage[]> {
  const audience_ids = contact_id === undefined ? undefined : await audiencesOf(workspace, contact_id)
  const rows = await searchPassages(workspace, { ...question, audience_ids })
  const urls = await listUrls(
    workspace,
    rows.flatMap(({ type, id }) => (type === 'article_content' ? [id] : [])),
    public_url,
  )
  return rows.map(({ heading, text, start, end, score, ...row }) => ({
    ...{ source: sourceOf(row, urls), heading, text, start, end, score },
  }))
}

const sourceOf = (
  {
    type,
    id,
    article_id,
    title,
    locale,
    url,
  }: Pick<PassageRow, 'type' | 'id' | 'article_id' | 'title' | 'locale' | 'url'>,
  urls: ReadonlyMap<string, string>,
): Source =>
  type === 'article_content'
    ? { type: 'article', id: article_id as string, title, locale, url: urls.get(id) ?? null }
    : { type, id, title, locale, url }

async function audiencesOf(workspace: Workspace, contact_id: string): Promise<number[]> {
  const found: number[] = []
  for (const id of await listAudiencesOfContent(workspace))
    if (await isInAudience(workspace, contact_id, [id])) found.push(id)
  return found
}
