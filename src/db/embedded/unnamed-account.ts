// A name for an account that has none, such as the random uid of a container: initdb refuses to run without.
import { globSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'

type Options = {
  uid?: number | undefined
  gid?: number | undefined
  hasName?: () => boolean
  /** Where nss_wrapper can be, as patterns. */
  libraries?: string[]
}

const LIBRARIES = ['/usr/lib/*/libnss_wrapper.so', '/usr/lib{,64}/libnss_wrapper.so']

/**
 * Returns the variables with which a program finds a name for our account: none if it has one. Writes two files to
 * `directory`, which must exist while the program runs.
 * @throws Error with one sentence if there is no name, and no library that gives one.
 */
export function namesOfAccount(
  directory: string,
  { uid = process.getuid?.(), gid = process.getgid?.(), hasName = isNamed, libraries = LIBRARIES }: Options = {},
): Record<string, string> {
  if (uid === undefined || hasName()) return {}
  const [library] = libraries.flatMap((pattern) => globSync(pattern))
  if (!library)
    throw new Error(
      `the uid ${uid} has no name, which initdb needs: add one to /etc/passwd, install libnss-wrapper, or set DATABASE_URL.`,
    )
  const passwd = join(directory, 'passwd')
  const group = join(directory, 'group')
  writeFileSync(passwd, `interphone:x:${uid}:${gid}::/:/bin/false\n`)
  writeFileSync(group, `interphone:x:${gid}:\n`)
  return { LD_PRELOAD: library, NSS_WRAPPER_PASSWD: passwd, NSS_WRAPPER_GROUP: group }
}

function isNamed(): boolean {
  try {
    return userInfo().username !== ''
  } catch {
    return false
  }
}
