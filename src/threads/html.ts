// Converts HTML without stopping the HTTP thread: short texts at once, long ones in a worker thread.
import { type HtmlAndText, toHtml, toHtmlAndText, toPlainText, withoutTags } from '#lib/html.ts'
import { isTooCostly, THREADS, type ThreadLimits, threadPool } from './pool.ts'

export type HtmlTasks = {
  toHtml: typeof toHtml
  toHtmlAndText: typeof toHtmlAndText
  toPlainText: typeof toPlainText
  toPlainTexts(htmls: string[], style: Style): string[]
}

type Style = Parameters<typeof toPlainText>[1]

/** In characters. The most costly text of this length takes a few milliseconds. */
const SHORT = 8_192

/** Returns whether a text is converted at once. */
export const isShort = (text: string): boolean => text.length <= SHORT

const LIMITS: ThreadLimits = { threads: THREADS, waiting: 100, task_ms: 5_000, heap_mb: 256, idle_ms: 60_000 }

const SCRIPT = new URL('./html-tasks.ts', import.meta.url)
/** Of requests: the caller waits, and can try again. */
const requests = threadPool<HtmlTasks>(SCRIPT, LIMITS)
/** Of stored texts, to send and show them. */
const stored = threadPool<HtmlTasks>(SCRIPT, { ...LIMITS, waiting: 10_000, task_ms: 30_000 })

/** Returns the body of a request, which is HTML or plain text, as safe HTML. @throws TaskRefused */
export const htmlOf = async (body: string): Promise<string> =>
  body.length > SHORT ? requests.run('toHtml', [body]) : toHtml(body)

/** Returns the same, and its plain text. @throws TaskRefused */
export const htmlAndTextOf = async (body: string): Promise<HtmlAndText> =>
  body.length > SHORT ? requests.run('toHtmlAndText', [body]) : toHtmlAndText(body)

/** Returns stored HTML as plain text. HTML that is too costly is written without its lists, tables and links. */
export async function plainTextOf(html: string, style: Style): Promise<string> {
  if (html.length <= SHORT) return toPlainText(html, style)
  return stored.run('toPlainText', [html, style]).catch((error) => {
    if (isTooCostly(error)) return withoutTags(html)
    throw error
  })
}

/** The same for several texts, in the same order: the parts of one conversation. */
export async function plainTextsOf(htmls: string[], style: Style): Promise<string[]> {
  const length = htmls.reduce((sum, html) => sum + html.length, 0)
  if (length <= SHORT) return htmls.map((html) => toPlainText(html, style))
  return stored.run('toPlainTexts', [htmls, style]).catch((error) => {
    if (isTooCostly(error)) return htmls.map(withoutTags)
    throw error
  })
}
