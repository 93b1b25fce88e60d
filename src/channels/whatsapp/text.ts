// An answer's HTML as WhatsApp writes it: plain text, with its own signs for what is bold, italic, struck out or code.
import { toPlainText } from '#lib/html.ts'

const SIGNS: Record<string, string> = { b: '*', strong: '*', i: '_', em: '_', s: '~', code: '`' }
const TAGS = Object.keys(SIGNS).join('|')

// Signs count at the edges of words alone: spaces within a tag move out of it, and what holds none but spaces loses it.
const INNER_SPACE_BEFORE = new RegExp(`<(${TAGS})>((?:\\s|<br>)+)`, 'g')
const INNER_SPACE_AFTER = new RegExp(`((?:\\s|<br>)+)</(${TAGS})>`, 'g')
const EMPTY = new RegExp(`<(${TAGS})></\\1>`, 'g')
const ANY = new RegExp(`</?(${TAGS})>`, 'g')

/** `html` is sanitised, so tags of text have no attributes and stand as the sanitiser writes them. */
export function whatsappText(html: string): string {
  const marked = html
    .replace(INNER_SPACE_BEFORE, '$2<$1>')
    .replace(INNER_SPACE_AFTER, '</$2>$1')
    .replace(EMPTY, '')
    .replace(ANY, (_, tag: string) => SIGNS[tag] ?? '')
  return toPlainText(marked, { links: 'label (url)' })
}
