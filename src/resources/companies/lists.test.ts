// Companies found, listed and scrolled over; sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { type Call, testApp } from '../../../test/app.ts'
import { aContact } from '../../../test/factories.ts'

const NO_COMPANY = [{ code: 'company_not_found', message: 'Company Not Found' }]

const t = await testApp()
const { sql } = t.database

type Another = Awaited<ReturnType<typeof t.another>>

/** Creates companies c1, c2 … of which the last was seen last. Returns their ids, the last seen first. */
async function fill({ created, workspace }: Another, count: number): Promise<string[]> {
  const contact = await aContact(workspace)
  const rows = await sql<{ id: string }[]>`
    with made as (
      insert into companies
        (workspace_id, id, company_id, name, user_count, remote_created_at, last_request_at, created_at, updated_at)
      select ${created.id}, lpad(to_hex(n), 24, '0'), 'c' || n, 'C' || n, 1, now(),
        case when n > 1 then timestamptz '2024-01-01' + make_interval(secs => n) end, now(), now()
      from generate_series(1, ${count}::integer) n returning id)
    insert into company_contacts (workspace_id, company_id, contact_id, created_at)
    select ${created.id}, id, ${contact}, now() from made returning company_id as id`
  return rows.map(({ id }) => id).reverse()
}

const idsIn = ({ data }: { data: { id: string }[] }) => data.map(({ id }) => id)
const get = async (call: Call, url: string) => (await call(`GET ${url}`)).body
const list = async (call: Call, query = '') => (await call(`POST /companies/list${query}`)).body

test('without a token, or without the scope, nothing is listed', async () => {
  for (const route of ['GET /companies', 'POST /companies/list', 'GET /companies/scroll'])
    assert.equal((await t.call(route, undefined, { token: null })).status, 401, route)
})

test('a company_id or a name that no company of the workspace has is a 404', async () => {
  const other = await t.another()
  await other.call('POST /companies', { company_id: 'theirs', name: 'Theirs' })
  const { body: archived } = await t.call('POST /companies', { company_id: 'archived', name: 'Archived' })
  await t.call(`DELETE /companies/${archived.id}`)
  for (const query of [
    ...['company_id=theirs', 'company_id=archived', 'company_id=', 'company_id=ARCHIVED', 'company_id=%25'],
    ...['name=Theirs', 'name=Archived', 'name=', 'name=%00', 'company_id=theirs&name=Theirs'],
  ]) {
    const { status, body } = await t.call(`GET /companies?${query}`)
    if (query.endsWith('%00')) assert.ok(status === 400 || status === 404)
    else assert.deepEqual([status, body.errors], [404, NO_COMPANY], query)
  }
})

test('a page that does not make sense is a 400', async () => {
  for (const [query, code] of [
    ['page=one', 'parameter_invalid'],
    ['per_page=x', 'parameter_invalid'],
    ['starting_after=x', 'client_error'],
    ['page=1001&per_page=10', 'bad_request'],
    ['page=68&per_page=150', 'bad_request'],
    ['page=100000000000', 'bad_request'],
  ] as const) {
    for (const route of ['GET /companies', 'POST /companies/list']) {
      const { status, body } = await t.call(`${route}?${query}`)
      assert.deepEqual([status, body.errors[0].code], [400, code], `${route}?${query}`)
      if (code === 'bad_request') assert.equal(body.errors[0].message, 'page limit reached, please use scroll API')
    }
  }
  assert.equal((await t.call('POST /companies/list?order=up')).status, 400)
  assert.equal((await t.call('GET /companies?page=1000&per_page=10')).status, 200)
  assert.equal((await t.call('GET /companies?page=-1&per_page=0')).status, 200)
})

test('a company is found by company_id or name, whether or not it has contacts', async () => {
  const { body: company } = await t.call('POST /companies', { company_id: 'a b@c', name: 'Ä & Co' })
  assert.deepEqual(await get(t.call, `/companies?company_id=${encodeURIComponent('a b@c')}`), company)
  for (const name of ['Ä & Co', 'ä & CO'])
    assert.deepEqual(await get(t.call, `/companies?name=${encodeURIComponent(name)}`), company)
  const { body: newer } = await t.call('POST /companies', { company_id: 'newer', name: 'ä & co' })
  await sql`update companies set updated_at = now() - interval '1 hour' where id = ${newer.id}`
  assert.equal((await get(t.call, `/companies?name=${encodeURIComponent('Ä & CO')}`)).id, company.id)
  assert.equal((await get(t.call, `/companies?name=${encodeURIComponent('ä & co')}`)).id, newer.id)
  assert.equal((await get(t.call, '/companies?company_id=newer&name=nobody&tag_id=7')).id, newer.id)
})

test('lists have the companies with contacts, the last seen first, and each once', async () => {
  const other = await t.another()
  const { call } = other
  const nothing = { type: 'list', data: [], total_count: 0 }
  const pages = { type: 'pages', page: 1, next: null, per_page: 15, total_pages: 0 }
  assert.deepEqual(await list(call), { ...nothing, pages })
  assert.deepEqual(await get(call, '/companies'), { ...nothing, pages })
  await call('POST /companies', { company_id: 'without contacts' })
  const ids = await fill(other, 20)
  const first = await list(call)
  assert.deepEqual([idsIn(first), first.total_count, first.pages.total_pages], [ids.slice(0, 15), 20, 2])
  assert.deepEqual(idsIn(await get(call, '/companies')), ids.slice(0, 15))
  assert.deepEqual(idsIn(await list(call, '?page=2')), ids.slice(15))
  assert.deepEqual(idsIn(await list(call, '?order=asc&per_page=3')), ids.toReversed().slice(0, 3))
  assert.deepEqual(idsIn(await list(call, '?page=3')), [])
  assert.equal((await list(call, '?per_page=1000')).pages.per_page, 150)

  const walked: string[] = []
  for (let query = '?per_page=7', page = 1; page < 9; page++) {
    const { data, pages } = await list(call, query)
    walked.push(...idsIn({ data }))
    if (page === 1)
      await sql`update companies set last_request_at = now() where workspace_id = ${other.created.id} and id = ${ids[5]!}`
    if (!pages.next) break
    query = `?per_page=7&starting_after=${encodeURIComponent(pages.next.starting_after)}`
  }
  assert.deepEqual(walked, ids)
})

test('a list can be limited to a tag; to a segment, it is empty', async () => {
  const other = await t.another()
  const [id = ''] = await fill(other, 3)
  const { body: tag } = await other.call('POST /tags', { name: 'VIP' })
  await sql`
    insert into taggings (workspace_id, object_type, object_id, tag_id, applied_at)
    values (${other.created.id}, 'company', ${id}, ${tag.id}, now())`
  const { data, total_count } = await get(other.call, `/companies?tag_id=${tag.id}`)
  assert.deepEqual([idsIn({ data }), total_count], [[id], 1])
  assert.deepEqual(data[0].tags, { type: 'tag.list', tags: [{ type: 'tag', id: tag.id, name: 'VIP' }] })
  for (const query of ['tag_id=0', 'tag_id=none', 'tag_id=', 'segment_id=1', `segment_id=1&tag_id=${tag.id}`])
    assert.equal((await get(other.call, `/companies?${query}`)).total_count, 0, query)
})

describe('a scroll', () => {
  const scroll = (call: Call, scroll_param?: string) =>
    call(`GET /companies/scroll${scroll_param === undefined ? '' : `?scroll_param=${scroll_param}`}`)
  const EXISTS = [{ code: 'scroll_exists', message: 'scroll already exists for this workspace' }]
  const GONE = [{ code: 'not_found', message: 'scroll parameter not found' }]

  test('that is not open is a 404', async () => {
    const other = await t.another()
    await fill(other, 1)
    const theirs = (await scroll(other.call)).body.scroll_param
    for (const param of ['69352cd2-ab5b-42ac-b004-a13d4e55e9b0', 'none', '%00', theirs, 'x'.repeat(999)]) {
      const { status, body } = await scroll(t.call, param)
      if (param === '%00') assert.ok(status === 400 || status === 404)
      else assert.deepEqual([status, body.errors], [404, GONE])
    }
    assert.equal((await scroll(other.call, theirs)).status, 200)
  })

  test('goes over all companies once, 100 at a time, with and without contacts', async () => {
    const other = await t.another()
    const ids = await fill(other, 250)
    await other.call('POST /companies', { company_id: 'without contacts' })
    const seen: string[] = []
    const sizes: number[] = []
    let { body } = await scroll(other.call)
    const { scroll_param } = body
    while (body.scroll_param) {
      assert.deepEqual([body.type, body.pages, body.total_count], ['list', null, null])
      assert.equal(body.scroll_param, scroll_param)
      seen.push(...idsIn(body))
      sizes.push(body.data.length)
      if (sizes.length === 1) await sql`update companies set user_count = 7 where workspace_id = ${other.created.id}`
      ;({ body } = await scroll(other.call, scroll_param))
    }
    assert.deepEqual(sizes, [100, 100, 51])
    assert.deepEqual(seen.slice(0, 250), ids.toReversed())
    assert.deepEqual(body, { type: 'list', data: [], pages: null, total_count: null, scroll_param: null })
    assert.deepEqual((await scroll(other.call, scroll_param)).body.errors, GONE)
    assert.equal((await scroll(other.call)).status, 200)
  })

  test('does not show companies that were created after it was opened', async () => {
    const other = await t.another()
    const at = (advance_seconds: number) => other.call('POST /extensions/sandbox/clock', { advance_seconds })
    await fill(other, 1)
    await at(10)
    const { scroll_param } = (await scroll(other.call)).body
    await at(1)
    await other.call('POST /companies', { company_id: 'new' })
    assert.deepEqual((await scroll(other.call, scroll_param)).body.data, [])
  })

  test('is the only one until it was not used for a minute', async () => {
    const other = await t.another()
    const at = (advance_seconds: number) => other.call('POST /extensions/sandbox/clock', { advance_seconds })
    await fill(other, 250)
    const { scroll_param } = (await scroll(other.call)).body
    for (const token of [other.created.token]) {
      const { status, body } = await scroll((route, body) => other.call(route, body, { token }))
      assert.deepEqual([status, body.errors], [400, EXISTS])
    }
    await at(50)
    assert.equal((await scroll(other.call, scroll_param)).status, 200)
    await at(50)
    assert.deepEqual((await scroll(other.call)).body.errors, EXISTS)
    await at(11)
    assert.deepEqual((await scroll(other.call, scroll_param)).body.errors, GONE)
    const second = await scroll(other.call)
    assert.equal(second.body.data.length, 100)
    assert.notEqual(second.body.scroll_param, scroll_param)
    assert.deepEqual((await scroll(other.call, scroll_param)).body.errors, GONE)
  })

  test('of many opened at once is one; of a workspace without companies, none stays open', async () => {
    const other = await t.another()
    const { body: none } = await scroll(other.call)
    assert.deepEqual([none.data, none.scroll_param], [[], null])
    await fill(other, 250)
    const opened = await Promise.all(Array.from({ length: 20 }, () => scroll(other.call)))
    assert.deepEqual(opened.map(({ status }) => status).sort(), [200, ...Array(19).fill(400)])
    const { scroll_param } = opened.find(({ status }) => status === 200)!.body
    const pages = await Promise.all(Array.from({ length: 2 }, () => scroll(other.call, scroll_param)))
    assert.equal(new Set(pages.flatMap(({ body }) => idsIn(body))).size, 150)
  })
})
