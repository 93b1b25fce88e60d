// Placeholders in a text, filled for each recipient: `{{1}}` with the first value, and so on.

const NUMBERED = /\{\{(\d+)\}\}/g

/**
 * Returns a copy of `value` with the placeholders in all its texts filled, at any depth. Values are not filled again.
 */
export function filled<T>(value: T, values: readonly string[]): T {
  return mapTexts(value, (text) => text.replace(NUMBERED, (whole, number) => values[Number(number) - 1] ?? whole)) as T
}

/**
 * Returns a copy of JSON in which `change` replaces each text. `path` is the position of a text: `0.parameters.1.text`.
 */
export function mapTexts(value: unknown, change: (text: string, path: string) => string, path = ''): unknown {
  if (typeof value === 'string') return change(value, path)
  if (typeof value !== 'object' || value === null) return value
  const within = (key: string | number) => (path ? `${path}.${key}` : String(key))
  if (Array.isArray(value)) return value.map((inner, index) => mapTexts(inner, change, within(index)))
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, mapTexts(inner, change, within(key))]))
}
