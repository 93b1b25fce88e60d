// Where attached files are stored, and which directories that needs.
import assert from 'node:assert/strict'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { readConfig } from '#config.ts'
import { diskStorage } from '#files/disk.ts'
import { newKey } from '#files/keys.ts'
import { temporaryFolder } from '../../test/files.ts'
import { CREDENTIALS, REGION, s3Server } from '../../test/s3.ts'
import { fileStorage } from './file-storage.ts'
import { secretKey } from './secrets.ts'

const S3 = {
  S3_BUCKET: 'attachments',
  S3_ENDPOINT: 'http://127.0.0.1:9',
  S3_ACCESS_KEY_ID: 'key',
  S3_SECRET_ACCESS_KEY: 'secret',
  INTERPHONE_SECRET_KEY: 'a secret of thirty-two characters.',
}

test('a server that stores files on S3 and is given its key makes no data directory', async () => {
  const directory = join(await temporaryFolder(), 'data')
  const config = readConfig({ ...S3, INTERPHONE_DATA_DIR: directory })
  await fileStorage(config)
  assert.equal(secretKey(config), S3.INTERPHONE_SECRET_KEY)
  assert.equal(existsSync(directory), false)
})

test('without S3 the data directory has the files, and is made', async () => {
  const directory = join(await temporaryFolder(), 'data')
  await fileStorage(readConfig({ INTERPHONE_DATA_DIR: directory }))
  assert.deepEqual(readdirSync(directory), ['files'])
})

test('with S3, files that were on the disk before are still read, and new ones are not stored there', async () => {
  const directory = await temporaryFolder()
  const { url, bucket } = await s3Server()
  const disk = await diskStorage(directory)
  const [old, young] = [newKey('abcdefgh'), newKey('abcdefgh')]
  await disk.put(old, [Buffer.from('old')])
  const credentials = {
    S3_ACCESS_KEY_ID: CREDENTIALS.access_key_id,
    S3_SECRET_ACCESS_KEY: CREDENTIALS.secret_access_key,
    S3_REGION: REGION,
  }
  const given = { ...S3, ...credentials, S3_BUCKET: bucket, S3_ENDPOINT: url, INTERPHONE_DATA_DIR: directory }
  const storage = await fileStorage(readConfig(given))
  const stored = await storage.get(old)
  assert.equal(stored && (await text(stored)), 'old')
  await storage.put(young, [Buffer.from('young')])
  assert.equal(await disk.get(young), undefined)
})
