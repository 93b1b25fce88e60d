// A second, short name for a directory, because the path of a unix socket holds barely a hundred bytes.
import { createHash } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  readlinkSync,
  rmSync,
  type Stats,
  statSync,
  symlinkSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** macOS allows 103 bytes, Linux 107; the longest name that we put behind the directory takes 28. */
const LONGEST = 103 - 28

const hasProc = process.platform === 'linux'

/**
 * Returns the directory itself if its path is short enough and has no comma (clients take that for a list of hosts).
 * Else: a name of it that is valid while this process lives. Elsewhere than on Linux that is a link in the system's
 * temporary directory, for `removeShortPath` to remove.
 */
export function shortPath(directory: string): string {
  if (isShort(directory)) return directory
  return hasProc ? `/proc/${process.pid}/fd/${descriptorOf(directory)}` : linkedPath(directory)
}

export function removeShortPath(directory: string): void {
  if (!hasProc && !isShort(directory)) rmSync(linkOf(directory), { force: true })
}

const isShort = (directory: string): boolean => Buffer.byteLength(directory) <= LONGEST && !directory.includes(',')

/** They stay open: a pool connects again at any time. */
const descriptors = new Map<string, number>()

function descriptorOf(directory: string): number {
  const known = descriptors.get(directory)
  if (known !== undefined && isSame(fstatSync(known), statSync(directory))) return known
  if (known !== undefined) closeSync(known)
  const descriptor = openSync(directory, 'r')
  descriptors.set(directory, descriptor)
  return descriptor
}

const isSame = (one: Stats, other: Stats): boolean => one.dev === other.dev && one.ino === other.ino

const linkOf = (directory: string): string =>
  join(tmpdir(), `interphone-${createHash('sha256').update(directory).digest('hex').slice(0, 12)}`)

function linkedPath(directory: string): string {
  const link = linkOf(directory)
  if (!leadsTo(directory, link)) {
    rmSync(link, { force: true })
    symlinkSync(directory, link)
  }
  return link
}

/** Only a link of ours or of root counts: the owner of another one could lead it elsewhere later. */
function leadsTo(directory: string, link: string): boolean {
  const found = lstatSync(link, { throwIfNoEntry: false })
  const trusted = found?.isSymbolicLink() && (found.uid === 0 || found.uid === process.getuid?.())
  return Boolean(trusted) && readlinkSync(link) === directory
}
