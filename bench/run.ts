// `npm run bench`: measures, and writes the results into docs/performance.md. `--only messages,start` measures some parts;
// `--quick` uses smaller numbers, which are only printed.
import { execFileSync } from 'node:child_process'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { binaries } from '#db/embedded/binaries.ts'
import { print, table } from '#lib/terminal.ts'
import { performance as page } from '../docs/generate/performance.ts'
import { write } from '../docs/generate/region.ts'
import { PARTS, type Part } from './parts.ts'
import { type Results, saveResults } from './results.ts'

const { values } = parseArgs({
  options: { only: { type: 'string', default: Object.keys(PARTS).join() }, quick: { type: 'boolean', default: false } },
})
const wanted = values.only.split(',') as Part[]
const unknown = wanted.filter((name) => !(name in PARTS))
if (unknown.length) throw new Error(`There is no part ${unknown.join()}: there are ${Object.keys(PARTS).join()}`)

const machine = `${availableParallelism()} cores (${cpus()[0]?.model.trim()}), Node ${process.versions.node}, ${postgresVersion()}`
const results: Results = {}
for (const name of wanted) {
  process.stderr.write(`${name} …\n`)
  results[name] = { machine, rows: [await PARTS[name]({ quick: values.quick })].flat() }
}

print(
  ...table([
    ['Measure', 'Interphone', 'Compared with', '', 'Ratio', 'Goal'],
    ...Object.values(results)
      .flatMap(({ rows }) => rows)
      .map(({ measure, ours, against, theirs, ratio, goal }) => [measure, ours, against, theirs, ratio, goal]),
  ]),
  `Measured on ${machine}`,
)
if (!values.quick) {
  saveResults(results)
  write(page())
  print('These figures are in docs/performance.md now.')
}

/** Returns the release as in `PostgreSQL 18.4`. */
function postgresVersion(): string {
  const answer = execFileSync(join(binaries(), 'bin', 'postgres'), ['--version'], { encoding: 'utf8' })
  return answer.trim().replace(/^postgres \(PostgreSQL\)/, 'PostgreSQL')
}
