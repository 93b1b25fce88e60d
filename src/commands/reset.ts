// interphone reset: deletes all data of a server, wherever it is, and nothing else.
import { existsSync, lstatSync, readdirSync, realpathSync, rmdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import type { Config } from '#config.ts'
import { removeCopy } from '#db/embedded/binaries.ts'
import { clearLeftovers } from '#db/embedded/leftovers.ts'
import { homeIn, openDirectory } from '#db/embedded/location.ts'
import { acquireLock } from '#db/embedded/lock.ts'
import { type Stopping, unlessStopped } from '#lib/stopping.ts'
import { print } from '#lib/terminal.ts'

type Options = { yes?: boolean | undefined; stopping: Stopping }

/** What the server writes to its data directory, except locks: database, logs, secrets, URL, files, and drafts of these. */
const OURS = /^(postgres(\.new-\w+|\.log|\.log\.old)?|(token|secret-key)(\.[0-9a-f]{8})?|url|files)$/
const LOCKS = /^postgres\.lock\./
/** The contents of `<directory>/postgres`, or of the folder that it links to. */
const DATABASE = /^(data|password|\.s\.PGSQL\.\d+(\.lock)?)$/

/** @throws Error with one sentence if a server is running, or the deletion is not confirmed. */
export async function reset(config: Pick<Config, 'database_url' | 'data_dir'>, { yes, stopping }: Options) {
  if (config.database_url)
    throw new Error('The database of DATABASE_URL is not deleted by reset: drop it yourself, or unset DATABASE_URL.')
  const named = resolve(config.data_dir)
  if (!existsSync(named) || readdirSync(named).length === 0) return print(`There is nothing to delete in ${named}.`)
  const directory = openDirectory(named)
  const unlock = await acquireLock(directory)
  if (!unlock) throw new Error(`A server is running on ${directory}: stop it first.`)
  try {
    const paths = pathsIn(directory)
    if (!yes) await unlessStopped(stopping.requested, confirmation(paths))
    if (existsSync(homeIn(directory))) await clearLeftovers(realpathSync(homeIn(directory)), stopping)
    // No stop from here on: a signal takes effect afterwards.
    for (const path of paths) remove(path)
    removeCopy(directory)
    for (const name of readdirSync(directory)) if (LOCKS.test(name)) rmSync(join(directory, name))
  } finally {
    unlock()
  }
  if (!lstatSync(named).isSymbolicLink()) removeIfEmpty(directory)
  print(existsSync(named) ? `Deleted all data of the server in ${named}.` : `Deleted ${named}.`)
}

/** Returns all paths to delete, including a linked database. */
function pathsIn(directory: string): string[] {
  const link = homeIn(directory)
  const home = existsSync(link) ? realpathSync(link) : link
  const elsewhere = home === link ? [] : [home]
  return [
    ...elsewhere,
    ...readdirSync(directory)
      .filter((name) => OURS.test(name))
      .map((name) => join(directory, name)),
  ]
}

/** In a folder with a database removes only the database: the target of a link may also contain other files. */
function remove(path: string): void {
  const isDatabase = !lstatSync(path).isSymbolicLink() && existsSync(join(path, 'password'))
  const parts = isDatabase ? readdirSync(path).filter((name) => DATABASE.test(name)) : ['.']
  for (const part of parts) rmSync(join(path, part), { recursive: true, force: true, maxRetries: 10 })
  if (isDatabase) removeIfEmpty(path)
}

function removeIfEmpty(folder: string): void {
  try {
    rmdirSync(folder)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (!['ENOTEMPTY', 'EBUSY', 'EACCES', 'EPERM'].includes(code)) throw error // A volume's own folder stays.
  }
}

async function confirmation(paths: string[]): Promise<void> {
  print('This permanently deletes:', '', ...paths.map((path) => `  ${path}`), '')
  if (!process.stdin.isTTY) throw new Error('Nothing was deleted: use --yes to delete it without a question.')
  process.stdout.write('Type yes to delete it: ')
  const lines = createInterface({ input: process.stdin })
  const answer = await new Promise((resolve) => lines.once('line', resolve).once('close', resolve))
  lines.close()
  if (answer !== 'yes') throw new Error('Nothing was deleted.')
}
