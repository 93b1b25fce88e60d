// HTML from templates: every text in a template is escaped, unless it is HTML itself.
import { escapeHtml } from '#lib/html.ts'

export type Html = { html: string }
type Value = Html | string | number | null | undefined | false | readonly Value[]

/** Returns a template as HTML: `` html`<p>${title}</p>` ``. Null, undefined and false write nothing. */
export const html = (texts: TemplateStringsArray, ...values: Value[]): Html => ({
  html: texts.reduce((written, text, n) => written + textOf(values[n - 1]) + text),
})

/** Returns HTML that was sanitised before. */
export const sanitised = (html: string): Html => ({ html })

function textOf(value: Value): string {
  if (value === null || value === undefined || value === false) return ''
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value))
  return isList(value) ? value.map(textOf).join('') : value.html
}

const isList = (value: Html | readonly Value[]): value is readonly Value[] => Array.isArray(value)
