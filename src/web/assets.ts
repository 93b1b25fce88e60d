// The files of the pages: built before, as in the npm package; or built once by this process, and kept on disk by the hash of
// their sources.
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Built } from '../../web/build.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Written by `npm run build:web`, for images and the package. */
const BEFORE = join(ROOT, 'web/built.json')
const CACHE = join(ROOT, 'node_modules/.cache/interphone/web')

let building: Promise<Built> | undefined

/**
 * Returns the files; builds them at the first call.
 * @throws Error if they cannot be built on this machine. The next call tries again.
 */
export function webAssets(): Promise<Built> {
  building ??= openAssets().catch((error) => {
    building = undefined
    throw error
  })
  return building
}

async function openAssets(): Promise<Built> {
  if (existsSync(BEFORE)) return decode(await readFile(BEFORE, 'utf8'))
  const { buildWeb, hashOfSources } = await import('../../web/build.ts')
  const file = join(CACHE, `${hashOfSources()}.json`)
  const kept = await readFile(file, 'utf8').catch(() => undefined)
  if (kept) return decode(kept)
  const built = await buildWeb()
  // Where the folder cannot be written, the files are in memory alone.
  await keep(file, built).catch(() => {})
  return built
}

/** Older builds are removed. */
async function keep(file: string, built: Built): Promise<void> {
  const text = encode(built)
  await rm(CACHE, { recursive: true, force: true })
  await mkdir(CACHE, { recursive: true })
  await writeFile(`${file}.new`, text)
  await rename(`${file}.new`, file)
}

/** Buffers are written as base64. */
export const encode = (built: Built): string =>
  JSON.stringify(built, (_, value) =>
    value?.type === 'Buffer' ? { base64: Buffer.from(value).toString('base64') } : value,
  )

const decode = (text: string): Built =>
  JSON.parse(text, (_, value) => (typeof value?.base64 === 'string' ? Buffer.from(value.base64, 'base64') : value))
