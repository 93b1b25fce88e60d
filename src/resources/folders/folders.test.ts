// Folders: sad paths first.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testApp } from '../../../test/app.ts'

const t = await testApp()

const aFolder = async (folder: object = {}) =>
  (await t.call('POST /folders', { folder: { name: 'Any', ...folder } })).body

test('every operation needs a token, and Preview', async () => {
  for (const route of ['GET /folders', 'POST /folders', 'GET /folders/1', 'PUT /folders/1', 'DELETE /folders/1']) {
    const body = route.startsWith('P') ? {} : undefined
    assert.equal((await t.call(route, body, { token: null })).status, 401, route)
    assert.equal((await t.call(route, body, { version: '2.16' })).status, 400, route)
  }
})

test('a wrong folder is refused', async () => {
  const { id } = await aFolder()
  const cases: [route: string, body: unknown, status: number, code: string][] = [
    ['POST /folders', {}, 400, 'parameter_not_found'],
    ['POST /folders', { name: 'x' }, 400, 'parameter_not_found'],
    ['POST /folders', { folder: {} }, 400, 'parameter_not_found'],
    ['POST /folders', { folder: { name: ' ' } }, 400, 'parameter_invalid'],
    ['POST /folders', { folder: { name: 'x'.repeat(256) } }, 400, 'parameter_invalid'],
    ['POST /folders', { folder: { name: 'x', emoji: 'x'.repeat(33) } }, 400, 'parameter_invalid'],
    ['POST /folders', { folder: { name: 'x', parent_folder_id: 999999 } }, 404, 'not_found'],
    [`PUT /folders/${id}`, { folder: { name: null } }, 400, 'parameter_invalid'],
    [`PUT /folders/${id}`, { folder: { parent_folder_id: id } }, 400, 'parameter_invalid'],
    [`PUT /folders/${id}`, { folder: { parent_folder_id: 999999 } }, 404, 'not_found'],
    ['PUT /folders/999999', { folder: { name: 'x' } }, 404, 'not_found'],
    ['GET /folders/none', undefined, 404, 'not_found'],
    ['DELETE /folders/999999', undefined, 404, 'not_found'],
  ]
  for (const [route, body, status, code] of cases) {
    const answer = await t.call(route, body)
    assert.deepEqual([answer.status, answer.body.errors[0].code], [status, code], `${route} ${JSON.stringify(body)}`)
  }
})

test('a folder that is not empty cannot be deleted', async () => {
  const outer = await aFolder()
  const inner = await aFolder({ parent_folder_id: outer.id })
  const author_id = t.created.admin_id
  const { body: article } = await t.call('POST /articles', { title: 'x', author_id, folder_id: inner.id })
  for (const { id } of [outer, inner]) {
    const { status, body } = await t.call(`DELETE /folders/${id}`)
    assert.deepEqual([status, body.errors], [422, [{ code: 'data_invalid', message: 'Folder contains content' }]])
  }
  assert.equal((await t.call(`GET /folders/${inner.id}`)).body.content_count, 1)
  assert.equal((await t.call(`GET /folders/${outer.id}`)).body.content_count, 0)
  await t.call(`PUT /articles/${article.id}`, { folder_id: null })
  const { id } = inner
  assert.deepEqual((await t.call(`DELETE /folders/${id}`)).body, { id, object: 'folder', deleted: true })
})

test('a folder is created, changed and moved; what is left out stays', async () => {
  const { created_at, updated_at, ...folder } = await aFolder({ name: ' Product ', emoji: '📚' })
  const { id } = folder
  const expected = { id, name: 'Product', description: null, emoji: '📚', parent_folder_id: null, content_count: 0 }
  assert.deepEqual(folder, expected)
  assert.equal(created_at, updated_at)
  const outer = await aFolder()
  const moved = (await t.call(`PUT /folders/${id}`, { folder: { parent_folder_id: outer.id, description: 'D' } })).body
  assert.deepEqual(
    [moved.name, moved.description, moved.emoji, moved.parent_folder_id],
    ['Product', 'D', '📚', outer.id],
  )
  const circle = await t.call(`PUT /folders/${outer.id}`, { folder: { parent_folder_id: id } })
  assert.equal(circle.status, 400)
  const back = (await t.call(`PUT /folders/${id}`, { folder: { parent_folder_id: null, emoji: null } })).body
  assert.deepEqual([back.parent_folder_id, back.emoji, back.description], [null, null, 'D'])
})

test('two moves at once make no circle', async () => {
  const [a, b] = [await aFolder(), await aFolder()]
  const answers = await Promise.all([
    t.call(`PUT /folders/${a.id}`, { folder: { parent_folder_id: b.id } }),
    t.call(`PUT /folders/${b.id}`, { folder: { parent_folder_id: a.id } }),
  ])
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400])
})

test('folders are listed in numbered pages, also those of one folder', async () => {
  const other = await t.another()
  const make = async (folder: object) => (await other.call('POST /folders', { folder })).body
  const outer = await make({ name: 'Outer' })
  const inner = await make({ name: 'Inner', parent_folder_id: outer.id })
  const { body } = await other.call('GET /folders?per_page=1')
  assert.deepEqual([body.data, body.total_count], [[outer], 2])
  const { per_page, total_pages, next } = body.pages
  assert.deepEqual([per_page, total_pages], [1, 2])
  const second = await other.call(`GET /folders?per_page=1&starting_after=${encodeURIComponent(next.starting_after)}`)
  assert.deepEqual([second.body.data, second.body.pages.next], [[inner], null])
  assert.deepEqual((await other.call('GET /folders?page=2&per_page=1')).body.data, [inner])
  assert.deepEqual((await other.call(`GET /folders?parent_folder_id=${outer.id}`)).body.data, [inner])
  assert.deepEqual((await other.call('GET /folders?parent_folder_id=999999')).body.data, [])
})
