// Contacts of companies: attached, detached, listed and counted; what an archived company or contact does to them.
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { runJobs } from '#jobs/run.ts'
import { archiveJob } from '#resources/companies/archive.ts'
import { RESOURCES } from '#resources/index.ts'
import { testApp } from '../../../../test/app.ts'
import { topicsOf } from '../../../../test/events.ts'
import { aContact, eventually } from '../../../../test/factories.ts'
import { companyContacts } from './attach.ts'

const UNKNOWN = '0123456789abcdef01234567'
const NO_COMPANY = [{ code: 'company_not_found', message: 'Company Not Found' }]
const NO_USER = [{ code: 'not_found', message: 'User Not Found' }]

const t = await testApp()
const { sql } = t.database

let made = 0
const aCompany = async () => (await t.call('POST /companies', { company_id: `company ${++made}` })).body.id as string
const attach = (contact: string, id: unknown) => t.call(`POST /contacts/${contact}/companies`, { id })
const detach = (contact: string, id: string) => t.call(`DELETE /contacts/${contact}/companies/${id}`)
const show = async (id: string) => (await t.call(`GET /companies/${id}`)).body
const countOf = async (id: string) => (await show(id)).user_count
const companiesOf = async (contact: string) => (await t.call(`GET /contacts/${contact}`)).body.companies
const idsIn = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id)
const archive = (id: string) =>
  archiveJob(companyContacts).run({ sql }, { workspace_id: t.created.id, id, admin_id: t.created.admin_id })

describe('refused, and nothing changes:', () => {
  test('a contact that is unknown, archived or of another workspace', async () => {
    const id = await aCompany()
    const theirs = await aContact((await t.another()).workspace)
    const archived = await aContact(t.workspace, { archived_at: new Date() })
    for (const contact of [UNKNOWN, 'nobody', theirs, archived]) {
      for (const [route, body] of [
        [`POST /contacts/${contact}/companies`, { id }],
        [`POST /contacts/${contact}/companies`, {}],
        [`DELETE /contacts/${contact}/companies/${id}`],
        [`GET /contacts/${contact}/companies`],
      ] as [string, unknown?][]) {
        const answer = await t.call(route, body)
        assert.deepEqual([answer.status, answer.body.errors], [404, NO_USER], route)
      }
    }
    assert.equal(await countOf(id), 0)
  })

  test('a company that is unknown, archived or of another workspace', async () => {
    const contact = await aContact(t.workspace)
    const { body: theirs } = await (await t.another()).call('POST /companies', { company_id: 'theirs' })
    const archived = await aCompany()
    await t.call(`DELETE /companies/${archived}`)
    for (const id of [UNKNOWN, '123', 'none', 123, theirs.id, archived]) {
      const answers = [await attach(contact, id), await detach(contact, String(id))]
      for (const { status, body } of answers) assert.deepEqual([status, body.errors], [404, NO_COMPANY])
    }
    assert.equal((await companiesOf(contact)).total_count, 0)
  })

  test('a body that names no company', async () => {
    const contact = await aContact(t.workspace)
    for (const body of [undefined, null, {}, { id: null }, { id: '' }, { id: {} }, { company_id: 'x' }, [], 'x', 7]) {
      const answer = await t.call(`POST /contacts/${contact}/companies`, body as object)
      if (typeof body === 'string' || typeof body === 'number') assert.ok([400, 415].includes(answer.status))
      else assert.deepEqual(answer.body.errors, [{ code: 'parameter_not_found', message: 'company not specified' }])
    }
  })

  test('a company beyond the thousandth', async () => {
    const { id: workspace_id } = t.created
    const contact = await aContact(t.workspace)
    await sql`
      with made as (
        insert into companies (workspace_id, id, company_id, name, user_count, remote_created_at, created_at, updated_at)
        select ${workspace_id}, 'full' || n, 'full' || n, 'full', 1, now(), now(), now() from generate_series(1, 1000) n
        returning id)
      insert into company_contacts (workspace_id, company_id, contact_id, created_at)
      select ${workspace_id}, id, ${contact}, now() from made`
    const id = await aCompany()
    const { status, body } = await attach(contact, id)
    assert.equal(status, 400)
    assert.deepEqual(body.errors, [
      {
        code: 'contact_company_limit_exceeded',
        message: 'Contact has reached the maximum of 1000 company associations',
      },
    ])
    assert.equal(await countOf(id), 0)
    assert.equal((await attach(contact, 'full7')).status, 200)
    assert.equal((await companiesOf(contact)).total_count, 1000)
  })
})

test('a contact is attached and detached, and each shows the other', async () => {
  const contact = await aContact(t.workspace)
  const id = await aCompany()
  const attached = await attach(contact, id)
  assert.deepEqual([attached.status, attached.body.id, attached.body.user_count], [200, id, 1])
  assert.deepEqual(await show(id), attached.body)
  assert.deepEqual(await companiesOf(contact), {
    type: 'list',
    data: [{ id, type: 'company', url: `/companies/${id}` }],
    ...{ url: `/contacts/${contact}/companies`, total_count: 1, has_more: false },
  })
  const { body: contacts } = await t.call(`GET /companies/${id}/contacts`)
  assert.deepEqual([idsIn(contacts), contacts.total_count], [[contact], 1])
  const { notes: _, ...listed } = attached.body
  const { body: companies } = await t.call(`GET /contacts/${contact}/companies`)
  assert.deepEqual([companies.data, companies.companies], [[listed], [listed]])

  const detached = await detach(contact, id)
  assert.deepEqual([detached.status, detached.body.user_count, 'notes' in detached.body], [200, 0, false])
  assert.equal((await companiesOf(contact)).total_count, 0)
  assert.deepEqual((await t.call(`GET /companies/${id}/contacts`)).body, {
    ...{ type: 'list', data: [], total_count: 0 },
    pages: { type: 'pages', page: 1, next: null, per_page: 50, total_pages: 0 },
  })
})

test('attaching or detaching again changes nothing', async () => {
  const contact = await aContact(t.workspace)
  const id = await aCompany()
  const first = await attach(contact, id)
  for (let again = 0; again < 3; again++) assert.deepEqual((await attach(contact, id)).body, first.body)
  const detached = await detach(contact, id)
  assert.deepEqual((await detach(contact, id)).body, detached.body)
  const topics = ['company.created', 'company.contact.attached', 'company.contact.detached']
  assert.deepEqual(await topicsOf(t.workspace, id), topics)
})

test('lists go from the last attached to the first, by page numbers and cursors, while others are attached', async () => {
  const id = await aCompany()
  const contacts: string[] = []
  for (let number = 0; number < 5; number++) {
    contacts.unshift(await aContact(t.workspace))
    await attach(contacts[0]!, id)
  }
  const list = async (query: string) => (await t.call(`GET /companies/${id}/contacts${query}`)).body
  const first = await list('?per_page=2')
  assert.deepEqual([idsIn(first), first.total_count, first.pages.total_pages], [contacts.slice(0, 2), 5, 3])
  await attach(await aContact(t.workspace), id)
  const cursor = encodeURIComponent(first.pages.next.starting_after)
  assert.deepEqual(idsIn(await list(`?per_page=2&starting_after=${cursor}`)), contacts.slice(2, 4))
  assert.deepEqual(idsIn(await list('?per_page=2&page=3')), contacts.slice(3))
  assert.deepEqual(idsIn(await list('?page=9')), [])

  const [contact = ''] = contacts
  const ids = [id]
  for (let number = 0; number < 11; number++) {
    ids.unshift(await aCompany())
    await attach(contact, ids[0])
  }
  const { data, total_count, has_more } = await companiesOf(contact)
  assert.deepEqual([idsIn({ data }), total_count, has_more], [ids.slice(0, 10), 12, true])
  const page = async (query: string) => idsIn((await t.call(`GET /contacts/${contact}/companies${query}`)).body)
  assert.deepEqual(await page('?per_page=5&page=2'), ids.slice(5, 10))
  const walked: string[] = []
  for (let url: string | null = `/contacts/${contact}/companies?per_page=5`; url; ) {
    const { body } = await t.call(`GET ${url}`)
    walked.push(...idsIn(body))
    url = body.pages.next
  }
  assert.deepEqual(walked, ids)
  assert.deepEqual(await page('?per_page=5&page=4'), [])
})

test('an archived or deleted contact does not count, an unarchived one does again', async () => {
  const id = await aCompany()
  const [one, two] = [await aContact(t.workspace), await aContact(t.workspace)]
  for (const contact of [one, two]) await attach(contact, id)
  await t.call(`POST /contacts/${one}/archive`)
  assert.equal(await countOf(id), 1)
  await t.call(`POST /contacts/${one}/archive`)
  assert.deepEqual(idsIn((await t.call(`GET /companies/${id}/contacts`)).body), [two])
  await t.call(`POST /contacts/${one}/unarchive`)
  assert.equal(await countOf(id), 2)
  await t.call(`POST /contacts/${one}/archive`)
  await t.call(`DELETE /contacts/${one}`)
  await t.call(`DELETE /contacts/${two}`)
  assert.equal(await countOf(id), 0)
})

test('counts stay right when contacts are attached, detached and archived at once', async () => {
  const companies = [await aCompany(), await aCompany(), await aCompany()]
  const contacts = await Promise.all(Array.from({ length: 12 }, () => aContact(t.workspace)))
  const each = <T>(call: (contact: string, company: string, number: number) => T) =>
    Promise.all(contacts.flatMap((contact, number) => companies.map((company) => call(contact, company, number))))
  const attached = await each((contact, company) => attach(contact, company))
  assert.ok(attached.every(({ status }) => status === 200))
  for (const company of companies) assert.equal(await countOf(company), 12)
  const mixed = await each((contact, company, number) => {
    if (number < 4) return t.call(`POST /contacts/${contact}/archive`)
    return number < 8 ? detach(contact, company) : attach(contact, company)
  })
  assert.ok(mixed.every(({ status }) => status === 200))
  for (const company of companies) {
    assert.equal(await countOf(company), 4)
    const { body } = await t.call(`GET /companies/${company}/contacts`)
    assert.deepEqual(idsIn(body).sort(), contacts.slice(8).sort())
  }
})

test('attaching moves updated_at of both, and causes one event with both in its snapshot', async () => {
  const other = await t.another()
  await sql`
    update workspaces set listened_topics = '{company.contact.attached,company.contact.detached}'
    where id = ${other.created.id}`
  const long_ago = new Date('2024-01-01')
  const contact = await aContact(other.workspace, { updated_at: long_ago })
  const { body: company } = await other.call('POST /companies', { company_id: 'acme' })
  await sql`update companies set updated_at = ${long_ago} where id = ${company.id}`
  await other.call(`POST /contacts/${contact}/companies`, { id: company.id })
  const after = (await other.call(`GET /companies/${company.id}`)).body
  assert.ok(after.updated_at > long_ago.getTime() / 1000)
  assert.ok((await other.call(`GET /contacts/${contact}`)).body.updated_at > long_ago.getTime() / 1000)
  await other.call(`DELETE /contacts/${contact}/companies/${company.id}`)
  const events = await sql<
    { topic: string; details: object; snapshot: { company: { id: string }; contact: object } }[]
  >`
    select topic, details, snapshot from events
    where workspace_id = ${other.created.id} and topic like 'company.contact.%' order by id`
  assert.deepEqual(
    events.map(({ topic, details }) => [topic, details]),
    ['attached', 'detached'].map((what) => [`company.contact.${what}`, { contact_id: contact }]),
  )
  const [attached, detached] = events
  assert.deepEqual(attached!.snapshot.company, { ...after, notes: { ...after.notes, notes: [] } })
  assert.equal((attached!.snapshot.contact as { companies: { total_count: number } }).companies.total_count, 1)
  assert.equal((detached!.snapshot.contact as { companies: { total_count: number } }).companies.total_count, 0)
})

test('a session of the messenger counts for the companies of its contact, and a contact who is seen moves their last request', async () => {
  const other = await t.another()
  const app_id = other.created.id
  const contact = await aContact(other.workspace, { external_id: 'sam' })
  const ids: string[] = []
  for (const company_id of ['one', 'two', 'three'])
    ids.push((await other.call('POST /companies', { company_id })).body.id)
  for (const id of ids.slice(0, 2)) await other.call(`POST /contacts/${contact}/companies`, { id })
  for (let number = 0; number < 2; number++) {
    const session = await other.call('POST /extensions/messenger/sessions', { app_id, user_id: 'sam' }, { token: null })
    assert.equal(session.status, 200, session.text)
  }
  const shown = async (id: string) => (await other.call(`GET /companies/${id}`)).body
  for (const id of ids.slice(0, 2)) {
    const { session_count, last_request_at } = await shown(id)
    assert.equal(session_count, 2)
    assert.ok(Math.abs(last_request_at - Date.now() / 1000) < 60)
  }
  const third = await shown(ids[2]!)
  assert.deepEqual([third.session_count, 'last_request_at' in third], [0, false])

  const long_ago = new Date('2024-01-01')
  await sql`update companies set last_request_at = ${long_ago} where workspace_id = ${app_id}`
  await sql`update contacts set last_seen_at = ${long_ago} where workspace_id = ${app_id}`
  const { body } = await other.call('POST /extensions/messenger/sessions', { app_id, user_id: 'sam' }, { token: null })
  await sql`update companies set last_request_at = ${long_ago} where workspace_id = ${app_id}`
  await sql`update contacts set last_seen_at = ${long_ago} where workspace_id = ${app_id}`
  await other.call('GET /extensions/messenger/conversations', undefined, { token: body.token })
  assert.ok((await shown(ids[0]!)).last_request_at > long_ago.getTime() / 1000)
  assert.equal((await shown(ids[2]!)).last_request_at, long_ago.getTime() / 1000)
})

describe('an archived company', () => {
  test('is hidden at once, and a job detaches its contacts', async () => {
    const id = await aCompany()
    const contacts = [await aContact(t.workspace), await aContact(t.workspace)]
    for (const contact of contacts) await attach(contact, id)
    const answer = await t.call(`DELETE /companies/${id}`)
    assert.deepEqual([answer.status, answer.body], [200, { id, object: 'company', deleted: true }])
    for (const route of [`GET /companies/${id}`, `GET /companies/${id}/contacts`, `DELETE /companies/${id}`])
      assert.deepEqual((await t.call(route)).body.errors, NO_COMPANY)
    const listed = async (contact: string) => (await t.call(`GET /contacts/${contact}/companies`)).body.total_count
    for (const contact of contacts)
      assert.deepEqual([(await companiesOf(contact)).total_count, await listed(contact)], [1, 0])
    assert.deepEqual(await topicsOf(t.workspace, id), [
      ...['company.created', 'company.contact.attached', 'company.contact.attached'],
    ])
    await archive(id)
    const done = [...Array(2).fill('company.contact.detached'), 'company.deleted']
    assert.deepEqual((await topicsOf(t.workspace, id)).slice(3), done)
    await archive(id)
    assert.equal((await topicsOf(t.workspace, id)).length, 6)
    for (const contact of contacts) assert.equal((await companiesOf(contact)).total_count, 0)
  })

  test('loses any number of contacts, each with one event, by the job queue', async () => {
    const other = await t.another()
    await sql`update workspaces set listened_topics = '{company.deleted}' where id = ${other.created.id}`
    const { body: company } = await other.call('POST /companies', { company_id: 'big' })
    await sql`
      with made as (
        insert into contacts (workspace_id, id, role, created_at, updated_at)
        select ${other.created.id}, 'c' || n, 'user', now(), now() from generate_series(1, 1203) n returning id)
      insert into company_contacts (workspace_id, company_id, contact_id, created_at)
      select ${other.created.id}, ${company.id}, id, now() from made`
    await other.call(`DELETE /companies/${company.id}`)
    const jobs = RESOURCES.flatMap(({ jobs = [] }) => jobs).filter(({ name }) => name === 'companies:archive')
    const quiet = () => {}
    const log = { debug: quiet, info: quiet, warn: quiet, error: quiet }
    const stop = runJobs({ sql, jobs, context: { sql } as never, log })
    after(stop)
    const events = await eventually(
      () => sql<{ topic: string; contact: string; snapshot: object }[]>`
        select topic, details ->> 'contact_id' as contact, snapshot from events
        where object_id = ${company.id} and topic <> 'company.created' order by transaction_id, id`,
      (rows) => rows.some(({ topic }) => topic === 'company.deleted'),
    )
    assert.equal(new Set(events.map(({ contact }) => contact)).size, 1204)
    assert.equal(events.length, 1204)
    assert.deepEqual(events.at(-1)!.snapshot, { type: 'company', id: company.id, deleted: true })
    const { count } = await sql`select from company_contacts where company_id = ${company.id}`
    assert.equal(count, 0)
  })

  test('comes back by POST with its company_id: the same id and attributes, without contacts', async () => {
    for (const is_done of [true, false]) {
      const contact = await aContact(t.workspace)
      const company_id = `back ${is_done}`
      const { body: company } = await t.call('POST /companies', { company_id, name: 'Back', size: 5 })
      await attach(contact, company.id)
      await t.call(`DELETE /companies/${company.id}`)
      if (is_done) await archive(company.id)
      const { status, body } = await t.call('POST /companies', { company_id, industry: 'Tools' })
      assert.equal(status, 200)
      assert.deepEqual(
        [body.id, body.name, body.size, body.industry, body.user_count],
        [company.id, 'Back', 5, 'Tools', 0],
      )
      assert.deepEqual(idsIn((await t.call(`GET /companies/${company.id}/contacts`)).body), [])
      await archive(company.id)
      assert.equal((await show(company.id)).name, 'Back')
      assert.deepEqual((await topicsOf(t.workspace, company.id)).slice(2), [
        ...['company.contact.detached', 'company.deleted', 'company.created'],
      ])
      await attach(contact, company.id)
      assert.equal(await countOf(company.id), 1)
    }
  })

  test('keeps its count when a contact of it is archived meanwhile', async () => {
    const id = await aCompany()
    const contact = await aContact(t.workspace)
    await attach(contact, id)
    await t.call(`DELETE /companies/${id}`)
    assert.equal((await t.call(`POST /contacts/${contact}/archive`)).status, 200)
    await archive(id)
    const [row] = await sql`select user_count from companies where workspace_id = ${t.created.id} and id = ${id}`
    assert.equal(row!['user_count'], 0)
  })
})
