#!/usr/bin/env node
// The command line. Nothing else ends the process.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { Command } from 'commander'
import type { Roles } from '#commands/serve.ts'
import type { Storage } from '#commands/storage.ts'
import { readConfig, settingsTable, WrongSetting } from '#config.ts'
import { listenForStop, type Stopping, StopRequested } from '#lib/stopping.ts'
import { print, table } from '#lib/terminal.ts'
import about from '../package.json' with { type: 'json' }

const FAILED = 1
const USED_WRONGLY = 2

/** Asked to stop, the process has this long to finish what is under way; then that is cut off. */
const IN_ORDER_MS = 4_000
/** PostgreSQL ends in this time even if it hangs; then the process does. */
const CUT_OFF_MS = 500

// What is stripped and compiled once is loaded from there afterwards: within the installation, for its owner alone to write.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/interphone'))

const program = new Command('interphone')
  .description(about.description)
  .version(about.version)
  .configureHelp({ subcommandTerm: (command) => command.name() })

server('serve', { api: true, worker: true }, 'run the server: API and delivery worker (what npm start does)')
server('api', { api: true, worker: false }, 'run the API alone, beside workers on the same DATABASE_URL')
server('worker', { api: false, worker: true }, 'run a delivery worker alone')

program
  .command('migrate')
  .description('bring the database to this release, as each start does')
  .action(() =>
    withStorage(async ({ migrated }) =>
      print(migrated.length ? `Applied ${migrated.join(', ')}` : 'The database is up to date.'),
    ),
  )

const token = program.command('token').description('create, list and revoke access tokens')
const ofWorkspace = ['-w, --workspace <id>', 'whose token it is (default: the first workspace)'] as const

token
  .command('create')
  .description('make a token and print it; it cannot be shown again')
  .option(...ofWorkspace)
  .option('-n, --name <name>', 'what it is for', 'Made on the command line')
  .action((options) => withStorage(async ({ sql }) => (await tokens()).createToken(sql, options)))

token
  .command('list')
  .description('show what tokens there are, without their texts')
  .option(...ofWorkspace)
  .action((options) => withStorage(async ({ sql }) => (await tokens()).showTokens(sql, options)))

token
  .command('revoke <id>')
  .description('end a token; the id is the one that `token list` shows')
  .option(...ofWorkspace)
  .action((id, options) => withStorage(async ({ sql }) => (await tokens()).endToken(sql, id, options)))

const workspace = program.command('workspace').description('create and list workspaces')

workspace
  .command('create <name>')
  .description('make a workspace and print its id and a token')
  .option('--demo', 'fill it with a demo')
  .action((name, options) => withStorage(async ({ sql }) => (await workspaces()).addWorkspace(sql, name, options)))

workspace
  .command('list')
  .description('show what workspaces there are')
  .action(() => withStorage(async ({ sql }) => (await workspaces()).showWorkspaces(sql)))

program
  .command('demo')
  .description('make another workspace, filled with a demo')
  .action(() => withStorage(async ({ sql }) => (await workspaces()).addWorkspace(sql, 'Demo', { demo: true })))

program
  .command('reset')
  .description("delete all of this server's data: database, secrets, attached files")
  .option('-y, --yes', 'do not ask')
  .action(async ({ yes }) => (await import('#commands/reset.ts')).reset(readConfig(), { yes, stopping: listen() }))

const settings = table(settingsTable().map(([name, otherwise, meaning]) => [`  ${name}`, otherwise, meaning]))

program.addHelpText(
  'after',
  `
All commands but serve, api, worker and reset also work while a server is running.

Settings, from the environment:
${settings.join('\n')}

Examples:
  npm start                            try it: everything in ./data, nothing is really sent
  npm run interphone -- token create          a token for another program
  npm run interphone -- workspace create CI   a workspace apart from the others
  PORT=4000 npm start                  listen elsewhere`,
)

program.parseAsync().catch((error: Error) => {
  const isBug = error instanceof TypeError || error instanceof ReferenceError
  process.stderr.write(`${isBug ? error.stack : error.message}\n`)
  process.exit(exitCodeOf(error))
})

function server(name: string, roles: Roles, description: string) {
  program
    .command(name)
    .description(description)
    .option('--stop-with-parent', 'stop when the program that started it ends, as npm start does')
    .action(async (options) => runUntilStopped(roles, !!options.stopWithParent))
}

/** Exits with 0 if the server stopped in order, also if the stop was requested during the start. */
async function runUntilStopped(roles: Roles, with_parent: boolean) {
  const config = readConfig()
  const stopping = listen(with_parent)
  stopping.requested.addEventListener('abort', () => print('Stopping.'))
  const { serve } = await import('#commands/serve.ts')
  await serve(config, roles, stopping).catch((error) => {
    if (!stopping.requested.aborted) throw error
  })
  process.exit(stopping.overdue.aborted ? FAILED : 0)
}

function listen(with_parent = false): Stopping {
  const stopping = listenForStop({ in_order_ms: IN_ORDER_MS, with_parent })
  stopping.overdue.addEventListener('abort', () => {
    process.stderr.write(
      `Not finished after ${IN_ORDER_MS / 1000} s: the rest is cut off. What was answered is kept.\n`,
    )
    setTimeout(() => process.exit(FAILED), CUT_OFF_MS)
  })
  return stopping
}

async function withStorage(work: (storage: Storage) => Promise<void>) {
  const config = readConfig()
  const stopping = listen()
  const storage = await import('#commands/storage.ts')
  const log = (line: string) => void process.stderr.write(`${line}\n`)
  await storage.withStorage({ ...config, log, stopping }, work)
}

function exitCodeOf(error: Error): number {
  if (error instanceof StopRequested) return error.exit_code
  return error instanceof WrongSetting ? USED_WRONGLY : FAILED
}

const tokens = () => import('#commands/tokens.ts')
const workspaces = () => import('#commands/workspaces.ts')
