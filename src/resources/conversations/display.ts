// Renders bodies and subjects as HTML, or as plain text with `display_as=plaintext`, and attachments with new links.
import { type Static, Type } from 'typebox'
import type { EmailMessageMetadata } from '#channels/email/inbound/meaning.ts'
import { type Links, withLinks } from '#files/link.ts'
import { escapeHtml } from '#lib/html.ts'
import {
  type Attachment,
  isAvailable,
  lostFiles,
  presentAttachment,
  type ShownAttachment,
} from '#resources/attachments/schema.ts'
import { plainTextsOf } from '#threads/html.ts'
import { has } from '#versions/changes.ts'
import type { Workspace } from '#workspaces/workspace.ts'

export type Display = {
  /** HTML, with a line for each attachment that could not be fetched. */
  body(html: string, attachments: readonly Attachment[]): string
  subject(text: string): string
  /** Emails show what they quoted and forwarded, and their signature. */
  email_history?: boolean
  /** HTML with links where files are referred to. */
  linked(html: string): string
  attachments(attachments: readonly Attachment[]): Static<typeof ShownAttachment>[]
  /** Converts the bodies of a conversation to plain text; absent if they are shown as HTML. */
  plainTexts?(htmls: string[]): Promise<string[]>
}

export const DisplayQuery = Type.Object({
  display_as: Type.Optional(Type.String({ description: '`plaintext` for bodies without HTML.' })),
})

const AS_HTML: Pick<Display, 'subject'> = {
  subject: (text) => text && `<p>${escapeHtml(text)}</p>`,
}

export const withEmailHistory = (display: Display, is_shown = false): Display => ({
  ...display,
  email_history: is_shown,
})

/** Subject, addresses and Message-ID of an email; its history only if the caller asks for it. */
export function mailMetadata({ history, ...metadata }: EmailMessageMetadata, display: Display) {
  return display.email_history && history ? { ...metadata, history: display.linked(history) } : metadata
}

/**
 * For snapshots, which are stored: HTML with references instead of links, and files with `file_id` instead of a link.
 * Showing a snapshot makes links of both.
 */
export const snapshotDisplay: Display = {
  ...AS_HTML,
  body: (html) => html,
  linked: (html) => html,
  attachments: (attachments) =>
    attachments.filter(isAvailable).map(({ name, content_type, filesize, url = '', file_id }) => ({
      type: 'upload',
      ...{ name, url, content_type, filesize },
      ...(!url && { file_id }),
    })),
}

/** Returns a display for plain text if `display_as` is `plaintext`, else for HTML. */
export function displayOf(workspace: Workspace, links: Links, display_as?: string): Display {
  const linked = (html: string) => withLinks(links, workspace.id, html)
  return {
    ...(display_as === 'plaintext' ? asPlainText(workspace) : AS_HTML),
    body: (html, attachments) => linked(html) + lostFiles(attachments).map(lostFileNote).join(''),
    linked,
    attachments: (attachments) =>
      attachments.filter(isAvailable).map((attachment) => presentAttachment(links, workspace.id, attachment)),
  }
}

const lostFileNote = ({ name, lost }: { name: string; lost: string }) =>
  `<p>[${escapeHtml(`${name} could not be fetched. ${lost}`.trim())}]</p>`

function asPlainText(workspace: Workspace): Pick<Display, 'subject' | 'plainTexts'> {
  const links = has(workspace, 'plain-text-shows-link-addresses') ? 'label (url)' : 'label'
  return {
    plainTexts: (htmls) => plainTextsOf(htmls, { links }),
    subject: has(workspace, 'plain-text-subjects') ? (text) => text : AS_HTML.subject,
  }
}
