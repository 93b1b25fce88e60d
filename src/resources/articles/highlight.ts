// The parts of a text that match a search.
import { foldText, wordsIn } from '#resources/content-index/words.ts'

export type Piece = { type: 'highlight' | 'plain'; text: string }
type Span = { start: number; end: number }

const AROUND = 80
const MAX_EXCERPTS = 3

/** Yields where the text has one of the words, or a word that begins with one. */
function* spans(text: string, words: readonly string[]): Generator<Span> {
  if (!words.length) return
  for (const { text: word, start, is_unspaced } of wordsIn(text)) {
    if (is_unspaced) yield* spansWithin(word, start, words)
    else if (words.some((begin) => foldText(word).startsWith(begin))) yield { start, end: start + word.length }
  }
}

/** In a script without spaces, a word can be anywhere in the text. */
function* spansWithin(text: string, offset: number, words: readonly string[]): Generator<Span> {
  let span: Span | undefined
  for (let at = 0; at < text.length; at++) {
    const word = words.find((one) => text.startsWith(one, at))
    if (!word) continue
    const found: Span = { start: offset + at, end: offset + at + word.length }
    if (span && found.start <= span.end) span.end = Math.max(span.end, found.end)
    else {
      if (span) yield span
      span = found
    }
  }
  if (span) yield span
}

/** Returns the whole text in pieces. `words` are as `findContent` returns them. */
export function highlight(text: string, words: readonly string[]): Piece[] {
  const pieces: Piece[] = []
  let last = 0
  for (const { start, end } of spans(text, words)) {
    if (start > last) pieces.push({ type: 'plain', text: text.slice(last, start) })
    pieces.push({ type: 'highlight', text: text.slice(start, end) })
    last = end
  }
  if (last < text.length) pieces.push({ type: 'plain', text: text.slice(last) })
  return pieces
}

/** Returns the first places of the text that match, each in pieces. */
export function excerpts(text: string, words: readonly string[]): Piece[][] {
  const found: Piece[][] = []
  let last = 0
  for (const { start } of spans(text, words)) {
    if (start < last) continue
    const from = Math.max(last, start - AROUND)
    last = Math.min(text.length, start + AROUND)
    found.push(highlight(text.slice(from, last), words))
    if (found.length === MAX_EXCERPTS) break
  }
  return found
}
