// What operators see of a process: the figures of all its parts, and a port of its own for them.
import type { Config } from '#config.ts'
import { exposeMeasures } from '#db/measures.ts'
import type { Pool } from '#db/sql.ts'
import { DELIVERY_MEASURES } from '#delivery/measures.ts'
import type { Files } from '#files/files.ts'
import { monitor } from '#http/health.ts'
import { JOB_MEASURES } from '#jobs/measures.ts'
import { RESOURCES } from '#resources/index.ts'

type Watched = {
  sql: Pool
  files: Files
  config: Pick<Config, 'host' | 'metrics_port'>
  metrics: (() => Promise<string>) | undefined
  isStopping(): boolean
}

/** Returns a function that closes the port. @throws Error for the operator if the port cannot be used. */
export async function watch({ sql, files, config, metrics, isStopping }: Watched): Promise<() => Promise<void>> {
  exposeMeasures(sql, [...DELIVERY_MEASURES, ...JOB_MEASURES, ...RESOURCES.flatMap(({ measures = [] }) => measures)])
  if (config.metrics_port === undefined) return async () => {}
  return monitor(config.host, config.metrics_port, { sql, files, metrics, isStopping })
}
