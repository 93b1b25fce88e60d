// Splits the plain text of a mail into the new text and the history.
import { type Line, type Reading, strippedLines } from './lines.ts'

export type StrippedText = { body: string; history: string }

/** `history` is empty if nothing is stripped. */
export function stripQuotesFromText(text: string, reading: Reading): StrippedText {
  const lines = text.replace(/\r\n?/g, '\n').split('\n')
  const stripped = strippedLines(lines.map(lineOf), reading)
  const where = (is: boolean) =>
    lines
      .filter((_, index) => stripped[index] === is)
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  return { body: where(false), history: where(true) }
}

const QUOTE = /^(?:[ \t]?[>＞])+/

/** Returns a line of plain text without its quote marks. */
export function lineOf(line: string): Line {
  const [marks = ''] = QUOTE.exec(line) ?? []
  const text = line.slice(marks.length).trim()
  const rule = /^[_\-=]{5,}$/.test(text)
  return { text: rule ? '' : text, depth: (marks.match(/[>＞]/g) ?? []).length, ...(rule && { rule }) }
}
