// What deliveries add to /metrics.
import { Counter, register } from 'prom-client'

const settled = new Counter({
  name: 'interphone_deliveries_total',
  help: 'Attempts to deliver, by channel and what came of them.',
  labelNames: ['channel', 'outcome'],
  registers: [register],
})

export const countSettled = (channel: string, outcome: string): void => settled.inc({ channel, outcome })
