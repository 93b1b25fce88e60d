// The text of content, for search: without tags, each block on its own line.
import { Parser } from 'htmlparser2'
import { BLOCKS } from './allow-list.ts'

/** Returns the text of HTML. `sanitizeContent` comes first: the text of scripts would be part of it. */
export function plainText(html: string): string {
  const pieces: string[] = []
  const parser = new Parser({
    ontext: (text) => pieces.push(text),
    onopentagname: (name) => (name === 'br' || BLOCKS.has(name)) && pieces.push('\n'),
    onclosetag: (name) => BLOCKS.has(name) && pieces.push('\n'),
  })
  parser.end(html)
  return pieces
    .join('')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line)
    .join('\n')
}
