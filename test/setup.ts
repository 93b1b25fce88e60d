// Before the first test: starts PostgreSQL for the whole run, and migrates the template that every test file clones.
import { rmSync } from 'node:fs'
import { chmod, mkdtemp, statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '#db/connect.ts'
import { type Embedded, startEmbedded } from '#db/embedded.ts'
import { migrate } from '#db/migrate.ts'
import { TEMPLATE } from './database.ts'

/** The process of each test file inherits it: without it, half of the time that a file takes is to compile the server. */
const CACHE = new URL('../node_modules/.cache/interphone', import.meta.url).pathname

/** All files of a run are in memory if there is room: to create a cluster or a database then takes half of the CPU. */
const MEMORY = '/dev/shm'
const ROOM_BYTES = 4 * 2 ** 30

const isRoomy = (folder: string): Promise<boolean> =>
  statfs(folder).then(
    ({ bavail, bsize }) => bavail * bsize >= ROOM_BYTES,
    () => false,
  )

let postgres: Embedded | undefined

export async function globalSetup() {
  process.env['NODE_COMPILE_CACHE'] ??= CACHE
  const directory = await mkdtemp(join((await isRoomy(MEMORY)) ? MEMORY : tmpdir(), 'interphone-test-'))
  // The teardown may be cut short by --test-force-exit.
  process.on('exit', () => rmSync(directory, { recursive: true, force: true, maxRetries: 20 }))
  await chmod(directory, 0o711) // Some tests start the server as another account.
  process.env['TMPDIR'] = directory
  postgres = await startEmbedded({
    directory: join(directory, 'server'),
    settings: { fsync: 'off', full_page_writes: 'off' },
  })
  const { database: _, ...server } = postgres.options
  process.env['TEST_POSTGRES'] = JSON.stringify(server)
  const maintenance = connect({ ...server, database: 'postgres', max: 1 })
  await maintenance.unsafe(`create database ${TEMPLATE}`)
  await maintenance.end()
  const template = connect({ ...server, database: TEMPLATE, max: 1 })
  await migrate(template)
  await template.end()
}

export async function globalTeardown() {
  await postgres?.stop()
}
