// Places in a text that are filled for each recipient: `{{1}}` with the first value, and so on.

const NUMBERED = /\{\{(\d+)\}\}/g

/** The value with every text in it filled, however deep; what a value brings along is not filled again. */
export function filled<T>(value: T, values: readonly string[]): T {
  return everyText(value, (text) => text.replace(NUMBERED, (place, number) => values[Number(number) - 1] ?? place)) as T
}

/** A copy of JSON in which each text is what `change` makes of it; `path` says where it stands: `0.parameters.1.text`. */
export function everyText(value: unknown, change: (text: string, path: string) => string, path = ''): unknown {
  if (typeof value === 'string') return change(value, path)
  if (typeof value !== 'object' || value === null) return value
  const within = (key: string | number) => (path ? `${path}.${key}` : String(key))
  if (Array.isArray(value)) return value.map((inner, index) => everyText(inner, change, within(index)))
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, everyText(inner, change, within(key))]))
}
