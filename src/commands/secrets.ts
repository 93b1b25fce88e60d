// Secrets that the server generates once and stores in the data directory, readable only by its owner.
import { createHash, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '#config.ts'
import { giveTo, openDirectory, ownerOf } from '#db/embedded/location.ts'

/** Returns the key that signs the links in messages, and encrypts the credentials of channel accounts. */
export const secretKey = ({ secret_key, data_dir }: Config): string =>
  secret_key ?? storedSecret(data_dir, 'secret-key', () => randomBytes(32).toString('base64url'))

/** Returns a text by which two keys can be compared, and from which the key cannot be found. */
export const fingerprintOf = (key: string): string =>
  createHash('sha256').update(`fingerprint of a key: ${key}`).digest('base64url').slice(0, 12)

/**
 * Returns the text of `<directory>/<name>`; creates a missing file. If several processes create it, all get the same
 * text.
 */
export function storedSecret(directory: string, name: string, make: () => string): string {
  const path = join(openDirectory(directory), name)
  return readIfThere(path) || store(directory, path, make())
}

function store(directory: string, path: string, text: string): string {
  const draft = `${path}.${randomBytes(4).toString('hex')}`
  writeWhole(draft, `${text}\n`)
  giveTo(ownerOf(directory), draft)
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  rmSync(draft)
  return readFileSync(path, 'utf8').trim()
}

function writeWhole(path: string, text: string): void {
  const fd = openSync(path, 'wx', 0o600)
  writeFileSync(fd, text)
  fsyncSync(fd)
  closeSync(fd)
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
