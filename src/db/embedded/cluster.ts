// Creates a new cluster with its own password, on the first start.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { dataOf } from './data.ts'
import { giveTo, type Location } from './location.ts'
import { launch, send } from './processes.ts'
import { namesOfAccount } from './unnamed-account.ts'

export const USER = 'interphone'
export const DATABASE = 'interphone'

/** In psql's own format, so that it can be named in a connection URL (`passfile`). */
export const passwordFile = (home: string): string => join(home, 'password')

export const passwordOf = (home: string): string => readFileSync(passwordFile(home), 'utf8').trim().split(':').at(-1)!

/**
 * Text compares by code point everywhere, and letters are those of Unicode. pg_trgm asks the C library what a letter
 * is: with plain C it would find none outside ASCII.
 */
const LOCALE = [
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  `--lc-ctype=${process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'}`,
]

type Options = { native: string; durable: boolean; stop: AbortSignal }

/**
 * Creates the cluster in a draft folder and renames it when it is complete, so that an interrupted start leaves nothing
 * to repair. `stop` interrupts it. Each attempt has its own folder: the initdb of a killed server may still write to
 * the last one.
 */
export async function initialise(location: Location, options: Options): Promise<void> {
  const { home, directory, account } = location
  await removeDrafts(home)
  const draft = mkdtempSync(draftsOf(home))
  const password = randomBytes(24).toString('base64url')
  writeFileSync(passwordFile(draft), password, { mode: 0o600 })
  mkdirSync(dataOf(draft), { mode: 0o700 })
  if (account) for (const path of [draft, passwordFile(draft), dataOf(draft)]) giveTo(account, path)
  await initdb(location, draft, options).catch(async (error) => {
    await removeDrafts(home)
    throw error
  })
  writeFileSync(passwordFile(draft), `*:*:*:${USER}:${password}\n`)
  for (const path of [passwordFile(draft), draft]) sync(path)
  renameSync(draft, home)
  sync(directory)
}

const draftsOf = (home: string): string => `${home}.new-`

async function removeDrafts(home: string): Promise<void> {
  const parent = dirname(home)
  for (const name of readdirSync(parent))
    if (join(parent, name).startsWith(draftsOf(home)))
      await rm(join(parent, name), { recursive: true, force: true, maxRetries: 10 })
}

async function initdb(location: Location, draft: string, { native, durable, stop }: Options): Promise<void> {
  stop.throwIfAborted()
  const password = [`--username=${USER}`, '--pwfile=../password', '--auth=scram-sha-256']
  const flags = [...LOCALE, ...password, '--no-instructions', ...(durable ? [] : ['--no-sync'])]
  const stdio = ['ignore', 'ignore', 'pipe'] as const
  const names = location.account ? {} : namesOfAccount(draft)
  const child = launch('initdb', flags, { native, data: dataOf(draft), location, stdio: [...stdio], env: names })
  const kill = () => void (child.pid && send('SIGKILL', -child.pid))
  stop.addEventListener('abort', kill)
  process.on('exit', kill)
  const [stderr, [code, signal]] = await Promise.all([text(child.stderr!), once(child, 'exit')])
    .catch(refuse)
    .finally(() => {
      stop.removeEventListener('abort', kill)
      process.off('exit', kill)
    })
  stop.throwIfAborted()
  if (code !== 0) refuse(new Error(stderr.trim() || `initdb ended with ${signal ?? code}`))
}

function refuse(error: Error): never {
  throw new Error(`PostgreSQL could not create a new database: ${error.message}`, { cause: error })
}

function sync(path: string): void {
  const fd = openSync(path, 'r')
  fsyncSync(fd)
  closeSync(fd)
}
