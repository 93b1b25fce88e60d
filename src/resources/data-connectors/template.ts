// Texts with placeholders, `{{order_id}}`, filled so that a value never leaves its place: in a URL, a JSON body, a form, a
// header. Pure functions.

/** Returns the value of a placeholder's key. */
export type ValueOf = (key: string) => string | number | boolean

/** A text cannot be filled with these values. */
export class Unfillable extends Error {}

const PLACEHOLDER = /\{\{\s*([a-z_][\w.-]*)\s*\}\}/gi

/** Returns the keys of all placeholders. */
export const keysOf = (template: string): string[] => [...template.matchAll(PLACEHOLDER)].map(([, key = '']) => key)

/** Returns whether the URL has placeholders only after its host, so that no value can choose the server. */
export const hasFixedHost = (template: string): boolean => {
  const [, host = ''] = /^https?:\/\/([^/?#]*)/i.exec(template) ?? []
  return host !== '' && !/[{}\s\\]/.test(host)
}

/** Returns the URL, with every value encoded. @throws Unfillable for a value that would be a step in the path */
export function filledUrl(template: string, find: ValueOf): string {
  const [before = '', ...after] = template.split(/(?=[?#])/)
  const path = before.split('/').map((segment) => filledSegment(segment, find))
  return [path.join('/'), ...after.map((text) => fill(text, (key) => encode(find(key))))].join('')
}

/** URLs drop the segments `.` and `..`, also if they are encoded. */
function filledSegment(segment: string, find: ValueOf): string {
  const filled = fill(segment, (key) => encode(find(key)))
  const is_step = /^(\.|%2e){1,2}$/i.test(filled) && keysOf(segment).length > 0
  if (is_step) throw new Unfillable('A value in the path of the URL must not be a dot or two')
  return filled
}

/** As `encodeURIComponent`, for text with lone surrogates too, and with the marks that some servers read. */
const encode = (value: string | number | boolean): string =>
  encodeURIComponent(String(value).toWellFormed()).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )

/** Returns the value of a header. @throws Unfillable for a value that no header can have */
export function filledHeader(template: string, find: ValueOf): string {
  return fill(template, (key) => {
    const value = String(find(key))
    if (!/^[\t\x20-\x7e]*$/.test(value)) throw new Unfillable(`The value of ${key} cannot be in a header`)
    return value
  })
}

/** Returns the body of a form: `a={{b}}`. */
export const filledForm = (template: string, find: ValueOf): string => fill(template, (key) => encode(find(key)))

/** Returns a body of plain text. */
export const filledText = (template: string, find: ValueOf): string => fill(template, (key) => String(find(key)))

/**
 * Returns a body of JSON. Within quotes a placeholder is a part of the text; outside it is a whole value: a number, a boolean,
 * or a text in quotes. @throws Unfillable if the result is not JSON
 */
export function filledJson(template: string, find: ValueOf): string {
  let is_within = false
  let at = 0
  const filled = template.replace(PLACEHOLDER, (whole, key: string, position: number) => {
    is_within = endsWithin(template.slice(at, position), is_within)
    at = position + whole.length
    const value = find(key)
    if (!is_within) return JSON.stringify(value)
    const text = JSON.stringify(String(value).toWellFormed())
    return text.slice(1, -1)
  })
  try {
    JSON.parse(filled)
  } catch {
    throw new Unfillable('The body is not valid JSON')
  }
  return filled
}

/** Returns whether JSON that begins within a text, or not, ends within one. */
function endsWithin(json: string, begins_within: boolean): boolean {
  let is_within = begins_within
  for (let at = 0; at < json.length; at++) {
    if (is_within && json[at] === '\\') at++
    else if (json[at] === '"') is_within = !is_within
  }
  return is_within
}

const fill = (template: string, find: (key: string) => string): string =>
  template.replace(PLACEHOLDER, (_, key: string) => find(key))
