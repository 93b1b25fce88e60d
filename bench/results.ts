// The results in docs/performance.md: those of the last run of each part, stored in results.json.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Row } from './figures.ts'

/** Keyed by the name of the part. `machine` is the processor and the releases of the measurement. */
export type Results = Record<string, { machine: string; rows: Row[] }>

const FILE = join(import.meta.dirname, 'results.json')

export const readResults = (): Results => JSON.parse(readFileSync(FILE, 'utf8'))

/** Replaces the results of the measured parts; the others stay. */
export const saveResults = (measured: Results): void =>
  writeFileSync(FILE, `${JSON.stringify({ ...readResults(), ...measured }, null, 2)}\n`)
