// Checks the rules of the architecture in the code itself: imports between layers, where SQL is, that every
// statement names its workspace, and the length of files.
import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'
import { buildApp } from '#app.ts'
import type { Pool } from '#db/sql.ts'
import type { Files } from '#files/files.ts'
import { statementsIn } from './statements.ts'

const ROOT = new URL('..', import.meta.url).pathname
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8')

const isTest = (file: string) => /\.test\.ts$|\/fixture\.ts$/.test(file)
const sources = globSync('src/**/*.ts', { cwd: ROOT }).filter((file) => !isTest(file))
const tests = globSync('{src,test,bench}/**/*.test.ts', { cwd: ROOT })

/** Returns our files that a file imports, including type imports. */
function importsOf(file: string): string[] {
  const found = read(file).matchAll(
    /^(?:import|export)\b[^'"]*?from '([^']+)'|^import '([^']+)'|\bimport\('([^']+)'\)/gm,
  )
  return [...found].flatMap(([, from, bare, dynamic]) => {
    const path = from ?? bare ?? dynamic ?? ''
    if (path.startsWith('#')) return [`src/${path.slice(1)}`]
    return path.startsWith('.') ? [normalize(join(dirname(file), path))] : []
  })
}

/** Returns the unit of a file: the folder of a resource, or the folder under src. */
function folderOf(file: string): string {
  const [, folder = '', resource = ''] = file.split('/')
  if (file.split('/').length === 2) return file
  return folder === 'resources' ? `resources/${resource}` : folder
}

const edges = new Map<string, Set<string>>()
for (const file of sources) {
  for (const imported of importsOf(file)) {
    const from = folderOf(file)
    const to = folderOf(imported)
    if (from !== to) edges.set(from, (edges.get(from) ?? new Set()).add(to))
  }
}

/** Returns the circles in which files or folders import each other, including type imports: `['a → b → a']`. */
function circles(imports: Map<string, Iterable<string>>): string[] {
  const found: string[] = []
  const visited = new Set<string>()
  const visit = (node: string, path: string[]) => {
    if (path.includes(node)) return void found.push([...path.slice(path.indexOf(node)), node].join(' → '))
    if (visited.has(node)) return
    for (const next of imports.get(node) ?? []) visit(next, [...path, node])
    visited.add(node)
  }
  for (const node of imports.keys()) visit(node, [])
  return found
}

test('no folders import each other in a circle, and no files do, within a folder or across', () => {
  assert.deepEqual(circles(edges), [])
  assert.deepEqual(circles(new Map(sources.map((file) => [file, importsOf(file)]))), [])
})

const definesRoutes = (file: string) => /^src\/(resources|inbound)\//.test(file) && /\bop\(/.test(read(file))
const routeFiles = sources.filter(definesRoutes)

test('only the list of resources imports their routes', () => {
  const usesRoutes = (file: string) => importsOf(file).some((imported) => routeFiles.includes(imported))
  const exempt = ['src/resources/index.ts']
  assert.deepEqual(
    sources.filter((file) => usesRoutes(file) && !exempt.includes(file)),
    [],
  )
})

/** What several nouns have in common: each of these nouns has the routes in a file of that name (`contacts/tags.ts`). */
const capabilities = new Set(
  routeFiles.flatMap((file) => {
    const [, name = ''] = /^src\/resources\/[\w-]+\/([\w-]+)\.ts$/.exec(file) ?? []
    const folder = `resources/${name}`
    return importsOf(file).some((imported) => folderOf(imported) === folder) ? [folder] : []
  }),
)

test('a capability, such as tags, imports no noun but other capabilities', () => {
  assert.ok(capabilities.has('resources/tags'))
  const imported = [...capabilities].flatMap((folder) => [...(edges.get(folder) ?? [])])
  assert.deepEqual(
    imported.filter(
      (folder) => folder.startsWith('resources/') && folder !== 'resources/references.ts' && !capabilities.has(folder),
    ),
    [],
  )
})

/** Returns the operations of the server: `['DELETE /tags/:id', 'deleteTag']`. */
async function operations(): Promise<[route: string, operationId: string][]> {
  const app = buildApp({ sql: {} as Pool, files: {} as Files, secret: 'a secret' })
  await app.ready()
  const { paths } = (await app.inject('/openapi.json')).json<{
    paths: Record<string, Record<string, { operationId: string }>>
  }>()
  await app.close()
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { operationId }]): [string, string] => [
      `${method.toUpperCase()} ${path.replace(/\{(\w+)\}/g, ':$1')}`,
      operationId,
    ]),
  )
}

test('a search finds every operationId and every path: both are literal, in one file', async () => {
  const texts = routeFiles.map((file) => read(file))
  const found = await operations()
  assert.ok(found.length > 0)
  const offenders = found.filter(([route, id]) => {
    const path = route.slice(route.indexOf(' ') + 1)
    const holders = texts.filter((text) => text.includes(`op('${id}'`))
    return holders.length !== 1 || !holders[0]?.includes(`'${path}'`)
  })
  assert.deepEqual(offenders, [])
})

const TOP = ['channel-accounts', 'resources', 'inbound']

/** The folders that each layer must not import from. */
const BELOW: Record<string, string[]> = {
  lib: [
    ...['http', 'db', 'search', 'events', 'delivery', 'channels', 'channel-accounts', 'files', 'net', 'workspaces'],
    ...['versions', 'resources', 'inbound', 'threads', 'app.ts', 'config.ts', 'settings.ts'],
  ],
  tracing: [
    ...['http', 'db', 'search', 'events', 'delivery', 'channels', 'files', 'net', 'workspaces', 'versions', 'jobs'],
    ...TOP,
  ],
  threads: [
    'http',
    'db',
    'search',
    'events',
    'delivery',
    'channels',
    'files',
    'net',
    'workspaces',
    'versions',
    'jobs',
    ...TOP,
  ],
  content: [
    ...['http', 'db', 'search', 'events', 'delivery', 'channels', 'files', 'net', 'workspaces', 'versions', 'jobs'],
    ...TOP,
  ],
  net: ['http', 'db', 'files', 'search', 'events', 'delivery', 'channels', 'workspaces', 'jobs', ...TOP],
  files: ['http', 'net', 'search', 'events', 'delivery', 'channels', 'workspaces', 'jobs', ...TOP],
  versions: ['http', 'db', 'search', 'events', 'delivery', 'channels', 'workspaces', ...TOP],
  db: ['http', 'files', 'net', 'search', 'events', 'delivery', 'channels', ...TOP],
  channels: ['http', 'db', 'files', 'delivery', ...TOP],
  delivery: ['http', 'search', ...TOP],
  'channel-accounts': ['http', 'search', 'resources', 'inbound'],
  jobs: ['http', 'search', 'events', 'delivery', 'channels', ...TOP],
  events: ['http', 'files', 'search', 'delivery', 'channels', ...TOP],
  search: ['events', 'delivery', 'channels', ...TOP],
  http: ['files', 'search', 'events', 'delivery', 'channels', ...TOP],
}

test('no layer imports from a layer above it', () => {
  const offences = Object.entries(BELOW).flatMap(([layer, above]) =>
    [...(edges.get(layer) ?? [])].flatMap((to) => {
      const reached = above.find((name) => to === name || to.startsWith(`${name}/`) || to === `src/${name}`)
      return reached ? [`${layer} → ${to}`] : []
    }),
  )
  assert.deepEqual(offences, [])
})

test('OpenTelemetry is loaded only by the start of a server whose settings name a collector', () => {
  const importing = (pattern: RegExp) => sources.filter((file) => pattern.test(read(file)))
  assert.deepEqual(importing(/['"]@opentelemetry\//), ['src/tracing/sdk.ts'])
  assert.deepEqual(importing(/tracing\/sdk\.ts/), ['src/commands/tracing.ts'])
  assert.match(
    read('src/commands/tracing.ts'),
    /=== undefined\) return undefined\n.*await import\('#tracing\/sdk\.ts'\)/,
  )
})

test('only main.ts ends the process and only config.ts reads the environment', () => {
  const using = (pattern: RegExp) => sources.filter((file) => pattern.test(read(file)))
  assert.deepEqual(using(/process\.exit\(/), ['src/main.ts'])
  // The library for test suites passes its environment on to the server.
  assert.deepEqual(using(/process\.env\b/), ['src/config.ts', 'src/testing/index.ts'])
})

const statementsOf = (file: string): string[] => statementsIn(read(file))

const HOMES_OF_SQL =
  /^src\/(backup|db|search|events|delivery|channel-accounts|jobs|workspaces)\/|(queries|search|fragments|measures)\.ts$/

test('SQL is in queries.ts, search.ts, fragments.ts, measures.ts and a few folders', () => {
  const holds = (file: string) =>
    statementsOf(file).some((statement) => /\b(select|insert into|update|delete from)\b/i.test(statement))
  const exempt = ['src/http/health.ts'] // `select 1`
  assert.deepEqual(
    sources.filter((file) => !HOMES_OF_SQL.test(file) && holds(file) && !exempt.includes(file)),
    [],
  )
})

const schema = globSync('migrations/*.sql', { cwd: ROOT }).map(read).join('\n')
const tables = [...schema.matchAll(/^create table (\w+)/gm)].map(([, table]) => table as string)

/** Writes from other folders than the table's own, and the reasons. */
const FOREIGN_WRITES = new Set([
  // Removes old rows of every workspace.
  'idempotency_keys of src/jobs/housekeeping.ts',
  'received_messages of src/jobs/housekeeping.ts',
  // A workspace is created with its admins.
  'admins of src/workspaces/queries.ts',
  // … and with the default states of tickets.
  'ticket_states of src/workspaces/queries.ts',
  // … and with a help center.
  'help_centers of src/workspaces/queries.ts',
  'help_center_names of src/workspaces/queries.ts',
  // … and with a brand.
  'brands of src/workspaces/queries.ts',
  // A contact's message is written with the conversation that it starts, in one statement; messages/ imports
  // conversations/, not the other way round.
  'messages of src/resources/conversations/start/queries.ts',
  'messages of src/resources/conversations/tickets/queries.ts',
])

const WRITE = /\b(?:insert into|update|delete from)\s+(\w+)/g

/** Returns the tables that a file writes. */
const writtenBy = (file: string): string[] =>
  [...statementsOf(file).join('\n').matchAll(WRITE)]
    .map(([, table]) => table as string)
    .filter((table) => tables.includes(table))

test('a table is written by one folder; others use what that folder exports', () => {
  const writers = new Map<string, Set<string>>()
  const used = new Set<string>()
  for (const file of sources) {
    for (const table of writtenBy(file)) {
      const write = `${table} of ${file}`
      if (FOREIGN_WRITES.has(write)) used.add(write)
      else writers.set(table, (writers.get(table) ?? new Set()).add(folderOf(file)))
    }
  }
  const shared = [...writers].filter(([, folders]) => folders.size > 1)
  assert.deepEqual(Object.fromEntries(shared.map(([table, folders]) => [table, [...folders]])), {})
  assert.deepEqual(used, FOREIGN_WRITES)
})

/** Tables of the server, not of a workspace. */
const SERVERS_OWN = [
  'workspaces',
  'migrations',
  'server_key',
  'unclaimed_files',
  'job_workers',
  'reply_domains',
  'help_center_names',
  'content_words_walk',
]
const tenants = tables.filter((table) => !SERVERS_OWN.includes(table))

/** Files whose statements apply to all workspaces. */
const OF_EVERY_WORKSPACE = /^src\/jobs\/housekeeping\.ts$|^src\/events\/repair-order\.ts$|\/measures\.ts$/

// Inserts need no check: the column has no default.
test('every statement on a table of a workspace names the workspace', () => {
  const touches = new RegExp(`\\b(?:from|join|update)\\s+(${tenants.join('|')})\\b`)
  const offences = sources
    .filter((file) => !OF_EVERY_WORKSPACE.test(file))
    .flatMap((file) =>
      statementsOf(file)
        .filter((statement) => touches.test(statement) && !statement.includes('workspace_id'))
        .map((statement) => `${file}: ${statement.trim().slice(0, 100)}`),
    )
  assert.deepEqual(offences, [])
})

/** Their rows have no identity: values are found by themselves, and counts are only summed. */
const WITHOUT_KEY = ['contact_values', 'company_values', 'conversation_values', 'ticket_values', 'object_counts']

test('every primary key and unique index of a workspace’s table begins with the workspace', () => {
  for (const table of tenants) {
    const [, definition = ''] =
      new RegExp(`create (?:unlogged )?table ${table} \\(([\\s\\S]*?)\\n\\)`).exec(schema) ?? []
    if (!WITHOUT_KEY.includes(table))
      assert.match(definition, /primary key \(workspace_id[,)]/, `the primary key of ${table}`)
    for (const [, columns = ''] of definition.matchAll(/foreign key \(([^)]*)\)/g)) {
      assert.match(columns, /^workspace_id, /, `a foreign key of ${table}`)
    }
  }
  const unique = [...schema.matchAll(/create unique index \w+ on (\w+) \(([^)]*)/g)]
  for (const [, table = '', columns = ''] of unique.filter(([, table]) => tenants.includes(table as string))) {
    assert.match(columns, /^workspace_id, /, `a unique index of ${table}`)
  }
})

/** Files that read versions from requests and settings, and set defaults. */
const KNOW_VERSIONS =
  /^src\/(versions\/|http\/(version|reference|openapi\/document)\.ts|workspaces\/|app\.ts|config\.ts|settings\.ts|setting-kinds\.ts)/

test('handlers check for a change by its name, and compare no versions', () => {
  const offenders = sources.filter((file) => {
    if (KNOW_VERSIONS.test(file)) return false
    const imports = read(file).matchAll(/^import (?!type)\{([^}]*)\} from '#versions\/versions\.ts'/gm)
    const imported = [...imports].flatMap(([, names = '']) => names.split(','))
    return imported.some((name) => !/^\s*type /.test(name)) || /\bversion (===|!==) '/.test(read(file))
  })
  assert.deepEqual(offenders, [])
})

test('files stay under 300 lines, tests under 600', () => {
  const long = (files: string[], limit: number) => files.filter((file) => read(file).split('\n').length - 1 > limit)
  assert.deepEqual(long(sources, 300), [])
  assert.deepEqual(long(tests, 600), [])
})

test('every file says in its first line what it is for', () => {
  const silent = [...sources, ...tests].filter((file) => !/^(#!.*\n)?(\/\/|\/\*\*)/.test(read(file)))
  assert.deepEqual(silent, [])
})
