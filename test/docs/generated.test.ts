// The generated parts of the documents are up to date.
import assert from 'node:assert/strict'
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { settingsTable } from '#settings.ts'
import { PARTS } from '../../bench/parts.ts'
import { readResults } from '../../bench/results.ts'
import { filled, ROOT } from '../../docs/generate/region.ts'
import { regions } from '../../docs/generate/regions.ts'

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

for (const region of await regions()) {
  test(`${region.file}: ${region.name} is up to date`, () => {
    const isUpToDate = read(region.file) === filled(region)
    assert.ok(isUpToDate, `${region.file} is out of date: run "npm run docs" and commit what it changes`)
  })
}

test('docs/settings.md has every setting, with its default and meaning', () => {
  const page = read('docs/settings.md')
  for (const [name, otherwise, about] of settingsTable())
    assert.ok(page.includes(`| \`${name}\` | ${otherwise && `\`${otherwise}\``} | ${about} |`), name)
})

test('docs/performance.md has the results of every part of the benchmark', () => {
  const missing = Object.keys(PARTS).filter((part) => !readResults()[part])
  assert.deepEqual(missing, [], `run "npm run bench -- --only ${missing.join()}"`)
  const unknown = Object.keys(readResults()).filter((part) => !(part in PARTS))
  assert.deepEqual(unknown, [], 'remove these parts from bench/results.json')
})

test('the README is short', () => {
  assert.ok(statSync(join(ROOT, 'README.md')).size <= 7 * 1024)
})

test('the list of guides has every guide', () => {
  const list = read('docs/guides/README.md')
  const missing = globSync('*.md', { cwd: join(ROOT, 'docs/guides') }).filter((file) => !list.includes(`(${file})`))
  assert.deepEqual(missing, ['README.md'])
})
