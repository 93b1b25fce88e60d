// The parts of a text that match a search.

export type Piece = { type: 'highlight' | 'plain'; text: string }

const AROUND = 80
const MAX_EXCERPTS = 3

const matcher = (words: readonly string[]) =>
  new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.join('|')})[\\p{L}\\p{N}]*`, 'giu')

/** Returns the whole text in pieces. `words` are letters and digits: a word of the text matches if it begins with one. */
export function highlight(text: string, words: readonly string[]): Piece[] {
  const pieces: Piece[] = []
  let end = 0
  for (const { 0: match, index } of words.length ? text.matchAll(matcher(words)) : []) {
    if (index > end) pieces.push({ type: 'plain', text: text.slice(end, index) })
    pieces.push({ type: 'highlight', text: match })
    end = index + match.length
  }
  if (end < text.length) pieces.push({ type: 'plain', text: text.slice(end) })
  return pieces
}

/** Returns the first places of the text that match, each in pieces. */
export function excerpts(text: string, words: readonly string[]): Piece[][] {
  const found: Piece[][] = []
  let end = 0
  for (const { index } of words.length ? text.matchAll(matcher(words)) : []) {
    if (index < end) continue
    const start = Math.max(end, index - AROUND)
    end = Math.min(text.length, index + AROUND)
    found.push(highlight(text.slice(start, end), words))
    if (found.length === MAX_EXCERPTS) break
  }
  return found
}
