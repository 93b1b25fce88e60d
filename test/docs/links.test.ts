// Every link between the documents leads to an existing file and heading.
import assert from 'node:assert/strict'
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'
import { ROOT } from '../../docs/generate/region.ts'

const documents = globSync('{*.md,docs/**/*.md}', { cwd: ROOT }).map((file) => join(ROOT, file))

const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```$/gm, '').replace(/`[^`\n]*`/g, '')

/** Returns the targets of the links in a document: `[text](target)`. */
const linksIn = (file: string): string[] =>
  [...withoutCode(readFileSync(file, 'utf8')).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target as string)

/** Returns the anchors that GitHub gives to the headings of a document. */
const anchorsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )

test('every link leads to an existing file and heading', () => {
  const broken = documents.flatMap((file) =>
    linksIn(file)
      .filter((target) => !/^(https?|mailto):/.test(target))
      .filter((target) => {
        const [path = '', anchor] = target.split('#')
        const to = path ? join(dirname(file), path) : file
        return !existsSync(to) || (anchor !== undefined && !anchorsOf(to).includes(anchor))
      })
      .map((target) => `${relative(ROOT, file)}: ${target}`),
  )
  assert.deepEqual(broken, [])
})

test('every path in ARCHITECTURE.md exists', () => {
  const text = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8')
  const paths = [...text.matchAll(/`((?:src|test|docs|bench|migrations)\/[^`<\s]*)`/g)].map(
    ([, path]) => path as string,
  )
  assert.ok(paths.length > 10)
  assert.deepEqual(
    paths.filter((path) => !existsSync(join(ROOT, path))),
    [],
  )
})
