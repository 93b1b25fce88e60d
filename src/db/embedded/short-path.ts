// Gives a directory a second, short path, because the path of a unix socket is limited to about a hundred bytes.
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

/** macOS allows 103 bytes, Linux 107; the longest name that we append to the directory takes 28. */
const MAX_BYTES = 103 - 28

const hasProc = process.platform === 'linux'

/**
 * Returns the directory itself if its path is short enough and has no comma (clients read that as a list of hosts).
 * Otherwise returns a path that is valid while this process lives. On systems other than Linux it is a link in the
 * temporary directory, which `removeShortPath` removes.
 */
export function shortPath(directory: string): string {
  if (isShort(directory)) return directory
  return hasProc ? `/proc/${process.pid}/fd/${descriptorOf(directory)}` : linkedPath(directory)
}

export function removeShortPath(directory: string): void {
  if (!hasProc && !isShort(directory)) rmSync(linkOf(directory), { force: true })
}

const isShort = (directory: string): boolean => Buffer.byteLength(directory) <= MAX_BYTES && !directory.includes(',')

/** They stay open, because a pool can connect again at any time. */
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

/** Only a link of our account or of root is trusted: another owner could change its target later. */
function leadsTo(directory: string, link: string): boolean {
  const found = lstatSync(link, { throwIfNoEntry: false })
  const trusted = found?.isSymbolicLink() && (found.uid === 0 || found.uid === process.getuid?.())
  return Boolean(trusted) && readlinkSync(link) === directory
}
