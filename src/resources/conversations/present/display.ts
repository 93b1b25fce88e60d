// Bodies and subjects as the caller wants them: HTML, or with `display_as=plaintext` the text that says the same.
import { Type } from 'typebox'
import { isLatest } from '#http/version.ts'
import { escapeHtml, toPlainText } from '#lib/html.ts'
import { before, type Version } from '#versions/versions.ts'

export type Display = { body(html: string): string; subject(text: string): string }

export const DisplayQuery = Type.Object({
  display_as: Type.Optional(Type.String({ description: '`plaintext` for bodies without HTML.' })),
})

export const AS_HTML: Display = {
  body: (html) => html,
  subject: (text) => text && `<p>${escapeHtml(text)}</p>`,
}

/** Until 2.15 the subject stays HTML; the latest version writes a link's address behind its label. */
export function displayOf(display_as: string | undefined, version: Version): Display {
  if (display_as !== 'plaintext') return AS_HTML
  const links = isLatest(version) ? 'label (url)' : 'label'
  return {
    body: (html) => toPlainText(html, { links }),
    subject: before(version, '2.16') ? AS_HTML.subject : (text) => text,
  }
}
