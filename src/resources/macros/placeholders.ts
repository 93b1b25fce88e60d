// The placeholders of a macro: as they are written, as Intercom's API shows them in HTML, and filled with values.
import { escapeHtml, unescapeHtml } from '#lib/html.ts'

/** `{{user.name | fallback: 'there'}}`: the key `user.name` with the default `there`. */
export type Placeholder = { key: string; fallback: string | undefined }

/** Values by the first part of the key: `{ user: { name: 'Anna', custom_attributes: { plan: 'pro' } } }`. */
export type Values = Record<string, Record<string, unknown>>

const WRITTEN = /\{\{([^{}]{1,500})\}\}/g
const TAGS_AND_WRITTEN = /<[^<>]*>|\{\{([^{}]{1,500})\}\}/g
const INNER = /^\s*([a-z_][\w.-]*)\s*(?:\|\s*fallback\s*:\s*(?:'([^']*)'|"([^"]*)")\s*)?$/i

/** Returns undefined if the text between the braces is no placeholder. */
function parse(inner: string): Placeholder | undefined {
  const [, key, single, double] = INNER.exec(inner) ?? []
  return key === undefined ? undefined : { key, fallback: single ?? double }
}

/** Returns HTML with an element for each placeholder: `<attribute key="user.name" default="there"/>`. */
export const withElements = (html: string): string =>
  replaceInHtml(html, ({ key, fallback }) => {
    const otherwise = fallback === undefined ? '' : ` default="${escapeHtml(fallback)}"`
    return `<attribute key="${escapeHtml(key)}"${otherwise}/>`
  })

/** Returns HTML with the values of its placeholders, which are escaped. */
export const filledHtml = (html: string, values: Values): string =>
  replaceInHtml(html, (placeholder) => escapeHtml(filling(placeholder, values)))

/** Returns plain text with the values of its placeholders. */
export const filledText = (text: string, values: Values): string =>
  text.replace(WRITTEN, (whole, inner) => {
    const placeholder = parse(inner)
    return placeholder ? filling(placeholder, values) : whole
  })

/** Attributes of tags, such as links, stay as they are. */
const replaceInHtml = (html: string, replacement: (placeholder: Placeholder) => string): string =>
  html.replace(TAGS_AND_WRITTEN, (whole, inner?: string) => {
    const placeholder = inner === undefined ? undefined : parse(unescapeHtml(inner))
    return placeholder ? replacement(placeholder) : whole
  })

/** Returns the value, or the fallback if there is none; without both, nothing. */
function filling({ key, fallback = '' }: Placeholder, values: Values): string {
  let value: unknown = values
  for (const name of key.split('.')) {
    const isOwn = typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    value = isOwn ? (value as Record<string, unknown>)[name] : undefined
  }
  if (typeof value === 'string') return value.trim() ? value : fallback
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : fallback
}
