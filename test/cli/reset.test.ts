// interphone reset: what it refuses, and that it deletes all files of the server and no others.
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { running } from '#db/embedded/processes.ts'
import { freePort } from '#lib/free-port.ts'
import { dataDirectory, run, start } from './program.ts'
import { READY, terminal } from './terminal.ts'

const parent = dataDirectory()
const directory = join(parent, 'data')
const settings = { INTERPHONE_DATA_DIR: directory, INTERPHONE_DEMO: '0', PORT: String(await freePort()) }

const reset = (...args: string[]) => run(['reset', ...args], settings)

async function serve() {
  const server = start(['serve'], settings)
  await server.says(READY)
  return server
}

const secret = () => readFileSync(join(directory, 'secret-key'), 'utf8')

describe('interphone reset refuses', () => {
  test('if there is nothing', async () => {
    const { code, out } = await reset('--yes')
    assert.deepEqual([code, out], [0, `There is nothing to delete in ${directory}.\n`])
    assert.ok(!existsSync(directory))
  })

  test('while a server is running', async () => {
    const server = await serve()
    const { code, err } = await reset('--yes')
    assert.deepEqual([code, err], [1, `A server is running on ${directory}: stop it first.\n`])
    assert.ok(secret())
    await server.end('SIGTERM')
  })

  test('with a DATABASE_URL', async () => {
    const { code, err } = await run(['reset', '--yes'], { ...settings, DATABASE_URL: 'postgres://x@127.0.0.1:1/x' })
    assert.equal(code, 1)
    assert.match(err, /^The database of DATABASE_URL is not deleted by reset: .*\n$/)
    assert.ok(secret())
  })

  test('without a terminal or --yes, and shows what it would delete', async () => {
    const { code, out, err } = await reset()
    assert.equal(code, 1)
    assert.ok(out.includes(`  ${directory}/postgres\n`), out)
    assert.equal(err, 'Nothing was deleted: use --yes to delete it without a question.\n')
    assert.ok(secret())
  })

  for (const [answer, keys, code] of [
    ['any other answer', 'y\n', 1],
    ['no answer', '\x04', 1],
    ['Ctrl-C', '\x03', 130],
  ] as const) {
    test(`by ${answer}`, async () => {
      const asking = terminal(`${process.execPath} src/main.ts reset`, settings)
      await asking.says(/Type yes to delete it: /)
      asking.type(keys)
      assert.equal((await asking.ended).code, code, asking.out())
      assert.ok(secret())
    })
  }
})

describe('interphone reset deletes', () => {
  test('the whole data directory if the answer is yes, so that the next start is a first one', async () => {
    mkdirSync(join(directory, 'files', '.drafts'), { recursive: true })
    writeFileSync(join(directory, 'files', '.drafts', 'draft'), '')
    writeFileSync(join(directory, 'postgres.log.old'), '')
    writeFileSync(join(directory, 'token.0123abcd'), '')
    mkdirSync(join(directory, 'postgres.new-Ab12cD'))
    const before = secret()
    const asking = terminal(`${process.execPath} src/main.ts reset`, settings)
    await asking.says(/Type yes to delete it: /)
    asking.type('yes\n')
    const { code, out } = await asking.ended
    assert.equal(code, 0, out)
    assert.ok(out.endsWith(`Deleted ${directory}.\r\n`), out)
    assert.deepEqual(readdirSync(parent), [])
    const server = await serve()
    assert.notEqual(secret(), before)
    await server.end('SIGTERM')
  })

  test('what a killed server left running too, and nothing that is not the server’s', async () => {
    const server = await serve()
    await server.end('SIGKILL')
    const data = join(directory, 'postgres', 'data')
    assert.ok(running(data).length > 0)
    writeFileSync(join(directory, 'notes.txt'), 'mine')
    const { code, out } = await reset('--yes')
    assert.deepEqual([code, out], [0, `Deleted all data of the server in ${directory}.\n`])
    assert.deepEqual(readdirSync(directory), ['notes.txt'])
    assert.deepEqual(running(data), [])
  })

  test('a database that the data directory links to, which the first screen names', async () => {
    await (await serve()).end('SIGTERM')
    const far = join(dataDirectory(), 'far')
    renameSync(join(directory, 'postgres'), far)
    symlinkSync(far, join(directory, 'postgres'))
    writeFileSync(join(far, 'notes.txt'), 'mine')
    const server = await serve()
    assert.match(server.out(), new RegExp(`Data +${far}\n`))
    assert.ok(server.out().includes(`\`npm run interphone -- reset\` deletes ${directory} and ${far}\n`), server.out())
    await server.end('SIGTERM')
    assert.equal((await reset('--yes')).code, 0)
    assert.deepEqual(readdirSync(far), ['notes.txt'])
    assert.deepEqual(readdirSync(directory), ['notes.txt'])
  })
})
