// `npm run ops`: tries a server behind a real connection pooler and a real proxy, and on real standbys; and the chart with Helm. Names the
// programs that are missing. `npm run ops -- --only pooler` tries one part.
import { existsSync, globSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { print } from '#lib/terminal.ts'
import { chart } from './chart.ts'
import { containers } from './containers.ts'
import { failover } from './failover.ts'
import { pooler } from './pooler.ts'
import { releases } from './releases.ts'
import { replica } from './replica.ts'
import { rolling } from './rolling.ts'
import { shards } from './shards.ts'

/** What was tried, what must hold, and what was seen. */
export type Row = { what: string; goal: string; seen: string; holds: boolean }

type Part = { name: string; programs: Record<string, string>; run(): Promise<Row[]> }

/** Debian has no Helm. */
const HELM = process.env.HELM ?? '/usr/local/bin/helm'
const [NAMES = '/usr/lib/libnss_wrapper.so'] = globSync('/usr/lib/*/libnss_wrapper.so')
const POSTGRES = '/usr/lib/postgresql/15/bin/postgres'

/** `programs`: the path of each, and how to install it. */
const PARTS: Part[] = [
  { name: 'pooler', programs: { '/usr/sbin/pgbouncer': 'apt-get install pgbouncer' }, run: pooler },
  { name: 'failover', programs: { [POSTGRES]: 'apt-get install postgresql-15' }, run: failover },
  { name: 'releases', programs: { [POSTGRES]: 'apt-get install postgresql-15' }, run: releases },
  { name: 'replica', programs: { [POSTGRES]: 'apt-get install postgresql-15' }, run: replica },
  { name: 'shards', programs: { [POSTGRES]: 'apt-get install postgresql-15' }, run: shards },
  { name: 'chart', programs: { [HELM]: 'https://helm.sh (HELM is its path)' }, run: () => chart(HELM) },
  {
    name: 'containers',
    programs: { '/usr/bin/unshare': 'apt-get install util-linux', [NAMES]: 'apt-get install libnss-wrapper' },
    run: containers,
  },
  { name: 'rolling', programs: { '/usr/sbin/nginx': 'apt-get install nginx' }, run: rolling },
]

const { values } = parseArgs({ options: { only: { type: 'string' } } })
const chosen = PARTS.filter(({ name }) => !values.only || values.only.split(',').includes(name))
let all_hold = true
for (const { name, programs, run } of chosen) {
  const missing = Object.entries(programs).filter(([path]) => !existsSync(path))
  if (missing.length) {
    all_hold = false
    print(`${name}: not tried. Install it: ${missing.map(([, how]) => how).join(', ')}`)
    continue
  }
  for (const { what, goal, seen, holds } of await run()) {
    all_hold &&= holds
    print(`${holds ? 'holds' : 'FAILS'}  ${name}: ${what}: ${seen} (goal: ${goal})`)
  }
}
process.exit(all_hold ? 0 : 1)
