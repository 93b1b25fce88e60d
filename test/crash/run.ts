// `npm run crash -- --minutes 5 --seed 7` runs the crash test; `--broadcast 100000` the one of a broadcast to that many
// contacts; `--bulk 100` the one of that many bulk jobs of 100 items.
import { parseArgs } from 'node:util'
import { print } from '#lib/terminal.ts'
import { broadcastLines, crashBroadcast, isWhole } from './broadcast.ts'
import { bulkLines, crashBulk, isOnce } from './bulk.ts'
import { crash } from './crash.ts'
import { isSound, lines } from './report.ts'

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '2' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    broadcast: { type: 'string' },
    bulk: { type: 'string' },
    kills: { type: 'string', default: '12' },
  },
})
const seed = Number(values.seed)

if (values.broadcast) {
  const kills = Number(values.kills)
  const report = await crashBroadcast({ seed, contacts: Number(values.broadcast), kills, longest_pause_ms: 2_500 })
  print(...broadcastLines(report))
  process.exitCode = isWhole(report) ? 0 : 1
} else if (values.bulk) {
  const kills = Number(values.kills)
  const report = await crashBulk({ seed, requests: Number(values.bulk), kills, longest_pause_ms: 1_000 })
  print(...bulkLines(report))
  process.exitCode = isOnce(report) ? 0 : 1
} else {
  const report = await crash({ seed, enough: (_, since_ms) => since_ms > Number(values.minutes) * 60_000 })
  print(...lines(report))
  process.exitCode = isSound(report) ? 0 : 1
}
