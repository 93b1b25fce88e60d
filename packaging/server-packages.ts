// Which packages the running server needs: those of the pages are needed only to build them. As a program, for images: removes the others from
// package.json, for `npm prune`.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')

type Manifest = { dependencies: Record<string, string>; [name: string]: unknown }

/** Returns `package.json` without the packages that only the pages import. */
export function serverManifest(): Manifest {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest
  const of_pages = new Set(['esbuild', ...importedBy('web/**/*.{ts,tsx}')]).difference(
    new Set(importedBy('src/**/*.ts')),
  )
  const dependencies = Object.fromEntries(Object.entries(manifest.dependencies).filter(([name]) => !of_pages.has(name)))
  return { ...manifest, dependencies }
}

/** Returns the names of the packages that files import. */
function importedBy(pattern: string): string[] {
  const texts = globSync(pattern, { cwd: ROOT }).map((file) => readFileSync(join(ROOT, file), 'utf8'))
  return texts.flatMap((text) =>
    [...text.matchAll(/(?: from |\bimport\()'((?:@[\w-]+\/)?[a-z][\w-]*)/g)].map(([, name]) => name as string),
  )
}

if (import.meta.main) writeFileSync(join(ROOT, 'package.json'), `${JSON.stringify(serverManifest(), null, 2)}\n`)
