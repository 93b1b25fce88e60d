// Collections: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../../test/app.ts'

const PUBLIC = 'https://help.example.test'
const t = await testApp({ public_url: PUBLIC })
const PATH = '/help_center/collections'
const create = (body: object, call = t.call, options = {}) => call(`POST ${PATH}`, body, options)
const change = (id: string, body: object, options = {}) => t.call(`PUT ${PATH}/${id}`, body, options)
const show = async (id: string, options = {}) => (await t.call(`GET ${PATH}/${id}`, undefined, options)).body
const remove = (id: string) => t.call(`DELETE ${PATH}/${id}`)

// biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
async function aCollection(body: object = {}, call = t.call): Promise<any> {
  const answer = await create({ name: 'Collection', ...body }, call)
  assert.equal(answer.status, 200, answer.text)
  return answer.body
}

let centers = 0
const aCenter = async (locales: string[]) =>
  (
    await t.call('POST /extensions/help_centers', {
      ...{ identifier: `collections-${centers++}`, display_name: 'Center', locales },
    })
  ).body

test('a collection that does not exist, or is of another workspace, is a 404', async () => {
  const other = await t.another()
  const theirs = await aCollection({ name: 'Theirs' }, other.call)
  for (const id of [theirs.id, '0', '999999', 'nonsense', '99999999999999999999', '-1', '1e3']) {
    const answers = [
      await t.call(`GET ${PATH}/${id}`),
      await change(id, { name: 'Mine' }),
      await remove(id),
      await create({ name: 'Mine', parent_id: id }),
    ]
    for (const { status, body } of answers)
      assert.deepEqual([status, body.errors], [404, [{ code: 'not_found', message: 'Resource Not Found' }]], id)
  }
  for (const names of [{ help_center_id: theirs.help_center_id }, { help_center_id: '' }, { parent_id: '' }])
    assert.equal((await create({ name: 'Mine', ...names })).status, 404, JSON.stringify(names))
  assert.equal((await other.call(`GET ${PATH}/${theirs.id}`)).body.name, 'Theirs')
})

test('a wrong collection is refused with an error that names the field, and nothing is created', async () => {
  const before = (await t.call(`GET ${PATH}`)).body.total_count
  const name_required = 'Name is a required parameter.'
  const wrong: [body: object, code: string, message: string | RegExp][] = [
    [{}, 'parameter_not_found', name_required],
    [{ description: 'No name' }, 'parameter_not_found', name_required],
    [{ name: '' }, 'parameter_not_found', name_required],
    [{ name: '  ' }, 'parameter_not_found', name_required],
    [{ name: null }, 'parameter_invalid', /^name /],
    [{ name: 7 }, 'parameter_invalid', /^name /],
    [{ name: 'x'.repeat(256) }, 'parameter_invalid', /^name /],
    [{ name: 'A', description: 'x'.repeat(10_001) }, 'parameter_invalid', /^description /],
    [
      { name: 'A', translated_content: { xx: { name: 'X' } } },
      'parameter_invalid',
      /^translated_content.xx is not known/,
    ],
    [{ name: 'A', translated_content: { fr: {} } }, 'parameter_not_found', 'translated_content.fr.name is required'],
    [{ name: 'A', translated_content: { fr: 'X' } }, 'parameter_invalid', /^translated_content.fr /],
    [
      { name: 'A', translated_content: { en: null } },
      'parameter_invalid',
      /^translated_content.en is the default locale/,
    ],
  ]
  for (const [body, code, message] of wrong) {
    const answer = await create(body)
    const [error] = answer.body.errors
    assert.deepEqual([answer.status, error.code], [400, code], JSON.stringify(body))
    if (typeof message === 'string') assert.equal(error.message, message)
    else assert.match(error.message, message)
  }
  assert.equal((await t.call(`GET ${PATH}`)).body.total_count, before)
})

test('a collection cannot be within itself, within one in it, or in one of another help center', async () => {
  const top = await aCollection()
  const middle = await aCollection({ parent_id: top.id })
  const bottom = await aCollection({ parent_id: middle.id })
  const { id: other } = await aCenter(['en'])
  const elsewhere = await aCollection({ help_center_id: other })
  for (const parent_id of [top.id, middle.id, bottom.id, elsewhere.id]) {
    const answer = await change(top.id, { parent_id })
    assert.equal(answer.status, 400, answer.text)
    assert.match(answer.body.errors[0].message, /^parent_id must/)
  }
  assert.equal((await create({ name: 'A', parent_id: top.id, help_center_id: other })).status, 400)
  assert.equal((await show(top.id)).parent_id, null)
})

test('collections nest to a bounded depth', async () => {
  let parent = await aCollection()
  for (let level = 2; level <= 20; level++) parent = await aCollection({ parent_id: parent.id })
  const answer = await create({ name: 'Too deep', parent_id: parent.id })
  assert.equal(answer.status, 400)
  assert.match(answer.body.errors[0].message, /^parent_id must not lead to more than 20 levels/)
  assert.equal((await change((await aCollection()).id, { parent_id: parent.id })).status, 400)
})

test('moves that would make a circle together are not both made', async () => {
  for (let round = 0; round < 5; round++) {
    const one = await aCollection()
    const two = await aCollection()
    const answers = await Promise.all([change(one.id, { parent_id: two.id }), change(two.id, { parent_id: one.id })])
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400])
  }
})

test('a new collection is in the default help center, after the others with the same parent', async () => {
  const other = await t.another()
  const first = await aCollection({ name: ' Thanks for everything ' }, other.call)
  const { id, created_at, updated_at, help_center_id, ...rest } = first
  assert.deepEqual(rest, {
    workspace_id: other.created.id,
    name: 'Thanks for everything',
    url: `${PUBLIC}/hc/${other.created.id}/en/collections/${id}-thanks-for-everything`,
    order: 1,
    description: '',
    icon: 'book-bookmark',
    parent_id: null,
  })
  assert.equal((await aCollection({}, other.call)).order, 2)
  const within = await aCollection({ parent_id: id, description: null }, other.call)
  assert.deepEqual([within.order, within.parent_id, within.help_center_id], [1, id, help_center_id])
  assert.equal(within.description, null)
})

test('collections that are made at once have different places', async () => {
  const parent = await aCollection()
  const made = await Promise.all(Array.from({ length: 8 }, () => aCollection({ parent_id: parent.id })))
  assert.deepEqual(made.map(({ order }) => order).sort(), [1, 2, 3, 4, 5, 6, 7, 8])
})

test('a moved collection comes last at its new place; what a request does not name stays', async () => {
  const top = await aCollection()
  await aCollection({ parent_id: top.id })
  const moved = await aCollection({ name: 'Moves', description: 'About it' })
  const after = (await change(moved.id, { parent_id: top.id })).body
  assert.deepEqual([after.parent_id, after.order, after.name, after.description], [top.id, 2, 'Moves', 'About it'])
  assert.equal((await change(moved.id, { name: 'Renamed' })).body.order, 2)
  assert.equal((await change(moved.id, { parent_id: null })).body.parent_id, null)
})

test('collections and articles that are placed while their collection is deleted are placed or refused', async () => {
  for (let round = 0; round < 5; round++) {
    const { id } = await aCollection()
    const article = { title: 'Placed', author_id: t.created.admin_id, parent_ids: [id] }
    const other = await aCollection()
    const answers = await Promise.all([
      ...[remove(id), create({ name: 'Within', parent_id: id }), t.call('POST /articles', article)],
      ...[change(other.id, { parent_id: id }), create({ name: 'Within', parent_id: id })],
    ])
    for (const { status, text } of answers) assert.ok([200, 404].includes(status), text)
    assert.equal((await t.call(`GET ${PATH}/${id}`)).status, 404)
  }
})

test('translations are shown if the help center has several locales', async () => {
  const { id: help_center_id } = await aCenter(['en', 'fr', 'de'])
  const translated_content = { type: 'group_translated_content', fr: { name: 'Bonjour' }, es: { name: 'Hola' } }
  const { id, ...made } = await aCollection({ name: 'Hello', help_center_id, translated_content })
  const hello = { type: 'group_content', name: 'Hello', description: '' }
  assert.equal(made.default_locale, 'en')
  assert.deepEqual(made.translated_content, {
    type: 'group_translated_content',
    en: hello,
    fr: { ...hello, name: 'Bonjour' },
  })
  const changed = await change(id, { translated_content: { en: { name: 'Hi' }, fr: null, de: { name: 'Guten Tag' } } })
  assert.equal(changed.body.name, 'Hi')
  assert.deepEqual(Object.keys(changed.body.translated_content).sort(), ['de', 'en', 'type'])
  assert.equal((await change(id, { name: 'Top', translated_content: { en: { name: 'Below' } } })).body.name, 'Top')
  assert.deepEqual((await change(id, (await show(id)) as object)).body.translated_content.de.name, 'Guten Tag')
  const single = await aCollection({ translated_content: { fr: { name: 'Caché' } } })
  assert.ok(!('translated_content' in single) && !('default_locale' in single))
})

test('the URL is null while the help center is off', async () => {
  const { id } = await aCenter(['en'])
  const collection = await aCollection({ help_center_id: id })
  assert.ok(collection.url)
  await t.call(`PUT /extensions/help_centers/${id}`, { website_turned_on: false })
  assert.equal((await show(collection.id)).url, null)
})

test('deleting a collection deletes those within it; articles lose the collection and stay', async () => {
  const top = await aCollection()
  const within = await aCollection({ parent_id: top.id })
  const other = await aCollection()
  const article = await t.call('POST /articles', {
    ...{ title: 'Stays', author_id: t.created.admin_id, parent_ids: [within.id, other.id, top.id] },
  })
  assert.deepEqual((await remove(top.id)).body, { id: top.id, object: 'collection', deleted: true })
  for (const id of [top.id, within.id]) assert.equal((await t.call(`GET ${PATH}/${id}`)).status, 404)
  assert.deepEqual((await t.call(`GET /articles/${article.body.id}`)).body.parent_ids, [Number(other.id)])
  assert.equal((await remove(top.id)).status, 404)
})

test('the list has the last updated first, in pages; a page after the last is empty', async () => {
  const other = await t.another()
  const ids: string[] = []
  for (let n = 0; n < 5; n++) ids.push((await aCollection({ name: `Number ${n}` }, other.call)).id)
  await other.call('POST /extensions/sandbox/clock', { advance_seconds: 60 })
  await other.call(`PUT ${PATH}/${ids[1]}`, { description: 'Changed' })
  const page = async (query: string) => (await other.call(`GET ${PATH}?${query}`)).body
  const first = await page('per_page=2')
  assert.equal(first.data[0].id, ids[1])
  assert.deepEqual([first.total_count, first.pages.total_pages, first.pages.next.page], [5, 3, 2])
  const rest = [await page('per_page=2&page=2'), await page('per_page=2&page=3'), await page('per_page=2&page=4')]
  const all = [first, ...rest].flatMap(({ data }) => data.map(({ id }: { id: string }) => id))
  assert.deepEqual([...all].sort(), [...ids].sort())
  assert.deepEqual([rest[2].data, rest[2].pages.next], [[], null])
})

test('before 2.10 a collection has its type and no parent', async () => {
  const { id } = await aCollection({ parent_id: (await aCollection()).id })
  for (const version of ['2.8', '2.9', '2.10', '2.16']) {
    const collection = await show(id, { version })
    assert.deepEqual(
      ['type' in collection, 'parent_id' in collection],
      ['2.8', '2.9'].includes(version) ? [true, false] : [false, true],
      version,
    )
  }
})
