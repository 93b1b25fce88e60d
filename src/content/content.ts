// A body as content is stored: as HTML, as markdown, and as text for search.
import { sanitizeContent } from './html.ts'
import { htmlOfMarkdown, markdownOf } from './markdown.ts'
import { plainText } from './plain.ts'

export type Content = { body: string; body_markdown: string; body_text: string }

/** Returns a body that is HTML or plain text. */
export const contentOf = (html: string): Content => stored(sanitizeContent(html))

/** Returns a body that is markdown. */
export const contentOfMarkdown = (markdown: string): Content => stored(htmlOfMarkdown(markdown))

const stored = (body: string): Content => ({ body, body_markdown: markdownOf(body), body_text: plainText(body) })
