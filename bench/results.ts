// The figures that docs/performance.md shows: those of the last run of each part, kept in results.json.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Row } from './figures.ts'

/** By the name of the part. `machine` is what it was measured on: processor and releases. */
export type Results = Record<string, { machine: string; rows: Row[] }>

const FILE = join(import.meta.dirname, 'results.json')

export const readResults = (): Results => JSON.parse(readFileSync(FILE, 'utf8'))

/** Replaces the results of the parts that were measured; the others stay. */
export const saveResults = (measured: Results): void =>
  writeFileSync(FILE, `${JSON.stringify({ ...readResults(), ...measured }, null, 2)}\n`)
