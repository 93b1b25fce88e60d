// Writes a backup while the server runs: a tar file, compressed, of one moment of the database.
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { type Pack, pack as tar } from 'tar-stream'
import type { Pool, Sql } from '#db/sql.ts'
import { appliedMigrations } from '#db/suitable.ts'
import { END, type End, FILES, FORMAT, MANIFEST, type Manifest, SECRETS, TABLES } from './manifest.ts'
import { columnsOf, listSequences, listTables, nameOf, type Table } from './tables.ts'

/** Bytes of a table that are in memory at once. */
const PIECE = 4 * 2 ** 20

export type Dump = {
  sql: Pool
  /** The folder of attached files; it may be absent. */
  files: string
  /** The secrets of the data directory, by their file names. */
  secrets: Record<string, string>
  /** Of the key: see `fingerprintOf`. */
  key: string
}

/** How many rows and attached files the backup has. */
export type Dumped = { rows: number; files: number }

/**
 * Writes the backup to `target`. What was committed before it began is in it. Attached files are copied after the database,
 * so that every file that a row names is there; one that is removed meanwhile is left out.
 */
export async function dump({ sql, files, secrets, key }: Dump, target: Writable): Promise<Dumped> {
  const pack = tar()
  const written = pipeline(pack, createGzip({ level: 3 }), target)
  const dumped = write()
  await Promise.all([dumped, written])
  return dumped

  async function write(): Promise<Dumped> {
    try {
      const end = await dumpDatabase(sql, pack, key)
      end.files = await dumpFiles(pack, files)
      for (const [name, text] of Object.entries(secrets)) await add(pack, SECRETS + name, Buffer.from(text))
      await add(pack, END, Buffer.from(JSON.stringify(end)))
      pack.finalize()
      return { rows: Object.values(end.rows).reduce((sum, rows) => sum + rows, 0), files: end.files }
    } catch (error) {
      pack.destroy(error as Error)
      throw error
    }
  }
}

const dumpDatabase = (sql: Pool, pack: Pack, key: string): Promise<End> =>
  sql.begin('isolation level repeatable read read only', async (own) => {
    const tables = [...(await listTables(own))]
    const migrations = [...(await appliedMigrations(own))]
    const manifest: Manifest = { format: FORMAT, created_at: new Date().toISOString(), migrations, tables, key }
    await add(pack, MANIFEST, Buffer.from(JSON.stringify(manifest)))
    const rows: End['rows'] = {}
    for (const table of tables) rows[nameOf(table)] = await dumpTable(own, pack, table)
    return { rows, files: 0, sequences: await listSequences(own) }
  }) as Promise<End>

/** Returns the number of rows. A piece may end in the middle of a row. */
async function dumpTable(sql: Sql, pack: Pack, table: Table): Promise<number> {
  const rows = await sql.unsafe(`copy (select ${columnsOf(table)} from ${nameOf(table)}) to stdout`).readable()
  let [pieces, bytes, count, number] = [[] as Buffer[], 0, 0, 0]
  const flush = async () => {
    const name = `${TABLES}${nameOf(table)}/${String(++number).padStart(8, '0')}`
    await add(pack, name, Buffer.concat(pieces))
    pieces = []
    bytes = 0
  }
  for await (const piece of rows as AsyncIterable<Buffer>) {
    pieces.push(Buffer.from(piece))
    bytes += piece.length
    // The text format of COPY writes line ends within values as \n: each line is a row.
    for (let at = piece.indexOf(10); at >= 0; at = piece.indexOf(10, at + 1)) count++
    if (bytes >= PIECE) await flush()
  }
  if (bytes) await flush()
  return count
}

async function dumpFiles(pack: Pack, folder: string): Promise<number> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => [])
  let count = 0
  for (const entry of found) {
    const path = join(entry.parentPath, entry.name)
    const name = relative(folder, path)
    if (!entry.isFile() || name.startsWith('.')) continue
    const size = await stat(path).then(
      (facts) => facts.size,
      () => undefined,
    )
    if (size === undefined) continue
    await pipeline(createReadStream(path), pack.entry({ name: FILES + name, size }))
    count++
  }
  return count
}

const add = (pack: Pack, name: string, bytes: Buffer): Promise<void> =>
  new Promise((resolve, reject) => {
    pack.entry({ name, mode: 0o600 }, bytes, (error) => (error ? reject(error) : resolve()))
  })
