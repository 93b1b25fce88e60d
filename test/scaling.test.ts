// What docs/scaling.md says of the tables and statements, by the catalog of the database and the statements in the code.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { testApp } from './app.ts'
import { statementsIn } from './statements.ts'

const ROOT = new URL('..', import.meta.url).pathname
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

const t = await testApp()
const { sql } = t.database

/** Returns the names in the first column of the table under a heading of the page. */
function listed(heading: string): string[] {
  const [, rest = ''] = read('docs/scaling.md').split(`## ${heading}\n`)
  const [section = ''] = rest.split('\n## ')
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name]) => name as string).toSorted()
}

const tables = await sql<{ name: string; is_divisible: boolean }[]>`
  select relname as name,
    exists (
      select from pg_attribute where attrelid = pg_class.oid and attname = 'workspace_id' and not attisdropped
    ) and not exists (
      select from pg_index join pg_attribute on attrelid = indrelid and attnum = indkey[0]
      where indrelid = pg_class.oid and indisunique and attname <> 'workspace_id'
    ) as is_divisible
  from pg_class
  where relnamespace = current_schema()::regnamespace and relkind in ('r', 'p') and not relispartition order by relname`
const ofWorkspaces = tables.filter(({ is_divisible }) => is_divisible).map(({ name }) => name)

test('the page lists the tables that cannot be divided by workspace: without the column, or with a unique key that does not begin with it', () => {
  const others = tables.filter(({ is_divisible }) => !is_divisible).map(({ name }) => name)
  assert.ok(ofWorkspaces.length > 100)
  assert.deepEqual(listed('Tables that are not divided'), others)
})

test('no row refers to one of another workspace: every foreign key names the workspace on both sides', async () => {
  const keys = await sql<{ table: string; name: string; to: string; columns: string[]; others: string[] }[]>`
    select conrelid::regclass::text as table, conname as name, confrelid::regclass::text as to,
      array(select attname::text from pg_attribute where attrelid = conrelid and attnum = any(conkey)) as columns,
      array(select attname::text from pg_attribute where attrelid = confrelid and attnum = any(confkey)) as others
    from pg_constraint
    where contype = 'f' and conrelid = any(${ofWorkspaces}::regclass[]) and conparentid = 0`
  assert.ok(keys.length > 100)
  const is_kept = ({ to, columns, others }: (typeof keys)[number]) =>
    columns.includes('workspace_id') && (to === 'workspaces' || others.includes('workspace_id'))
  assert.deepEqual(
    keys.filter((key) => !is_kept(key)),
    [],
  )
})

/** It names one workspace by a parameter, or inserts a row that has it. */
const NAMES_ONE =
  /workspace_id\)?\s*=\s*(any\()?\$\{|\bid = \$\{workspace\.id|workspace_id, [^)]*\)\s*(values )?\(\$\{|values \(\$\{|select \$\{|^insert into \w+( as \w+)? \$\{/

/** Returns the files with a statement of several workspaces. Fragments are part of the statements that they are used in. */
function filesAcross(): string[] {
  const touches = new RegExp(`\\b(?:from|join|update|into)\\s+(${ofWorkspaces.join('|')})\\b`)
  const isAcross = (statement: string) =>
    /^(with|select|insert|update|delete)\b/i.test(statement) && touches.test(statement) && !NAMES_ONE.test(statement)
  return globSync('src/**/*.ts', { cwd: ROOT })
    .filter((file) => !/\.test\.ts$|\/fixture\.ts$/.test(file))
    .filter((file) => statementsIn(read(file)).some((statement) => isAcross(statement.trim())))
    .toSorted()
}

/** A new one gets a row on the page, which says what runs it: a job, the worker, or a look-up that needs a directory. */
test('the page lists every file whose statements are of several workspaces, and no other', () => {
  assert.deepEqual(listed('Statements of several workspaces'), filesAcross())
})
