// The snippets of the README and the guides run against a real server: scripts, tests and curl calls.
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { globSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ROOT } from '../../docs/generate/region.ts'
import { serverProcess } from '../server-process.ts'

const server = await serverProcess({ environment: { LOG_LEVEL: 'error' } })
server.start()
after(() => server.remove())
await server.ready()

type Snippet = { file: string; language: string; code: string }

const snippets: Snippet[] = globSync('{README.md,docs/guides/*.md}', { cwd: ROOT }).flatMap((file) =>
  [...readFileSync(join(ROOT, file), 'utf8').matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = '', code = '']) => ({ file, language, code: code.replaceAll('http://127.0.0.1:3000', server.url) }),
  ),
)

/** Returns an empty directory in which the SDK can be imported. */
function directory(): string {
  const path = mkdtempSync(join(tmpdir(), 'interphone-snippets-'))
  symlinkSync(join(ROOT, 'node_modules'), join(path, 'node_modules'))
  after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

type Ended = { code: number | null; output: string }

function run(command: string, args: string[], cwd: string, environment: Record<string, string>): Promise<Ended> {
  const { PATH = '' } = process.env
  const child = spawn(command, args, { cwd, env: { PATH, ...environment }, stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })))
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has, and asserts on it
async function call(path: string, token: string, body?: object): Promise<any> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const answer = await fetch(server.url + path, {
    headers,
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  })
  assert.ok(answer.ok, `${path}: ${answer.status}`)
  return answer.json()
}

const scripts = snippets.filter(({ language }) => language === 'js')

test('there is a script for a first message, one for a first test, two in the guide to the sandbox, one with the library', () => {
  assert.deepEqual(
    scripts.map(({ file }) => file),
    ['README.md', 'README.md', 'docs/guides/sandbox.md', 'docs/guides/sandbox.md', 'docs/guides/test-suites.md'],
  )
})

for (const { file, code } of scripts) {
  const isTest = code.includes('node:test')
  test(`${file}: its ${isTest ? 'test passes' : 'script sends a message'}`, async () => {
    const cwd = directory()
    writeFileSync(join(cwd, 'snippet.mjs'), code.replace("'interphone'", `'${join(ROOT, 'src/testing/index.ts')}'`))
    const args = [...(isTest ? ['--test'] : []), 'snippet.mjs']
    const ended = await run(process.execPath, args, cwd, { INTERPHONE_TOKEN: server.token })
    assert.equal(ended.code, 0, ended.output)
    if (isTest) return assert.match(ended.output, /pass [1-9]/)
    const { data } = await call(`/extensions/messages/${ended.output.trim()}/deliveries`, server.token)
    assert.deepEqual([data.length, data[0].address], [1, 'anna@example.com'])
  })
}

/** The calls that can run here: to this server. */
const shells = Map.groupBy(
  snippets.filter(({ language, code }) => language === '' && code.includes('curl') && code.includes(server.url)),
  ({ file }) => file,
)

/** It never ends. */
const STREAM = /^curl -N .*\n/m

/** A shell function that waits until the worker has sent everything, as a reader does between two snippets. */
const untilSent = `until curl ${server.url}/extensions/deliveries -H "Authorization: Bearer $TOKEN" |
  jq -e 'all(.data[]; .status != "queued")' > /dev/null; do sleep 0.1; done`

const lacks = ['curl', 'jq', 'openssl'].filter(
  (tool) => spawnSync(tool, [tool === 'openssl' ? 'version' : '--version']).status !== 0,
)

for (const [file, blocks] of shells) {
  const skip = lacks.length ? `needs ${lacks.join(' and ')}` : false
  test(`${file}: its curl calls succeed`, { skip }, async () => {
    const cwd = directory()
    const code = blocks.map((block) => block.code.replace(STREAM, '')).join(`\n${untilSent}\n`)
    const script = `curl() { command curl -fsS "$@"; }\n${code}`
    const ended = await run('sh', ['-ec', script], cwd, await variables())
    assert.equal(ended.code, 0, `${script}\n${ended.output}`)
  })
}

/** Returns the variables that the calls of one document use, for a workspace of its own. */
async function variables(): Promise<Record<string, string>> {
  const { token, admin_id } = await call('/extensions/workspaces', server.token, { name: 'Guide' })
  const { id: CONTACT } = await call('/contacts', token, { email: 'clara@example.com', phone: '+12025550143' })
  const written = await call('/extensions/sandbox/replies', token, { contact: { id: CONTACT }, body: 'Hi' })
  const message = { from: { type: 'admin', id: admin_id }, to: { type: 'user', id: CONTACT } }
  await call('/messages', token, { ...message, message_type: 'in_app', body: 'Hello' })
  return { TOKEN: token, INTERPHONE_TOKEN: token, ADMIN: admin_id, CONTACT, ID: written.conversation_id }
}
