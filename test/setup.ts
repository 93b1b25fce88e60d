// Before the first test: starts PostgreSQL for the whole run, and migrates the template that every test file clones.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '#db/connect.ts'
import { type Embedded, startEmbedded } from '#db/embedded.ts'
import { migrate } from '#db/migrate.ts'
import { TEMPLATE } from './database.ts'

/** The process of each test file inherits it: without it, half of the time that a file takes is to compile the server. */
const CACHE = new URL('../node_modules/.cache/interphone', import.meta.url).pathname

let postgres: Embedded | undefined
let directory: string

export async function globalSetup() {
  process.env['NODE_COMPILE_CACHE'] ??= CACHE
  directory = await mkdtemp(join(tmpdir(), 'interphone-test-'))
  postgres = await startEmbedded({ directory, settings: { fsync: 'off', full_page_writes: 'off' } })
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
  await rm(directory, { recursive: true, force: true })
}
