// The commands seed and export, as a user runs them.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { createWorkspace } from '#workspaces/create.ts'
import { listTokens } from '#workspaces/tokens.ts'
import { testDatabase, urlOf } from '../database.ts'
import { dataDirectory, run } from './program.ts'

const database = await testDatabase()
after(database.close)
const { id } = await createWorkspace(database.sql, { name: 'First', is_first: true })
const settings = { DATABASE_URL: urlOf(database), INTERPHONE_DATA_DIR: dataDirectory() }
const folder = mkdtempSync(join(tmpdir(), 'seed-'))
after(() => rmSync(folder, { recursive: true }))

const file = (text: string) => {
  const path = join(folder, 'seed.yaml')
  writeFileSync(path, text)
  return path
}

test('a file that is not there, or wrong, and an unknown workspace are one sentence each', async () => {
  const wrong: [args: string[], message: RegExp][] = [
    [['seed', join(folder, 'nothing.yaml')], /^The seed .+nothing\.yaml cannot be read: ENOENT.+\n$/],
    [['seed', file('tags:\n  - {}')], /^seed\.yaml:2: this tag needs a key: key or name\n$/],
    [['export', '--workspace', 'none'], /^There is no workspace none\.\n$/],
  ]
  for (const [args, message] of wrong) {
    const { code, out, err } = await run(args, settings)
    assert.deepEqual([code, out], [1, ''])
    assert.match(err, message)
  }
})

test('a seed is applied once, and exported; no token is left', async () => {
  const path = file('tags: [{ name: VIP }]\ncontacts: [{ role: user, email: anna@example.com, tags: [$tag.VIP] }]')
  assert.equal((await run(['seed', path], settings)).out, 'Seeded: 3 made, 0 changed, 0 as they were.\n')
  const again = await run(['seed', path], settings)
  assert.equal(again.out, 'Nothing to do: 0 made, 0 changed, 3 as they were.\n')
  const { out } = await run(['export'], settings)
  assert.match(out, /^admins:\n[\s\S]*\n {2}- role: user\n {4}email: anna@example\.com\n[\s\S]* {6}- \$tag\.VIP\n$/)
  assert.equal((await listTokens(database.sql, id)).length, 1)
})
