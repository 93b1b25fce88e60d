// A generated part of a document, between two markers, and the Markdown that it is made of.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** `content` belongs in `file` between `<!-- name -->` and `<!-- /name -->`. */
export type Region = { file: string; name: string; content: string }

export const ROOT = join(import.meta.dirname, '../..')

/**
 * Returns the text of the region's file, with the region filled in.
 * @throws Error if the file does not have the two markers.
 */
export function filled({ file, name, content }: Region): string {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const [opening, closing] = [`<!-- ${name} -->`, `<!-- /${name} -->`]
  const [start, end] = [text.indexOf(opening), text.indexOf(closing)]
  if (start < 0 || end < start) throw new Error(`${file} needs the markers ${opening} and ${closing}`)
  return text.slice(0, start + opening.length) + content + text.slice(end)
}

/** Writes the region into its file. Returns whether the file changed. */
export function write(region: Region): boolean {
  const path = join(ROOT, region.file)
  const text = filled(region)
  if (text === readFileSync(path, 'utf8')) return false
  writeFileSync(path, text)
  return true
}

/** Returns the content of a region whose markers are on lines of their own. */
export const lines = (...content: string[]): string => `\n\n${content.join('\n')}\n\n`

/** Returns one row of a table. */
export const row = (...cells: string[]): string => `| ${cells.join(' | ')} |`
