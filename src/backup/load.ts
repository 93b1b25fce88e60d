// Restores a backup into an empty database: all of it, or nothing.
import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setImmediate as turn } from 'node:timers/promises'
import { createGunzip } from 'node:zlib'
import { extract } from 'tar-stream'
import { migrate } from '#db/migrate.ts'
import type { Pool, Sql } from '#db/sql.ts'
import type { Storage } from '#files/storage.ts'
import { END, type End, FILES, FORMAT, MANIFEST, type Manifest, SECRETS, TABLES } from './manifest.ts'
import { columnsOf, listForeignKeys, nameOf, setSequence } from './tables.ts'

export type Load = {
  sql: Pool
  files: Pick<Storage, 'put'>
  /** Is called with each secret of the data directory once all rows are there. */
  keepSecret(name: string, text: string): void
}

export type Loaded = { manifest: Manifest; rows: number; files: number }

/**
 * Reads the backup of `source`. Migrates the database to the schema that the backup has, fills it in one transaction, and
 * then applies what is newer.
 * @throws Error with one sentence for the operator; the database has no rows then
 */
export async function load(load: Load, source: Readable): Promise<Loaded> {
  const archive = extract()
  let broken: Error | undefined
  const reading = pipeline(source, createGunzip(), archive).catch((error: Error) => {
    broken = new Error(`It is not a whole backup: ${error.message}.`, { cause: error })
  })
  const entries = archive[Symbol.asyncIterator]() as unknown as Entries
  const first = await entries.next().catch(() => undefined)
  if (!first || first.done || first.value.header.name !== MANIFEST) throw new Error('It is not a backup of Interphone.')
  const manifest = JSON.parse(await textOf(first.value)) as Manifest
  if (manifest.format !== FORMAT) throw new Error('It was written by a newer release: restore it with that release.')
  await migrate(load.sql, { until: manifest.migrations })
  const filled = load.sql.begin(async (own) => {
    const all = await fill(own, load, manifest, entries)
    await reading
    if (broken) throw broken
    return all
  })
  const { secrets, ...counts } = (await filled.catch(async (error) => {
    await turn() // If the file is the reason, that is known by now.
    throw broken ?? error
  })) as Filled
  for (const [name, text] of secrets) load.keepSecret(name, text)
  await migrate(load.sql)
  return { manifest, ...counts }
}

type Filled = Omit<Loaded, 'manifest'> & { secrets: [name: string, text: string][] }
type Entry = Readable & { header: { name: string } }
type Entries = AsyncIterator<Entry>

async function fill(sql: Sql, { files }: Pick<Load, 'files'>, manifest: Manifest, entries: Entries): Promise<Filled> {
  const [any] = await sql`select from workspaces limit 1`
  if (any) throw new Error('The database has workspaces already: restore into an empty one.')
  const tables = new Map(manifest.tables.map((table) => [nameOf(table), table]))
  const keys = [...(await listForeignKeys(sql))]
  for (const { table, name } of keys) await sql.unsafe(`alter table ${table} drop constraint ${name}`)
  for (const table of tables.keys()) await sql.unsafe(`delete from ${table}; alter table ${table} disable trigger user`)

  const secrets: Filled['secrets'] = []
  let end: End | undefined
  let files_written = 0
  let copying: { name: string; stream: NodeJS.WritableStream } | undefined
  const finish = async () => {
    if (!copying) return
    const finished = once(copying.stream, 'finish')
    copying.stream.end()
    await finished
    copying = undefined
  }
  for (let next = await entries.next(); !next.done; next = await entries.next()) {
    const entry = next.value
    const { name } = entry.header
    if (name.startsWith(TABLES)) {
      const table = name.slice(TABLES.length, name.lastIndexOf('/'))
      const known = tables.get(table)
      if (!known) throw new Error(`It has rows of an unknown table: ${table}.`)
      if (copying?.name !== table) {
        await finish()
        const stream = await sql.unsafe(`copy ${table} (${columnsOf(known)}) from stdin`).writable()
        copying = { name: table, stream }
      }
      const { stream } = copying
      for await (const piece of entry) if (!stream.write(piece)) await once(stream, 'drain')
      continue
    }
    await finish()
    if (name.startsWith(FILES)) {
      await files.put(name.slice(FILES.length), entry)
      files_written++
    } else if (name.startsWith(SECRETS)) secrets.push([name.slice(SECRETS.length), await textOf(entry)])
    else if (name === END) end = JSON.parse(await textOf(entry)) as End
    entry.resume()
  }
  await finish()
  if (!end) throw new Error('It is not a whole backup: its end is missing.')
  const rows = await countedAsWritten(sql, end)
  for (const table of tables.keys()) await sql.unsafe(`alter table ${table} enable trigger user`)
  for (const { table, name, definition } of keys)
    await sql.unsafe(`alter table ${table} add constraint ${name} ${definition}`)
  for (const sequence of end.sequences) await setSequence(sql, sequence)
  return { rows, files: files_written, secrets }
}

/** Returns the number of rows of all tables. @throws if a table has not as many as the backup says */
async function countedAsWritten(sql: Sql, { rows }: End): Promise<number> {
  let total = 0
  for (const [table, expected] of Object.entries(rows)) {
    const [found] = await sql.unsafe<[{ count: string }]>(`select count(*) from ${table}`)
    if (Number(found.count) !== expected) throw new Error(`It is not a whole backup: rows of ${table} are missing.`)
    total += expected
  }
  return total
}

async function textOf(entry: Readable): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of entry) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString()
}
