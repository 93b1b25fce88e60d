// Counts the segments of an SMS. Carriers bill and limit by segments.

/** GSM 03.38: one septet each. A character of the extension table needs an escape before it, so it takes two. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
const EXTENDED = new Set('\f^{}\\[~]|€')

export type Segmented = { encoding: 'GSM-7' | 'UCS-2'; segments: number }

/**
 * Characters in one segment, by encoding: `alone` without, `joined` with the header that orders the segments of a text.
 */
const CAPACITY = { 'GSM-7': { alone: 160, joined: 153 }, 'UCS-2': { alone: 70, joined: 67 } }

/** A text as its segments. `room` is how many more characters of the encoding the last one takes. */
export type Split = { encoding: Segmented['encoding']; segments: string[]; room: number }

/** Returns how many segments a text has. */
export function segmented(text: string): Segmented {
  const { encoding, segments } = splitText(text)
  return { encoding, segments: segments.length }
}

/**
 * One character that GSM-7 does not have makes the whole text UCS-2. A character that counts as two (an escaped one,
 * a surrogate pair) is not split between segments. An empty text is one segment.
 */
export function splitText(text: string): Split {
  const characters = [...text]
  const isBasic = characters.every((character) => BASIC.has(character) || EXTENDED.has(character))
  const encoding = isBasic ? 'GSM-7' : 'UCS-2'
  const sizes = characters.map((character) => (isBasic ? (EXTENDED.has(character) ? 2 : 1) : character.length))
  const { alone, joined } = CAPACITY[encoding]
  const size = sizes.reduce((sum, size) => sum + size, 0)
  if (size <= alone) return { encoding, segments: [text], room: alone - size }
  return { encoding, ...split(characters, sizes, joined) }
}

function split(characters: string[], sizes: number[], capacity: number): Pick<Split, 'segments' | 'room'> {
  const starts = [0]
  let used = 0
  for (const [at, size] of sizes.entries()) {
    if (used + size > capacity) {
      starts.push(at)
      used = 0
    }
    used += size
  }
  const segments = starts.map((start, n) => characters.slice(start, starts[n + 1]).join(''))
  return { segments, room: capacity - used }
}
