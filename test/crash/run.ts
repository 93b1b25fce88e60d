// `npm run crash -- --minutes 5 --seed 7`: the crash test for as long as one likes.
import { parseArgs } from 'node:util'
import { print } from '#lib/terminal.ts'
import { crash } from './crash.ts'
import { isSound, lines } from './report.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
})

const report = await crash({
  seed: Number(values.seed),
  enough: (_, since_ms) => since_ms > Number(values.minutes) * 60_000,
})
print(...lines(report))
process.exitCode = isSound(report) ? 0 : 1
