// The rules of the pages' code: what it imports, where HTML gets into the page, and how large it is.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { buildWeb } from '../../web/build.ts'

const ROOT = join(import.meta.dirname, '../..')
const files = globSync('web/**/*.{ts,tsx}', { cwd: ROOT }).filter((file) => !/^web\/(build|write)\.ts$/.test(file))
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const IMPORT = /^import (type )?[^'"]*?from '([^']+)'/gm

test('the pages know the server by its HTTP API: they import nothing of it but types', () => {
  const offences = files.flatMap((file) =>
    [...read(file).matchAll(IMPORT)].flatMap(([, is_type, from = '']) =>
      (from.startsWith('#') || /\/src\//.test(from)) && !is_type ? [`${file} → ${from}`] : [],
    ),
  )
  assert.deepEqual(offences, [])
})

test('HTML gets into the page in one file', () => {
  const offences = files.filter((file) => /innerHTML|outerHTML|insertAdjacentHTML|document\.write/i.test(read(file)))
  assert.deepEqual(offences, ['web/shared/html.ts'])
})

test('a part and what is shared import no screen, and a screen imports no other', () => {
  const screenOf = (path: string) => /\/console\/(?!shared|listing)([\w-]+)\//.exec(path)?.[1]
  const offences = files.flatMap((file) =>
    [...read(file).matchAll(IMPORT)].flatMap(([, , from = '']) => {
      const to = screenOf(join('/', file, '..', from))
      const own = screenOf(`/${file}`)
      return to && to !== own && !file.endsWith('app/screens.ts') ? [`${file} → ${from}`] : []
    }),
  )
  assert.deepEqual(offences, [])
})

test('files stay under 300 lines, and every style is in the stylesheet', () => {
  const styles = globSync('web/**/*.css', { cwd: ROOT }).filter((file) => file !== 'web/styles/index.css')
  assert.deepEqual(
    [...files, ...styles].filter((file) => read(file).split('\n').length > 301),
    [],
  )
  const index = read('web/styles/index.css')
  assert.deepEqual(
    styles.filter((file) => !index.includes(`/${file.split('/').at(-1)}"`)),
    [],
  )
})

/** In kB (1,000 bytes), compressed by gzip. */
const BUDGETS = { first_screen: 90, style: 10, each_further_screen: 25 }

test('the pages stay within their budgets', async () => {
  const { app, assets } = await buildWeb()
  const kb = (name: string) => (assets.find((asset) => asset.name === name)?.gz?.length ?? 0) / 1000
  const first = [app.script, ...app.preloads].reduce((sum, name) => sum + kb(name), 0)
  assert.ok(first > 10 && first < BUDGETS.first_screen, `the first screen: ${first} kB`)
  assert.ok(kb(app.style) > 1 && kb(app.style) < BUDGETS.style, `the style: ${kb(app.style)} kB`)
  for (const { name } of assets)
    if (name !== app.script && !app.preloads.includes(name))
      assert.ok(kb(name) < BUDGETS.each_further_screen, `${name}: ${kb(name)} kB`)
})
