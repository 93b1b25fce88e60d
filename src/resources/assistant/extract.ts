// An answer without a model: the passages that fit best, quoted with their sources.
import { escapeHtml, paragraphs } from '#lib/html.ts'
import type { Passage, Source } from '#resources/content/find-passages.ts'

/** `html` names the sources after the text; `text` is the same without markup. */
export type Answer = { html: string; text: string; sources: Source[]; written_by: 'passages' | 'model' }

/**
 * Passages with a lower score do not answer the question. Measured with the questions of `test/knowledge/manual.ts`: of the ten
 * that have no answer the best scored 0.29, and 42 of the fifty that have one score at least 0.33.
 */
export const THRESHOLD = 0.33
/** Another passage is quoted, too, if its score is at least this part of the best one. */
const NEARLY_AS_GOOD = 0.9
const MOST_QUOTED = 2

/** Returns the passages to quote, best first; none if no passage fits. */
export function bestOf(passages: readonly Passage[]): Passage[] {
  const [best] = passages
  if (!best || best.score < THRESHOLD) return []
  const least = Math.max(THRESHOLD, best.score * NEARLY_AS_GOOD)
  return passages.filter(({ score }) => score >= least).slice(0, MOST_QUOTED)
}

export const extract = (passages: readonly Passage[]): Answer =>
  withSources(
    passages.map(({ text }) => text).join('\n\n'),
    passages.map(({ source }) => source),
    'passages',
  )

/** Returns the answer with a list of its sources, each of them once. */
export function withSources(text: string, all: readonly Source[], written_by: Answer['written_by']): Answer {
  const sources = [...new Map(all.map((source) => [`${source.type} ${source.id} ${source.locale}`, source])).values()]
  const html = [paragraphs(text), ...(sources.length ? [`<ul>${sources.map(listed).join('')}</ul>`] : [])].join('\n')
  return { html, text, sources, written_by }
}

const listed = ({ title, url }: Source): string => {
  const name = escapeHtml(title)
  return `<li>${url ? `<a href="${escapeHtml(url)}">${name}</a>` : name}</li>`
}
