// The fenced blocks of the page for operators, so that what is tried is what it says.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const OPERATING = join(import.meta.dirname, '../../docs/operating.md')

export type Block = { language: string; code: string }

export const blocksOf = (page: string): Block[] =>
  [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(([, language = '', code = '']) => ({ language, code }))

/** @throws Error if the page has no such block. */
export function blockOf(begins: string): string {
  const block = blocksOf(readFileSync(OPERATING, 'utf8')).find(({ code }) => code.startsWith(begins))
  if (!block) throw new Error(`docs/operating.md has no block that begins with "${begins}"`)
  return block.code
}
