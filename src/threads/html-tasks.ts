// The worker thread that converts HTML.
import { toHtml, toHtmlAndText, toPlainText } from '#lib/html.ts'
import type { HtmlTasks } from './html.ts'
import { answerTasks } from './tasks.ts'

const tasks: HtmlTasks = {
  toHtml,
  toHtmlAndText,
  toPlainText,
  toPlainTexts: (htmls, style) => htmls.map((html) => toPlainText(html, style)),
}

answerTasks(tasks)
