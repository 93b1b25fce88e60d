// Notes on contacts: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { IntercomClient, IntercomError } from 'intercom-client'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { topicsOf } from '../../../test/events.ts'
import { aContact } from '../../../test/factories.ts'
import { listeningServer } from '../../../test/sdk/server.ts'

const UNKNOWN = '0123456789abcdef01234567'
const NO_USER = [{ code: 'not_found', message: 'User Not Found' }]
const NOT_FOUND = [{ code: 'not_found', message: 'Resource Not Found' }]

const t = await listeningServer()
const { sql } = t.database
const { admin_id } = t.created

const write = (contact: string, body: unknown, options = {}) => t.call(`POST /contacts/${contact}/notes`, body, options)
const list = async (contact: string, query = '') => (await t.call(`GET /contacts/${contact}/notes${query}`)).body
const idsIn = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id)

/** Writes notes one after the other, and returns their ids, newest first. */
async function notesOn(contact: string, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let number = 1; number <= count; number++)
    ids.unshift((await write(contact, { body: `Note ${number}` })).body.id)
  return ids
}

test('without a token, or without the scope, nothing is shown or written', async () => {
  const contact = await aContact(t.workspace)
  const text = newTokenText()
  await insertToken(sql, t.created.id, text, { name: 'Limited', admin_id, scopes: ['read_admins'] }, new Date())
  for (const route of [`GET /contacts/${contact}/notes`, `POST /contacts/${contact}/notes`, 'GET /notes/1']) {
    const body = route.startsWith('POST') ? { body: 'Hello' } : undefined
    const refused = await t.call(route, body, { token: null })
    assert.equal(refused.status, 401, route)
    assert.deepEqual(refused.body.errors, [{ code: 'unauthorized', message: 'Access Token Invalid' }])
    assert.equal((await t.call(route, body, { token: text })).status, 403, route)
  }
  assert.equal((await list(contact)).total_count, 0)
})

test('a contact that is unknown, archived or of another workspace is a 404, before anything else is checked', async () => {
  const theirs = await aContact((await t.another()).workspace)
  const archived = await aContact(t.workspace, { archived_at: new Date() })
  for (const contact of [UNKNOWN, 'nobody', theirs, archived]) {
    for (const body of [{ body: 'Hello' }, { body: ' ' }, { body: 'Hello', admin_id: '1' }]) {
      const { status, body: answer } = await write(contact, body)
      assert.deepEqual([status, answer.errors], [404, NO_USER])
    }
    assert.deepEqual((await list(contact)).errors, NO_USER)
  }
})

test('an admin that is unknown or of another workspace is a 404, and no note is written', async () => {
  const contact = await aContact(t.workspace)
  const other = await t.another()
  for (const admin of ['1', 'nobody', '99999999999999999999', other.created.admin_id]) {
    const { status, body } = await write(contact, { body: 'Hello', admin_id: admin })
    assert.deepEqual([status, body.errors], [404, NOT_FOUND], admin)
  }
  assert.equal((await list(contact)).total_count, 0)
})

test('a note that is unknown or of another workspace is a 404', async () => {
  const other = await t.another()
  const contact = await aContact(other.workspace)
  const { body: theirs } = await other.call(`POST /contacts/${contact}/notes`, { body: 'Theirs' })
  for (const id of ['999999', 'none', '99999999999999999999', theirs.id]) {
    const { status, body } = await t.call(`GET /notes/${id}`)
    assert.deepEqual([status, body.errors], [404, NOT_FOUND], id)
  }
})

test('a note without text is a 400', async () => {
  const contact = await aContact(t.workspace)
  const refused: [body: unknown, code: string, names: RegExp][] = [
    [{}, 'parameter_not_found', /body/],
    [undefined, 'parameter_invalid', /body/],
    [{ body: null }, 'parameter_invalid', /body/],
    [{ body: 7 }, 'parameter_invalid', /body/],
    [{ body: 'x'.repeat(250_001) }, 'parameter_invalid', /body/],
    [{ body: 'Hello', admin_id: {} }, 'parameter_invalid', /admin_id/],
    [{ body: ' \n' }, 'parameter_invalid', /^Body is required$/],
    [{ body: '<p> </p><script>x</script>' }, 'parameter_invalid', /^Body is required$/],
  ]
  for (const [body, code, names] of refused) {
    const { status, body: answer } = await write(contact, body)
    assert.deepEqual([status, answer.errors[0].code], [400, code])
    assert.match(answer.errors[0].message, names)
  }
  assert.equal((await list(contact)).total_count, 0)
})

test('a note is written by the admin whom the request names, else by that of the token', async () => {
  const contact = await aContact(t.workspace, { role: 'lead' })
  const [colleague] = await sql<{ id: string }[]>`
    insert into admins (workspace_id, name, email, created_at)
    values (${t.created.id}, 'Ben Brook', 'ben@example.com', now()) returning id`
  const ids = [colleague!.id]
  const [team, second] = await sql<{ id: string }[]>`
    insert into teams (workspace_id, name, distribution_method, admin_ids, secondary_admin_ids)
    values (${t.created.id}, 'Support', 'manual', ${ids}::bigint[], '{}'),
      (${t.created.id}, 'Sales', 'load_balanced', ${ids}::bigint[], ${ids}::bigint[])
    returning id`
  const { status, body } = await write(contact, { body: 'Hello', admin_id: Number(colleague!.id), contact_id: UNKNOWN })
  assert.equal(status, 200)
  const { id, created_at, ...note } = body
  assert.ok(Math.abs(created_at - Date.now() / 1000) < 60)
  assert.deepEqual(note, {
    type: 'note',
    contact: { type: 'contact', id: contact },
    author: {
      type: 'admin',
      id: colleague!.id,
      name: 'Ben Brook',
      email: 'ben@example.com',
      away_mode_enabled: false,
      away_mode_reassign: false,
      away_status_reason_id: null,
      has_inbox_seat: true,
      team_ids: [Number(team!.id), Number(second!.id)],
      team_priority_level: { primary_team_ids: [Number(team!.id)], secondary_team_ids: [Number(second!.id)] },
    },
    body: '<p>Hello</p>',
  })
  assert.deepEqual((await t.call(`GET /notes/${id}`)).body, body)
  const { body: older } = await t.call(`GET /notes/${id}`, undefined, {
    headers: { 'intercom-version': '2.7' },
  })
  assert.equal('team_priority_level' in older.author, false)
  for (const mine of [{ body: 'Hello' }, { body: 'Hello', admin_id: null }])
    assert.equal((await write(contact, mine)).body.author.id, admin_id)
})

test('text becomes paragraphs, and HTML keeps what is safe', async () => {
  const contact = await aContact(t.workspace)
  const cases = [
    ['One\n\n2 < 3', '<p>One</p>\n<p>2 &lt; 3</p>'],
    ['<p>Call <b>Anna</b><script>x</script></p>', '<p>Call <b>Anna</b></p>'],
    ['Call <b>Anna</b>', '<p>Call <b>Anna</b></p>'],
  ]
  for (const [body, html] of cases) assert.equal((await write(contact, { body })).body.body, html)
})

test('notes are listed newest first, by pages, each by its number or by the cursor of the page before', async () => {
  const contact = await aContact(t.workspace)
  assert.deepEqual(await list(contact), {
    type: 'list',
    data: [],
    total_count: 0,
    pages: { type: 'pages', page: 1, next: null, per_page: 50, total_pages: 0 },
  })
  const ids = await notesOn(contact, 5)
  await notesOn(await aContact(t.workspace), 1)
  assert.deepEqual(idsIn(await list(contact)), ids)

  const first = await list(contact, '?per_page=2')
  assert.deepEqual([idsIn(first), first.total_count], [ids.slice(0, 2), 5])
  const [newest] = await notesOn(contact, 1)
  const second = await list(
    contact,
    `?per_page=2&starting_after=${encodeURIComponent(first.pages.next.starting_after)}`,
  )
  assert.deepEqual([idsIn(second), second.pages.page, second.total_count], [ids.slice(2, 4), 2, 6])
  const last = await list(contact, '?per_page=2&page=3')
  assert.deepEqual([idsIn(last), last.pages.next], [[ids[3], ids[4]], null])
  assert.deepEqual(idsIn(await list(contact, '?per_page=2&page=4')), [])
  assert.deepEqual(idsIn(await list(contact, '?page=1&per_page=1')), [newest])
  assert.equal((await list(contact, '?per_page=1000')).pages.per_page, 150)
  assert.equal((await list(contact, '?starting_after=x')).errors[0].code, 'client_error')
})

test('a contact shows its newest ten notes and how many it has, wherever it is shown whole', async () => {
  const contact = await aContact(t.workspace, { external_id: 'noted' })
  const ids = await notesOn(contact, 12)
  const notes = {
    type: 'list',
    data: ids.slice(0, 10).map((id) => ({ type: 'note', id, url: `/notes/${id}` })),
    url: `/contacts/${contact}/notes`,
    total_count: 12,
    has_more: true,
  }
  const query = { field: 'external_id', operator: '=', value: 'noted' }
  assert.deepEqual((await t.call(`GET /contacts/${contact}`)).body.notes, notes)
  assert.deepEqual((await t.call('GET /contacts/find_by_external_id/noted')).body.notes, notes)
  assert.deepEqual((await t.call('POST /contacts/search', { query })).body.data[0].notes, notes)
  assert.deepEqual((await t.call(`PUT /contacts/${contact}`, { name: 'Noted' })).body.notes, notes)
})

test('a note moves updated_at of its contact, and causes one event with a snapshot of the note', async () => {
  const other = await t.another()
  const long_ago = new Date('2024-01-01')
  const contact = await aContact(other.workspace, { updated_at: long_ago })
  await sql`update workspaces set listened_topics = '{note.created}' where id = ${other.created.id}`
  const { body: note } = await other.call(`POST /contacts/${contact}/notes`, { body: 'Hello' })
  assert.ok((await other.call(`GET /contacts/${contact}`)).body.updated_at > long_ago.getTime() / 1000)
  assert.deepEqual(await topicsOf(other.workspace, note.id), ['note.created'])
  assert.deepEqual(await topicsOf(other.workspace, contact), [])
  const [event] = await sql`
    select object_type, actor_type, actor_id, snapshot from events
    where workspace_id = ${other.created.id} and topic = 'note.created'`
  assert.deepEqual(event, {
    object_type: 'note',
    actor_type: 'admin',
    actor_id: other.created.admin_id,
    snapshot: note,
  })
})

test('a note can still be read by its id when its contact is archived', async () => {
  const contact = await aContact(t.workspace)
  const { body: note } = await write(contact, { body: 'Hello' })
  await t.call(`POST /contacts/${contact}/archive`)
  assert.deepEqual((await t.call(`GET /notes/${note.id}`)).body, note)
  assert.equal((await t.call(`GET /contacts/${contact}/notes`)).status, 404)
})

test('of many notes written at once, each is there', async () => {
  const contact = await aContact(t.workspace)
  const written = await Promise.all(
    Array.from({ length: 20 }, (_, number) => write(contact, { body: `Note ${number}` })),
  )
  assert.deepEqual(idsIn(await list(contact)).sort(), written.map(({ body }) => body.id).sort())
})

test('every version has the same note', async () => {
  const contact = await aContact(t.workspace)
  for (const version of ['2.7', '2.8', '2.11', '2.14', '2.16', 'Preview']) {
    const { status, body } = await write(contact, { body: 'Hello' }, { version })
    assert.equal(status, 200, version)
    assert.deepEqual((await t.call(`GET /notes/${body.id}`, undefined, { version })).body, body)
    const { body: listed } = await t.call(`GET /contacts/${contact}/notes?per_page=1`, undefined, { version })
    assert.deepEqual(listed.data, [body])
  }
})

test('SDK 7: notes are created, found, and listed over all pages', async () => {
  const client = new IntercomClient({ token: t.created.token, baseUrl: t.url, maxRetries: 0 })
  const contact_id = await aContact(t.workspace)
  const refused = await client.notes.create({ contact_id: UNKNOWN, body: 'Hello' }).catch((error) => error)
  assert.ok(refused instanceof IntercomError && refused.statusCode === 404)
  const ids: string[] = []
  for (const body of ['One', 'Two', 'Three'])
    ids.unshift((await client.notes.create({ contact_id, body, admin_id })).id as string)
  assert.equal((await client.notes.find({ note_id: Number(ids[0]) })).body, '<p>Three</p>')
  const listed: (string | undefined)[] = []
  for await (const note of await client.notes.list({ contact_id, per_page: 2 })) listed.push(note.id)
  assert.deepEqual(listed, ids)
})
