// Every difference names an existing test.
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { intercomOperations } from '#http/intercom-operations.ts'
import { differencesPages } from '../../docs/generate/differences.ts'
import { ROOT } from '../../docs/generate/region.ts'

const ids = new Set(intercomOperations().map(({ operation_id }) => operation_id))

/** A test file, and the beginnings of its tests' names: `src/a.test.ts` “a name …” “another …”. */
const NAMED = /`([^`]+\.test\.ts)`((?: “[^”]+”)*)/g

for (const { name, title, operations, rows } of differencesPages()) {
  test(`docs/differences/${name}.md has a title, rows of three cells, and operations of Intercom’s`, () => {
    assert.ok(title)
    assert.ok(rows.length > 0)
    for (const cells of rows) assert.equal(cells.length, 3, cells.join(' | '))
    assert.deepEqual(
      operations.filter((id) => !ids.has(id)),
      [],
    )
  })

  test(`docs/differences/${name}.md names tests that exist`, () => {
    for (const [what, , cell = ''] of rows) {
      const named = [...cell.matchAll(NAMED)]
      assert.ok(named.length > 0 || cell === '–', `${what}: name a test file, or – for none`)
      for (const [, file = '', titles = ''] of named) {
        assert.ok(existsSync(join(ROOT, file)), `${what}: there is no ${file}`)
        const text = readFileSync(join(ROOT, file), 'utf8')
        for (const [, beginning = ''] of titles.matchAll(/“([^”]+?)(?: …)?”/g))
          assert.ok(text.includes(beginning), `${what}: ${file} has no test “${beginning} …”`)
      }
    }
  })
}
