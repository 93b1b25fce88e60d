// Finds content by words, best match first.
import type { Page, PageResult } from '#db/page.ts'
import type { Fragment } from '#db/sql.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type Found, findMatches, findNewest } from './document-queries.ts'
import { readTerms, type Term } from './terms.ts'
import { MAX_COUNTED } from './vocabulary-queries.ts'

/** `conditions` is SQL on `content_documents documents`. */
export type Wanted = { phrase: string; conditions: Fragment }

/** `words` are those that content was found by, as the index has them: in lower case, without accents. */
export type Matches = PageResult<Found> & { words: string[] }

/** A phrase of so many words is not asked for in full: content that has the words that tell most is found, too. */
const MANY_WORDS = 3
/** The part of the weight of all words that any content has, of which such content has at least this. */
const ENOUGH = 0.4
/** The rarest words find the candidates, until so much content has them. */
const MAX_CANDIDATES = 600

/**
 * Finds content that has all words of the phrase, or words that begin with them; if there is none, content that has those
 * that tell most. Without words, all content is found, last updated first.
 */
export async function findContent(workspace: Workspace, { phrase, conditions }: Wanted, page: Page): Promise<Matches> {
  const window = { limit: page.per_page, offset: (page.number - 1) * page.per_page }
  const { terms, total_weight } = await readTerms(workspace, phrase, { prefixes: true })
  const words = terms.flatMap(({ forms }) => forms)
  const result = (rows: readonly (Found & { total: number })[]) => ({ ...pageOfFound(rows, page), words })
  if (!terms.length) return result(await findNewest(workspace, conditions, window))
  const matching = (query: string, least: number) => ({ terms, total_weight, query, least })
  const all = matching(terms.map(({ queries }) => `(${queries.any})`).join(' & '), 0)
  const found = await findMatches(workspace, all, conditions, window)
  if (found.length || terms.length < MANY_WORDS) return result(found)
  const is_beyond =
    page.number > 1 && (await findMatches(workspace, all, conditions, { limit: 1, offset: 0 })).length > 0
  const query = rarest(terms)
  if (is_beyond || !query) return result([])
  const known_weight = terms.reduce((sum, { matches, weight }) => sum + (matches ? weight : 0), 0)
  const most_telling = matching(query, (ENOUGH * known_weight) / total_weight)
  return result(await findMatches(workspace, most_telling, conditions, window))
}

/** Returns a query for content with one of the rarest words. */
export function rarest(terms: readonly Term[]): string {
  const ordered = terms.filter(({ matches }) => matches).sort((one, other) => one.matches - other.matches)
  let candidates = 0
  const chosen = ordered.filter(({ matches }, at) => {
    const is_chosen = at === 0 || (candidates < MAX_CANDIDATES && matches < MAX_COUNTED)
    if (is_chosen) candidates += matches
    return is_chosen
  })
  return chosen.map(({ queries }) => queries.any).join(' | ')
}

function pageOfFound(rows: readonly (Found & { total: number })[], page: Page): PageResult<Found> {
  const total_count = rows[0]?.total ?? 0
  const has_more = page.number * page.per_page < total_count
  return {
    rows: rows.map(({ type, id }) => ({ type, id })),
    next: has_more ? { value: '', id: rows.at(-1)!.id, page: page.number + 1 } : undefined,
    total_count,
  }
}
