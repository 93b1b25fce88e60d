// Notes on companies: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'

const UNKNOWN = '0123456789abcdef01234567'
const NO_COMPANY = [{ code: 'company_not_found', message: 'Company Not Found' }]
const NOT_FOUND = [{ code: 'not_found', message: 'Resource Not Found' }]

const t = await testApp()
const { sql } = t.database

let made = 0
const aCompany = async () => (await t.call('POST /companies', { company_id: `company ${++made}` })).body.id as string
const write = (company: string, body: unknown, options = {}) =>
  t.call(`POST /companies/${company}/notes`, body, options)
const list = async (company: string, query = '') => (await t.call(`GET /companies/${company}/notes${query}`)).body
const idsIn = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id)

test('without a token, or without the scope, nothing is shown or written', async () => {
  const company = await aCompany()
  const text = newTokenText()
  const scopes = ['read_admins']
  await insertToken(sql, t.created.id, text, { name: 'Limited', admin_id: t.created.admin_id, scopes }, new Date())
  for (const route of [`GET /companies/${company}/notes`, `POST /companies/${company}/notes`]) {
    const body = route.startsWith('POST') ? { body: 'Hello' } : undefined
    assert.equal((await t.call(route, body, { token: null })).status, 401, route)
    assert.equal((await t.call(route, body, { token: text })).status, 403, route)
  }
  assert.equal((await list(company)).total_count, 0)
})

test('notes on companies are listed since 2.15 and written since 2.16', async () => {
  const company = await aCompany()
  for (const [route, version] of [
    [`GET /companies/${company}/notes`, '2.14'],
    [`POST /companies/${company}/notes`, '2.15'],
  ] as const) {
    const { status, body } = await t.call(route, route.startsWith('POST') ? { body: 'x' } : undefined, { version })
    assert.deepEqual([status, body.errors[0].code], [400, 'intercom_version_invalid'])
  }
  assert.equal((await t.call(`GET /companies/${company}/notes`, undefined, { version: '2.15' })).status, 200)
  assert.equal((await write(company, { body: 'x' }, { version: '2.16' })).status, 200)
})

test('a company that is unknown, archived or of another workspace is a 404, before anything else is checked', async () => {
  const { body: theirs } = await (await t.another()).call('POST /companies', { company_id: 'theirs' })
  const archived = await aCompany()
  await t.call(`DELETE /companies/${archived}`)
  for (const company of [UNKNOWN, 'none', theirs.id, archived]) {
    for (const body of [{ body: 'Hello' }, { body: ' ' }, { body: 'Hello', admin_id: '1' }]) {
      const { status, body: answer } = await write(company, body)
      assert.deepEqual([status, answer.errors], [404, NO_COMPANY])
    }
    assert.deepEqual((await list(company)).errors, NO_COMPANY)
  }
})

test('an unknown admin is a 404, a note without text a 400, and no note is written', async () => {
  const company = await aCompany()
  const other = await t.another()
  for (const admin_id of ['1', 'nobody', other.created.admin_id]) {
    const { status, body } = await write(company, { body: 'Hello', admin_id })
    assert.deepEqual([status, body.errors], [404, NOT_FOUND])
  }
  for (const body of [undefined, {}, { body: null }, { body: 7 }, { body: ' ' }, { body: '<p></p>' }])
    assert.equal((await write(company, body)).status, 400)
  assert.equal((await list(company)).total_count, 0)
})

test('a note on a company has its company, in every version', async () => {
  const company = await aCompany()
  const { status, body } = await write(company, { body: 'Hello' })
  assert.equal(status, 200)
  const { id, created_at, author, ...note } = body
  assert.ok(Math.abs(created_at - Date.now() / 1000) < 60)
  assert.equal(author.id, t.created.admin_id)
  assert.deepEqual(note, { type: 'note', company: { type: 'company', id: company }, body: '<p>Hello</p>' })
  for (const version of ['2.16', 'Preview'])
    assert.deepEqual((await t.call(`GET /notes/${id}`, undefined, { version })).body, body)
  for (const version of ['2.8', '2.11', '2.15'])
    assert.deepEqual((await t.call(`GET /notes/${id}`, undefined, { version })).body, { ...body, contact: null })
})

test('notes are listed newest first, and a company shows the newest ten', async () => {
  const company = await aCompany()
  const ids: string[] = []
  for (let number = 0; number < 12; number++) ids.unshift((await write(company, { body: `Note ${number}` })).body.id)
  await write(await aCompany(), { body: 'Of another' })
  const first = await list(company, '?per_page=5')
  assert.deepEqual([idsIn(first), first.total_count], [ids.slice(0, 5), 12])
  const cursor = encodeURIComponent(first.pages.next.starting_after)
  assert.deepEqual(idsIn(await list(company, `?per_page=5&starting_after=${cursor}`)), ids.slice(5, 10))
  assert.deepEqual(idsIn(await list(company, '?per_page=5&page=4')), [])

  const { notes } = (await t.call(`GET /companies/${company}`)).body
  const whole = (await list(company)).data.slice(0, 10)
  assert.deepEqual(notes, {
    type: 'note.list',
    data: ids.slice(0, 10).map((id) => ({ type: 'note', id, url: `/notes/${id}` })),
    notes: whole,
    ...{ url: `/companies/${company}/notes`, total_count: 12, has_more: true },
  })
})

test('a note moves updated_at of its company, and causes one event with a snapshot', async () => {
  const other = await t.another()
  await sql`update workspaces set listened_topics = '{note.created}' where id = ${other.created.id}`
  const { body: company } = await other.call('POST /companies', { company_id: 'acme' })
  const long_ago = new Date('2024-01-01')
  await sql`update companies set updated_at = ${long_ago} where workspace_id = ${other.created.id}`
  const { body: note } = await other.call(`POST /companies/${company.id}/notes`, { body: 'Hello' })
  assert.ok((await other.call(`GET /companies/${company.id}`)).body.updated_at > long_ago.getTime() / 1000)
  assert.deepEqual(await topicsOf(other.workspace, company.id), ['company.created'])
  const [event] = await sql`
    select object_id, snapshot from events where workspace_id = ${other.created.id} and topic = 'note.created'`
  assert.deepEqual(event, { object_id: note.id, snapshot: note })
})
