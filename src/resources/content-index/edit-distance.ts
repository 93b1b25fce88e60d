// How far a misspelt word is from another one.

/**
 * Returns how many letters are to be added, removed, replaced or swapped with their neighbour to make one word of the other
 * one; `most + 1` if more than `most` (Damerau–Levenshtein distance, optimal string alignment).
 */
export function editDistance(one: string, other: string, most: number): number {
  if (Math.abs(one.length - other.length) > most) return most + 1
  let before: number[] = []
  let row = Array.from({ length: other.length + 1 }, (_, at) => at)
  for (let i = 1; i <= one.length; i++) {
    const next = [i]
    for (let j = 1; j <= other.length; j++) {
      const replaced = row[j - 1]! + (one[i - 1] === other[j - 1] ? 0 : 1)
      const is_swapped = i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]
      const swapped = is_swapped ? before[j - 2]! + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min(replaced, swapped, row[j]! + 1, next[j - 1]! + 1))
    }
    if (Math.min(...next) > most) return most + 1
    before = row
    row = next
  }
  return Math.min(row[other.length]!, most + 1)
}

/** Returns how many mistakes a word of this length may have. */
export const mistakesAllowed = (word: string): number =>
  word.length < 4 || /\d/.test(word) ? 0 : word.length < 7 ? 1 : 2

/** Returns the words that are nearest to the misspelt one, as far as it may be misspelt. `candidates`: most alike first. */
export function nearestWords(misspelt: string, candidates: readonly string[], limit: number): string[] {
  const most = mistakesAllowed(misspelt)
  const measured = candidates.map((word) => ({ word, distance: editDistance(misspelt, word, most) }))
  const least = Math.min(most, ...measured.map(({ distance }) => distance))
  return measured
    .filter(({ distance }) => distance === least)
    .map(({ word }) => word)
    .slice(0, limit)
}
