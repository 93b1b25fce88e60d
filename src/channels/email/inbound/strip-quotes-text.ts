// Plain text, taken apart into what somebody wrote and what stood there before.
import { cutOf, type Line } from './lines.ts'

export type CutText = { body: string; history: string }

/** `history` is empty where nothing is cut. */
export function cutText(text: string): CutText {
  const lines = text.replace(/\r\n?/g, '\n').split('\n')
  const cut = cutOf(lines.map(lineOf))
  const where = (is: boolean) =>
    lines
      .filter((_, index) => cut[index] === is)
      .join('\n')
      .replace(/\n{3,}/g, '\n\n')
      .trim()
  return { body: where(false), history: where(true) }
}

const QUOTE = /^(?:[ \t]?[>＞])+/

function lineOf(line: string): Line {
  const [marks = ''] = QUOTE.exec(line) ?? []
  const text = line.slice(marks.length).trim()
  const rule = /^[_\-=]{5,}$/.test(text)
  return { text: rule ? '' : text, depth: (marks.match(/[>＞]/g) ?? []).length, ...(rule && { rule }) }
}
