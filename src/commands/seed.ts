// The commands that apply a seed file to a workspace, and write one; and the seed of a server that starts.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { buildApp } from '#app.ts'
import { allowedPrivateAddresses, type Config } from '#config.ts'
import type { Pool } from '#db/sql.ts'
import { workerSignal } from '#delivery/signals.ts'
import { type Files, openFiles } from '#files/files.ts'
import { print } from '#lib/terminal.ts'
import { egressPolicy } from '#net/egress.ts'
import { type Applied, applySeed } from '#seed/apply.ts'
import { type Call, callsOf } from '#seed/call.ts'
import { exportSeed } from '#seed/export.ts'
import { lockSeeds } from '#seed/queries.ts'
import { findFirstAdmin } from '#workspaces/queries.ts'
import { deleteToken, insertToken, newTokenText } from '#workspaces/tokens.ts'
import { fileStorage } from './file-storage.ts'
import { secretKey } from './secrets.ts'
import type { Storage } from './storage.ts'
import { workspaceNamed } from './workspaces.ts'

type Named = { workspace?: string }

export const seed = (storage: Storage, config: Config, path: string, { workspace }: Named): Promise<void> => {
  const file = readSeed(path)
  return withFiles(storage, config, workspace, async (server, id) =>
    print(...reportOf(await seedWorkspace(server, id, file))),
  )
}

/** Writes to stdout. */
export const exportFile = (storage: Storage, config: Config, { workspace }: Named): Promise<void> =>
  withFiles(storage, config, workspace, async (server, id) =>
    print((await asWorkspace(server, id, (call) => exportSeed({ sql: server.sql, workspace_id: id, call }))).trimEnd()),
  )

/** Other processes are told of deliveries that the work makes. */
async function withFiles(
  { sql }: Storage,
  config: Config,
  workspace: string | undefined,
  work: (server: Server, workspace_id: string) => Promise<void>,
): Promise<void> {
  const { id } = await workspaceNamed(sql, workspace)
  const files = openFiles({ sql, storage: await fileStorage(config), largest: config.attachment_max_mb * 2 ** 20 })
  const stop = workerSignal.forward(sql)
  try {
    await work({ sql, config, files }, id)
  } finally {
    stop()
    await files.close()
  }
}

const STDIN = '-'

/** Returns the text, and the name by which errors call it. @throws Error with one sentence if it cannot be read */
export function readSeed(path: string): { text: string; file: string } {
  try {
    return path === STDIN
      ? { text: readFileSync(0, 'utf8'), file: 'stdin' }
      : { text: readFileSync(path, 'utf8'), file: basename(path) }
  } catch (error) {
    throw new Error(`The seed ${path} cannot be read: ${(error as Error).message}`, { cause: error })
  }
}

type Server = { sql: Pool; config: Config; files: Files }

/** One seed at a time applies to a workspace. */
export const seedWorkspace = (server: Server, workspace_id: string, file: { text: string; file: string }) =>
  asWorkspace(server, workspace_id, (call) =>
    server.sql.begin(async (transaction) => {
      await lockSeeds(transaction, workspace_id)
      return applySeed({ sql: server.sql, workspace_id, call }, file)
    }),
  ) as Promise<Applied>

export function reportOf({ created, changed, unchanged, left }: Applied): string[] {
  const counts = `${created} made, ${changed} changed, ${unchanged} as they were`
  return [
    created + changed + left.length === 0 ? `Nothing to do: ${counts}.` : `Seeded: ${counts}.`,
    ...left.map((place) => `${place} has changed in the file, and what was made before cannot be changed.`),
  ]
}

/** Calls an app without rate limits and network, with a token that ends with the work. */
async function asWorkspace<Result>(
  { sql, config, files }: Server,
  workspace_id: string,
  work: (call: Call) => Promise<Result>,
): Promise<Result> {
  const { public_url, attachment_link_days, fetch_attachments } = config
  const app = buildApp({
    ...{ sql, files, public_url, attachment_link_days, fetch_attachments, secret: secretKey(config) },
    egress: egressPolicy({ allowed: allowedPrivateAddresses(config).channels }),
  })
  const admin = await findFirstAdmin(sql, workspace_id)
  const text = newTokenText()
  const token = await insertToken(sql, workspace_id, text, { name: 'Seed', admin_id: admin.id }, new Date())
  try {
    await app.ready()
    return await work(callsOf(app, text))
  } finally {
    await app.close()
    if (token) await deleteToken(sql, workspace_id, token.id)
  }
}
