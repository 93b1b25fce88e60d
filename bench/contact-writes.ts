// Creating and touching a contact, compared with the bare statement: the cost of the tables that searches read.
import { createHash, randomUUID } from 'node:crypto'
import { objectId } from '#lib/ids.ts'
import { createContact } from '#resources/contacts/create.ts'
import { atomically, workspaceOf } from '#workspaces/workspace.ts'
import { alternate, perSecond, type Row, rateOf, type Size } from './figures.ts'
import { load, wire } from './load.ts'
import { idOf, type Measured, POOL_SIZE, withServer } from './server.ts'

const CONTACTS = 60_000
const AT_ONCE = 64
const ATTRIBUTES = { plan: 'string', seats: 'integer', city: 'string', score: 'float', is_vip: 'boolean' } as const
const VALUES = { plan: 'pro', seats: 7, city: 'Valparaíso', score: 0.5, is_vip: false }

export function measureContactWrites({ quick }: Size): Promise<Row[]> {
  const seconds = quick ? 2 : 4
  const rounds = quick ? 3 : 6
  return withServer({ contacts: CONTACTS, command: 'api' }, async (server) => {
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' }
    for (const [name, data_type] of Object.entries(ATTRIBUTES)) {
      const body = JSON.stringify({ name, model: 'contact', data_type })
      await fetch(`${server.url}/data_attributes`, { method: 'POST', headers, body })
    }
    const created = await alternate(
      rounds,
      async () =>
        (await load({ url: server.url, connections: AT_ONCE, request: creation(server), seconds })).per_second,
      () => rateOf({ seconds, at_once: POOL_SIZE }, () => createOne(server)),
    )
    const inserted = await alternate(
      rounds,
      () => rateOf({ seconds, at_once: POOL_SIZE }, () => insertOne(server)),
      () =>
        withoutTriggers(server, 'contacts_inserted', () =>
          rateOf({ seconds, at_once: POOL_SIZE }, () => insertOne(server)),
        ),
    )
    const touched = await alternate(
      rounds,
      () => rateOf({ seconds, at_once: POOL_SIZE }, () => touchOne(server)),
      () =>
        withoutTriggers(server, 'contacts_changed', () =>
          rateOf({ seconds, at_once: POOL_SIZE }, () => touchOne(server)),
        ),
    )
    return [
      {
        measure: '`POST /contacts` with five attributes',
        against: `the same statements by the bare driver, ${POOL_SIZE} connections`,
        ours: perSecond(created.ours),
        theirs: perSecond(created.theirs),
        ratio: created.ratio.toFixed(2),
        goal: '≥ 0.60',
        limit:
          'the statements beside the insert: locks of the email and the external id, the look-up of duplicates, the event',
      },
      {
        measure: 'an insert of a contact, in SQL',
        against: 'the same without the tables for searches',
        ours: perSecond(inserted.ours),
        theirs: perSecond(inserted.theirs),
        ratio: inserted.ratio.toFixed(2),
        goal: '≥ 0.60',
        limit: 'the rows of its values and texts, each with an index entry, and the trigram index',
      },
      {
        measure: 'an update of `last_contacted_at`, in SQL',
        against: 'the same without triggers',
        ours: perSecond(touched.ours),
        theirs: perSecond(touched.theirs),
        ratio: touched.ratio.toFixed(2),
        goal: '≥ 0.95',
        limit: 'the trigger fires for other columns only',
      },
    ]
  })
}

const emailOf = () => `${createHash('sha1').update(randomUUID()).digest('hex').slice(0, 12)}@example.com`

const creation = ({ token }: Measured) => {
  const body = () => ({ role: 'user', email: emailOf(), name: 'Grace Hernandez', custom_attributes: VALUES })
  return () => wire('POST', '/contacts', token, body())
}

const createOne = ({ sql, workspace }: Measured) =>
  atomically(workspaceOf(sql, workspace), (workspace) =>
    createContact(workspace, { role: 'user', email: emailOf(), name: 'Grace Hernandez', custom_attributes: VALUES }),
  )

const insertOne = ({ sql, workspace: { workspace_id } }: Measured) => {
  const at = new Date()
  const row = { workspace_id, id: objectId(at), role: 'user', email: emailOf(), name: 'Grace Hernandez' }
  return sql`
    insert into contacts ${sql({ ...row, custom_attributes: sql.json(VALUES), created_at: at, updated_at: at } as never)}`
}

const touchOne = ({ sql, workspace: { workspace_id } }: Measured) => sql`
  update contacts set last_contacted_at = now()
  where workspace_id = ${workspace_id} and id = ${idOf(Math.floor(Math.random() * CONTACTS))}`

async function withoutTriggers<Result>({ sql }: Measured, name: string, work: () => Promise<Result>): Promise<Result> {
  await sql`alter table contacts disable trigger ${sql(name)}`
  try {
    return await work()
  } finally {
    await sql`alter table contacts enable trigger ${sql(name)}`
  }
}
