// The commands that write a backup of everything, and restore it.
import { createReadStream, createWriteStream } from 'node:fs'
import { access, rename, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { dump } from '#backup/dump.ts'
import { load } from '#backup/load.ts'
import type { Config } from '#config.ts'
import { diskStorage } from '#files/disk.ts'
import { print } from '#lib/terminal.ts'
import { fingerprintOf, secretKey, storedSecret } from './secrets.ts'
import type { Storage } from './storage.ts'

/** The files of the data directory that a backup has. */
const SECRET_KEY = 'secret-key'
const TOKEN = 'token'

/** Writes `path` when the backup is whole; until then it has another name. */
export async function backup({ sql, is_embedded }: Storage, config: Config, path: string): Promise<void> {
  const key = secretKey(config)
  const secrets = {
    ...(config.secret_key === undefined && { [SECRET_KEY]: key }),
    ...(is_embedded && config.token === undefined && { [TOKEN]: storedSecret(config.data_dir, TOKEN, () => '') }),
  }
  if (await exists(path)) throw new Error(`${path} is there already: name another file.`)
  const draft = `${path}.part`
  try {
    const files = join(resolve(config.data_dir), 'files')
    const target = createWriteStream(draft, { mode: 0o600, flags: 'wx', flush: true })
    const { rows, files: count } = await dump({ sql, files, secrets, key: fingerprintOf(key) }, target)
    await rename(draft, path)
    print(`Written to ${path}: ${rows} rows, ${count} attached files. Keep it secret: it holds ${contentsOf(secrets)}.`)
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') await rm(draft, { force: true })
    throw error
  }
  if (config.s3_bucket) print(`The attached files in the bucket ${config.s3_bucket} are not in it.`)
}

const contentsOf = (secrets: object): string =>
  SECRET_KEY in secrets ? 'all messages, and the key of the credentials' : 'all messages'

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  )

/** Into the database that the settings name, which must be empty. */
export async function restore({ sql }: Storage, config: Config, path: string): Promise<void> {
  if (!(await exists(path))) throw new Error(`There is no file ${path}.`)
  const files = await diskStorage(config.data_dir)
  const keepSecret = (name: string, text: string) => void storedSecret(config.data_dir, name, () => text)
  const {
    manifest,
    rows,
    files: count,
  } = await load({ sql, files, keepSecret }, createReadStream(path)).catch((error) => {
    throw new Error(`${path} was not restored. ${error.message}`, { cause: error })
  })
  print(`Restored ${rows} rows and ${count} attached files of ${manifest.created_at}.`)
  if (fingerprintOf(secretKey(config)) !== manifest.key)
    print('The credentials in it need another key: set INTERPHONE_SECRET_KEY to the one that the server had.')
}
