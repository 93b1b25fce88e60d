// Finds the passages of content that answer a question best.
import type { Workspace } from '#workspaces/workspace.ts'
import { rarest } from './find.ts'
import { findPassagesWith, type PassageRow } from './passage-queries.ts'
import { readTerms } from './terms.ts'

/** Who reads the passages: content says for each of them whether it is for it. */
export type Reader = 'chatbot' | 'copilot' | 'sales_agent'

/**
 * `locale`: only content in its language. `audience_ids`: the audiences of the reader; undefined means all of them. Content
 * without audiences is for everybody.
 */
export type Question = {
  question: string
  for: Reader
  locale?: string | undefined
  audience_ids?: readonly number[] | undefined
  limit: number
}

/**
 * Returns published passages, best first. `score` is the part of what the question asks for that the passage has: 1 if all of
 * its words are in the text and in the title or heading. Rare words count more, and misspelt ones less.
 */
export async function searchPassages(workspace: Workspace, asked: Question): Promise<PassageRow[]> {
  const { sql } = workspace
  const { question, locale, audience_ids, limit } = asked
  const read = await readTerms(workspace, question, { locale })
  const query = rarest(read.terms)
  if (!query) return []
  const conditions = sql`
    is_published and is_active and ${sql(`ai_${asked.for}_availability`)}
    and ${locale ? sql`content_language(documents.locale) = content_language(${locale})` : sql`true`}
    and ${audience_ids ? sql`(audience_ids = '{}' or audience_ids && ${[...audience_ids]}::bigint[])` : sql`true`}`
  return [...(await findPassagesWith(workspace, read, query, conditions, limit))]
}
