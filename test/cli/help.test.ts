// The help of the command line, and its errors.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readConfig } from '#config.ts'
import { settingsTable } from '#settings.ts'
import { run } from './program.ts'

describe('a wrong setting stops the start with one sentence', () => {
  const wrong: [settings: Record<string, string>, sentence: string][] = [
    [{ PORT: 'abc' }, 'PORT must be a number from 1 to 65535, not "abc".'],
    [{ PORT: '0' }, 'PORT must be a number from 1 to 65535, not "0".'],
    [{ PORT: '65536' }, 'PORT must be a number from 1 to 65535, not "65536".'],
    [{ HOST: 'a b' }, 'HOST must be a host name or an IP address, not "a b".'],
    [
      { PUBLIC_URL: 'example.com' },
      'PUBLIC_URL must be a URL such as https://interphone.example.com, not "example.com".',
    ],
    [
      { DATABASE_URL: 'mysql://x:secret@y/z' },
      'DATABASE_URL must be a URL such as postgres://user:password@host:5432/name.',
    ],
    [{ DATABASE_POOL: '-1' }, 'DATABASE_POOL must be a number from 1 to 1000, not "-1".'],
    [
      { INTERPHONE_TOKEN: 'two words' },
      'INTERPHONE_TOKEN must be at most 255 letters, digits and signs, without spaces.',
    ],
    [
      { INTERPHONE_TOKEN: 'nineteen-characters', HOST: '0.0.0.0' },
      'INTERPHONE_TOKEN must have at least 20 characters, because other machines reach this server (HOST, PUBLIC_URL).',
    ],
    [
      { INTERPHONE_TOKEN: 'x', PUBLIC_URL: 'https://interphone.example.com' },
      'INTERPHONE_TOKEN must have at least 20 characters, because other machines reach this server (HOST, PUBLIC_URL).',
    ],
    [
      { TRUSTED_PROXIES: 'proxy.example.com' },
      'TRUSTED_PROXIES must be 0, 1, or addresses such as 10.0.0.0/8,192.168.1.7, not "proxy.example.com".',
    ],
    [{ INTERPHONE_DEMO: 'maybe' }, 'INTERPHONE_DEMO must be 1 or 0, not "maybe".'],
    [{ INTERPHONE_SECRET_KEY: 'short' }, 'INTERPHONE_SECRET_KEY must be at least 32 characters long.'],
    [
      { INTERPHONE_DEFAULT_VERSION: '3.0' },
      'INTERPHONE_DEFAULT_VERSION must be a version from 2.0 to Preview, not "3.0".',
    ],
    [{ RATE_LIMIT_PER_MINUTE: '1e3' }, 'RATE_LIMIT_PER_MINUTE must be a number from 0 to 100000000, not "1e3".'],
    [{ LOG_LEVEL: 'loud' }, 'LOG_LEVEL must be one of fatal, error, warn, info, debug, trace, silent, not "loud".'],
    [
      { SMTP_URL: 'mail.example.com', EMAIL_FROM: 'a@b.c' },
      'SMTP_URL must be a URL such as smtp://user:password@host:587.',
    ],
    [{ SMTP_URL: 'smtp://mail.example.com' }, 'SMTP_URL needs EMAIL_FROM, the sender of the email.'],
    [{ EMAIL_FROM: 'nobody' }, 'EMAIL_FROM must be an address such as hello@example.com, not "nobody".'],
    [{ EMAIL_REPLY_DOMAIN: 'a@b' }, 'EMAIL_REPLY_DOMAIN must be a domain such as example.com, not "a@b".'],
    [
      { DKIM_PRIVATE_KEY: '/no/such/file' },
      'DKIM_PRIVATE_KEY must be a private key in PEM, or the path of a file that holds one.',
    ],
    [
      { DKIM_DOMAIN: 'a.b' },
      'DKIM_SELECTOR and DKIM_PRIVATE_KEY must be set too: the three DKIM settings go together.',
    ],
  ]
  for (const [settings, message] of wrong) {
    test(JSON.stringify(settings), () => assert.throws(() => readConfig(settings), { message }))
  }

  test('on stderr, without a stack, with exit code 2', async () => {
    const { code, out, err } = await run(['serve'], { PORT: 'abc' })
    assert.deepEqual([code, out, err], [2, '', 'PORT must be a number from 1 to 65535, not "abc".\n'])
  })

  test('whichever command is run', async () => {
    const { code, err } = await run(['token', 'list'], { LOG_LEVEL: 'loud' })
    assert.equal(code, 2)
    assert.match(err, /^LOG_LEVEL must be one of .*\n$/)
  })
})

describe('settings', () => {
  test('empty ones count as absent, and the defaults are those of the table', () => {
    const config = readConfig({ PORT: '', DATABASE_URL: ' ' })
    assert.equal(config.database_url, undefined)
    const shown = { port: 3000, host: '127.0.0.1', public_url: 'http://127.0.0.1:3000', demo: true, database_pool: 10 }
    for (const [key, value] of Object.entries(shown)) assert.equal(config[key as keyof typeof config], value)
    assert.ok(Object.isFrozen(config))
  })

  test('the public URL follows host and port, if others can reach them', () => {
    assert.equal(readConfig({ HOST: '0.0.0.0', PORT: '80' }).public_url, 'http://localhost:80')
    assert.equal(readConfig({ HOST: '::1' }).public_url, 'http://[::1]:3000')
    assert.equal(readConfig({ PUBLIC_URL: 'https://x.example/' }).public_url, 'https://x.example')
  })
})

test('messenger sessions are limited where other machines reach the server, or as the settings say', () => {
  const cases: [settings: Record<string, string>, limit: number][] = [
    [{}, 0],
    [{ HOST: '0.0.0.0' }, 300],
    [{ PUBLIC_URL: 'https://interphone.example.com' }, 300],
    [{ RATE_LIMIT_PER_MINUTE: '600' }, 600],
    [{ RATE_LIMIT_PER_MINUTE: '600', HOST: '0.0.0.0' }, 600],
    [{ SESSION_RATE_LIMIT_PER_MINUTE: '0', HOST: '0.0.0.0' }, 0],
    [{ SESSION_RATE_LIMIT_PER_MINUTE: '6', RATE_LIMIT_PER_MINUTE: '600' }, 6],
  ]
  for (const [settings, limit] of cases)
    assert.equal(readConfig(settings).session_rate_limit_per_minute, limit, JSON.stringify(settings))
})

test('a token of 20 characters is long enough for a public server, and a short one for this machine alone', () => {
  assert.equal(readConfig({ INTERPHONE_TOKEN: 'a'.repeat(20), HOST: '0.0.0.0' }).token, 'a'.repeat(20))
  assert.equal(readConfig({ INTERPHONE_TOKEN: 'a' }).token, 'a')
})

describe('interphone --help', () => {
  test('names every command and every setting with its default', async () => {
    const { code, out } = await run(['--help'])
    assert.equal(code, 0)
    for (const command of ['serve', 'api', 'worker', 'migrate', 'token', 'workspace', 'domain', 'demo', 'reset'])
      assert.match(out, new RegExp(`^  ${command} {2,}\\S`, 'm'))
    for (const [name, otherwise] of settingsTable()) assert.match(out, new RegExp(`^  ${name} +${otherwise}`, 'm'))
  })

  test('without a command, the server runs, with its options', async () => {
    const { code, err } = await run(['--port', 'abc', '--ephemeral'])
    assert.deepEqual([code, err], [2, 'PORT must be a number from 1 to 65535, not "abc".\n'])
    assert.match((await run([], { PORT: 'abc' })).err, /^PORT must be/)
  })

  test('its examples are those of a checkout', async () => {
    const { out } = await run(['--help'])
    assert.match(out, /^ {2}npm start +try it/m)
    assert.match(out, /^ {2}npm run interphone -- sign-in +another link to the Console$/m)
  })

  test('each command has its own', async () => {
    assert.match((await run(['token', 'create', '--help'])).out, /--workspace <id> /)
  })

  test('an unknown command is refused with the nearest one', async () => {
    const { code, err } = await run(['serv'])
    assert.equal(code, 1)
    assert.equal(err, "error: unknown command 'serv'\n(Did you mean serve?)\n")
  })
})
