// The SQL of the most frequent requests: the number of statements, and the indexes that they use.
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { buildApp } from '#app.ts'
import { connect } from '#db/connect.ts'
import { testApp } from '../../../test/app.ts'
import { serverOptions } from '../../../test/database.ts'

const t = await testApp()
const { sql, id: workspace_id } = t.workspace

await sql`
  insert into contacts (workspace_id, id, role, email, created_at, updated_at)
  select ${workspace_id}, lpad(to_hex(n), 24, '0'), 'user', 'someone-' || n || '@example.com', now(), now()
  from generate_series(1, 3000) n`
const [tag] = await sql`
  insert into tags (workspace_id, name, created_at) values (${workspace_id}, 'VIP', now()) returning id`
await sql`
  insert into taggings (workspace_id, object_type, object_id, tag_id, applied_at)
  select ${workspace_id}, 'contact', lpad(to_hex(n), 24, '0'), ${tag!['id']}, now() from generate_series(1, 200) n`

type Statement = { text: string; parameters: unknown[] }
let statements: Statement[] = []
const watched = connect({
  ...serverOptions(),
  database: t.database.name,
  max: 1,
  debug: (_connection, text, parameters) => void statements.push({ text, parameters }),
})
const app = buildApp({ sql: watched, files: t.files, secret: 'secret' })
after(async () => {
  await app.close()
  await watched.end()
})

/** Returns the statements on contacts that a request causes. */
async function statementsOf(method: 'GET' | 'POST', url: string, payload?: object): Promise<Statement[]> {
  const headers = { authorization: `Bearer ${t.created.token}` }
  statements = []
  const answer = await app.inject({ method, url, headers, ...(payload && { payload }) })
  assert.equal(answer.statusCode, 200, answer.body)
  return statements.filter(({ text }) => text.includes('from contacts'))
}

async function planOf({ text, parameters }: Statement): Promise<string> {
  const rows = await sql.unsafe(`explain (costs off) ${text}`, parameters as never[])
  return rows.map((row) => row['QUERY PLAN']).join('\n')
}

const SOMEONE = '000000000000000000000007'

test('a search by email uses its index, also before there are statistics, and needs no count', async () => {
  const body = { query: { field: 'email', operator: '=', value: 'SOMEONE-7@example.com' } }
  const [only, ...others] = await statementsOf('POST', '/contacts/search', body)
  assert.equal(others.length, 0)
  assert.match(await planOf(only!), /Index Scan using contacts_by_email/)
  await sql`analyze contacts`
  assert.match(await planOf(only!), /Index Scan using contacts_by_email/)
})

test('a contact is shown with one statement', async () => {
  const [only, ...others] = await statementsOf('GET', `/contacts/${SOMEONE}`)
  assert.equal(others.length, 0)
  assert.match(await planOf(only!), /Index Scan using contacts_pkey/)
})

test('a page of contacts with their tags is one statement', async () => {
  const [page, ...others] = await statementsOf('GET', '/contacts?per_page=150')
  assert.equal(others.length, 0)
  assert.match(await planOf(page!), /Index Scan Backward using contacts_pkey/)
})
