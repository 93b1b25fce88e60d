#!/usr/bin/env node
// The command line. Nothing else ends the process.
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { Command } from 'commander'
import type { Roles } from '#commands/serve.ts'
import type { Storage } from '#commands/storage.ts'
import { readConfig, settingsTable, WrongSetting } from '#config.ts'
import { print, table } from '#lib/terminal.ts'
import about from '../package.json' with { type: 'json' }

const FAILED = 1
const USED_WRONGLY = 2

/** A server that was told to stop is gone after this long, come what may. */
const STOPPED_WITHIN_MS = 4_800

// What is stripped and compiled once is loaded from there afterwards: within the installation, for its owner alone to write.
enableCompileCache(join(import.meta.dirname, '../node_modules/.cache/interphone'))

const program = new Command('interphone').description(about.description).version(about.version)

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

const settings = table(settingsTable().map(([name, otherwise, meaning]) => [`  ${name}`, otherwise, meaning]))

program.addHelpText(
  'after',
  `
All commands but serve, api and worker also work while a server is running.

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
  process.exit(error instanceof WrongSetting ? USED_WRONGLY : FAILED)
})

function server(name: string, roles: Roles, description: string) {
  program
    .command(name)
    .description(description)
    .action(async () => runUntilTold(roles))
}

/** Runs a server until SIGTERM or SIGINT; a second one of these ends it on the spot. */
async function runUntilTold(roles: Roles) {
  const told = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const)
      process.once(signal, () => {
        setTimeout(() => process.exit(FAILED), STOPPED_WITHIN_MS).unref()
        resolve()
      })
  })
  const config = readConfig()
  const { serve } = await import('#commands/serve.ts')
  const stop = await serve(config, roles)
  await told
  await stop()
  process.exit()
}

async function withStorage(work: (storage: Storage) => Promise<void>) {
  const config = readConfig()
  const storage = await import('#commands/storage.ts')
  await storage.withStorage(config, (line) => process.stderr.write(`${line}\n`), work)
}

const tokens = () => import('#commands/tokens.ts')
const workspaces = () => import('#commands/workspaces.ts')
