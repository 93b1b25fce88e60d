// Content import sources and external pages: sad paths first.
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { insertToken, newTokenText } from '#workspaces/tokens.ts'
import { testApp } from '../../../test/app.ts'
import { topicsOf } from '../../../test/events.ts'

const t = await testApp()
const { sql } = t.database

const URL_OF_SOURCE = 'https://help.example.com'
const ok = async (route: string, body?: object, version?: string) => {
  const answer = await t.call(route, body, version ? { version } : {})
  assert.ok(answer.status < 300, `${route}: ${answer.text}`)
  return answer.body
}
const refusal = ({ status, body }: Awaited<ReturnType<typeof t.call>>) => {
  const [{ code, message }] = body.errors
  return [status, code, message]
}
const aSource = (more: object = {}) =>
  ok('POST /ai/content_import_sources', { sync_behavior: 'api', url: URL_OF_SOURCE, ...more })
const aSyncedSource = () =>
  ok('POST /extensions/content_import_sources', { sync_behavior: 'automatic', url: URL_OF_SOURCE })
const page = (source_id: number, more: object = {}) => ({
  ...{ title: 'Start', html: '<h1>Start</h1>', url: `${URL_OF_SOURCE}/start`, locale: 'en' },
  ...{ source_id, external_id: 'start', ...more },
})
const aPage = (source_id: number, more: object = {}) => ok('POST /ai/external_pages', page(source_id, more))
const giveAudiences = (id: number, audience_ids: number[]) => sql`
  update content_import_sources set audience_ids = ${audience_ids.map(String)}::text[]::bigint[]
  where workspace_id = ${t.workspace.id} and id = ${id}`
const someSource = await aSource()
const somePage = await aPage(someSource.id)
const synced = await aSyncedSource()
const NOT_FOUND = [404, 'not_found', 'Resource Not Found']

const OPERATIONS: [route: string, body: object | undefined, scope: string][] = [
  ['GET /ai/content_import_sources', undefined, 'read_content'],
  ['POST /ai/content_import_sources', { sync_behavior: 'api', url: URL_OF_SOURCE }, 'write_content'],
  [`GET /ai/content_import_sources/${someSource.id}`, undefined, 'read_content'],
  [`PUT /ai/content_import_sources/${someSource.id}`, { sync_behavior: 'api', url: URL_OF_SOURCE }, 'write_content'],
  ['DELETE /ai/content_import_sources/9', undefined, 'write_content'],
  ['GET /ai/external_pages', undefined, 'read_content'],
  ['POST /ai/external_pages', page(someSource.id), 'write_content'],
  [`GET /ai/external_pages/${somePage.id}`, undefined, 'read_content'],
  [`PUT /ai/external_pages/${somePage.id}`, page(someSource.id), 'write_content'],
  ['DELETE /ai/external_pages/9', undefined, 'write_content'],
]

test('every operation needs a token with its scope, and a version since 2.12', async () => {
  const text = newTokenText()
  const limited = { name: 'Limited', admin_id: t.created.admin_id, scopes: ['read_admins'] }
  await insertToken(sql, t.created.id, text, limited, new Date())
  for (const [route, body, scope] of OPERATIONS) {
    const anonymous = await t.call(route, body, { token: null })
    assert.deepEqual(refusal(anonymous), [401, 'unauthorized', 'Access Token Invalid'], route)
    const refused = await t.call(route, body, { token: text })
    assert.equal(refused.status, 403, route)
    assert.ok(refused.text.includes(`(${scope})`), route)
    assert.equal((await t.call(route, body, { version: '2.11' })).status, 400, route)
  }
})

describe('a source is refused', () => {
  const cases: [request: object, message: string][] = [
    [{ url: undefined }, 'url is required'],
    [{ sync_behavior: undefined }, 'sync_behavior is required'],
    [{ sync_behavior: 'automatic' }, 'sync_behavior must be one of api'],
    [{ sync_behavior: 'manual' }, 'sync_behavior must be one of api'],
    [{ status: 'paused' }, 'status must be one of active, deactivated'],
    [{ url: 'ftp://example.com' }, 'url must match'],
    [{ url: 'help.example.com' }, 'url must match'],
    [{ url: `https://example.com/${'x'.repeat(2_000)}` }, 'url must not have more than 2000 characters'],
    [{ url: 7 }, 'url must be string'],
    [{ audience_ids: 'all' }, 'audience_ids must'],
    [{ audience_ids: [0] }, 'audience_ids'],
    [{ audience_ids: Array.from({ length: 101 }, (_, n) => n + 1) }, 'audience_ids must not have more than 100 items'],
  ]
  for (const [request, message] of cases)
    test(`with ${JSON.stringify(request).slice(0, 60)}`, async () => {
      const answer = await t.call('POST /ai/content_import_sources', {
        ...{ sync_behavior: 'api', url: URL_OF_SOURCE },
        ...request,
      })
      assert.equal(answer.status, 400)
      assert.ok(answer.body.errors[0].message.startsWith(message), answer.body.errors[0].message)
    })

  test('with audiences that do not exist, and nothing is saved', async () => {
    const { data } = await ok('GET /ai/content_import_sources')
    const unknown = [404, 'parameter_invalid', 'audience_ids contains unknown audience IDs: 998, 999']
    const request = { sync_behavior: 'api', url: 'https://other.example.com', audience_ids: [998, 999, 998] }
    assert.deepEqual(refusal(await t.call('POST /ai/content_import_sources', request)), unknown)
    assert.deepEqual(refusal(await t.call(`PUT /ai/content_import_sources/${someSource.id}`, request)), unknown)
    assert.deepEqual((await ok('GET /ai/content_import_sources')).data, data)
  })

  test('if it would change to or from the API, or has another URL while it is synchronised', async () => {
    const change = async (id: number, request: object) =>
      refusal(await t.call(`PUT /ai/content_import_sources/${id}`, { url: URL_OF_SOURCE, ...request }))
    const other_way = [400, 'parameter_invalid', 'sync_behavior cannot be changed to or from api']
    for (const sync_behavior of ['automatic', 'automated', 'manual'])
      assert.deepEqual(await change(someSource.id, { sync_behavior }), other_way)
    assert.deepEqual(await change(synced.id, { sync_behavior: 'api' }), other_way)
    assert.deepEqual(await change(synced.id, { sync_behavior: 'manual', url: 'https://example.com' }), [
      ...[400, 'parameter_invalid', 'url can only be changed if sync_behavior is api'],
    ])
  })

  test('that does not exist', async () => {
    for (const id of ['9', 'x', '99999999999999999999'])
      for (const [method, body] of [
        ['GET', undefined],
        ['PUT', { sync_behavior: 'api', url: URL_OF_SOURCE }],
        ['DELETE', undefined],
      ] as const)
        assert.deepEqual(refusal(await t.call(`${method} /ai/content_import_sources/${id}`, body)), NOT_FOUND)
  })
})

describe('a page is refused', () => {
  const cases: [request: object, message: string][] = [
    [{ title: undefined }, 'title is required'],
    [{ title: '' }, 'title must not have fewer than 1 characters'],
    [{ title: 'x'.repeat(1_001) }, 'title must not have more than 1000 characters'],
    [{ html: undefined }, 'html is required'],
    [{ html: 'x'.repeat(400_001) }, 'html must not have more than 400000 characters'],
    [{ html: 7 }, 'html must be string'],
    [{ locale: undefined }, 'locale is required'],
    [{ locale: 'fr' }, 'locale must be one of en'],
    [{ source_id: undefined }, 'source_id is required'],
    [{ external_id: undefined }, 'external_id is required'],
    [{ external_id: 'x'.repeat(256) }, 'external_id'],
    [{ url: 'javascript:alert(1)' }, 'url must match'],
    [{ ai_agent_availability: 'maybe' }, 'ai_agent_availability must be boolean'],
    [{ audience_ids: 7 }, 'audience_ids must be'],
  ]
  for (const [request, message] of cases)
    test(`with ${JSON.stringify(request).slice(0, 60)}`, async () => {
      const answer = await t.call('POST /ai/external_pages', page(someSource.id, request))
      assert.equal(answer.status, 400)
      assert.ok(answer.body.errors[0].message.startsWith(message), answer.body.errors[0].message)
      assert.deepEqual(await ok(`GET /ai/external_pages/${somePage.id}`), somePage)
    })

  test('of a source that does not exist, or is synchronised', async () => {
    const unknown = [404, 'not_found', 'Content import source not found']
    for (const id of [9, 'x'])
      assert.deepEqual(refusal(await t.call('POST /ai/external_pages', page(id as number))), unknown)
    const route = `PUT /ai/external_pages/${somePage.id}`
    assert.deepEqual(refusal(await t.call(route, page(9))), unknown)
    for (const answer of [
      await t.call('POST /ai/external_pages', page(synced.id)),
      await t.call(route, page(synced.id)),
    ])
      assert.deepEqual(refusal(answer), [
        ...[422, 'parameter_invalid', 'The pages of a source can only be written if its sync_behavior is api'],
      ])
  })

  test('with audiences that do not exist', async () => {
    const request = page(someSource.id, { audience_ids: [999] })
    for (const route of ['POST /ai/external_pages', `PUT /ai/external_pages/${somePage.id}`])
      assert.deepEqual(refusal(await t.call(route, request)), [
        ...[404, 'parameter_invalid', 'audience_ids contains unknown audience IDs: 999'],
      ])
  })

  test('with the external id of another page of its source', async () => {
    const source = await aSource()
    const other = await aPage(source.id, { external_id: 'other' })
    await aPage(source.id)
    const answer = await t.call(`PUT /ai/external_pages/${other.id}`, page(source.id))
    assert.deepEqual(refusal(answer), [409, 'conflict', 'The source already has a page with this external_id'])
  })

  test('without a URL in a PUT, where it is required', async () => {
    const answer = await t.call(`PUT /ai/external_pages/${somePage.id}`, page(someSource.id, { url: undefined }))
    assert.deepEqual(refusal(answer), [400, 'parameter_not_found', 'url is required'])
  })

  test('that does not exist', async () => {
    for (const id of ['9', 'x'])
      for (const [method, body] of [
        ['GET', undefined],
        ['PUT', page(someSource.id)],
        ['DELETE', undefined],
      ] as const)
        assert.deepEqual(refusal(await t.call(`${method} /ai/external_pages/${id}`, body)), NOT_FOUND)
  })
})

test('a source is created, changed and deleted with its pages, and each change is an event', async () => {
  const source = await aSource()
  const { id, created_at, updated_at, last_synced_at, ...facts } = source
  assert.deepEqual(facts, {
    ...{ type: 'content_import_source', status: 'active', url: URL_OF_SOURCE, sync_behavior: 'api', audience_ids: [] },
  })
  assert.ok(Number.isInteger(id) && created_at === updated_at && created_at === last_synced_at)
  const { id: page_id } = await aPage(id)
  const put = (body: object) =>
    ok(`PUT /ai/content_import_sources/${id}`, { sync_behavior: 'api', url: URL_OF_SOURCE, ...body })
  assert.equal((await put({ status: 'deactivated' })).status, 'deactivated')
  assert.equal((await put({})).status, 'deactivated')
  assert.equal((await put({ url: 'https://new.example.com' })).url, 'https://new.example.com')
  const deleted = await t.call(`DELETE /ai/content_import_sources/${id}`)
  assert.deepEqual([deleted.status, deleted.text], [204, ''])
  for (const gone of [`content_import_sources/${id}`, `external_pages/${page_id}`])
    assert.deepEqual(refusal(await t.call(`GET /ai/${gone}`)), NOT_FOUND)
  const topics = ['created', 'updated', 'updated', 'deleted'].map((what) => `content_import_source.${what}`)
  assert.deepEqual(
    (await topicsOf(t.workspace, String(id))).filter((topic) => topic.startsWith('content_')),
    topics,
  )
})

test('a change of audiences alone is no event', async () => {
  const { id } = await aSource()
  await giveAudiences(id, [7])
  const route = `PUT /ai/content_import_sources/${id}`
  for (const audience_ids of [undefined, null, []]) {
    const { audience_ids: left } = await ok(route, { sync_behavior: 'api', url: URL_OF_SOURCE, audience_ids })
    assert.deepEqual(left, audience_ids === undefined ? [7] : [])
  }
  assert.deepEqual(await topicsOf(t.workspace, String(id)), ['content_import_source.created'])
})

test('a synchronised source is automatic or manual; "automated" is another word for automatic', async () => {
  const { id, sync_behavior, url } = await aSyncedSource()
  assert.equal(sync_behavior, 'automatic')
  const change = async (to: string) =>
    (await ok(`PUT /ai/content_import_sources/${id}`, { sync_behavior: to, url })).sync_behavior
  for (const [to, shown] of [
    ['manual', 'manual'],
    ['automated', 'automatic'],
    ['automatic', 'automatic'],
  ] as const)
    assert.equal(await change(to), shown)
})

test('a page with a known external id is changed: what is not given stays', async () => {
  const { id: source_id } = await aSource()
  const made = await aPage(source_id, { ai_agent_availability: true, external_id: 5678 })
  assert.deepEqual(
    [made.type, made.locale, made.source_id, made.external_id, made.url, made.html],
    ['external_page', 'en', source_id, '5678', `${URL_OF_SOURCE}/start`, '<h1>Start</h1>'],
  )
  const availabilities = (one: Record<string, unknown>) =>
    ['agent', 'copilot', 'sales_agent'].map((who) => one[`ai_${who}_availability`])
  assert.deepEqual([...availabilities(made), made.fin_availability], [true, false, false, true])
  const changed = await aPage(source_id, {
    ...{ external_id: '5678', title: 'New', url: undefined, ai_copilot_availability: true },
  })
  assert.deepEqual([changed.id, changed.title, changed.url], [made.id, 'New', made.url])
  assert.deepEqual(availabilities(changed), [true, true, false])
  assert.ok(changed.last_ingested_at >= made.last_ingested_at)
  const elsewhere = await aPage((await aSource()).id, { external_id: '5678' })
  assert.notEqual(elsewhere.id, made.id)
})

test('twenty simultaneous requests with one external id create one page', async () => {
  const { id } = await aSource()
  const made = await Promise.all(Array.from({ length: 20 }, (_, n) => aPage(id, { title: `Title ${n}` })))
  assert.equal(new Set(made.map((one) => one.id)).size, 1)
  const rows = await sql`
    select title from external_pages where workspace_id = ${t.workspace.id} and source_id = ${id}`
  assert.equal(rows.length, 1)
})

test('a new page has the audiences of its source unless it names some; a later change of the source needs to be applied', async () => {
  const { id } = await aSource()
  await giveAudiences(id, [7, 8])
  const inherits = await aPage(id)
  const none = await aPage(id, { external_id: 'none', audience_ids: [] })
  assert.deepEqual([inherits.audience_ids, none.audience_ids], [[7, 8], []])
  const put = (more: object) =>
    ok(`PUT /ai/content_import_sources/${id}`, { sync_behavior: 'api', url: URL_OF_SOURCE, ...more })
  const shown = async (one: { id: string }) => (await ok(`GET /ai/external_pages/${one.id}`)).audience_ids
  assert.deepEqual((await aPage(id)).audience_ids, [7, 8])
  await put({ audience_ids: [] })
  assert.deepEqual(await shown(inherits), [7, 8])
  await put({ apply_audience_to_existing_content: true })
  assert.deepEqual(await shown(inherits), [])
  await giveAudiences(id, [9])
  await put({ apply_audience_to_existing_content: true })
  assert.deepEqual([await shown(inherits), await shown(none)], [[9], [9]])
})

test('PUT changes a page, moves it to another source, and takes the old availability', async () => {
  const [first, second] = [await aSource(), await aSource()]
  const made = await aPage(first.id, { ai_copilot_availability: true })
  const route = `PUT /ai/external_pages/${made.id}`
  const moved = await ok(route, page(second.id, { html: '<p>Moved</p>', external_id: undefined }))
  assert.deepEqual([moved.source_id, moved.external_id, moved.html], [second.id, 'start', '<p>Moved</p>'])
  assert.deepEqual([moved.ai_copilot_availability, moved.fin_availability], [true, false])
  const opened = await ok(route, page(second.id, { fin_availability: true, ai_sales_agent_availability: false }))
  assert.deepEqual(
    [opened.ai_agent_availability, opened.ai_copilot_availability, opened.ai_sales_agent_availability],
    [true, true, false],
  )
})

test('a deleted page is shown once more, without its HTML', async () => {
  const made = await aPage((await aSource()).id)
  const deleted = await ok(`DELETE /ai/external_pages/${made.id}`)
  assert.deepEqual(deleted, { ...made, html: '' })
  assert.equal((await t.call(`DELETE /ai/external_pages/${made.id}`)).status, 404)
})

test('a source was synchronised when its last page came', async () => {
  const { id, last_synced_at } = await aSource()
  await aPage(id)
  await sql`
    update external_pages set last_ingested_at = last_ingested_at + interval '1 hour'
    where workspace_id = ${t.workspace.id} and source_id = ${id}`
  assert.ok((await ok(`GET /ai/content_import_sources/${id}`)).last_synced_at >= last_synced_at + 3_600)
})

test('sources are listed oldest first, pages newest first, in pages that follow their links', async () => {
  const { call } = await t.another()
  const ask = async (route: string, body?: object) => (await call(route, body)).body
  const sources = []
  for (let n = 0; n < 3; n++)
    sources.push(await ask('POST /ai/content_import_sources', { sync_behavior: 'api', url: URL_OF_SOURCE }))
  for (let n = 0; n < 5; n++) await ask('POST /ai/external_pages', page(sources[0].id, { external_id: `page-${n}` }))
  const all: [path: string, key: string, expected: unknown[]][] = [
    ['/ai/content_import_sources', 'id', sources.map(({ id }) => id)],
    ['/ai/external_pages', 'external_id', [4, 3, 2, 1, 0].map((n) => `page-${n}`)],
  ]
  for (const [path, key, expected] of all) {
    const seen: unknown[] = []
    for (let next = `${path}?per_page=2`; next; ) {
      const { type, total_count, data, pages } = await ask(`GET ${next}`)
      assert.deepEqual([type, total_count], ['list', expected.length])
      seen.push(...data.map((one: Record<string, unknown>) => one[key]))
      next = pages.next
    }
    assert.deepEqual(seen, expected)
    const whole = await ask(`GET ${path}`)
    assert.deepEqual(whole.pages, { type: 'pages', page: 1, next: null, per_page: 50, total_pages: 1 })
    assert.deepEqual((await ask(`GET ${path}?page=9`)).data, [])
  }
})

test('older versions have no audiences, and take fewer availabilities', async () => {
  const source = await aSource()
  const shown = await ok(`GET /ai/content_import_sources/${source.id}`, undefined, '2.14')
  const { audience_ids: _, ...older } = source
  assert.deepEqual(shown, older)
  const [before, after] = ['2.14', '2.16'].map((version) =>
    t.call(
      'POST /ai/content_import_sources',
      { sync_behavior: 'api', url: URL_OF_SOURCE, audience_ids: [9] },
      { version },
    ),
  )
  assert.deepEqual([(await before!).status, (await after!).status], [200, 404])
  const flags = { ai_agent_availability: true, ai_sales_agent_availability: true }
  const made = await ok('POST /ai/external_pages', page(source.id, flags), '2.16')
  assert.deepEqual([made.ai_agent_availability, made.ai_sales_agent_availability], [true, false])
  const route = `PUT /ai/external_pages/${made.id}`
  const put = await ok(route, page(source.id, { ai_agent_availability: false, ai_copilot_availability: true }), '2.16')
  assert.deepEqual([put.ai_agent_availability, put.ai_copilot_availability], [true, false])
  assert.ok(!('audience_ids' in (await ok(`GET /ai/external_pages/${made.id}`, undefined, '2.12'))))
})

test('a deleted audience is left by the sources and pages that had it', async () => {
  const { id } = await ok('POST /audiences', { name: 'Soon deleted' })
  const { id: kept } = await ok('POST /audiences', { name: 'Kept' })
  const audience_ids = [Number(id), Number(kept)]
  const source = await aSource({ audience_ids })
  const { id: page_id } = await aPage(source.id)
  await t.call(`DELETE /audiences/${id}`)
  assert.deepEqual((await ok(`GET /ai/content_import_sources/${source.id}`)).audience_ids, [Number(kept)])
  assert.deepEqual((await ok(`GET /ai/external_pages/${page_id}`)).audience_ids, [Number(kept)])
})
