// The title of a content snippet in its markdown: above the body where it is shown, and not stored there.
import { markdownOf } from '#content/markdown.ts'
import { escapeHtml } from '#lib/html.ts'
import type { Block } from './blocks.ts'

export type SnippetBody = { json_blocks: Block[]; body_markdown: string; body_text: string }

/** Returns the markdown of a snippet as it is shown: below its title. */
export const titled = (markdown: string, title: string): string => headingOf(title) + (markdown && `\n${markdown}`)

/** Returns a body without its first block, if that is one of the titles: markdown is shown with it. */
export function withoutTitle(body: SnippetBody, titles: readonly string[]): SnippetBody {
  const heading = titles.map(headingOf).find((heading) => body.body_markdown.startsWith(heading))
  if (heading === undefined) return body
  const [, ...json_blocks] = body.json_blocks
  const [, ...lines] = body.body_text.split('\n')
  const body_markdown = body.body_markdown.slice(heading.length).trimStart()
  return { json_blocks, body_markdown, body_text: lines.join('\n') }
}

const headingOf = (title: string): string => markdownOf(`<h1>${escapeHtml(title)}</h1>`)
