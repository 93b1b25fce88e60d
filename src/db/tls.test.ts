// TLS to the database: what each sslmode accepts, of a server that is named by its name and by its address.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import pg from 'pg'
import { serverOptions, testDatabase } from '../../test/database.ts'
import { certificate, type TlsPostgres, tlsPostgres } from '../../test/tls-postgres.ts'
import { readAddress } from './address.ts'
import { connect } from './connect.ts'
import { nodePostgresPool } from './node-postgres.ts'

const database = await testDatabase()
const here = await tlsPostgres('here')
const elsewhere = await tlsPostgres('elsewhere')
const without_tls = await tlsPostgres(null)
after(async () => {
  for (const server of [here, elsewhere, without_tls]) server.close()
  await database.close()
})

const ca = certificate('ca.pem')
const other_ca = certificate('other-ca.pem')

const { user, password = '' } = serverOptions()
const poolOf = (host: string, server: TlsPostgres, query: string) =>
  connect({ ...readAddress(`postgres://${user}:${password}@${host}:${server.port}/${database.name}?${query}`), max: 1 })

/** Returns what the driver of requests and the driver of jobs get: `ok`, or the error's message. */
async function outcomes(host: string, server: TlsPostgres, query: string): Promise<string[]> {
  const sql = poolOf(host, server, query)
  const message = (error: Error) => error.message
  const first = await sql`select 1`.then(() => 'ok', message)
  const second = await nodePostgresPool(pg, sql, 1).then(async (pool) => {
    const result = await pool.query('select 1').then(() => 'ok', message)
    await pool.end()
    return result
  }, message)
  await sql.end({ timeout: 1 })
  return [first, second]
}

describe('refused', () => {
  const wrong: [what: string, host: string, server: () => TlsPostgres, query: string, why: RegExp][] = [
    [
      'a server without TLS by require',
      'localhost',
      () => without_tls,
      'sslmode=require',
      /does not support (TLS|SSL)/,
    ],
    ['another CA by verify-ca', 'localhost', () => here, `sslmode=verify-ca&sslrootcert=${other_ca}`, /certificate/],
    [
      'another CA by require with a root',
      'localhost',
      () => here,
      `sslmode=require&sslrootcert=${other_ca}`,
      /certificate/,
    ],
    ['another name by verify-full', 'localhost', () => elsewhere, `sslmode=verify-full&sslrootcert=${ca}`, /altnames/],
    [
      'another address by verify-full',
      '127.0.0.1',
      () => elsewhere,
      `sslmode=verify-full&sslrootcert=${ca}`,
      /altnames|cert's list/,
    ],
    [
      'a private CA by the public ones',
      'localhost',
      () => here,
      'sslmode=verify-full&sslrootcert=system',
      /certificate/,
    ],
  ]
  for (const [what, host, server, query, why] of wrong)
    test(what, async () => {
      for (const outcome of await outcomes(host, server(), query)) assert.match(outcome, why)
    })
})

describe('accepted', () => {
  const right: [what: string, host: string, server: () => TlsPostgres, query: string][] = [
    ['the right name by verify-full', 'localhost', () => here, `sslmode=verify-full&sslrootcert=${ca}`],
    ['the right address by verify-full', '127.0.0.1', () => here, `sslmode=verify-full&sslrootcert=${ca}`],
    ['another name by verify-ca', 'localhost', () => elsewhere, `sslmode=verify-ca&sslrootcert=${ca}`],
    ['any certificate by require', 'localhost', () => elsewhere, 'sslmode=require'],
    ['TLS by prefer', 'localhost', () => here, ''],
  ]
  for (const [what, host, server, query] of right)
    test(what, async () => {
      const before = server().seen.length
      assert.deepEqual(await outcomes(host, server(), query), ['ok', 'ok'])
      const seen = server().seen.slice(before)
      assert.ok(seen.length >= 2 && seen.every(({ tls }) => tls))
    })

  test('no TLS by prefer, if the server has none, and by disable', async () => {
    assert.deepEqual(await outcomes('localhost', without_tls, 'sslmode=prefer'), ['ok', 'ok'])
    const before = here.seen.length
    assert.deepEqual(await outcomes('localhost', here, 'sslmode=disable'), ['ok', 'ok'])
    assert.deepEqual([...new Set(here.seen.slice(before).map(({ tls }) => tls))], [false])
  })
})

test('the certificate of the client is shown', async () => {
  const query = `sslmode=require&sslcert=${certificate('client.pem')}&sslkey=${certificate('client.key')}`
  const before = here.seen.length
  assert.deepEqual(await outcomes('localhost', here, query), ['ok', 'ok'])
  assert.deepEqual([...new Set(here.seen.slice(before).map(({ client }) => client))], ['interphone'])
})
