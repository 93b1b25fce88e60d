// The server of a test: in this process, with its own database and a workspace.
import assert from 'node:assert/strict'
import { after } from 'node:test'
import { buildApp } from '#app.ts'
import type { Files } from '#files/files.ts'
import type { App } from '#http/op.ts'
import { REFUSALS, statusesOf } from '#http/openapi/responses.ts'
import { egressPolicy } from '#net/egress.ts'
import { type CreatedWorkspace, createWorkspace } from '#workspaces/create.ts'
import { type Workspace, workspaceOf } from '#workspaces/workspace.ts'
import { checkContract } from './contract.ts'
import { type TestDatabase, testDatabase } from './database.ts'
import { type FileOptions, testFiles } from './files.ts'

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has, and asserts on it
export type Answer = { status: number; body: any; headers: Record<string, unknown>; text: string }

export type CallOptions = { token?: string | null; version?: string; headers?: Record<string, string> }

/** `await call('POST /tags', { name: 'VIP' }, { version: '2.11' })` */
export type Call = (route: string, body?: unknown, options?: CallOptions) => Promise<Answer>

export const SECRET = 'a secret for tests'

/** The addresses that accounts and fetches in tests may use: the peers on this machine. */
export const NEARBY = egressPolicy({ allowed: ['127.0.0.0/8', '::1'] })

export type TestAppOptions = Partial<Omit<Parameters<typeof buildApp>[0], 'sql' | 'files'>> & FileOptions

export type TestApp = {
  app: App
  database: TestDatabase
  files: Files
  /** The first workspace, and its token. */
  created: CreatedWorkspace
  workspace: Workspace
  /** Calls as the first workspace. */
  call: Call
  /** Creates another workspace, with calls as it. */
  another(name?: string): Promise<{ created: CreatedWorkspace; workspace: Workspace; call: Call }>
}

export async function testApp({ storage, largest, ...options }: TestAppOptions = {}): Promise<TestApp> {
  const database = await testDatabase()
  const files = await testFiles(database.sql, { ...(storage && { storage }), ...(largest && { largest }) })
  const app = buildApp({
    ...{ sql: database.sql, files, secret: SECRET, check_contracts: true, fetch_attachments: true },
    egress: NEARBY,
    ...options,
  })
  const undescribed = refusalsNotDescribed(app)
  after(async () => {
    await app.close()
    await files.close()
    await database.close()
    assert.deepEqual([...undescribed], [], 'refusals that the description of the operation lacks')
  })
  const created = await createWorkspace(database.sql, { name: 'First', is_first: true })

  const as = (created: CreatedWorkspace) => ({
    created,
    workspace: workspaceOf(database.sql, { workspace_id: created.id, admin_id: created.admin_id }),
    call: callWith(app, created.token),
  })
  return {
    app,
    database,
    files,
    ...as(created),
    another: async (name = 'Another') => as(await createWorkspace(database.sql, { name })),
  }
}

/** Collects errors that the API reference does not list for the operation. */
function refusalsNotDescribed(app: App): ReadonlySet<string> {
  const found = new Set<string>()
  app.addHook('onSend', async ({ routeOptions: { config, url = '', method } }, { statusCode }) => {
    const { operation } = config
    if (!operation || !REFUSALS[statusCode]) return
    const statuses = statusesOf({ options: operation, url, method: String(method) })
    if (!statuses.includes(statusCode)) found.add(`${operation.id} ${statusCode}`)
  })
  return found
}

function callWith(app: App, defaultToken: string): Call {
  return async (route, body, { token = defaultToken, version, headers = {} } = {}) => {
    const [method = 'GET', url = '/'] = route.split(' ')
    const answer = await app.inject({
      method: method as 'GET',
      url,
      headers: {
        ...(token !== null && { authorization: `Bearer ${token}` }),
        ...(version && { 'intercom-version': version }),
        ...headers,
      },
      ...(body !== undefined && { payload: body as object }),
    })
    const json = String(answer.headers['content-type']).includes('json')
    const parsed = json ? answer.json() : undefined
    checkContract(method, url, answer.statusCode, json ? parsed : answer.body || undefined, version)
    return { status: answer.statusCode, body: parsed, headers: answer.headers, text: answer.body }
  }
}
