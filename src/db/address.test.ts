// The URL of a PostgreSQL, as libpq reads it.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readAddress } from './address.ts'

const read = (url: string) => readAddress(url) as unknown as Record<string, unknown>

describe('an URL that cannot be used is refused with a sentence that says why, and shows no password', () => {
  const wrong: [url: string, why: RegExp][] = [
    ['mysql://user:secret@host/name', /is not like postgres:/],
    ['postgres://u:secret@host/name?sslmode=on', /sslmode must be one of disable, .*, not "on"/],
    ['postgres://u:secret@host/name?sslmode=verify-full', /sslmode=verify-full needs sslrootcert/],
    ['postgres://u:secret@host/name?sslmode=verify-ca', /sslmode=verify-ca needs sslrootcert/],
    ['postgres://u:secret@host/name?sslmode=verify-ca&sslrootcert=system', /needs sslmode=verify-full/],
    [
      'postgres://u:secret@host/name?sslmode=verify-full&sslrootcert=/nowhere.pem',
      /file of its sslrootcert cannot be read/,
    ],
    ['postgres://u:secret@host/name?sslcert=/a.pem', /sslcert and sslkey go together/],
    ['postgres://u:secret@host/name?target_session_attrs=master', /target_session_attrs must be one of any, /],
  ]
  for (const [url, why] of wrong)
    test(url, () =>
      assert.throws(
        () => read(url),
        ({ message }: Error) => why.test(message) && !message.includes('secret'),
      ),
    )
})

describe('a password may hold any character', () => {
  const passwords = ['p@ss', 'a:b', 'a/b', 'a?b=c', 'a#b', 'ä€', '100%', '%zz', 'a%2', ' ', '[x]', "'\\"]
  for (const password of passwords) {
    test(`encoded: ${password}`, () => {
      const url = `postgres://user:${encodeURIComponent(password)}@host:5433/name?connect_timeout=3`
      const { user, host, port, database, password: read_password } = read(url)
      assert.deepEqual([user, read_password, host, port, database], ['user', password, ['host'], [5433], 'name'])
    })
    test(`as it is: ${password}`, () => {
      const { user, host, database, password: read_password } = read(`postgres://user:${password}@host/name`)
      assert.deepEqual([user, read_password, host, database], ['user', password, ['host'], 'name'])
    })
  }
})

describe('hosts', () => {
  const hosts: [url: string, host: string[], port: number[]][] = [
    ['postgres://host/name', ['host'], [5432]],
    ['postgres:///name', ['localhost'], [5432]],
    ['postgres://user@one:5433,two:5434/name', ['one', 'two'], [5433, 5434]],
    ['postgres://one,two/name?port=6000', ['one', 'two'], [6000, 6000]],
    ['postgres:///name?host=one,two&port=6000,6001', ['one', 'two'], [6000, 6001]],
    ['postgres://[::1]:5433/name', ['::1'], [5433]],
    ['postgres://[::1],10.0.0.2:5433/name', ['::1', '10.0.0.2'], [5432, 5433]],
    ['postgres:///name?host=/run/postgresql', ['/run/postgresql'], [5432]],
    ['postgres://%2Frun%2Fpostgresql:5433/name', ['/run/postgresql'], [5433]],
  ]
  for (const [url, host, port] of hosts)
    test(url, () => {
      const address = read(url)
      assert.deepEqual([address['host'], address['port']], [host, port])
    })

  test('of several, one that accepts writes is used, unless the URL says which one is meant', () => {
    const target = (url: string) => read(url)['target_session_attrs']
    assert.equal(target('postgres://one,two/name'), 'read-write')
    assert.equal(target('postgres://one,two/name?target_session_attrs=any'), null)
    assert.equal(target('postgres://one/name?target_session_attrs=primary'), 'primary')
    assert.equal(target('postgres://one/name'), null)
  })

  test('a unix socket is used without TLS', () => {
    const { ssl, path } = read('postgres:///name?host=/run/postgresql&sslmode=require')
    assert.deepEqual([ssl, path], [false, '/run/postgresql/.s.PGSQL.5432'])
  })
})

test('without a user or a name, they are those of libpq', () => {
  assert.equal(read('postgres://user@host')['database'], 'user')
  assert.equal(read('postgres://host/?user=x&dbname=y&password=z')['database'], 'y')
  assert.equal(read('postgres://host/?user=a@b&dbname=y')['user'], 'a@b')
})

test('TLS is tried without a mode, required by require, and checked by verify-ca and verify-full', () => {
  const ssl = (query: string) => read(`postgres://host/name?${query}`)['ssl'] as Record<string, unknown>
  assert.equal(ssl(''), 'prefer')
  assert.equal(ssl('sslmode=disable'), false)
  assert.equal(ssl('sslmode=require')['rejectUnauthorized'], false)
  assert.ok((ssl('sslmode=verify-full&sslrootcert=system')['ca'] as string[]).length >= 0)
  assert.equal(ssl('sslmode=verify-full&sslrootcert=system')['rejectUnauthorized'], undefined)
})
