// Members of a body that an operation does not know are ignored. None of them reaches a column: they could move a row to
// another workspace.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fillWithDemo } from '#resources/index.ts'
import { testApp } from './app.ts'

/** Names of columns that many tables have, and one that none has. */
const EXTRA = {
  ...{ zzz: 1, workspace_id: 'zzz', id: '999', created_at: 1, updated_at: 1, version: 7, kind: 'webhook' },
  ...{ position: '1.1', state_reason: 'x', is_default: true, is_first: true, consent_type: 'opt_in' },
}

type Described = { requestBody?: { content: Record<string, { example?: object }> } }

const t = await testApp()

test('a body with members that are not known is answered or refused, and moves nothing', async () => {
  await t.database.sql.begin((sql) => fillWithDemo(sql, t.created))
  const { paths } = (await t.call('GET /openapi.json')).body as { paths: Record<string, Record<string, Described>> }
  const { data } = (await t.call('GET /extensions/demo')).body as { data: { id: string }[] }
  const ids = [...new Set(['1', '2', ...data.map(({ id }) => id)])]
  for (const [path, methods] of Object.entries(paths))
    for (const [method, { requestBody }] of Object.entries(methods)) {
      if (!requestBody || method === 'delete') continue
      const example = requestBody.content['application/json']?.example ?? {}
      for (const id of path.includes('{') ? ids : [''])
        for (const body of [EXTRA, { ...example, ...EXTRA }]) {
          const route = `${method.toUpperCase()} ${path.replace(/\{\w+\}/g, id)}`
          const { status, text } = await t.call(route, body)
          assert.ok(status < 500, `${route}: ${text}`)
        }
    }
  const tables = await t.database.sql<{ name: string }[]>`
    select table_name as name from information_schema.columns
    where table_schema = current_schema() and column_name = 'workspace_id'`
  for (const { name } of tables)
    assert.equal((await t.database.sql`select from ${t.database.sql(name)} where workspace_id = 'zzz'`).count, 0, name)
})
