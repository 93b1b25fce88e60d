// PostgreSQL's programs as npm installs them, with and without its install scripts.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { addLinks } from './binaries.ts'

const folder = mkdtempSync(join(tmpdir(), 'interphone-binaries-'))
after(() => rmSync(folder, { recursive: true }))

/** Returns the folder of programs in a new package that has a library, and says which links it needs. */
function installed(name: string, links: object | undefined): string {
  const native = join(folder, name, 'native')
  mkdirSync(join(native, 'lib'), { recursive: true })
  writeFileSync(join(native, 'lib/libx.so.1.2'), '')
  if (links) writeFileSync(join(native, 'pg-symlinks.json'), JSON.stringify(links))
  return native
}

const linkTo = (target: string) => ({ source: 'native/lib/libx.so.1.2', target })

test('links that cannot be added are an error that says what to do', () => {
  const native = installed('unwritable', [linkTo('native/missing/libx.so')])
  assert.throws(() => addLinks(native), {
    message: `PostgreSQL is not completely installed, because install scripts are switched off: run \`npm rebuild\` as the owner of ${native}.`,
  })
})

test('a package without links is left alone', () => addLinks(installed('plain', undefined)))

test('missing links are added once, relative to their folder', () => {
  const native = installed('complete', [
    linkTo('native/lib/libx.so.1'),
    linkTo('native/lib/libx.so'),
    linkTo('native/libx'),
  ])
  for (let n = 0; n < 2; n++) addLinks(native)
  assert.equal(readlinkSync(join(native, 'lib/libx.so.1')), 'libx.so.1.2')
  assert.equal(readlinkSync(join(native, 'lib/libx.so')), 'libx.so.1.2')
  assert.equal(readlinkSync(join(native, 'libx')), 'lib/libx.so.1.2')
})
