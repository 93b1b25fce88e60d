// docs/performance.md: the figures of the last benchmark, from bench/results.json.
import { readResults } from '../../bench/results.ts'
import { lines, type Region, row } from './region.ts'

export function performance(): Region {
  const results = Object.values(readResults())
  const rows = results.flatMap((result) => result.rows)
  const machines = [...new Set(results.map(({ machine }) => machine))]
  return {
    file: 'docs/performance.md',
    name: 'bench',
    content: lines(
      row('Measure', 'Interphone', 'Compared with', '', 'Ratio', 'Goal'),
      row('---', '---:', '---', '---:', '---:', '---'),
      ...rows.map(({ measure, ours, against, theirs, ratio, goal }) =>
        row(measure, ours, against, theirs, ratio, goal),
      ),
      '',
      ...machines.map((machine) => `Measured on ${machine}.`),
      '',
      'What limits each figure:',
      '',
      ...rows.map(({ measure, limit }) => `- **${measure}**: ${limit}.`),
    ),
  }
}
