// File storage of a test: on disk, in a folder that is removed with the test.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after } from 'node:test'
import type { Pool } from '#db/sql.ts'
import { diskStorage } from '#files/disk.ts'
import { type Files, openFiles } from '#files/files.ts'
import type { Storage } from '#files/storage.ts'

export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'interphone-files-'))
  after(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export type FileOptions = { storage?: Storage; largest?: number }

/** The caller closes it, before its database. */
export const testFiles = async (sql: Pool, { storage, largest = 20 * 2 ** 20 }: FileOptions = {}): Promise<Files> =>
  openFiles({ sql, storage: storage ?? (await diskStorage(await temporaryFolder())), largest })
