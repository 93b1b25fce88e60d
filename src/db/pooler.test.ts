// A connection pooler is noticed, and what it takes away is done without.
import assert from 'node:assert/strict'
import { type AddressInfo, createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { signal } from '#delivery/signals.ts'
import { searching } from '#search/pool.ts'
import { serverOptions, testDatabase } from '../../test/database.ts'
import { connect } from './connect.ts'
import { hasPooler, sessionsOf, setPooled } from './pooler.ts'

const { sql, name, close } = await testDatabase()
after(close)
const { host, port = 5432, user, password = '' } = serverOptions()

/** Type and length of the message that tells a connection the number of its process. */
const KEY_DATA = Buffer.from([0x4b, 0, 0, 0, 12])

/** Like a pooler, it gives each connection a number of its own. */
const relay = createServer((client) => {
  const upstream = createConnection(join(host, `.s.PGSQL.${port}`))
  client.on('error', () => upstream.destroy()).pipe(upstream)
  upstream.on('error', () => client.destroy()).on('end', () => client.end())
  upstream.on('data', (bytes) => {
    const at = bytes.indexOf(KEY_DATA)
    if (at >= 0) bytes.writeUInt32BE(7, at + KEY_DATA.length)
    client.write(bytes)
  })
})
await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
after(() => relay.close())

test('a pooler is noticed by the number that it gives a connection', async () => {
  const options = { user, password, database: name }
  assert.equal(await hasPooler({ ...options, host, port }), false)
  const { port: relayed } = relay.address() as AddressInfo
  assert.equal(await hasPooler({ ...options, host: '127.0.0.1', port: relayed }), true)
})

test('without another way to PostgreSQL, who listens for work looks for it', async () => {
  const pooled = connect({ ...serverOptions(), database: name, max: 2, prepare: false })
  setPooled(pooled, null)
  assert.equal(sessionsOf(pooled), undefined)
  const looked = Promise.withResolvers<void>()
  const listener = await signal('nobody_notifies').listen(pooled, looked.resolve)
  await looked.promise
  await listener.unlisten()
  await pooled.end({ timeout: 1 })
})

test('with another way to PostgreSQL, notifications come by it', () => {
  const pooled = connect({ ...serverOptions(), database: name, max: 1, prepare: false })
  setPooled(pooled, sql)
  assert.equal(sessionsOf(pooled), sql)
  assert.equal(sessionsOf(sql), sql)
})

test('a search has its time limit in a transaction, because a setting of a session would reach others', async () => {
  const pooled = connect({ ...serverOptions(), database: name, max: 2, prepare: false })
  setPooled(pooled, null)
  const limit = () => pooled`select current_setting('statement_timeout') as ms`
  const workspace = { sql: pooled } as never
  const [within] = await searching(workspace, ({ sql }) => sql`select current_setting('statement_timeout') as ms`)
  assert.deepEqual([within?.['ms'], (await limit())[0]?.['ms']], ['10s', '0'])
  await pooled.end({ timeout: 1 })
})
