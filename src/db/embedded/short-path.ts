// A second, short name for a directory, because the path of a unix socket holds barely a hundred bytes.
import { createHash } from 'node:crypto'
import { lstatSync, readlinkSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** macOS allows 103 bytes, Linux 107; the longest name that we put behind the directory takes 28. */
const LONGEST = 103 - 28

/**
 * The directory itself, or a link to it under the system's temporary directory where its own path is too long
 * (or holds a comma, which clients take for a list of hosts). The socket lies in the directory either way.
 */
export function shortPath(directory: string): string {
  if (Buffer.byteLength(directory) <= LONGEST && !directory.includes(',')) return directory
  const link = join(tmpdir(), `interphone-${createHash('sha256').update(directory).digest('hex').slice(0, 12)}`)
  if (!leadsTo(directory, link)) {
    rmSync(link, { force: true })
    symlinkSync(directory, link)
  }
  return link
}

/** Only a link of ours or of root counts: whoever owns another one could lead it elsewhere later. */
function leadsTo(directory: string, link: string): boolean {
  const found = lstatSync(link, { throwIfNoEntry: false })
  const trusted = found?.isSymbolicLink() && (found.uid === 0 || found.uid === process.getuid?.())
  return Boolean(trusted) && readlinkSync(link) === directory
}
