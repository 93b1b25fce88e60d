// How many messages a text is to a mobile network. Carriers bill, and limit, by these.

/** GSM 03.38: one septet each. What stands in the extension table takes an escape before it, so two. */
const BASIC = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)
const EXTENDED = new Set('\f^{}\\[~]|€')

export type Segmented = { encoding: 'GSM-7' | 'UCS-2'; segments: number }

/** By encoding: what one segment holds when it is alone, and when it has to say which part of the whole it is. */
const ROOM = { 'GSM-7': { alone: 160, joined: 153 }, 'UCS-2': { alone: 70, joined: 67 } }

/**
 * One character that GSM-7 does not have makes the whole text UCS-2. A character that takes two places (an escaped one,
 * a surrogate pair) is not torn apart between two segments. An empty text is one segment.
 */
export function segmented(text: string): Segmented {
  const characters = [...text]
  const isBasic = characters.every((character) => BASIC.has(character) || EXTENDED.has(character))
  const encoding = isBasic ? 'GSM-7' : 'UCS-2'
  const sizes = characters.map((character) => (isBasic ? (EXTENDED.has(character) ? 2 : 1) : character.length))
  const { alone, joined } = ROOM[encoding]
  return { encoding, segments: total(sizes) <= alone ? 1 : segmentsOf(sizes, joined) }
}

const total = (sizes: number[]): number => sizes.reduce((sum, size) => sum + size, 0)

function segmentsOf(sizes: number[], room: number): number {
  let segments = 1
  let used = 0
  for (const size of sizes) {
    if (used + size > room) {
      segments++
      used = 0
    }
    used += size
  }
  return segments
}
