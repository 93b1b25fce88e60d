// `npm run bench`: one table, measured in one run. `--only messages,start` takes parts of it, `--quick` smaller numbers.
import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { binaries } from '#db/embedded/binaries.ts'
import { print } from '#lib/terminal.ts'
import { measureBroadcast } from './broadcast.ts'
import { measureContacts } from './contacts.ts'
import type { Row } from './figures.ts'
import { measureMessages } from './messages.ts'
import { measureSearch } from './search.ts'
import { measureSmtp } from './smtp.ts'
import { measureStart } from './start.ts'
import { measureStatus } from './status.ts'

const PARTS = {
  messages: measureMessages,
  contacts: measureContacts,
  smtp: measureSmtp,
  search: measureSearch,
  status: measureStatus,
  broadcast: measureBroadcast,
  start: measureStart,
}

const { values } = parseArgs({
  options: { only: { type: 'string', default: Object.keys(PARTS).join() }, quick: { type: 'boolean', default: false } },
})
const wanted = values.only.split(',')
const unknown = wanted.filter((name) => !(name in PARTS))
if (unknown.length) throw new Error(`There is no part ${unknown.join()}: there are ${Object.keys(PARTS).join()}`)

const rows: Row[] = []
for (const [name, measure] of Object.entries(PARTS)) {
  if (!wanted.includes(name)) continue
  process.stderr.write(`${name} …\n`)
  rows.push(...[await measure({ quick: values.quick })].flat())
}

const line = (cells: string[]) => `| ${cells.join(' | ')} |`
print(
  line(['Measure', 'Interphone', 'Against', '', 'Ratio', 'Goal']),
  line(['---', '---:', '---', '---:', '---:', '---']),
  ...rows.map(({ measure, ours, against, theirs, ratio, goal }) => line([measure, ours, against, theirs, ratio, goal])),
  '',
  `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}, ${postgresVersion()} with its durable defaults.`,
  '',
  'What limits it:',
  '',
  ...rows.map(({ measure, limit }) => `- ${measure}: ${limit}`),
)

function postgresVersion(): string {
  return execFileSync(join(binaries(), 'bin', 'postgres'), ['--version'], { encoding: 'utf8' }).trim()
}
