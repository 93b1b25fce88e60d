// The metrics of deliveries.
import { Counter, Histogram, register } from 'prom-client'

const settled = new Counter({
  name: 'interphone_deliveries_total',
  help: 'Delivery attempts, by channel and outcome.',
  labelNames: ['channel', 'outcome'],
  registers: [register],
})

const waits = new Histogram({
  name: 'interphone_delivery_wait_seconds',
  help: 'From the acceptance of a delivery to the outcome of its first attempt, by channel.',
  labelNames: ['channel'],
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
  registers: [register],
})

/** `wait_ms`: how long its first attempt took since its acceptance; undefined for later ones. */
export function countSettled(channel: string, outcome: string, wait_ms: number | undefined): void {
  settled.inc({ channel, outcome })
  if (wait_ms !== undefined) waits.observe({ channel }, wait_ms / 1000)
}
