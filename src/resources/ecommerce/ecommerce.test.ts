// Ecommerce catalogs: sad paths first.
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { atomically } from '#workspaces/workspace.ts'
import { type Answer, testApp } from '../../../test/app.ts'
import { aCatalog, type CatalogFields } from '../../../test/catalogs.ts'
import { itemsOf, WrongCatalog } from './json-items.ts'
import { parseProduct, readProduct } from './product.ts'
import { syncCatalog } from './sync.ts'
import { expireUploads, listStaged, lockUpload } from './upload-queries.ts'

const t = await testApp()
const { call } = t
const { sql } = t.database

const product = (id: string, more: object = {}) => ({
  id,
  title: `Title ${id}`,
  url: `https://shop.example/${id}`,
  ...more,
})
const catalog = (...ids: string[]) => JSON.stringify(ids.map((id) => product(id)))
const aConnector = async (): Promise<string> =>
  (await call('POST /extensions/ecommerce/connectors', { name: 'Shop' })).body.id
const upload = (connector: string, fields: CatalogFields) => aCatalog(call, connector, fields)
const outcome = ({ status, body }: Answer) => [status, body.errors?.[0].code, body.errors?.[0].message]

const sync = ({ body }: Answer) =>
  syncCatalog.run({ sql }, { workspace_id: t.workspace.id, upload_id: body.import_job_id.replace('job_catalog_', '') })
const productsOf = async (connector: string) =>
  (await call(`GET /extensions/ecommerce/products?connector_id=${connector}&per_page=150`)).body
const idsOf = async (connector: string) => (await productsOf(connector)).data.map(({ id }: { id: string }) => id).sort()
const shownUpload = async (connector: string, { body }: Answer) =>
  (await call(`GET /extensions/ecommerce/connectors/${connector}/uploads/${body.import_job_id}`)).body

test('the operation needs a token, and Preview', async () => {
  const route = 'POST /ecommerce/connectors/1/catalog'
  assert.equal((await call(route, undefined, { token: null })).status, 401)
  assert.equal((await call(route, undefined, { version: '2.16' })).status, 400)
})

test('each wrong upload has its error, and stores nothing', async () => {
  const id = await aConnector()
  const other = await t.another()
  const { body: theirs } = await other.call('POST /extensions/ecommerce/connectors', { name: 'Theirs' })
  const format = (message: string) => [422, 'invalid_catalog_format', message]
  const NO_ARRAY = format('catalog must be a JSON array')
  const NO_OBJECT = format('each item in the catalog array must be a JSON object')
  const NO_CONNECTOR = [404, 'import_source_not_found', 'No connector found with the provided id.']
  const NOT_POSITIVE = [422, 'invalid_part_number', 'part_number must be a positive integer']
  const NO_SESSION = [404, 'upload_session_not_found', 'No active upload session found for the provided import_job_id.']
  const NEEDS_ID = [422, 'import_job_id_required', 'Include import_job_id to continue an existing upload session.']
  const file = catalog('a')
  const cases: [connector: string, fields: CatalogFields, expected: unknown[]][] = [
    ['999999', { catalog: file }, NO_CONNECTOR],
    ['none', { catalog: file }, NO_CONNECTOR],
    [theirs.id, { catalog: file }, NO_CONNECTOR],
    [id, {}, [400, 'parameter_not_found', 'catalog file is required']],
    [id, { other: 'x' }, [400, 'parameter_not_found', 'catalog file is required']],
    [id, { catalog: { text: file } }, [400, 'parameter_not_found', 'catalog must be an uploaded file']],
    [id, { catalog: '' }, NO_ARRAY],
    [id, { catalog: '{"id":"a"}' }, NO_ARRAY],
    [id, { catalog: '[{"id":"a"}' }, NO_ARRAY],
    [id, { catalog: '[{"id":"a"},]' }, NO_ARRAY],
    [id, { catalog: '[{"id":"a"} {"id":"b"}]' }, NO_ARRAY],
    [id, { catalog: '[{"id":"a"}] x' }, NO_ARRAY],
    [id, { catalog: '[{id: 1}]' }, NO_ARRAY],
    [id, { catalog: 'null' }, NO_ARRAY],
    [id, { catalog: '["a"]' }, NO_OBJECT],
    [id, { catalog: '[[]]' }, NO_OBJECT],
    [id, { catalog: '[{}, 7]' }, NO_OBJECT],
    [
      id,
      { catalog: `[{"a":"${'x'.repeat(1024 * 1024)}"}]` },
      format('a product in the catalog array must not be larger than 1MB'),
    ],
    [id, { catalog: file, finalize: 'yes' }, [400, 'parameter_invalid', 'finalize must be one of true, false']],
    [id, { finalize: 'true' }, NEEDS_ID],
    [id, { catalog: file, part_number: '2' }, NEEDS_ID],
    [id, { catalog: file, finalize: 'false', part_number: '2' }, NEEDS_ID],
    [id, { catalog: file, finalize: 'false', part_number: '0' }, NOT_POSITIVE],
    [id, { catalog: file, finalize: 'false', part_number: 'two' }, NOT_POSITIVE],
    [id, { catalog: file, finalize: 'false', import_job_id: 'job_catalog_999999', part_number: '2' }, NO_SESSION],
    [id, { catalog: file, finalize: 'false', import_job_id: 'unknown', part_number: '2' }, NO_SESSION],
    [id, { finalize: 'true', import_job_id: 'unknown' }, NO_SESSION],
  ]
  for (const [connector, fields, expected] of cases)
    assert.deepEqual(outcome(await upload(connector, fields)), expected, JSON.stringify(fields).slice(0, 200))
  const json = await call(`POST /ecommerce/connectors/${id}/catalog`, [product('a')])
  assert.deepEqual(outcome(json), [400, 'parameter_not_found', 'catalog file is required'])
  const too_large = await call(`POST /ecommerce/connectors/${id}/catalog`, 'x', {
    headers: { 'content-type': 'multipart/form-data; boundary=x', 'content-length': '200000000' },
  })
  assert.deepEqual(outcome(too_large), [422, 'payload_too_large', 'catalog file exceeds 99MB limit'])
  assert.deepEqual((await call(`GET /extensions/ecommerce/connectors/${id}/uploads`)).body.data, [])
})

test('a broken form is a 400', async () => {
  const id = await aConnector()
  const route = `POST /ecommerce/connectors/${id}/catalog`
  for (const type of ['multipart/form-data', 'multipart/form-data; boundary=x'])
    assert.equal((await call(route, 'no form', { headers: { 'content-type': type } })).status, 400, type)
  const cut = `--x\r\nContent-Disposition: form-data; name="catalog"; filename="a.json"\r\n\r\n${catalog('a')}`
  const headers = { 'content-type': 'multipart/form-data; boundary=x' }
  assert.equal((await call(route, cut, { headers })).status, 400)
})

test('a whole catalog replaces the products: absent ids are deleted, invalid products skipped and counted', async () => {
  const id = await aConnector()
  const first = await upload(id, { catalog: catalog('a', 'b', 'c') })
  assert.equal(first.status, 202)
  assert.deepEqual(first.body, {
    ...{
      import_job_id: first.body.import_job_id,
      status: 'processing',
      message: 'Catalog received. Sync has started.',
    },
  })
  assert.deepEqual(outcome(await upload(id, { catalog: catalog('d') })), [
    ...[409, 'sync_in_progress', 'A catalog upload is already in progress. Please wait for it to complete.'],
  ])
  await sync(first)
  assert.deepEqual(await idsOf(id), ['a', 'b', 'c'])
  const before = (await productsOf(id)).data

  await sql`update ecommerce_products set updated_at = '2020-01-01'`
  const invalid = [
    { id: 'x' },
    { title: 'x' },
    product('y', { url: 'http://shop.example/y' }),
    product('z', { title: ' ' }),
    {},
    product('deep', { additional_data: JSON.parse(`${'{"a":'.repeat(200)}1${'}'.repeat(200)}`) }),
  ]
  const changed = [
    product('b', { title: 'Other' }),
    product('c'),
    ...invalid,
    product('e'),
    product('e', { title: 'Last' }),
  ]
  const second = await upload(id, { catalog: JSON.stringify(changed) })
  await sync(second)
  await sync(second)
  assert.deepEqual(await idsOf(id), ['b', 'c', 'e'])
  const { data, total_count } = await productsOf(id)
  const titles = Object.fromEntries(data.map(({ id, title }: { id: string; title: string }) => [id, title]))
  assert.deepEqual([total_count, titles], [3, { b: 'Other', c: 'Title c', e: 'Last' }])
  const updated = (one: string) => data.find(({ id }: { id: string }) => id === one).updated_at
  assert.ok(updated('b') >= before[0].updated_at && updated('c') < before[0].updated_at)
  const { status, products_count, skipped_count, deleted_count } = await shownUpload(id, second)
  assert.deepEqual([status, products_count, skipped_count, deleted_count], ['completed', 4, 6, 1])
  await sync(await upload(id, { catalog: '[]' }))
  assert.deepEqual(await idsOf(id), [])
  assert.equal((await sql`select from ecommerce_staged_products p join ecommerce_parts using (file_id)`).count, 0)
})

test('a session takes parts in order, a part again without effect, and ends once', async () => {
  const id = await aConnector()
  const first = await upload(id, { catalog: catalog('a'), finalize: 'false' })
  const { import_job_id } = first.body
  assert.deepEqual([first.status, first.body], [200, { import_job_id, next_part_number: 2 }])
  const BUSY = [409, 'sync_in_progress', 'A multipart upload is already in progress. Use import_job_id to continue.']
  assert.deepEqual(outcome(await upload(id, { catalog: catalog('x') })), BUSY)
  assert.deepEqual(outcome(await upload(id, { catalog: catalog('x'), finalize: 'false' })), BUSY)

  const part = (part_number: string, ...ids: string[]) =>
    upload(id, { finalize: 'false', import_job_id, part_number, catalog: catalog(...ids) })
  assert.deepEqual(outcome(await part('3', 'x')), [422, 'invalid_part_number', 'Expected part 2, got 3'])
  assert.deepEqual((await part('2', 'b', 'c')).body, { import_job_id, next_part_number: 3 })
  assert.deepEqual((await part('2', 'x')).body, { import_job_id, next_part_number: 3 })
  assert.deepEqual((await part('1', 'x')).body, { import_job_id, next_part_number: 3 })
  const last = await upload(id, { catalog: catalog('a', 'd'), finalize: 'true', import_job_id, part_number: '3' })
  assert.deepEqual([last.status, last.body.import_job_id], [202, import_job_id])
  const again = await upload(id, { finalize: 'true', import_job_id })
  assert.deepEqual(outcome(again), [
    ...[409, 'upload_session_not_finalizable', 'Upload session cannot be finalized in its current state.'],
  ])
  await sync(last)
  assert.deepEqual(await idsOf(id), ['a', 'b', 'c', 'd'])
  assert.equal((await upload(id, { finalize: 'true', import_job_id })).status, 409)
  assert.equal((await part('4', 'x')).status, 404)
})

test('simultaneous parts with one number add one part; simultaneous catalogs start one sync', async () => {
  const id = await aConnector()
  const whole = await Promise.all([1, 2, 3].map((n) => upload(id, { catalog: catalog(`w${n}`) })))
  assert.deepEqual(whole.map(({ status }) => status).sort(), [202, 409, 409])
  await sync(whole.find(({ status }) => status === 202) as Answer)
  const { import_job_id } = (await upload(id, { catalog: catalog('a'), finalize: 'false' })).body
  const same = { finalize: 'false', import_job_id, part_number: '2' }
  const parts = await Promise.all([1, 2, 3].map((n) => upload(id, { ...same, catalog: catalog(`p${n}`) })))
  assert.deepEqual(
    parts.map(({ body }) => body.next_part_number),
    [3, 3, 3],
  )
  await sync(await upload(id, { finalize: 'true', import_job_id }))
  assert.equal((await idsOf(id)).length, 2)
})

test('a sync goes on where it was, and a session that is left ends after a day', async () => {
  const id = await aConnector()
  const many = Array.from({ length: 1_203 }, (_, n) => product(String(n)))
  const started = await upload(id, { catalog: JSON.stringify(many) })
  const stopping = Object.assign(Object.create(sql), sql)
  let steps = 0
  stopping.begin = (...given: never[]) => {
    if (++steps > 2) throw new Error('Killed')
    return (sql.begin as (...given: never[]) => unknown)(...given)
  }
  await assert.rejects(async () => {
    const payload = { workspace_id: t.workspace.id, upload_id: started.body.import_job_id.replace('job_catalog_', '') }
    await syncCatalog.run(
      { sql: new Proxy(sql, { get: (target, key) => (key === 'begin' ? stopping.begin : Reflect.get(target, key)) }) },
      payload,
    )
  }, /Killed/)
  assert.equal((await shownUpload(id, started)).products_count, 1_000)
  await sync(started)
  assert.equal((await productsOf(id)).total_count, 1_203)
  assert.equal((await shownUpload(id, started)).products_count, 1_203)

  const session = await upload(id, { catalog: catalog('a'), finalize: 'false' })
  await expireUploads(sql)
  assert.equal((await shownUpload(id, session)).status, 'uploading')
  await sql`update ecommerce_uploads set updated_at = now() - interval '25 hours' where state = 'uploading'`
  await sql`update ecommerce_staged_products set created_at = now() - interval '25 hours'`
  await expireUploads(sql)
  assert.equal((await shownUpload(id, session)).status, 'expired')
  assert.equal((await sql`select from ecommerce_staged_products`).count, 0)
  assert.equal((await upload(id, { catalog: catalog('a') })).status, 202)
})

test('a step reads its own rows of a large catalog, and no others', async () => {
  const { body } = await upload(await aConnector(), { catalog: '[{}]', finalize: 'false' })
  const id = body.import_job_id.replace('job_catalog_', '')
  await sql`
    insert into ecommerce_staged_products (workspace_id, file_id, position, product)
    select ${t.workspace.id}, file_id, n, '{}' from ecommerce_parts, generate_series(2, 20000) n where upload_id = ${id}`
  await sql`analyze ecommerce_staged_products`
  const session = (await lockUpload(t.workspace, id))!
  const read = await atomically(t.workspace, async (workspace) => {
    assert.equal((await listStaged(workspace, session, 500)).length, 500)
    const [counts] = await workspace.sql<[{ read: number }]>`
      select (seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as read
      from pg_stat_xact_user_tables where relname = 'ecommerce_staged_products'`
    return counts.read
  })
  assert.ok(read < 5_000, `${read} rows`)
})

test('the rows of a file that becomes no part are removed at once', async () => {
  const id = await aConnector()
  const { body } = await upload(id, { catalog: catalog('a'), finalize: 'false' })
  const same = { import_job_id: body.import_job_id, finalize: 'false' }
  const { count } = await sql`select from ecommerce_staged_products`
  const unused: [fields: CatalogFields, status: number][] = [
    [{ catalog: catalog('b') }, 409],
    [{ ...same, catalog: catalog('b'), part_number: '1' }, 200],
    [{ ...same, catalog: catalog('b'), part_number: '9' }, 422],
    [{ ...same, catalog: `${'['}${'{},'.repeat(1_000)}x`, part_number: '2' }, 422],
  ]
  for (const [fields, status] of unused) {
    assert.equal((await upload(id, fields)).status, status)
    assert.equal((await sql`select from ecommerce_staged_products`).count, count)
  }
})

test('the items of an array are found wherever the stream is cut', async () => {
  const text = '\ufeff [ {"a":"}]\\"{","b":[{"c":[]}]} ,\n{}, {"ü":"\\\\"} ] '
  const bytes = Buffer.from(text)
  for (let size = 1; size <= bytes.length; size++) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
      bytes.subarray(n * size, (n + 1) * size),
    )
    if (size < 3)
      chunks.splice(
        0,
        chunks.length,
        bytes.subarray(0, 3),
        ...[...bytes.subarray(3)].map((byte) => Buffer.from([byte])),
      )
    const items = await Array.fromAsync(itemsOf(Readable.from(chunks), 1_000))
    assert.deepEqual(items, ['{"a":"}]\\"{","b":[{"c":[]}]}', '{}', '{"ü":"\\\\"}'], String(size))
  }
  await assert.rejects(Array.fromAsync(itemsOf(Readable.from([Buffer.from('[{"a":"bbbb"}]')]), 5)), WrongCatalog)
})

test('what a product leaves out follows from its variants; a wrong optional value is left out', () => {
  const read = readProduct({
    ...product('p', { description: 'Plain', description_html: '<p>Rich<script>x</script></p>' }),
    ...{
      variants: [
        { id: 'v1', price: 10 },
        { id: 2, price: 5.5, in_stock: true, url: 'https://shop.example/v' },
        { title: 'no id' },
      ],
    },
    ...{
      image_urls: ['https://cdn.example/a.jpg', 7],
      category_path: ['Clothing', 'Shirts'],
      tags: 'red',
      currency: 'euro',
    },
    ...{ collections: ['Summer', { title: 'Sale' }, {}], price_max: 'much', additional_data: [] },
  })
  assert.ok(read)
  assert.deepEqual([read.price_min, read.price_max, read.in_stock, read.currency], [5.5, 10, true, 'USD'])
  assert.deepEqual(
    [read.category_path, read.collections, read.tags, read.additional_data],
    ['Clothing > Shirts', ['Summer', 'Sale'], [], null],
  )
  assert.deepEqual(
    read.variants.map(({ id, url, image_url }) => [id, url, image_url]),
    [
      ['v1', 'https://shop.example/p?variant=v1', 'https://cdn.example/a.jpg'],
      ['2', 'https://shop.example/v', 'https://cdn.example/a.jpg'],
    ],
  )
  assert.deepEqual([read.description, read.description_html?.includes('script')], ['Rich', false])
  assert.deepEqual(parseProduct('{"a\\u0000":"\\u0000\\ud800"}'), { 'a\ufffd': '\ufffd\ufffd' })
  for (const wrong of [
    null,
    7,
    [],
    {},
    product(''),
    product('x', { url: 'ftp://a.example' }),
    product('x'.repeat(256)),
  ])
    assert.equal(readProduct(wrong), undefined)
})
