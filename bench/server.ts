// The measured server: a process of its own on its embedded PostgreSQL with default settings, and access to its data.
import { setTimeout as sleep } from 'node:timers/promises'
import { connect } from '#db/connect.ts'
import { runningEmbedded } from '#db/embedded/running.ts'
import type { Pool } from '#db/sql.ts'
import { type ServerProcess, serverProcess } from '../test/server-process.ts'

export type Measured = ServerProcess & {
  sql: Pool
  workspace: { workspace_id: string; admin_id: string }
}

/** The server's default; the comparison gets the same. */
export const POOL_SIZE = 10

/** Runs `work` with a server that has `contacts` contacts, and removes it afterwards. */
export async function withServer<Result>(
  {
    contacts,
    ...options
  }: {
    contacts: number
    command?: 'serve' | 'api'
    environment?: Record<string, string>
    flags?: readonly string[]
  },
  work: (server: Measured) => Promise<Result>,
): Promise<Result> {
  const server = await serverProcess(options)
  try {
    server.start()
    await server.ready()
    const sql = connect({ ...runningEmbedded(server.directory), max: POOL_SIZE })
    const [workspace] = await sql<[Measured['workspace']]>`
      select workspaces.id as workspace_id, min(admins.id)::text as admin_id
      from workspaces join admins on workspace_id = workspaces.id group by workspaces.id`
    await fill(sql, workspace.workspace_id, contacts)
    const result = await work({ ...server, sql, workspace })
    await sql.end({ timeout: 1 })
    return result
  } finally {
    await server.remove()
  }
}

/** Returns the id of contact number n, as `fill` creates it. */
export const idOf = (n: number): string => n.toString(16).padStart(24, '0')
export const emailOf = (n: number): string => `contact-${n}@example.com`

async function fill(sql: Pool, workspace_id: string, contacts: number): Promise<void> {
  await sql`
    insert into contacts (workspace_id, id, role, external_id, email, name, custom_attributes, created_at, updated_at)
    select ${workspace_id}, lpad(to_hex(n), 24, '0'), 'user', 'customer-' || n, 'contact-' || n || '@example.com',
      'Contact ' || n, jsonb_build_object('plan', 'pro', 'seats', n % 50), at, at
    from generate_series(0, ${contacts} - 1) as n, lateral (select now() - n * interval '1 second' as at) as moment`
  await sql`vacuum analyze contacts`
  await sql`checkpoint`
}

/** Returns milliseconds: the longest answer of /healthz, which is asked all the time while `work` runs. */
export async function longestAnswer(url: string, work: () => Promise<void>): Promise<number> {
  let longest = 0
  let stopping = false
  async function watch() {
    while (!stopping) {
      const sent = performance.now()
      await (await fetch(`${url}/healthz`)).text()
      longest = Math.max(longest, performance.now() - sent)
      await sleep(5)
    }
  }
  const watching = watch()
  await work()
  stopping = true
  await watching
  return longest
}
