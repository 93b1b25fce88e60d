// The modules that parts of the server load: a callback of one provider needs no code of the others.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'

const ROOT = new URL('..', import.meta.url).pathname

/** Returns everything that a file loads, directly and indirectly: our files by path, packages by name. Types load nothing. */
function loadedBy(start: string): Set<string> {
  const loaded = new Set<string>()
  const visit = (file: string) => {
    if (loaded.has(file)) return
    loaded.add(file)
    if (file.endsWith('.ts')) for (const imported of valueImportsOf(file)) visit(imported)
  }
  visit(start)
  return loaded
}

function valueImportsOf(file: string): string[] {
  const statements = readFileSync(join(ROOT, file), 'utf8').matchAll(
    /^(?:import|export)\b(?!\s+type\b)([^'"]*?)from '([^']+)'|^import '([^']+)'/gm,
  )
  return [...statements].flatMap(([, names = '', from, bare]) => {
    const path = from ?? bare ?? ''
    const listed = names.replace(/[{}\s]+/g, ' ').split(',')
    if (names.includes('{') && listed.every((name) => !name.trim() || /^ ?type /.test(name))) return []
    if (path.startsWith('#')) return [`src/${path.slice(1)}`]
    return [path.startsWith('.') ? normalize(join(dirname(file), path)) : path]
  })
}

for (const [provider, others] of [
  ['whatsapp', /^src\/channels\/(email|sms|capture)\/|^nodemailer|^mailparser/],
  ['twilio', /^src\/channels\/(email|whatsapp|capture)\/|^nodemailer|^mailparser/],
] as const) {
  test(`the callbacks of ${provider} load nothing of the other channels`, () => {
    const loaded = [...loadedBy(`src/inbound/${provider}/routes.ts`)]
    assert.ok(loaded.length > 20, 'the imports were not found')
    assert.deepEqual(
      loaded.filter((file) => others.test(file)),
      [],
    )
  })
}
