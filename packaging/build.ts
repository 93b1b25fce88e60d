// `npm run package`: makes the package that npm publishes, in dist/. It has JavaScript without types instead of the sources, no
// tests, and the types of the library for test suites.
import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import { print } from '#lib/terminal.ts'
import { encode } from '#web/assets.ts'
import { buildWeb } from '../web/build.ts'
import { serverManifest } from './server-packages.ts'

const ROOT = join(import.meta.dirname, '..')
const OUT = join(ROOT, 'dist')

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

function manifest(): object {
  // The pages are in the package as they are served.
  const { name, version, description, license, type, dependencies } = serverManifest()
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
