// Where the database is and which account runs it: PostgreSQL refuses root, so root hands it to another account.
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

export type Account = { readonly name: string; readonly uid: number; readonly gid: number }

export type Location = {
  /** The data directory as the server was given it: holds the lock, the log, and `postgres`. */
  readonly directory: string
  /** `<directory>/postgres`, or what that links to: holds the cluster, its password and its socket. */
  readonly home: string
  /** The account that runs PostgreSQL if we are root. */
  readonly account: Account | undefined
  /**
   * Whether that account can open `home` by its path. If it cannot, because a folder above is closed to it (such as
   * /root), PostgreSQL is started inside its data, which needs no path.
   */
  readonly is_reachable: boolean
}

const UNPRIVILEGED = ['postgres', '_postgres', 'nobody']

const uid = process.getuid?.()
const isRoot = uid === 0

export const homeIn = (directory: string): string => join(directory, 'postgres')

/** Creates the data directory if it is missing, and checks that we may use it. Returns its real path. */
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
  // All that we create in here is closed to others by itself; the account must get past us to its own part.
  if (isRoot && readdirSync(real).length === 0) chmodSync(real, statSync(real).mode | 0o011)
  const owner = statSync(homeIn(real), { throwIfNoEntry: false })?.uid
  if (!isRoot && owner !== undefined && owner !== uid)
    throw new Error(
      `The database in ${real} belongs to ${nameOf(owner)}: start the server as that account or as root, or name another directory.`,
    )
  return real
}

/** Finds the database, or decides where the first start creates it. */
export function locate(directory: string): Location {
  const existing = existingHome(homeIn(directory))
  const home = existing ?? homeIn(directory)
  if (!isRoot) return { directory, home, account: undefined, is_reachable: true }
  const account = accountFor(directory, existing)
  if (existing) adopt(existing, account)
  const is_reachable = canReach(account, existing ?? directory)
  if (!is_reachable && process.platform !== 'linux')
    throw new Error(
      `PostgreSQL runs as the account ${account.name}, which cannot reach ${home}: let others search every folder above it (chmod o+x), or start the server as an ordinary user.`,
    )
  return { directory, home, account, is_reachable }
}

/** Returns undefined before the first start. */
export function existingHome(link: string): string | undefined {
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

/** A copy that root has restored belongs to root, which PostgreSQL would refuse. Its top goes last: it is the mark. */
function adopt(home: string, account: Account): void {
  if (ownerOf(home).uid !== 0) return
  for (const name of [...readdirSync(home, { recursive: true, encoding: 'utf8' }), '.'])
    giveTo(account, join(home, name))
}

/**
 * Whether the account may search every folder on the way, and what is at its end. Decided by the modes: as root, trying
 * would always succeed.
 */
export function canReach(account: Account, path: string): boolean {
  const { uid, gid, mode } = statSync(path)
  const bits = uid === account.uid ? mode >> 6 : gid === account.gid ? mode >> 3 : mode
  return (bits & 1) === 1 && (path === dirname(path) || canReach(account, dirname(path)))
}

export const ownerOf = (path: string): { uid: number; gid: number } => {
  const { uid, gid } = statSync(path)
  return { uid, gid }
}

/** Hands what root has created to another account; does nothing if we are not root. */
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
