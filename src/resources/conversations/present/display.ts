// Bodies and subjects as the caller wants them: HTML, or with `display_as=plaintext` the text that says the same.
import { Type } from 'typebox'
import type { EmailMessageMetadata } from '#channels/email/inbound/meaning.ts'
import { isLatest } from '#http/version.ts'
import { escapeHtml, toPlainText } from '#lib/html.ts'
import { before, type Version } from '#versions/versions.ts'

export type Display = {
  body(html: string): string
  subject(text: string): string
  /** Of mails, also what was quoted, passed on and signed with. */
  email_history?: boolean
}

export const DisplayQuery = Type.Object({
  display_as: Type.Optional(Type.String({ description: '`plaintext` for bodies without HTML.' })),
})

export const AS_HTML: Display = {
  body: (html) => html,
  subject: (text) => text && `<p>${escapeHtml(text)}</p>`,
}

/** Since 2.16. */
export const withEmailHistory = (display: Display, wanted: boolean | undefined, version: Version): Display => ({
  ...display,
  email_history: wanted === true && !before(version, '2.16'),
})

/** What a mail was as a mail; its history only for who asks for it. */
export function mailMetadata({ history, ...metadata }: EmailMessageMetadata, { email_history }: Display) {
  return email_history && history ? { ...metadata, history } : metadata
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
