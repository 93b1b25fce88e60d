// Converts the HTML of an answer to WhatsApp's format: plain text, with its own signs for bold, italic, struck out and
// code.
import { plainTextOf } from '#threads/html.ts'

const SIGNS: Record<string, string> = { b: '*', strong: '*', i: '_', em: '_', s: '~', code: '`' }
const TAGS = Object.keys(SIGNS).join('|')

// Signs work only at the edges of words: spaces move out of a tag, and a tag with nothing but spaces is removed.
const INNER_SPACE_BEFORE = new RegExp(`<(${TAGS})>((?:\\s|<br>)+)`, 'g')
const INNER_SPACE_AFTER = new RegExp(`((?:\\s|<br>)+)</(${TAGS})>`, 'g')
const EMPTY = new RegExp(`<(${TAGS})></\\1>`, 'g')
const ANY = new RegExp(`</?(${TAGS})>`, 'g')

/** `html` is sanitised, so these tags have no attributes and the form that the sanitiser writes. */
export function whatsappText(html: string): Promise<string> {
  const marked = html
    .replace(INNER_SPACE_BEFORE, '$2<$1>')
    .replace(INNER_SPACE_AFTER, '</$2>$1')
    .replace(EMPTY, '')
    .replace(ANY, (_, tag: string) => SIGNS[tag] ?? '')
  return plainTextOf(marked, { links: 'label (url)' })
}
