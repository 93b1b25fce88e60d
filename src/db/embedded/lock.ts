// The lock of the data directory: its holder listens on a unix socket there, which stops answering when the holder
// dies.
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { linkSync, readdirSync, rmSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { giveTo, ownerOf } from './location.ts'
import { removeShortPath, shortPath } from './short-path.ts'

const PREFIX = 'postgres.lock.'

/**
 * Locks the directory for this process. Returns a function that unlocks it, or undefined if a live process has the
 * lock. The end of the process, however it ends, unlocks it too.
 *
 * The holder is the process that answers on the socket with the highest number. To take over from a dead holder, a
 * process links the next number, which only one of many can do. No number is freed, so none can be reused by another
 * process. The socket listens before it gets its number, so a live holder never looks dead.
 */
export async function acquireLock(directory: string): Promise<(() => void) | undefined> {
  const short = shortPath(directory)
  const draft = `${PREFIX}new-${randomBytes(4).toString('hex')}`
  const server = createServer((caller) => caller.on('error', () => {}).destroy()).listen(join(short, draft))
  await once(server, 'listening')
  let mine: number | undefined
  try {
    giveTo(ownerOf(directory), join(directory, draft))
    mine = await claim(directory, short, draft)
  } finally {
    rmSync(join(directory, draft))
    if (!mine) server.close()
  }
  if (!mine) return undefined
  clearBelow(directory, mine)
  return () => {
    server.close()
    removeShortPath(directory)
  }
}

async function claim(directory: string, short: string, draft: string): Promise<number | undefined> {
  for (;;) {
    const latest = highest(directory)
    if (latest && (await answers(join(short, PREFIX + latest)))) return undefined
    const mine = latest + 1
    if (!tryLink(join(directory, draft), join(directory, PREFIX + mine))) continue
    if (highest(directory) === mine) return mine
    // The number was free only because a later holder had removed it.
    rmSync(join(directory, PREFIX + mine), { force: true })
  }
}

const highest = (directory: string): number => Math.max(0, ...numbers(directory))

const numbers = (directory: string): number[] =>
  readdirSync(directory).flatMap((name) =>
    /^postgres\.lock\.\d+$/.test(name) ? [Number(name.slice(PREFIX.length))] : [],
  )

/** Returns false if another process was faster. */
function tryLink(draft: string, name: string): boolean {
  try {
    linkSync(draft, name)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

function clearBelow(directory: string, mine: number): void {
  for (const number of numbers(directory)) if (number < mine) rmSync(join(directory, PREFIX + number), { force: true })
}

/** Every outcome except a refusal counts as alive: a wrong guess about a live holder would damage its data. */
const answers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path)
    const settle = (alive: boolean) => {
      socket.destroy()
      resolve(alive)
    }
    socket.once('connect', () => settle(true))
    socket.once('error', ({ code }: NodeJS.ErrnoException) => settle(code !== 'ECONNREFUSED' && code !== 'ENOENT'))
  })
