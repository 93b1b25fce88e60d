// Converts content without stopping the HTTP thread: short bodies at once, long ones in a worker thread.
import { THREADS, threadPool } from '#threads/pool.ts'
import { type Content, contentOf, contentOfMarkdown } from './content.ts'

export type ContentTasks = {
  contentOf(html: string): Content
  contentOfMarkdown(markdown: string): Content
}

/** The most characters of a body, as HTML or as markdown. */
export const MAX_BODY = 500_000

/** In characters. */
const SHORT = 4_096

const pool = threadPool<ContentTasks>(new URL('./content-tasks.ts', import.meta.url), {
  threads: THREADS,
  waiting: 100,
  task_ms: 5_000,
  heap_mb: 512,
  idle_ms: 60_000,
})

/** Returns a body that is HTML or plain text, as it is stored. @throws TaskRefused */
export const convertHtml = async (html: string): Promise<Content> =>
  html.length > SHORT ? pool.run('contentOf', [html]) : contentOf(html)

/** Returns a body that is markdown, as it is stored. @throws TaskRefused */
export const convertMarkdown = async (markdown: string): Promise<Content> =>
  markdown.length > SHORT ? pool.run('contentOfMarkdown', [markdown]) : contentOfMarkdown(markdown)
