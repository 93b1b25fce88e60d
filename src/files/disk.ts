// Files on this machine's disk. A file appears under its name whole or not at all, and what was acknowledged outlives the
// power: written under a draft's name, synced, renamed, and its folder synced.
import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { giveTo, openDirectory, ownerOf } from '#db/embedded/location.ts'
import { isKey } from './keys.ts'
import { type Storage, StorageUnavailable } from './storage.ts'

/** Where drafts lie; no key begins like this. */
const DRAFTS = '.drafts'

/** Nobody writes at one file for as long: what is older was left by a server that died. */
const ABANDONED_AFTER_MS = 60 * 60_000

/** How often a folder is made again that vanished because it had just become empty. */
const TRIES = 5

/** @param parent the data directory; files lie in `<parent>/files`, and belong to its owner. */
export async function diskStorage(parent: string): Promise<Storage> {
  const directory = join(openDirectory(parent), 'files')
  const drafts = join(directory, DRAFTS)
  const owner = ownerOf(dirname(directory))
  await makeFolder(drafts)
  await sync(dirname(directory))
  await removeAbandoned(drafts)

  const pathOf = (key: string) => {
    if (!isKey(key)) throw new Error(`${key} is not the key of a file`)
    return join(directory, key)
  }

  async function makeFolder(folder: string) {
    const first = await mkdir(folder, { recursive: true, mode: 0o700 })
    if (!first) return
    for (let made = folder; made.length >= first.length; made = dirname(made)) giveTo(owner, made)
  }

  /** A rename is safe once the folder is that holds the new name; and so up to the first that was there. */
  async function moveTo(draft: string, path: string) {
    for (let tries = 1; ; tries++) {
      await makeFolder(dirname(path))
      try {
        await rename(draft, path)
        break
      } catch (error) {
        if (!isMissing(error) || tries === TRIES) throw error
      }
    }
    for (let folder = dirname(path); folder.length >= directory.length; folder = dirname(folder)) await sync(folder)
  }

  return {
    async put(key, bytes) {
      const path = pathOf(key)
      const draft = join(drafts, randomUUID())
      const handle = await onDisk(open(draft, 'wx', 0o600))
      try {
        try {
          for await (const chunk of bytes) await onDisk(handle.appendFile(chunk))
          await onDisk(handle.sync())
        } finally {
          await handle.close()
        }
        giveTo(owner, draft)
        await onDisk(moveTo(draft, path))
      } catch (error) {
        await rm(draft, { force: true })
        throw error
      }
    },

    async get(key, slice) {
      const handle = await onDisk(openIfThere(pathOf(key)))
      return handle?.createReadStream(slice)
    },

    async remove(key) {
      const path = pathOf(key)
      await onDisk(unlink(path).catch(unlessMissing))
      // The folders it stood in go too, as far as they are empty.
      for (const folder of [dirname(path), dirname(dirname(path))]) {
        const isGone = await rmdir(folder).then(
          () => true,
          () => false,
        )
        if (!isGone) return
      }
    },
  }
}

async function sync(folder: string) {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

async function openIfThere(path: string): Promise<FileHandle | undefined> {
  const handle = await open(path, 'r').catch(unlessMissing)
  return handle ?? undefined
}

async function removeAbandoned(drafts: string) {
  for (const name of await readdir(drafts)) {
    const path = join(drafts, name)
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }))
    if (Date.now() - mtimeMs > ABANDONED_AFTER_MS) await rm(path, { force: true })
  }
}

const isMissing = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT'

function unlessMissing(error: Error): undefined {
  if (!isMissing(error)) throw error
}

async function onDisk<Result>(work: Promise<Result>): Promise<Result> {
  try {
    return await work
  } catch (error) {
    throw new StorageUnavailable(`The disk refuses: ${(error as Error).message}`, { cause: error })
  }
}
