// The first ever start: a new cluster with a password of its own.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { ENVIRONMENT } from './binaries.ts'
import { giveTo, homeIn, type Location } from './location.ts'

export const USER = 'interphone'
export const DATABASE = 'interphone'

/** In psql's own format, so that it can be named in a connection URL (`passfile`). */
export const passwordFile = (home: string): string => join(home, 'password')

export const passwordOf = (home: string): string => readFileSync(passwordFile(home), 'utf8').trim().split(':').at(-1)!

/**
 * Text compares by code point everywhere, and letters are those of Unicode. pg_trgm still asks the C library what a
 * letter is: under plain C it would find none outside ASCII.
 */
const LOCALE = [
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  `--lc-ctype=${process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'}`,
]

/**
 * Builds the cluster beside its place and moves it there when it is whole, so that a start which is cut short leaves
 * nothing to mend. Each attempt has its own folder: the initdb of a killed server may still be writing to the last one.
 */
export async function initialise(location: Location, { durable }: { durable: boolean }): Promise<void> {
  await clearDrafts(location.home)
  const draft = mkdtempSync(draftsOf(location.home))
  const password = randomBytes(24).toString('base64url')
  writeFileSync(passwordFile(draft), password, { mode: 0o600 })
  if (location.account) for (const path of [draft, passwordFile(draft)]) giveTo(location.account, path)
  await initdb(location, draft, durable)
  writeFileSync(passwordFile(draft), `*:*:*:${USER}:${password}\n`)
  for (const path of [passwordFile(draft), draft]) sync(path)
  renameSync(draft, location.home)
  const link = homeIn(location.directory)
  if (link !== location.home) symlinkSync(location.home, link)
  for (const path of new Set([dirname(location.home), location.directory])) sync(path)
}

const draftsOf = (home: string): string => `${home}.new-`

async function clearDrafts(home: string): Promise<void> {
  const parent = dirname(home)
  for (const name of readdirSync(parent))
    if (join(parent, name).startsWith(draftsOf(home)))
      await rm(join(parent, name), { recursive: true, force: true, maxRetries: 10 })
}

async function initdb({ native, account }: Location, draft: string, durable: boolean): Promise<void> {
  const password = [`--username=${USER}`, `--pwfile=${passwordFile(draft)}`, '--auth=scram-sha-256']
  const flags = [...LOCALE, ...password, '--no-instructions', ...(durable ? [] : ['--no-sync'])]
  try {
    await promisify(execFile)(join(native, 'bin', 'initdb'), [...flags, '-D', join(draft, 'data')], {
      uid: account?.uid,
      gid: account?.gid,
      cwd: draft,
      env: ENVIRONMENT,
    })
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    throw new Error(`PostgreSQL could not make a new database: ${stderr?.trim() || message}`, { cause: error })
  }
}

function sync(path: string): void {
  const fd = openSync(path, 'r')
  fsyncSync(fd)
  closeSync(fd)
}
