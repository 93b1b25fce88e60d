// Whether a sentence that a model wrote says only what its passages say.
import type { Passage } from '#resources/content/find-passages.ts'

/** The part of a sentence's words that must be in the passages; the others connect them. */
const LEAST_KNOWN = 0.7
/** Shorter words, such as articles, tell nothing. */
const TELLING = 4
/** Words with the same beginning are forms of one word: `returns` and `returned`. */
const STEM = 6

const plain = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
const stemsOf = (text: string): string[] =>
  (plain(text).match(/[\p{L}\p{N}]+/gu) ?? [])
    .filter((word) => word.length >= TELLING)
    .map((word) => word.slice(0, STEM))
const ADDRESSES =
  /(?:https?:\/\/|www\.)\S+|\S+@\S+|\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|net|org|io|example|dev|app)\b\S*/gi
const NUMBERS = /\d+(?:[.,]\d+)*/g

/** Returns a function that says whether a sentence stays within the passages: its words, and every number and address. */
export function groundedIn(passages: readonly Passage[]): (sentence: string) => boolean {
  const text = passages.map(({ source, heading, text }) => `${source.title}\n${heading ?? ''}\n${text}`).join('\n')
  const known = new Set(stemsOf(text))
  const lower = text.toLowerCase()
  const numbers = new Set(text.match(NUMBERS))
  return (sentence) => {
    const addresses = sentence.match(ADDRESSES) ?? []
    if (addresses.some((address) => !lower.includes(address.replace(/[.,;:!?)]+$/, '').toLowerCase()))) return false
    if ((sentence.match(NUMBERS) ?? []).some((number) => !numbers.has(number))) return false
    const stems = stemsOf(sentence)
    if (!stems.length) return addresses.length > 0 || /\d/.test(sentence) || lower.includes(plain(sentence).trim())
    return stems.filter((stem) => known.has(stem)).length >= LEAST_KNOWN * stems.length
  }
}
