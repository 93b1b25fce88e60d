// `npm run crash -- --minutes 5 --seed 7` runs the crash test; `--broadcast 100000` the one of a broadcast to that many
// contacts.
import { parseArgs } from 'node:util'
import { print } from '#lib/terminal.ts'
import { broadcastLines, crashBroadcast, isWhole } from './broadcast.ts'
import { crash } from './crash.ts'
import { isSound, lines } from './report.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    broadcast: { type: 'string' },
    kills: { type: 'string', default: '12' },
  },
})
const seed = Number(values.seed)

if (values.broadcast) {
  const kills = Number(values.kills)
  const report = await crashBroadcast({ seed, contacts: Number(values.broadcast), kills, longest_pause_ms: 2_500 })
  print(...broadcastLines(report))
  process.exitCode = isWhole(report) ? 0 : 1
} else {
  const report = await crash({ seed, enough: (_, since_ms) => since_ms > Number(values.minutes) * 60_000 })
  print(...lines(report))
  process.exitCode = isSound(report) ? 0 : 1
}
