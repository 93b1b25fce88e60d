// The page for operators: its commands run, and what it names is there. `npm run ops -- --only rolling,chart` runs its nginx and its Helm.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { readConfig } from '#config.ts'
import { readAddress } from '#db/address.ts'
import { connect } from '#db/connect.ts'
import { SETTINGS } from '#settings.ts'
import { ROOT } from '../../docs/generate/region.ts'
import { start } from '../cli/program.ts'
import { serverOptions } from '../database.ts'
import { blocksOf, OPERATING } from '../ops/page.ts'

const page = readFileSync(OPERATING, 'utf8')
const blocks = blocksOf(page)

/** How each block of the page is tried. A new one needs a test first. */
const TRIED: [language: string, begins: string, by: string][] = [
  ['', 'postgres://', 'its URL is read'],
  ['sql', 'create role', 'it creates the database'],
  ['', 'interphone serve', 'its command is there'],
  ['', 'DATABASE_URL=', 'its settings are read'],
  ['', 'kubectl create secret', 'npm run ops -- --only chart'],
  ['nginx', 'upstream interphone', 'npm run ops -- --only rolling'],
  ['', 'interphone backup', 'it runs'],
]

const blockOf = (begins: string) => blocks.find(({ code }) => code.startsWith(begins))?.code ?? ''

test('every block of the page is tried', () => {
  const known = ({ language, code }: (typeof blocks)[number]) =>
    TRIED.some(([of, begins]) => of === language && code.startsWith(begins))
  assert.deepEqual(
    blocks.filter((block) => !known(block)).map(({ code }) => code),
    [],
  )
  for (const [, begins] of TRIED) assert.ok(blockOf(begins), begins)
})

const directory = mkdtempSync(join(tmpdir(), 'interphone-operating-'))
const maintenance = connect({ ...serverOptions(), database: 'postgres', max: 1 })
const accounts: string[] = []
after(async () => {
  for (const name of accounts) {
    await maintenance.unsafe(`drop database if exists ${name} with (force)`)
    await maintenance.unsafe(`drop role if exists ${name}`)
  }
  await maintenance.end()
  rmSync(directory, { recursive: true, force: true })
})

/** Runs the SQL of the page under another name. Returns the DATABASE_URL of the new database. */
async function created(): Promise<string> {
  const name = `operator_${randomBytes(6).toString('hex')}`
  const password = randomBytes(9).toString('base64url')
  accounts.push(name)
  const statements = blockOf('create role').replaceAll('interphone', name).replace("'…'", `'${password}'`)
  for (const statement of statements.split(';').filter((text) => text.trim())) await maintenance.unsafe(statement)
  const { host, port = 5432 } = serverOptions()
  return `postgres://${name}:${password}@localhost:${port}/${name}?host=${encodeURIComponent(host)}`
}

test('the account that it creates can migrate; a backup is made and restored by its commands', async () => {
  const [from, to] = [await created(), await created()]
  const file = join(directory, 'backup.tar.gz')
  const run = async (command: string, DATABASE_URL: string) => {
    const [program, ...args] = command.replace('backup.tar.gz', file).split(' ')
    assert.equal(program, 'interphone')
    const environment = { DATABASE_URL, INTERPHONE_SECRET_KEY: 'a secret of thirty-two characters.' }
    const ended = await start(args, { ...environment, INTERPHONE_DATA_DIR: join(directory, 'data') }).ended
    assert.equal(ended.code, 0, ended.err)
  }
  await run('interphone migrate', from)
  const [backup = '', restore = ''] = blockOf('interphone backup').trim().split('\n')
  await run(backup, from)
  assert.ok(existsSync(file))
  await run(restore, to)
  const migrated = async (url: string) => {
    const sql = connect({ ...readAddress(url), max: 1 })
    const rows = await sql<{ name: string }[]>`select name from migrations order by name`
    await sql.end()
    return rows.map(({ name }) => name)
  }
  const [source, target] = [await migrated(from), await migrated(to)]
  assert.ok(source.length > 50)
  assert.deepEqual(target, source)
})

test('its URLs and settings can be used', () => {
  const [url = ''] = blockOf('postgres://').split('\n')
  const ca = join(ROOT, 'test/certificates/ca.pem')
  const read = readAddress(existsSync(ca) ? url.replace('/etc/ssl/db-ca.pem', ca) : url.replace(/\?.*/, ''))
  assert.deepEqual([read.host, read.user, read.database], [['db1', 'db2'], 'interphone', 'interphone'])
  const pairs = blockOf('DATABASE_URL=')
    .trim()
    .split('\n')
    .map((line) => line.split(/=(.*)/s).slice(0, 2))
  const environment = {
    ...Object.fromEntries(pairs),
    INTERPHONE_SECRET_KEY: 'x'.repeat(32),
    INTERPHONE_TOKEN: 'x'.repeat(20),
  }
  assert.equal(readConfig(environment).s3_bucket, 'files')
})

const quoted = (pattern: RegExp) => [...page.matchAll(pattern)].map(([, found]) => found as string)

describe('what the page names is there', () => {
  test('settings', () => {
    const names = new Set(Object.values(SETTINGS).map(({ name }) => name))
    const named = quoted(/`([A-Z][A-Z0-9]*_[A-Z0-9_]+)(?:=[^`]*)?`/g)
    assert.ok(named.length > 10)
    assert.deepEqual(
      named.filter((name) => !names.has(name)),
      [],
    )
  })

  test('commands, and their options', async () => {
    const help = (await start(['--help']).ended).out
    const options = (await start(['serve', '--help']).ended).out
    const commands = [...quoted(/^interphone (\w+)/gm), 'serve', 'api', 'worker', 'migrate']
    for (const command of commands) assert.match(help, new RegExp(`^  ${command}\\b`, 'm'))
    for (const option of quoted(/^interphone serve (--[\w-]+)/gm)) assert.ok(options.includes(option), option)
  })

  test('parts of npm run ops', () => {
    const parts = [...readFileSync(join(ROOT, 'test/ops/run.ts'), 'utf8').matchAll(/name: '(\w+)'/g)].map(
      ([, name]) => name,
    )
    const named = quoted(/npm run ops -- --only ([\w,]+)/g).flatMap((names) => names.split(','))
    assert.ok(named.length > 5)
    assert.deepEqual(
      named.filter((name) => !parts.includes(name)),
      [],
    )
  })

  test('states of /readyz', () => {
    const health = ['src/http/health.ts', 'src/db/suitable.ts', 'src/files/files.ts']
      .map((file) => readFileSync(join(ROOT, file), 'utf8'))
      .join('\n')
    const table = page.slice(page.indexOf('| status | |'), page.indexOf('`GET /metrics`'))
    const states = [...table.matchAll(/`([a-z_]+)`/g)].map(([, state]) => state as string)
    assert.ok(states.length >= 6)
    assert.deepEqual(
      states.filter((state) => !health.includes(`'${state}'`)),
      [],
    )
  })
})
