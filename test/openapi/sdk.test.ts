// An SDK generated from the document: types by openapi-typescript, a client that compiles with them, and real calls.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { registerHooks } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { promisify } from 'node:util'
import { testApp } from '../app.ts'

// openapi-typescript uses the API of TypeScript 5, which TypeScript 7 does not have.
registerHooks({
  resolve: (specifier, context, next) => next(specifier === 'typescript' ? 'typescript-5' : specifier, context),
})
const { default: openapiTypescript, astToString } = await import('openapi-typescript')

const run = promisify(execFile)
const ROOT = new URL('../..', import.meta.url).pathname
const directory = await mkdtemp(join(tmpdir(), 'interphone-sdk-'))
after(() => rm(directory, { recursive: true, force: true }))
await symlink(join(ROOT, 'node_modules'), join(directory, 'node_modules'))
await writeFile(join(directory, 'package.json'), '{ "type": "module" }')

const t = await testApp()
await t.app.listen({ port: 0, host: '127.0.0.1' })
const address = t.app.server.address()
const baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`

const CLIENT = `
import createClient from 'openapi-fetch'
import type { components, paths } from './VERSION.d.ts'

const [, , baseUrl, token, version] = process.argv as string[]
const headers = { authorization: \`Bearer \${token}\`, 'intercom-version': version }
const { GET, POST } = createClient<paths>({ baseUrl: baseUrl as string, headers })

const created = await POST('/contacts', { body: { email: 'sdk@example.com', custom_attributes: {} } })
if (!created.data) throw new Error(created.error.errors[0]?.message)
const contact: components['schemas']['contact'] = created.data
const owner: OWNER = contact.owner_id
const found = await POST('/contacts/search', {
  body: { query: { field: 'email', operator: '=', value: 'sdk@example.com' } },
})
const tag = await POST('/tags', { body: { name: 'SDK', users: [{ id: contact.id }] } })
const shown = await GET('/contacts/{id}', { params: { path: { id: contact.id } } })
const missing = await GET('/contacts/{id}', { params: { path: { id: 'nobody' } } })
console.log(JSON.stringify({
  email: shown.data?.email,
  tags: shown.data?.tags.total_count,
  total_count: found.data?.total_count,
  tag: tag.data?.name,
  owner,
  code: missing.error?.errors[0]?.code,
}))
`

const MISUSE = `
import createClient from 'openapi-fetch'
import type { paths } from './VERSION.d.ts'
const { POST } = createClient<paths>({ baseUrl: '' })
await POST('/tags', { body: { name: 7 } })
`

/** Type-checks the files. Returns the compiler's output, which is empty on success. */
async function typeErrors(...files: string[]): Promise<string> {
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2023']
  const more = ['--allowImportingTsExtensions', '--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')]
  const checked = run('tsc', ['--ignoreConfig', ...options, ...more, ...files], { cwd: directory })
  return checked.then(({ stdout }) => stdout).catch(({ stdout }) => stdout)
}

const write = async (name: string, text: string): Promise<string> => {
  await writeFile(join(directory, name), text)
  return name
}

for (const [version, owner] of [
  ['Preview', 'string | null'],
  ['2.11', 'number | null'],
] as const) {
  test(`${version}: a client by openapi-typescript compiles, rejects wrong types, and makes its calls`, async () => {
    const description = await fetch(`${baseUrl}/openapi.json?version=${version}`)
    const types = astToString(await openapiTypescript(await description.text()))
    await write(`${version}.d.ts`, types)
    const replaced = (text: string) => text.replaceAll('VERSION', version).replace('OWNER', owner)
    const misuse = await write('misuse.ts', replaced(MISUSE))
    assert.match(await typeErrors(misuse), /misuse\.ts\(5,.*Type 'number' is not assignable to type 'string'/)
    const client = await write('client.ts', replaced(CLIENT))
    assert.equal(await typeErrors(client), '')

    const { created } = await t.another()
    const { stdout } = await run(process.execPath, [client, baseUrl, created.token, version], { cwd: directory })
    assert.deepEqual(JSON.parse(stdout), {
      email: 'sdk@example.com',
      tags: 1,
      total_count: 1,
      tag: 'SDK',
      owner: null,
      code: 'not_found',
    })
  })
}
