// The face of a person: initials on a colour of their name.
export function Face({ name, size = 24 }: { name: string; size?: number }) {
  return (
    <span class="face" aria-hidden="true" style={{ '--hue': hueOf(name), '--size': `${size}px` }}>
      {initialsOf(name)}
    </span>
  )
}

/** `Ada Lovelace` → `AL`; `ada@example.com` → `A`. */
function initialsOf(name: string): string {
  const words = name
    .replace(/@.*/, '')
    .split(/[\s._-]+/)
    .filter(Boolean)
  const letters = [words[0], words.length > 1 ? words.at(-1) : undefined].map((word) => [...(word ?? '')][0] ?? '')
  return letters.join('').toLocaleUpperCase() || '?'
}

function hueOf(name: string): number {
  let hash = 0
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 360
  return hash
}
