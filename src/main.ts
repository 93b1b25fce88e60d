#!/usr/bin/env node
// The command line. Only this file ends the process.
import cluster from 'node:cluster'
import { mkdtempSync, rmSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command } from 'commander'
import type { Roles } from '#commands/serve.ts'
import type { Storage } from '#commands/storage.ts'
import { ensureHome, environmentWith, isGiven, readConfig, WrongSetting } from '#config.ts'
import { freePort } from '#lib/free-port.ts'
import { numberFrom } from '#lib/kinds.ts'
import { listenForStop, type Stopping, StopRequested } from '#lib/stopping.ts'
import { print, table } from '#lib/terminal.ts'
import { settingsTable } from '#settings.ts'
import about from '../package.json' with { type: 'json' }

const FAILED = 1
const USED_WRONGLY = 2

/** After a request to stop, the process has this long to finish current work; then the rest is aborted. */
const IN_ORDER_MS = 4_000
/** Then PostgreSQL ends within this time even if it hangs, and so does the process. */
const ABORT_MS = 500
/** With several processes, the first one has this much longer, so that the others can abort theirs. */
const CHILDREN_MS = 1_000
const MOST_PROCESSES = 64

// Compiled code is cached within the installation, where only its owner can write.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/interphone'))

ensureHome()

const program = new Command('interphone')
  .description(about.description)
  .version(about.version)
  .configureHelp({ subcommandTerm: (command) => command.name() })

server('serve', { api: true, worker: true }, 'run the server: API and delivery worker (the default command)')
server('api', { api: true, worker: false }, 'run only the API; workers run separately on the same DATABASE_URL')
server('worker', { api: false, worker: true }, 'run only a delivery worker')

program
  .command('migrate')
  .description('migrate the database to this release, as each start does')
  .action(() =>
    withStorage(async ({ migrated }) =>
      print(migrated.length ? `Applied ${migrated.join(', ')}` : 'The database is up to date.'),
    ),
  )

const token = program.command('token').description('create, list and revoke access tokens')
const ofWorkspace = ['-w, --workspace <id>', 'the workspace of the token (default: the first one)'] as const

token
  .command('create')
  .description('create a token and print it; it cannot be shown again')
  .option(...ofWorkspace)
  .option('-n, --name <name>', 'what it is for', 'Created on the command line')
  .option('-s, --scopes <scopes>', 'the scopes that limit it, such as read_conversations,read_admins (default: all)')
  .action((options) => withStorage(async ({ sql }) => (await tokens()).createToken(sql, options)))

token
  .command('list')
  .description('list the tokens, without their texts')
  .option(...ofWorkspace)
  .action((options) => withStorage(async ({ sql }) => (await tokens()).showTokens(sql, options)))

token
  .command('revoke <id>')
  .description('revoke a token; `token list` shows its id')
  .option(...ofWorkspace)
  .action((id, options) => withStorage(async ({ sql }) => (await tokens()).endToken(sql, id, options)))

program
  .command('sign-in [email]')
  .description('print a link with which a teammate signs in, once and within an hour (default: the first admin)')
  .option('-w, --workspace <id>', 'to this workspace (default: the first one)')
  .action((email, options) =>
    withStorage(async ({ sql }) =>
      (await import('#commands/sign-in.ts')).printSignIn(sql, readConfig(), email, options),
    ),
  )

const workspace = program.command('workspace').description('create and list workspaces')

workspace
  .command('create <name>')
  .description('create a workspace and print its id and a token')
  .option('--demo', 'fill it with demo data')
  .action((name, options) => withStorage(async ({ sql }) => (await workspaces()).addWorkspace(sql, name, options)))

workspace
  .command('list')
  .description('list the workspaces')
  .action(() => withStorage(async ({ sql }) => (await workspaces()).showWorkspaces(sql)))

workspace
  .command('allow-all-ips <id>')
  .description('turn off the IP allowlist of a workspace, if no caller is on it any more')
  .action((id) => withStorage(async ({ sql }) => (await workspaces()).allowAllIps(sql, id)))

const domain = program.command('domain').description('list, assign and release the reply domains of workspaces')

domain
  .command('list')
  .description('list the reply domains, and whose they are')
  .action(() => withStorage(async ({ sql }) => (await domains()).showDomains(sql)))

domain
  .command('assign <domain> <workspace>')
  .description('give a reply domain to a workspace, whoever has it')
  .action((name, id) => withStorage(async ({ sql }) => (await domains()).assignDomain(sql, name, id)))

domain
  .command('release <domain>')
  .description('let any workspace claim a domain that no account uses')
  .action((name) => withStorage(async ({ sql }) => (await domains()).releaseDomain(sql, name)))

program
  .command('demo')
  .description('create another workspace, filled with demo data')
  .action(() => withStorage(async ({ sql }) => (await workspaces()).addWorkspace(sql, 'Demo', { demo: true })))

program
  .command('backup <file>')
  .description('write everything to a file, also while the server runs: database, attached files, key')
  .action((file) => withStorage(async (storage) => (await backups()).backup(storage, readConfig(), file)))

program
  .command('restore <file>')
  .description('restore a backup into an empty data directory or database')
  .action((file) =>
    withStorage(async (storage) => (await backups()).restore(storage, readConfig(), file), { is_bare: true }),
  )

program
  .command('seed <file>')
  .description('make the contacts, conversations and so on of a YAML or JSON file, unless they are there')
  .option('-w, --workspace <id>', 'into this workspace (default: the first one)')
  .action((file, options) => withStorage(async (storage) => (await seeds()).seed(storage, readConfig(), file, options)))

program
  .command('export')
  .description('write a seed file of what a workspace has: interphone export > seed.yaml')
  .option('-w, --workspace <id>', 'of this workspace (default: the first one)')
  .action((options) => withStorage(async (storage) => (await seeds()).exportFile(storage, readConfig(), options)))

program
  .command('hosts')
  .description('for clients that always call api.intercom.io: explain, set up, and undo')
  .option('--set-up', 'make a certificate for the name, with an authority of this machine, and say what else to do')
  .option('--write-hosts-file', 'also lead the name to this machine')
  .option('--undo', 'remove what was added')
  .option('--hosts-file <path>', 'instead of that of the system')
  .action(async (options) => (await import('#commands/hosts.ts')).hosts(readConfig(), options))

program
  .command('reset')
  .description("delete all of this server's data: database, secrets, attached files")
  .option('-y, --yes', 'do not ask')
  .action(async ({ yes }) => (await import('#commands/reset.ts')).reset(readConfig(), { yes, stopping: listen() }))

/** In a checkout the sources run, in the npm package JavaScript. */
const [START, RUN] = import.meta.filename.endsWith('.ts')
  ? ['npm start', 'npm run interphone --']
  : ['npx interphone', 'npx interphone']
const EXAMPLES = [
  [START, 'try it: everything in ./data, nothing is really sent'],
  [`${RUN} sign-in`, 'another link to the Console'],
  [`${RUN} token create`, 'a token for another program'],
  [`${RUN} workspace create CI`, 'a separate workspace'],
  [`PORT=4000 ${START}`, 'listen on another port'],
] as const
const settings = table(settingsTable().map(([name, fallback, about]) => [`  ${name}`, fallback, about]))

program.addHelpText(
  'after',
  `
All commands but serve, api, worker and reset also work while a server is running.

Settings, from the environment:
${settings.join('\n')}

Examples:
${table(EXAMPLES.map(([line, about]) => [`  ${line}`, about])).join('\n')}`,
)

/** Without a command, but with options of a server or without anything, the server runs. */
function commandLine(): string[] {
  const [first] = process.argv.slice(2)
  const is_server = first === undefined || (first.startsWith('-') && !/^(-h|--help|-V|--version)$/.test(first))
  return is_server ? [...process.argv.slice(0, 2), 'serve', ...process.argv.slice(2)] : process.argv
}

program.parseAsync(commandLine()).catch((error: Error) => {
  const isBug = error instanceof TypeError || error instanceof ReferenceError
  process.stderr.write(`${isBug ? error.stack : error.message}\n`)
  process.exit(exitCodeOf(error))
})

type ServerOptions = {
  stopWithParent?: boolean
  port?: string
  token?: string
  ephemeral?: boolean
  seed?: string
  processes?: string
}

function server(name: string, roles: Roles, description: string) {
  const command = program
    .command(name)
    .description(description)
    .option('--port <port>', 'as PORT; 0 is one that is free')
    .option('--token <token>', 'as INTERPHONE_TOKEN')
    .option('--ephemeral', 'keep the data in a directory that is removed at the end')
    .option(
      '--seed <file>',
      'apply a seed file to the first workspace, as `interphone seed` does, before requests are accepted',
    )
    .option('--stop-with-parent', 'stop when the program that started it ends, as npm start does')
    .action(async (options) => runUntilStopped(roles, options))
  if (roles.api)
    command.option('--processes <number>', 'API processes that share the port; deliveries then have one of their own')
}

/** Exits with 0 if the server stopped in order, also if the stop was requested during the start. */
async function runUntilStopped(roles: Roles, { stopWithParent, ephemeral, seed, ...options }: ServerOptions) {
  const directory = ephemeral ? mkdtempSync(join(tmpdir(), 'interphone-')) : undefined
  const given = {
    ...(options.port !== undefined && { PORT: options.port === '0' ? String(await freePort()) : options.port }),
    ...(options.token !== undefined && { INTERPHONE_TOKEN: options.token }),
    ...(directory && { INTERPHONE_DATA_DIR: directory }),
  }
  const config = readConfig(environmentWith(given))
  const processes = numberOfProcesses(options.processes)
  const stopping = listen(stopWithParent, IN_ORDER_MS + (processes > 1 ? CHILDREN_MS : 0))
  if (cluster.isPrimary) stopping.requested.addEventListener('abort', () => print('Stopping.'))
  const remove = () => directory && rmSync(directory, { recursive: true, force: true, maxRetries: 20 })
  process.on('exit', remove)
  const run = { ...roles, is_ephemeral: !!directory, seed }
  const running =
    processes > 1
      ? (await import('#commands/processes/run.ts')).runProcesses(
          config,
          {
            ...run,
            processes,
            environment: { ...given, ...(!isGiven('RATE_LIMIT_SHARED') && { RATE_LIMIT_SHARED: '1' }) },
          },
          stopping,
        )
      : (await import('#commands/serve.ts')).serve(config, run, stopping)
  await running.catch((error) => {
    if (!stopping.requested.aborted) throw error
  })
  process.exit(stopping.overdue.aborted ? FAILED : 0)
}

/** @throws WrongSetting */
function numberOfProcesses(text = '1'): number {
  const number = numberFrom(1, MOST_PROCESSES).read(text)
  if (number === undefined)
    throw new WrongSetting(`--processes must be ${numberFrom(1, MOST_PROCESSES).must_be}, not "${text}".`)
  return number
}

function listen(with_parent = false, in_order_ms = IN_ORDER_MS): Stopping {
  const stopping = listenForStop({ in_order_ms, with_parent })
  stopping.overdue.addEventListener('abort', () => {
    process.stderr.write(
      `Not finished after ${in_order_ms / 1000} s: the rest is aborted. Everything that was answered is stored.\n`,
    )
    setTimeout(() => process.exit(FAILED), ABORT_MS)
  })
  return stopping
}

async function withStorage(work: (storage: Storage) => Promise<void>, options: { is_bare?: boolean } = {}) {
  const config = readConfig()
  const stopping = listen()
  const storage = await import('#commands/storage.ts')
  const log = (line: string) => void process.stderr.write(`${line}\n`)
  await storage.withStorage({ ...config, ...options, log, stopping }, work)
}

function exitCodeOf(error: Error): number {
  if (error instanceof StopRequested) return error.exit_code
  return error instanceof WrongSetting ? USED_WRONGLY : FAILED
}

const tokens = () => import('#commands/tokens.ts')
const seeds = () => import('#commands/seed.ts')
const backups = () => import('#commands/backup.ts')
const domains = () => import('#commands/domains.ts')
const workspaces = () => import('#commands/workspaces.ts')
