// JSON as a tree that folds. The outer levels are open.
const OPEN_LEVELS = 3
/** Longer lists begin folded. */
const LONG = 20

export function Json({ value, name, level = 0 }: { value: unknown; name?: string; level?: number }) {
  const key = name !== undefined && <span class="json-key">{name}: </span>
  if (value === null || typeof value !== 'object')
    return (
      <div class="json-line">
        {key}
        <span class={`json-${value === null ? 'null' : typeof value}`}>{JSON.stringify(value)}</span>
      </div>
    )
  const entries = Object.entries(value)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  if (!entries.length)
    return (
      <div class="json-line">
        {key}
        {open}
        {close}
      </div>
    )
  return (
    <details class="json" open={level === 0 || (level < OPEN_LEVELS && entries.length <= LONG)}>
      <summary>
        {key}
        {open}
        <span class="json-count">
          {entries.length}
          {close}
        </span>
      </summary>
      <div class="json-inside">
        {entries.map(([inner_name, inner]) => (
          <Json key={inner_name} name={inner_name} value={inner} level={level + 1} />
        ))}
      </div>
    </details>
  )
}

/** A text that may be JSON, as a body of a request is. */
export function JsonText({ text }: { text: string }) {
  const value = parse(text)
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
  if (value === undefined) return <pre tabIndex={0}>{text}</pre>
  return <Json value={value} />
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
