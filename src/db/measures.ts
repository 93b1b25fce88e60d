// Figures that are read from the database when metrics are asked for, such as the length of a queue.
import { Gauge, type Registry, register } from 'prom-client'
import type { Pool } from './sql.ts'

export type Sample = { labels?: Record<string, string>; value: number }

/** `name` is by Prometheus' conventions: `interphone_deliveries_queued`. All processes on a database show the same figure. */
export type Measure = {
  name: string
  help: string
  labels?: readonly string[]
  /** Without a sample there is nothing to measure now. */
  read(sql: Pool): Promise<Sample[]>
}

/** Two scrapers, or an impatient one, cost no more than one. */
const READ_EVERY_MS = 5_000
const MEASURES_OF_DATABASE: Measure[] = [
  {
    name: 'interphone_database_connections',
    help: 'Connections of all processes to the database, by state.',
    labels: ['state'],
    read: (sql) => sql<Sample[]>`
      select jsonb_build_object('state', coalesce(state, 'unknown')) as labels, count(*)::int as value
      from pg_stat_activity where datname = current_database() and application_name = current_setting('application_name')
      group by state`,
  },
]

/** Registers a gauge for each measure. One that cannot be read has no sample; the others do. */
export function exposeMeasures(sql: Pool, measures: readonly Measure[], registry: Registry = register): void {
  for (const { name, help, labels = [], read } of [...MEASURES_OF_DATABASE, ...measures]) {
    let read_at = Number.NEGATIVE_INFINITY
    const gauge = new Gauge({
      ...{ name, help, labelNames: labels, registers: [registry] },
      // Several processes of one server show it once.
      aggregator: 'max',
      async collect() {
        if (performance.now() - read_at < READ_EVERY_MS) return
        const samples = await read(sql).catch(() => [])
        clear()
        for (const { labels = {}, value } of samples) this.set(labels, value)
        read_at = performance.now()
      },
    })
    // Without labels, `reset` would set it to 0.
    const clear = () => (labels.length ? gauge.reset() : gauge.remove())
    clear()
  }
}
