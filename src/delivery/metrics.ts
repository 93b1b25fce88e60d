// The metrics of deliveries.
import { Counter, register } from 'prom-client'

const settled = new Counter({
  name: 'interphone_deliveries_total',
  help: 'Delivery attempts, by channel and outcome.',
  labelNames: ['channel', 'outcome'],
  registers: [register],
})

export const countSettled = (channel: string, outcome: string): void => settled.inc({ channel, outcome })
