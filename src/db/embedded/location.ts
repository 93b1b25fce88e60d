// Where the database lies and which account runs it: PostgreSQL refuses root, so root hands it to another account.
import { randomBytes } from 'node:crypto'
import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { binaries, copyBinaries } from './binaries.ts'

export type Account = { readonly name: string; readonly uid: number; readonly gid: number }

export type Location = {
  /** The data directory as the server was given it: holds the lock, the log, and `postgres`. */
  readonly directory: string
  /** `<directory>/postgres`, or where that links to: holds the cluster, its password and its socket. */
  readonly home: string
  /** The folder that holds `bin/postgres`. */
  readonly native: string
  /** Who runs PostgreSQL where we are root. */
  readonly account: Account | undefined
}

/** For what the account cannot reach where it lies, such as a project under /root. */
const REACHABLE = '/var/lib/interphone'
const UNPRIVILEGED = ['postgres', '_postgres', 'nobody']

const uid = process.getuid?.()
const isRoot = uid === 0

export const homeIn = (directory: string): string => join(directory, 'postgres')

/** Makes the data directory where it is missing, and sees that we may use it; its real path. */
export function openDirectory(directory: string): string {
  try {
    mkdirSync(directory, { recursive: true })
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new Error(
      `The data directory ${resolve(directory)} cannot be used by ${nameOf(uid)}: start the server as its owner, or name another directory.`,
      { cause: error },
    )
  }
  const real = realpathSync(directory)
  // What is made in here is closed to others by itself; the account must get past us to its own part.
  if (isRoot && readdirSync(real).length === 0) chmodSync(real, statSync(real).mode | 0o011)
  const owner = statSync(homeIn(real), { throwIfNoEntry: false })?.uid
  if (!isRoot && owner !== undefined && owner !== uid)
    throw new Error(
      `The database in ${real} belongs to ${nameOf(owner)}: start the server as that account or as root, or name another directory.`,
    )
  return real
}

/** Finds the place of the database, or chooses one on the first ever start, when nothing is at `home` yet. */
export function locate(directory: string, log: (line: string) => void): Location {
  const home = existingHome(homeIn(directory))
  const native = binaries()
  if (!isRoot) return { directory, home: home ?? homeIn(directory), native, account: undefined }
  const account = accountFor(directory, home)
  return {
    directory,
    home: home ? adopt(home, account) : newHome(directory, account, log),
    native: canReach(account, join(native, 'bin', 'postgres')) ? native : copyBinaries(native, shelf()),
    account,
  }
}

function existingHome(link: string): string | undefined {
  if (existsSync(link)) return realpathSync(link)
  if (!lstatSync(link, { throwIfNoEntry: false })) return undefined
  throw new Error(
    `${link} leads to ${readlinkSync(link)}, which is gone: bring the database back there, or remove the link to begin with an empty one.`,
  )
}

/** A database is run by its owner; a new one by the owner of its directory, so that root may come and go. */
function accountFor(directory: string, home: string | undefined): Account {
  const keeper = home ? ownerOf(home) : undefined
  if (keeper && keeper.uid !== 0) return { name: nameOf(keeper.uid), ...keeper }
  const known = accounts()
  const owner = known.find((account) => account.uid !== 0 && account.uid === ownerOf(directory).uid)
  const account = owner ?? UNPRIVILEGED.map((name) => known.find((account) => account.name === name)).find(Boolean)
  if (!account)
    throw new Error(
      'PostgreSQL refuses to run as root, and no account named postgres or nobody exists: start the server as an ordinary user.',
    )
  return account
}

/** A copy that root has brought back belongs to root, which PostgreSQL would refuse. Its top goes last: it is the mark. */
function adopt(home: string, account: Account): string {
  if (ownerOf(home).uid === 0)
    for (const name of [...readdirSync(home, { recursive: true, encoding: 'utf8' }), '.'])
      giveTo(account, join(home, name))
  if (canReach(account, home)) return home
  throw new Error(
    `The account ${account.name} owns the database in ${home} but cannot reach it: let others search every folder above it (chmod o+x).`,
  )
}

function newHome(directory: string, account: Account, log: (line: string) => void): string {
  if (canReach(account, directory)) return homeIn(directory)
  const home = join(shelf(), `data-${randomBytes(6).toString('hex')}`)
  log(`PostgreSQL runs as ${account.name}, which cannot reach ${directory}; the database lies in ${home}`)
  return home
}

function shelf(): string {
  if (mkdirSync(REACHABLE, { recursive: true })) chmodSync(REACHABLE, 0o755)
  return REACHABLE
}

/** Whether the account may enter every folder on the way, and what lies at its end. Modes tell; trying would not, as root. */
function canReach(account: Account, path: string): boolean {
  const { uid, gid, mode } = statSync(path)
  const bits = uid === account.uid ? mode >> 6 : gid === account.gid ? mode >> 3 : mode
  return (bits & 1) === 1 && (path === dirname(path) || canReach(account, dirname(path)))
}

export const ownerOf = (path: string): { uid: number; gid: number } => {
  const { uid, gid } = statSync(path)
  return { uid, gid }
}

/** What root makes for another account belongs to that account. */
export function giveTo(owner: { uid: number; gid: number }, path: string): void {
  if (isRoot) lchownSync(path, owner.uid, owner.gid)
}

const nameOf = (uid: number | undefined): string =>
  accounts().find((account) => account.uid === uid)?.name ?? `the account with uid ${uid}`

const accounts = (): Account[] =>
  readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
