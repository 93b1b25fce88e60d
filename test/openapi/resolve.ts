// References within an OpenAPI document.

// biome-ignore lint/suspicious/noExplicitAny: whatever shape the document has
type Json = any

/** Returns the part of the document that a reference names: `#/components/schemas/tag`. */
export const at = (document: Json, reference: string): Json =>
  reference
    .slice(2)
    .split('/')
    .reduce((inner, key) => inner?.[key], document)

/** Returns a part of the document with all references resolved. */
export function resolve(document: Json, value: Json): Json {
  if (Array.isArray(value)) return value.map((inner) => resolve(document, inner))
  if (typeof value !== 'object' || value === null) return value
  if (value.$ref) return resolve(document, at(document, value.$ref))
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolve(document, inner)]))
}
