// Opens the storage of files that the settings name: the data directory, or S3.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Config } from '#config.ts'
import { diskStorage } from '#files/disk.ts'
import { s3Storage } from '#files/s3.ts'
import { movedFrom, type Storage } from '#files/storage.ts'

/** With S3, files that were stored on disk before can still be read. */
export async function fileStorage(config: Config): Promise<Storage> {
  const { s3_bucket: name, s3_region: region, s3_endpoint: endpoint } = config
  const { s3_access_key_id: access_key_id, s3_secret_access_key: secret_access_key } = config
  if (!name || !access_key_id || !secret_access_key) return diskStorage(config.data_dir)
  const s3 = s3Storage({ name, region, endpoint, access_key_id, secret_access_key })
  // A server that stores all elsewhere needs no directory that it can write.
  if (!existsSync(join(config.data_dir, 'files'))) return s3
  return movedFrom(await diskStorage(config.data_dir), s3)
}
