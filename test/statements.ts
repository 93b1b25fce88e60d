// Finds the SQL in the text of a file.

/** Returns the SQL of tagged templates: one text for each statement, including fragments within it. */
export function statementsIn(text: string): string[] {
  const starts = [...text.matchAll(/\bsql(?:<[^`]*?>)?`/g)].map(({ index, 0: opening }) => index + opening.length)
  return starts.map((start) => text.slice(start, closingOf(text, start)))
}

/** Returns where the template that starts at `start` ends, after templates nested in it. */
function closingOf(text: string, start: number): number {
  for (let at = start; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '`') return at
    else if (text.startsWith('${', at)) at = holeEnd(text, at + 2)
  }
  return text.length
}

function holeEnd(text: string, start: number): number {
  let depth = 1
  for (let at = start; at < text.length; at++) {
    if (text[at] === '`') at = closingOf(text, at + 1)
    else if (text[at] === '{') depth++
    else if (text[at] === '}' && --depth === 0) return at
  }
  return text.length
}
