// docs/differences/: its pages, the rows of their tables, and the index of them.
import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { lines, type Region, ROOT, row } from './region.ts'

/** `operations`: the operationIds in the line that begins with `Operations:`. `rows`: the cells of each row. */
export type DifferencesPage = { name: string; title: string; operations: string[]; rows: string[][] }

const FOR_ALL = 'everywhere'

/** Returns the pages, the one that holds for all operations first. */
export function differencesPages(): DifferencesPage[] {
  const files = globSync('docs/differences/*.md', { cwd: ROOT }).filter((file) => basename(file) !== 'README.md')
  const pages = files.toSorted().map(readPage)
  return [...pages.filter(({ name }) => name === FOR_ALL), ...pages.filter(({ name }) => name !== FOR_ALL)]
}

function readPage(file: string): DifferencesPage {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const [, title = ''] = /^# Differences: (.+)$/m.exec(text) ?? []
  const [, operations = ''] = /^Operations: (.+)$/m.exec(text) ?? []
  const [, , ...rows] = [...text.matchAll(/^\| (.+) \|$|^\|---.*$/gm)].map(([, cells = '']) => cells.split(' | '))
  return { name: basename(file, '.md'), title, operations: idsIn(operations), rows }
}

const idsIn = (text: string): string[] => [...text.matchAll(/`(\w+)`/g)].map(([, id]) => id as string)

export const differences = (): Region => ({
  file: 'docs/differences/README.md',
  name: 'differences',
  content: lines(
    row('Group', 'Rows'),
    row('---', '---:'),
    ...differencesPages().map(({ name, title, rows }) => row(`[${title}](${name}.md)`, String(rows.length))),
  ),
})
