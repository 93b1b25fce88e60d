// `npm run ops`: tries a server behind a real connection pooler and a real proxy, and on real standbys. Needs Debian's programs; names those
// that are missing. `npm run ops -- --only pooler` tries one part.
import { existsSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { print } from '#lib/terminal.ts'
import { failover } from './failover.ts'
import { pooler } from './pooler.ts'
import { releases } from './releases.ts'
import { replica } from './replica.ts'
import { rolling } from './rolling.ts'
import { shards } from './shards.ts'

/** What was tried, what must hold, and what was seen. */
export type Row = { what: string; goal: string; seen: string; holds: boolean }

type Part = { name: string; programs: Record<string, string>; run(): Promise<Row[]> }

const POSTGRES = '/usr/lib/postgresql/15/bin/postgres'

/** `programs`: the path of each, and the Debian package that has it. */
const PARTS: Part[] = [
  { name: 'pooler', programs: { '/usr/sbin/pgbouncer': 'pgbouncer' }, run: pooler },
  { name: 'failover', programs: { [POSTGRES]: 'postgresql-15' }, run: failover },
  { name: 'releases', programs: { [POSTGRES]: 'postgresql-15' }, run: releases },
  { name: 'replica', programs: { [POSTGRES]: 'postgresql-15' }, run: replica },
  { name: 'shards', programs: { [POSTGRES]: 'postgresql-15' }, run: shards },
  { name: 'rolling', programs: { '/usr/sbin/nginx': 'nginx' }, run: rolling },
]

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const chosen = PARTS.filter(({ name }) => !values.only || values.only.split(',').includes(name))
let all_hold = true
for (const { name, programs, run } of chosen) {
  const missing = Object.entries(programs).filter(([path]) => !existsSync(path))
  if (missing.length) {
    all_hold = false
    print(`${name}: not tried. Install it: apt-get install ${missing.map(([, debian]) => debian).join(' ')}`)
    continue
  }
  for (const { what, goal, seen, holds } of await run()) {
    all_hold &&= holds
    print(`${holds ? 'holds' : 'FAILS'}  ${name}: ${what}: ${seen} (goal: ${goal})`)
  }
}
process.exit(all_hold ? 0 : 1)
