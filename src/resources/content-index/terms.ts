// Reads a phrase or a question: which words of the workspace's vocabulary each of its words stands for, and how much it tells.
import type { Workspace } from '#workspaces/workspace.ts'
import { mistakesAllowed, nearestWords } from './edit-distance.ts'
import { countMatches, type LookedUp, listAlike, lookUp } from './vocabulary-queries.ts'
import { type Word, wordsOf } from './words.ts'

/**
 * A word of a question. `forms`: what content can have instead, such as its plural, or the words that a misspelt one is near
 * to. `queries`: the same as a tsquery, for any place, for headings and titles, for titles, and for bodies. `weight`: how much it tells;
 * rare words tell more than common ones.
 */
export type Term = {
  word: string
  forms: string[]
  is_misspelt: boolean
  queries: { any: string; heading: string; title: string; body: string }
  matches: number
  weight: number
}

/** `total_weight` is of all words, also of those that no content has. */
export type Terms = { terms: Term[]; total_weight: number }

export type Reading = {
  /** Only words of contents in this locale are misspelt or have other forms. */
  locale?: string | undefined
  /** Whether words that begin with a word stand for it, too. */
  prefixes?: boolean
}

const MAX_NEAREST = 5
/** A misspelt word tells less: it can be another word. */
const MISSPELT = 0.7

/** Reads the words of a phrase. Words such as `the` count only if there are no others. */
export async function readTerms(
  workspace: Workspace,
  phrase: string,
  { locale, prefixes = false }: Reading,
): Promise<Terms> {
  const language = locale?.split('-')[0]?.toLowerCase()
  const words = wordsOf(phrase)
  if (!words.length) return { terms: [], total_weight: 0 }
  const looked_up = [...(await lookUp(workspace, words, language))]
  const telling = looked_up.filter(({ is_stop_word }) => !is_stop_word)
  const known = telling.length ? telling : looked_up
  const nearest = await findNearest(workspace, words, known, language)
  const described = known.map((found) => {
    const misspelt = nearest.get(found.word)
    const is_prefix = prefixes && !misspelt
    const forms = misspelt ?? [...new Set([found.word, ...found.forms])]
    return { word: found.word, forms, is_misspelt: misspelt !== undefined, queries: queriesOf(forms, is_prefix) }
  })
  const counts = await countMatches(
    workspace,
    described.map(({ queries }) => queries.any),
  )
  const terms = described.map((term, at) => {
    const { matches, documents } = counts[at]!
    return { ...term, matches, weight: weightOf(matches, documents) * (term.is_misspelt ? MISSPELT : 1) }
  })
  return { terms, total_weight: terms.reduce((sum, { weight }) => sum + weight, 0) }
}

/** Returns what the words that the vocabulary does not have can mean, by word. */
async function findNearest(
  workspace: Workspace,
  words: readonly Word[],
  known: readonly LookedUp[],
  language: string | undefined,
): Promise<Map<string, string[]>> {
  const unspaced = new Set(words.filter(({ is_unspaced }) => is_unspaced).map(({ word }) => word))
  const misspelt = known
    .filter(({ word, forms, begins }) => !forms.length && !begins && !unspaced.has(word) && mistakesAllowed(word) > 0)
    .map(({ word }) => word)
  if (!misspelt.length) return new Map()
  const alike = await listAlike(workspace, misspelt, language)
  return new Map(
    alike
      .map(({ misspelt: word, words: candidates }) => [word, nearestWords(word, candidates, MAX_NEAREST)] as const)
      .filter(([, nearest]) => nearest.length),
  )
}

/** The words are letters and digits, so that they need no quotes inside. `*`: words that begin with it. */
function queriesOf(forms: readonly string[], is_prefix: boolean): Term['queries'] {
  const [word, ...others] = forms
  const query = (weights: string) =>
    [`'${word}':${is_prefix ? '*' : ''}${weights}`, ...others.map((form) => `'${form}':${weights}`)]
      .map((part) => part.replace(/:$/, ''))
      .join(' | ')
  return { any: query(''), heading: query('AB'), title: query('A'), body: query('D') }
}

/** The inverse document frequency of BM25; a word of all content still tells a little. */
const weightOf = (matches: number, documents: number): number =>
  Math.max(LEAST, Math.log(1 + (Math.max(documents, matches) - matches + 0.5) / (matches + 0.5)))

const LEAST = 0.05
