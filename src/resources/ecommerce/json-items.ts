// Splits a stream of JSON that is one array into the texts of its items, in constant memory.

export type Mistake = 'not_an_array' | 'not_an_object' | 'too_large'

export class WrongCatalog extends Error {
  readonly mistake: Mistake

  constructor(mistake: Mistake) {
    super(mistake)
    this.mistake = mistake
  }
}

const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c

const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
const BOM = Buffer.from([0xef, 0xbb, 0xbf])

/** `comma`: after an item. `item`: after a comma. */
type Place = 'before' | 'first' | 'comma' | 'item' | 'within' | 'after'

/**
 * Yields the text of each object of the array, as soon as its last byte is there.
 * @param max_bytes the most bytes of one object
 * @throws WrongCatalog if it is no array, an item is no object, or one is too large
 */
export async function* itemsOf(chunks: AsyncIterable<Buffer>, max_bytes: number): AsyncGenerator<string> {
  let place: Place = 'before'
  let depth = 0
  let in_text = false
  let is_escaped = false
  let pieces: Buffer[] = []
  let size = 0
  let is_start = true

  for await (const received of chunks) {
    const chunk = is_start && received.subarray(0, 3).equals(BOM) ? received.subarray(3) : received
    is_start = false
    let from = 0
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number
      if (place !== 'within') {
        if (isSpace(byte)) continue
        place = placeAfter(place, byte)
        if (place === 'within') {
          depth = 1
          from = at
        }
        continue
      }
      if (in_text) {
        if (is_escaped) is_escaped = false
        else if (byte === BACKSLASH) is_escaped = true
        else if (byte === QUOTE) in_text = false
        continue
      }
      if (byte === QUOTE) in_text = true
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++
      else if ((byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) && --depth === 0) {
        pieces.push(chunk.subarray(from, at + 1))
        yield checked(Buffer.concat(pieces), max_bytes)
        pieces = []
        size = 0
        place = 'comma'
      }
    }
    if (place !== 'within') continue
    const rest = chunk.subarray(from)
    size += rest.length
    if (size > max_bytes) throw new WrongCatalog('too_large')
    pieces.push(Buffer.from(rest)) // A copy: the stream may use its buffer again.
  }
  if (place !== 'after') throw new WrongCatalog('not_an_array')
}

function placeAfter(place: Exclude<Place, 'within'>, byte: number): Place {
  if (place === 'before') {
    if (byte === OPEN_ARRAY) return 'first'
  } else if (place === 'comma') {
    if (byte === COMMA) return 'item'
    if (byte === CLOSE_ARRAY) return 'after'
  } else if (place !== 'after') {
    if (byte === OPEN_OBJECT) return 'within'
    if (byte === CLOSE_ARRAY && place === 'first') return 'after'
    if (byte !== CLOSE_ARRAY && byte !== COMMA) throw new WrongCatalog('not_an_object')
  }
  throw new WrongCatalog('not_an_array')
}

function checked(item: Buffer, max_bytes: number): string {
  if (item.length > max_bytes) throw new WrongCatalog('too_large')
  const text = item.toString('utf8')
  try {
    JSON.parse(text)
  } catch {
    throw new WrongCatalog('not_an_array')
  }
  return text
}
