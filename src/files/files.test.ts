// Files and the rows that refer to them stay consistent after crashes and rollbacks.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createWorkspace } from '#workspaces/create.ts'
import { testDatabase } from '../../test/database.ts'
import { temporaryFolder } from '../../test/files.ts'
import { bucketOf, s3Server } from '../../test/s3.ts'
import { diskStorage } from './disk.ts'
import { FileTooLarge, openFiles } from './files.ts'
import { s3Storage } from './s3.ts'
import { StorageUnavailable } from './storage.ts'

const database = await testDatabase()
const { sql } = database
const { id } = await createWorkspace(sql, { name: 'First', is_first: true })
const folder = await temporaryFolder()
const disk = await diskStorage(folder)
const files = openFiles({ sql, storage: disk, largest: 100_000 })
after(async () => {
  await files.close()
  await database.close()
})

/** Every file on the disk. */
const onDisk = () =>
  readdirSync(join(folder, 'files'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length
const isThere = async (key: string) => Boolean((await files.read(key))?.destroy())
const unclaimed = async () => (await sql`select from unclaimed_files`).count
const anHourPasses = () => sql`update unclaimed_files set remove_after = remove_after - interval '61 minutes'`
const claim = (transaction: typeof sql, key: string) => transaction`
  with claimed as (delete from unclaimed_files where key = ${key} returning key)
  insert into attachments (workspace_id, name, content_type, size, sha256, key, created_at)
  select ${id}, 'a.txt', 'text/plain', 1, '', key, now() from claimed`

test('a file that is too large is refused while it is received, and removed later', async () => {
  let sent = 0
  const endless = async function* () {
    for (; ; sent += 10_000) yield randomBytes(10_000)
  }
  await assert.rejects(
    files.writeUnclaimed(id, endless()),
    (error) => error instanceof FileTooLarge && error.largest === 100_000,
  )
  assert.ok(sent <= 100_000)
  await files.writeUnclaimed(id, [randomBytes(100_000)])
  assert.equal(onDisk(), 1)
  await anHourPasses()
  assert.equal(await files.removeUnclaimed(), 2)
  assert.equal(onDisk(), 0)
})

test('size, hash and first bytes are recorded while a file is received', async () => {
  const bytes = Buffer.alloc(9_000, 'abc')
  const { key, size, sha256, head } = await files.writeUnclaimed(id, [bytes.subarray(0, 4_000), bytes.subarray(4_000)])
  assert.ok(key.startsWith(`${id}/`))
  assert.deepEqual([size, head], [9_000, bytes.subarray(0, 4_100)])
  assert.equal(sha256.toString('hex'), Buffer.from(await crypto.subtle.digest('SHA-256', bytes)).toString('hex'))
  await anHourPasses()
  await files.removeUnclaimed()
})

test('an unclaimed file is removed after an hour, and not before; a claimed one stays', async () => {
  const [orphan, claimed] = [
    await files.writeUnclaimed(id, [Buffer.from('x')]),
    await files.writeUnclaimed(id, [Buffer.from('y')]),
  ]
  await claim(sql, claimed.key)
  assert.equal(await files.removeUnclaimed(), 0)
  await anHourPasses()
  assert.equal(await files.removeUnclaimed(), 1)
  assert.ok(!(await isThere(orphan.key)))
  assert.ok(await isThere(claimed.key))
})

test('a file is not removed while a transaction claims it, however long that runs', async () => {
  const { key } = await files.writeUnclaimed(id, [Buffer.from('slow')])
  await anHourPasses()
  await sql.begin(async (transaction) => {
    assert.equal((await claim(transaction as unknown as typeof sql, key)).count, 1)
    assert.equal(await files.removeUnclaimed(), 0)
  })
  assert.equal(await files.removeUnclaimed(), 0)
  assert.ok(await isThere(key))
})

test('a file that has been removed can no longer be claimed', async () => {
  const { key } = await files.writeUnclaimed(id, [Buffer.from('late')])
  await anHourPasses()
  await files.removeUnclaimed()
  assert.equal((await claim(sql, key)).count, 0)
})

test('a file can be stored while every connection of the pool is in a transaction', async () => {
  const size = sql.options.max
  await Promise.all(
    Array.from({ length: size * 2 }, () =>
      sql.begin(async (transaction) => {
        await transaction`select pg_sleep(0.02)`
        const { key } = await files.writeUnclaimed(id, [Buffer.from('full')])
        await claim(transaction as unknown as typeof sql, key)
      }),
    ),
  )
  assert.equal(await unclaimed(), 0)
})

test('a transaction that is rolled back leaves the file unclaimed, and it is removed', async () => {
  const before = onDisk()
  const rolledBack = sql.begin(async (transaction) => {
    const { key } = await files.writeUnclaimed(id, [Buffer.from('never')])
    await claim(transaction as unknown as typeof sql, key)
    throw new Error('rolled back')
  })
  await assert.rejects(rolledBack, { message: 'rolled back' })
  assert.deepEqual([onDisk(), await unclaimed()], [before + 1, 1])
  await anHourPasses()
  await files.removeUnclaimed()
  assert.deepEqual([onDisk(), await unclaimed()], [before, 0])
})

test('files of deleted rows and of a deleted workspace are removed; those of others stay', async () => {
  const other = await createWorkspace(sql, { name: 'Other' })
  const mine = await files.writeUnclaimed(id, [Buffer.from('mine')])
  await claim(sql, mine.key)
  const theirs = await files.writeUnclaimed(other.id, [Buffer.from('theirs')])
  await sql`
    with claimed as (delete from unclaimed_files where key = ${theirs.key} returning key)
    insert into attachments (workspace_id, name, content_type, size, sha256, key, created_at)
    select ${other.id}, 'a.txt', 'text/plain', 1, '', key, now() from claimed`
  await sql`delete from workspaces where id = ${other.id}`
  assert.ok((await files.removeUnclaimed()) > 0)
  assert.ok(!(await isThere(theirs.key)))
  assert.ok(await isThere(mine.key))
  await sql`delete from attachments where workspace_id = ${id}`
  await files.removeUnclaimed()
  assert.equal(onDisk(), 0)
})

test('files that cannot be removed because the storage is unavailable are removed later, once', async () => {
  const s3 = await s3Server()
  const remote = openFiles({ sql, storage: s3Storage(bucketOf(s3)), largest: 100_000 })
  for (let n = 0; n < 45; n++) await remote.writeUnclaimed(id, [Buffer.from('x')])
  await anHourPasses()
  s3.is_down = true
  await assert.rejects(remote.removeUnclaimed(), StorageUnavailable)
  await assert.rejects(remote.writeUnclaimed(id, [Buffer.from('x')]), StorageUnavailable)
  assert.deepEqual([s3.objects.size, await unclaimed()], [45, 46])
  s3.is_down = false
  const both = await Promise.all([remote.removeUnclaimed(), remote.removeUnclaimed()])
  assert.equal(both[0] + both[1], 45)
  assert.deepEqual([s3.objects.size, await unclaimed()], [0, 1])
  await remote.close()
})
