// `npm run package`: makes the package that npm publishes, in dist/. It has JavaScript without types instead of the sources, no
// tests, and the types of the library for test suites.
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { print } from '#lib/terminal.ts'
import { encode } from '#web/assets.ts'
import { buildWeb } from '../web/build.ts'

const ROOT = join(import.meta.dirname, '..')
const OUT = join(ROOT, 'dist')

/** The pages are in the package as they are served, so that it does not need what builds them. */
const OF_PAGES = new Set(['esbuild', ...importedBy('web/**/*.{ts,tsx}')]).difference(new Set(importedBy('src/**/*.ts')))

rmSync(OUT, { recursive: true, force: true })
for (const file of globSync('src/**/*', { cwd: ROOT })) {
  if (/\.test\.ts$|\/fixture\.ts$/.test(file) || !/\.\w+$/.test(file)) continue
  const target = join(OUT, file.replace(/^src\//, 'lib/').replace(/\.ts$/, '.js'))
  mkdirSync(dirname(target), { recursive: true })
  if (file.endsWith('.ts')) writeFileSync(target, javascriptOf(readFileSync(join(ROOT, file), 'utf8')))
  else cpSync(join(ROOT, file), target)
}
for (const file of ['migrations', 'LICENSE', 'README.md', 'CHANGELOG.md'])
  cpSync(join(ROOT, file), join(OUT, file), { recursive: true })
mkdirSync(join(OUT, 'bin'))
cpSync(join(import.meta.dirname, 'interphone.js'), join(OUT, 'bin/interphone.js'))
chmodSync(join(OUT, 'bin/interphone.js'), 0o755)
writeTypes()
mkdirSync(join(OUT, 'web'))
writeFileSync(join(OUT, 'web/built.json'), encode(await buildWeb()))
writeFileSync(join(OUT, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`)
print(`The package is in ${OUT}. To try it in another folder: npm install --install-links ${OUT} && npx interphone`)

/** Types become spaces, so that lines and columns in errors are those of the source. */
function javascriptOf(source: string): string {
  const code = stripTypeScriptTypes(source, { mode: 'strip' })
  return code.replace(/(['"])((?:\.{1,2}\/|#)[\w./-]+)\.ts\1/g, '$1$2.js$1').replace(/[ \t]+$/gm, '')
}

function writeTypes(): void {
  const tsc = join(ROOT, 'node_modules/.bin/tsc')
  const flags = ['--declaration', '--emitDeclarationOnly', '--noEmit', 'false', '--skipLibCheck', '--types', 'node']
  const how = ['--module', 'nodenext', '--target', 'es2023', '--strict', '--allowImportingTsExtensions']
  execFileSync(
    tsc,
    ['--ignoreConfig', ...flags, ...how, '--outDir', join(OUT, 'lib/testing'), join(ROOT, 'src/testing/index.ts')],
    {
      stdio: 'inherit',
    },
  )
}

/** Returns the names of the packages that files import. */
function importedBy(pattern: string): string[] {
  const texts = globSync(pattern, { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), 'utf8'))
  return texts.flatMap((text) =>
    [...text.matchAll(/ from '((?:@[\w-]+\/)?[a-z][\w-]*)/g)].map(([, name]) => name as string),
  )
}

function manifest(): object {
  const own = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  const { name, version, description, license, type } = own
  const dependencies = Object.fromEntries(Object.entries(own.dependencies).filter(([name]) => !OF_PAGES.has(name)))
  return {
    ...{ name, version, description, license, type, dependencies },
    keywords: ['intercom', 'sandbox', 'testing', 'messaging', 'email', 'sms', 'whatsapp'],
    engines: { node: '>=22.15' },
    bin: { interphone: 'bin/interphone.js' },
    exports: { '.': { types: './lib/testing/index.d.ts', default: './lib/testing/index.js' } },
    imports: { '#*': './lib/*' },
    files: ['bin', 'lib', 'migrations', 'web', 'CHANGELOG.md'],
  }
}
