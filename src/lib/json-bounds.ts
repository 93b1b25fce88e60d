// Bounds for JSON texts from others, checked before the text is parsed.

export type JsonBounds = {
  /** The most levels of arrays and objects. */
  levels: number
  /** The most values, counted together: the members of all arrays and objects. */
  values: number
}

/**
 * Returns the bound that the text exceeds, or undefined. Counts commas and opening brackets outside of strings, and
 * stops at the first one too many: the time depends on the bounds and on the length of the text, not on what is in it.
 * A text that is not JSON gets an answer too.
 */
export function exceededBound(text: string, bounds: JsonBounds): keyof JsonBounds | undefined {
  let levels = 0
  let values = 0
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at)
    if (char === QUOTE) {
      at = endOfString(text, at)
      if (at === -1) return undefined
    } else if (char === OPEN_BRACKET || char === OPEN_BRACE) {
      values++
      if (++levels > bounds.levels) return 'levels'
    } else if (char === CLOSE_BRACKET || char === CLOSE_BRACE) levels--
    else if (char === COMMA) values++
    if (values > bounds.values) return 'values'
  }
  return undefined
}

const [QUOTE, COMMA, OPEN_BRACKET, CLOSE_BRACKET, OPEN_BRACE, CLOSE_BRACE] = [0x22, 0x2c, 0x5b, 0x5d, 0x7b, 0x7d]

/** Returns the position of the closing quote, or -1 if there is none. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end
}

function isEscaped(text: string, quote: number): boolean {
  let before = quote
  while (text[before - 1] === '\\') before--
  return (quote - before) % 2 === 1
}
