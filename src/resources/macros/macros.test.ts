// Macros: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IntercomClient } from 'intercom-client'
import { createWorkspace } from '#workspaces/create.ts'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { aContact } from '../../../test/factories.ts'
import { listeningServer } from '../../../test/sdk/server.ts'

const t = await listeningServer()

const NOT_FOUND = [{ code: 'not_found', message: 'Macro not found' }]
type Macro = { id: string; name: string; updated_at: string }

const aMacro = async (body: object = {}, call = t.call) =>
  (await call('POST /extensions/macros', { name: 'Hi', ...body })).body

const aTeam = async (admin_ids: string[], call = t.call) =>
  (await call('POST /extensions/teams', { name: 'Team', admin_ids })).body.id as string

async function anotherAdmin(): Promise<string> {
  const { sql, id } = t.workspace
  const [admin] = await sql<{ id: string }[]>`
    insert into admins (workspace_id, name, email, created_at) values (${id}, 'Other', ${`${Math.random()}@example.com`}, now()) returning id`
  return admin!.id
}

test('without a token, or without the scope, no macro is shown', async () => {
  const { id } = await aMacro()
  const token = newTokenText()
  const limited = { name: 'Limited', admin_id: t.created.admin_id, scopes: ['read_admins'] }
  await insertToken(t.database.sql, t.created.id, token, limited, new Date())
  for (const route of ['GET /macros', `GET /macros/${id}`]) {
    const { status, body } = await t.call(route, undefined, { token: null })
    assert.deepEqual([status, body.errors], [401, [{ code: 'unauthorized', message: 'Access Token Invalid' }]])
    const refused = await t.call(route, undefined, { token })
    const message = 'You do not have the required scope (read_conversations) to access this resource'
    assert.deepEqual([refused.status, refused.body.errors], [403, [{ code: 'forbidden', message }]])
  }
  for (const route of ['POST /extensions/macros', `PUT /extensions/macros/${id}`, `DELETE /extensions/macros/${id}`])
    assert.equal((await t.call(route, { name: 'x' }, { token: null })).status, 401)
})

test('versions before 2.16 do not have macros', async () => {
  const { id } = await aMacro()
  for (const route of ['GET /macros', `GET /macros/${id}`]) {
    for (const version of ['2.15', '2.11']) {
      const { status, body } = await t.call(route, undefined, { version })
      assert.deepEqual([status, body.errors[0].code], [400, 'intercom_version_invalid'])
    }
  }
})

test('an unknown macro is a 404, and so is one of another workspace', async () => {
  const other = await t.another()
  const theirs = await aMacro({}, other.call)
  for (const id of ['999999', 'none', '99999999999999999999', theirs.id]) {
    for (const route of [`GET /macros/${id}`, `PUT /extensions/macros/${id}`, `DELETE /extensions/macros/${id}`]) {
      const { status, body } = await t.call(route, route.startsWith('PUT') ? { name: 'Mine' } : undefined)
      assert.deepEqual([status, body.errors], [404, NOT_FOUND], route)
    }
  }
  assert.equal((await other.call(`GET /macros/${theirs.id}`)).body.name, 'Hi')
})

test('a wrong time or cursor is a 400', async () => {
  for (const since of ['yesterday', '-1', '1.5', '99999999999', '9999999999999', '', '2026-01-01']) {
    const { status, body } = await t.call(`GET /macros?updated_since=${since}`)
    const message = 'Invalid updated_since timestamp'
    assert.deepEqual([status, body.errors], [400, [{ code: 'parameter_invalid', message }]], since)
  }
  const cursors = [
    'x',
    '[]',
    '[1,2]',
    '["1","2"]',
    '[1e99,"2"]',
    '[-1,"2"]',
    '[1,"x"]',
    '[1,"9999999999999999999"]',
    '{}',
    'null',
  ]
  for (const cursor of cursors) {
    const { status, body } = await t.call(`GET /macros?starting_after=${encodeURIComponent(btoa(cursor))}`)
    assert.deepEqual([status, body.errors[0].code], [400, 'client_error'], cursor)
  }
})

test('a macro that makes no sense is a 400 that names the field', async () => {
  const { id } = await aMacro()
  const other = await t.another()
  const theirs = await aTeam([other.created.admin_id], other.call)
  const teams = (...ids: unknown[]) => ({ visible_to: 'specific_teams', visible_to_team_ids: ids })
  const cases: [body: object, names: RegExp][] = [
    [{ name: '' }, /^name/],
    [{ name: '  ' }, /^name/],
    [{ name: 7 }, /^name/],
    [{ name: 'x'.repeat(256) }, /^name/],
    [{ body: 7 }, /^body/],
    [{ body: '<script>alert(1)</script>' }, /^body has nothing/],
    [{ body: 'x'.repeat(50_001) }, /^body/],
    [{ visible_to: 'nobody' }, /^visible_to must be one of everyone, specific_teams/],
    [{ visible_to: 'specific_teams' }, /^visible_to_team_ids is required/],
    [teams(), /^visible_to_team_ids is required/],
    [teams('999999'), /^visible_to_team_ids names 999999/],
    [teams(theirs), /^visible_to_team_ids names/],
    [teams({}), /^visible_to_team_ids.0/],
    [{ visible_to: 'everyone', visible_to_team_ids: [theirs] }, /^visible_to_team_ids must be empty/],
    [{ available_on: [] }, /^available_on/],
    [{ available_on: ['phone'] }, /^available_on/],
  ]
  for (const [body, names] of cases) {
    for (const [route, sent] of [
      ['POST /extensions/macros', { name: 'x', ...body }],
      [`PUT /extensions/macros/${id}`, body],
    ] as const) {
      const answer = await t.call(route, sent)
      assert.deepEqual([answer.status, answer.body.errors[0].code], [400, 'parameter_invalid'], JSON.stringify(body))
      assert.match(answer.body.errors[0].message, names)
    }
  }
  assert.equal((await t.call('POST /extensions/macros', {})).body.errors[0].message, 'name is required')
})

test('a macro of teams is shown to their members alone, in lists too', async () => {
  const other = await anotherAdmin()
  const [ours, theirs] = [await aTeam([t.created.admin_id]), await aTeam([other])]
  const hidden = await aMacro({ visible_to: 'specific_teams', visible_to_team_ids: [theirs] })
  assert.deepEqual(hidden.visible_to_team_ids, [theirs])
  const { status, body } = await t.call(`GET /macros/${hidden.id}`)
  assert.deepEqual([status, body.errors], [404, NOT_FOUND])
  const shown = await aMacro({ visible_to: 'specific_teams', visible_to_team_ids: [theirs, Number(ours), ours] })
  assert.deepEqual(shown.visible_to_team_ids, [theirs, ours])
  assert.equal((await t.call(`GET /macros/${shown.id}`)).status, 200)
  const listed = (await t.call('GET /macros?per_page=150')).body.data.map(({ id }: Macro) => id)
  assert.deepEqual([listed.includes(hidden.id), listed.includes(shown.id)], [false, true])
  const opened = await t.call(`PUT /extensions/macros/${hidden.id}`, { visible_to: 'everyone' })
  assert.deepEqual(opened.body.visible_to_team_ids, [])
  assert.equal((await t.call(`GET /macros/${hidden.id}`)).status, 200)
})

test('a macro is created, shown, changed and deleted', async () => {
  const body = `<p onclick="x()">Hi {{user.name | fallback: 'there'}},</p><p>{{teammate.name}}</p>`
  const made = await t.call('POST /extensions/macros', { name: ' Greeting ', body })
  assert.equal(made.status, 200)
  const { id, created_at, updated_at, ...rest } = made.body
  assert.match(created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.equal(updated_at, created_at)
  assert.deepEqual(rest, {
    type: 'macro',
    name: 'Greeting',
    body: '<p>Hi <attribute key="user.name" default="there"/>,</p><p><attribute key="teammate.name"/></p>',
    body_text: "Hi {{user.name | fallback: 'there'}},\n\n{{teammate.name}}",
    visible_to: 'everyone',
    visible_to_team_ids: [],
    available_on: ['inbox', 'messenger'],
  })
  for (const version of ['2.16', 'Preview'])
    assert.deepEqual((await t.call(`GET /macros/${id}`, undefined, { version })).body, made.body)
  const plain = await t.call(`PUT /extensions/macros/${id}`, {
    body: 'Is {{a.b}} < 3?',
    available_on: ['inbox', 'inbox'],
  })
  assert.equal(plain.body.body, '<p>Is <attribute key="a.b"/> &lt; 3?</p>')
  assert.equal(plain.body.body_text, 'Is {{a.b}} < 3?')
  assert.deepEqual([plain.body.name, plain.body.available_on], ['Greeting', ['inbox']])
  const empty = await t.call(`PUT /extensions/macros/${id}`, { body: null })
  assert.deepEqual([empty.body.body, empty.body.body_text], [null, null])
  const deleted = await t.call(`DELETE /extensions/macros/${id}`)
  assert.deepEqual([deleted.status, deleted.text], [204, ''])
  assert.equal((await t.call(`GET /macros/${id}`)).status, 404)
})

test('two changes of different fields at once are both kept', async () => {
  const { id } = await aMacro()
  const changes = [{ name: 'Both' }, { body: 'Hello' }, { available_on: ['messenger'] }]
  await Promise.all(changes.map((change) => t.call(`PUT /extensions/macros/${id}`, change)))
  const { body } = await t.call(`GET /macros/${id}`)
  assert.deepEqual([body.name, body.body_text, body.available_on], ['Both', 'Hello', ['messenger']])
})

test('macros are listed last updated first, in pages that show each once, and filtered by their last update', async () => {
  const { call, workspace } = await t.another()
  assert.deepEqual((await call('GET /macros')).body, {
    ...{ type: 'list', data: [] },
    pages: { type: 'pages', per_page: 50, next: null },
  })
  for (let n = 0; n < 7; n++) await aMacro({ name: `${n}` }, call)
  await workspace.sql`
    update macros set updated_at = ${new Date('2026-05-01T00:00:00.123Z')} where workspace_id = ${workspace.id} and name >= '5'`
  await workspace.sql`
    update macros set updated_at = to_timestamp(${1_780_000_000}::int + name::int) where workspace_id = ${workspace.id} and name < '5'`
  const seen: string[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < 9; pages++) {
    const { body } = await call(
      `GET /macros?per_page=2${cursor ? `&starting_after=${encodeURIComponent(cursor)}` : ''}`,
    )
    seen.push(...body.data.map(({ name }: Macro) => name))
    assert.equal(body.pages.per_page, 2)
    if (!body.pages.next) break
    cursor = body.pages.next.starting_after as string
    const [time, id] = JSON.parse(atob(cursor))
    assert.deepEqual([typeof time, typeof id], ['number', 'string'])
  }
  assert.deepEqual(seen, ['4', '3', '2', '1', '0', '6', '5'])
  const since = (await call(`GET /macros?updated_since=${1_780_000_003}`)).body.data
  assert.deepEqual(
    since.map(({ name }: Macro) => name),
    ['4', '3'],
  )
  for (const [asked, used] of [
    ['0', 1],
    ['151', 150],
    ['-5', 1],
  ])
    assert.equal((await call(`GET /macros?per_page=${asked}`)).body.pages.per_page, used)
})

test('a macro is filled for a conversation: its contact, the admin of the token, itself', async () => {
  const contact = await aContact(t.workspace, { name: 'Anna Karenina <3', email: 'anna@example.com' })
  const started = await t.call('POST /conversations', { from: { type: 'user', id: contact }, body: 'Hello' })
  const { conversation_id } = started.body
  const body = [
    "<p>{{user.first_name}} {{contact.last_name}}, {{user.phone | fallback: 'no phone'}}, {{teammate.id}}</p>",
    '<p>{{conversation.id}} {{conversation.state}} <a href="https://example.com">{{user.email}}</a></p>',
  ].join('')
  const { id } = await aMacro({ body })
  const path = `/extensions/conversations/${conversation_id}/macros/${id}`
  assert.deepEqual((await t.call(`GET ${path}`)).body, {
    ...{ type: 'filled_macro', id, conversation_id },
    body:
      `<p>Anna Karenina &lt;3, no phone, ${t.created.admin_id}</p>` +
      `<p>${conversation_id} open <a href="https://example.com">anna@example.com</a></p>`,
    body_text:
      `Anna Karenina <3, no phone, ${t.created.admin_id}\n\n` +
      `${conversation_id} open anna@example.com (https://example.com)`,
  })
  const empty = await aMacro()
  const { body: filled } = await t.call(`GET /extensions/conversations/${conversation_id}/macros/${empty.id}`)
  assert.deepEqual([filled.body, filled.body_text], [null, null])
  await t.call(`DELETE /contacts/${contact}`)
  const { body: gone } = await t.call(`GET ${path}`)
  assert.match(gone.body_text, /^ , no phone, |^, no phone, /)
})

test('the demo has a macro for everyone and one for a team, which a reset of the sandbox leaves', async () => {
  const { fillWithDemo } = await import('#resources/index.ts')
  const created = await createWorkspace(t.database.sql, { name: 'Demo' })
  await t.database.sql.begin((sql) => fillWithDemo(sql, created))
  const as = { token: created.token }
  await t.call('POST /extensions/sandbox/reset', undefined, as)
  const { body } = await t.call('GET /macros', undefined, as)
  assert.deepEqual(body.data.map(({ visible_to }: { visible_to: string }) => visible_to).sort(), [
    'everyone',
    'specific_teams',
  ])
  const given = (await t.call('GET /extensions/demo', undefined, as)).body.data
  const names = given.filter(({ type }: { type: string }) => type === 'macro').map(({ name }: Macro) => name)
  assert.deepEqual(names, ['Greeting', 'Refund'])
})

test('SDK 7: its unstable client lists and shows macros', async () => {
  const { created, call } = await t.another()
  const made = await aMacro({ body: 'Hi {{user.name}}' }, call)
  const client = new IntercomClient({ token: created.token, baseUrl: t.url })
  const options = { headers: { 'Intercom-Version': 'Preview' } }
  const { data, pages } = await client.unstable.macros.listMacros({ per_page: 5, updated_since: 0 }, options)
  assert.deepEqual([data?.[0]?.id, pages?.per_page, pages?.next], [made.id, 5, null])
  const shown = await client.unstable.macros.getMacro({ id: made.id }, options)
  assert.equal(shown?.body, '<p>Hi <attribute key="user.name"/></p>')
})
