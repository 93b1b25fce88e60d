// The texts of Fin's sessions: from callers as plain text, to them as HTML.
import { escapeHtml, looksLikeHtml, paragraphs, sanitizeHtml, toPlainText, withoutTags } from '#lib/html.ts'
import { type Language, WORDS } from './words.ts'

/** Longer HTML is not parsed here. */
const LONGEST_PARSED = 20_000

/** Returns a body, which may be HTML, as plain text. */
export function textOf(body: string): string {
  if (!looksLikeHtml(body)) return body.trim()
  if (body.length > LONGEST_PARSED) return withoutTags(body).trim()
  return toPlainText(sanitizeHtml(body), { links: 'label (url)' })
}

/** Returns the reply as a letter, if it is one. */
export const asLetter = (html: string, name: string | null, language: Language): string =>
  `${paragraphs(WORDS[language].greeting(name))}\n${html}\n<p>${escapeHtml(WORDS[language].closing)}</p>`
