// docs/coverage.md: which of Intercom's operations this server has; and their number, for the README.
import { type IntercomOperation, intercomOperations } from '#http/intercom-operations.ts'
import { differencesPages } from './differences.ts'
import { isRemoved, servedOperations } from './operations.ts'
import { lines, type Region, row } from './region.ts'

const pages = differencesPages()

export async function coverage(): Promise<Region[]> {
  const served = new Set((await servedOperations()).map(({ operation_id }) => operation_id))
  const isHere = ({ operation_id }: IntercomOperation) => served.has(operation_id)
  const count = (operations: IntercomOperation[]) => `${operations.filter(isHere).length} of ${operations.length}`

  const all = intercomOperations()
  const current = all.filter((operation) => !isRemoved(operation))
  const groups = Object.entries(Object.groupBy(current, ({ group }) => group)) as [string, IntercomOperation[]][]

  const summary = [
    `${count(current)} operations.`,
    '',
    row('Group', 'Here'),
    row('---', '---'),
    ...groups.map(([group, operations]) => row(`[${group}](#${anchor(group)})`, count(operations))),
  ]
  const chapters = groups.flatMap(([group, operations]) => ['', `## ${group}`, '', ...table(operations, isHere)])
  const removed = ['', '## Only in older versions', '', ...table(all.filter(isRemoved), isHere)]
  return [
    { file: 'docs/coverage.md', name: 'coverage', content: lines(...summary, ...chapters, ...removed) },
    { file: 'README.md', name: 'coverage', content: `${count(current)} operations` },
  ]
}

const table = (operations: IntercomOperation[], isHere: (operation: IntercomOperation) => boolean): string[] => [
  row('Operation', 'Method and path', 'Since', 'Until', 'Here', 'Differences'),
  row('---', '---', '---', '---', '---', '---'),
  ...operations.map((operation) => {
    const { operation_id, method, path, since, until } = operation
    const here = isHere(operation) ? ['yes', linksFor(operation)] : ['no', '']
    return row(`\`${operation_id}\``, `\`${method} ${path}\``, since, until, ...here)
  }),
]

/** Returns links to the pages of differences that name the operation. */
const linksFor = ({ operation_id }: IntercomOperation): string =>
  pages
    .filter(({ operations }) => operations.includes(operation_id))
    .map(({ name, title }) => `[${title}](differences/${name}.md)`)
    .join(', ')

/** Returns the anchor that GitHub gives to a heading. */
const anchor = (heading: string): string => heading.toLowerCase().replaceAll(' ', '-')
