// Stores files on the local disk. Writes are atomic, and an acknowledged file survives a power loss: it is written to a
// draft, synced, renamed, and its folder is synced.
import { randomUUID } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat, statfs, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { giveTo, openDirectory, ownerOf } from '#db/embedded/location.ts'
import { isKey } from './keys.ts'
import { type Storage, StorageUnavailable } from './storage.ts'

/** The folder of drafts; no key begins like this. */
const DRAFTS = '.drafts'

/** No write takes this long: an older draft was left by a server that crashed. */
const ABANDONED_AFTER_MS = 60 * 60_000

/** Bytes. A disk with less is full: the next files do not fit. */
const LEAST_ROOM = 2 ** 20

/** How often to make a folder again that `remove` deleted because it was empty. */
const TRIES = 5

/** @param parent the data directory; files are stored in `<parent>/files`, and belong to the owner of the directory. */
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

  /** A rename is durable when the folder of the new name is synced, and so are its parents, which may be new too. */
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

    async hasRoom() {
      const { bavail, bsize } = await onDisk(statfs(directory))
      return bavail * bsize >= LEAST_ROOM
    },

    async remove(key) {
      const path = pathOf(key)
      await onDisk(unlink(path).catch(unlessMissing))
      // Its folders are removed too if they are empty.
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
