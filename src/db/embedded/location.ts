// Where the database is, and which account runs it: PostgreSQL refuses to run as root, so root uses another account.
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
  /** The data directory of the server. Contains the lock, the log, and `postgres`. */
  readonly directory: string
  /** `<directory>/postgres`, or the target of that link. Contains the cluster, its password and its socket. */
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
  // PostgreSQL's account must be able to search this folder. Everything that we create in it is private by its own
  // mode.
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
    `${link} leads to ${readlinkSync(link)}, which is missing: restore the database there, or remove the link to start with an empty one.`,
  )
}

/**
 * A database is run by its owner, and a new one by the owner of its directory, so that it also works with and without
 * root.
 */
function accountFor(directory: string, home: string | undefined): Account {
  const current = home ? ownerOf(home) : undefined
  if (current && current.uid !== 0) return { name: nameOf(current.uid), ...current }
  const known = accounts()
  const owner = known.find((account) => account.uid !== 0 && account.uid === ownerOf(directory).uid)
  const account = owner ?? UNPRIVILEGED.map((name) => known.find((account) => account.name === name)).find(Boolean)
  if (!account)
    throw new Error(
      'PostgreSQL refuses to run as root, and no account named postgres or nobody exists: start the server as an ordinary user.',
    )
  return account
}

/**
 * A backup that root restored belongs to root, which PostgreSQL refuses. The top folder is changed last, as the mark.
 */
function adopt(home: string, account: Account): void {
  if (ownerOf(home).uid !== 0) return
  for (const name of [...readdirSync(home, { recursive: true, encoding: 'utf8' }), '.'])
    giveTo(account, join(home, name))
}

/**
 * Returns whether the account can search every folder on the path, and its end. Checks the modes: for root, a real
 * access would always succeed.
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

/** Changes the owner of a path that root created. Does nothing if we are not root. */
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
