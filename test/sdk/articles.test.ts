// The official SDK on help centers, collections and articles.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failing, SDKS } from './clients.ts'
import { listeningServer } from './server.ts'

const server = await listeningServer()
const author_id = Number(server.created.admin_id)

/** Release 7 wants ids of knowledge as numbers, release 6 as text: on the wire both are the same. */
const own = (id: unknown) => id as never

for (const { release, client: clientOf, errors } of SDKS) {
  const client = clientOf({ token: server.created.token, baseUrl: server.url })

  test(`release ${release}: an error has its status and its text`, async () => {
    const fails = failing(errors)
    await fails(() => client.articles.find({ article_id: own(999_999) }), 404, /Resource Not Found/)
    await fails(() => client.articles.create({ title: 'A', author_id: 1 }), 400, /author_id/)
    await fails(() => client.helpCenters.collections.create({ name: ' ' }), 400, /Name is a required parameter/)
  })

  test(`release ${release}: help centers are listed to their end`, async () => {
    const ids: string[] = []
    for await (const { id } of await client.helpCenters.list()) ids.push(String(id))
    assert.equal(ids.length, 1)
    const center = await client.helpCenters.find({ help_center_id: own(ids[0]) })
    assert.equal(center.identifier, server.created.id)
  })

  test(`release ${release}: a collection is created, changed, listed and deleted`, async () => {
    const created = await client.helpCenters.collections.create({ name: `First ${release}` })
    const collection_id = own(created.id)
    const within = await client.helpCenters.collections.create({ name: 'Within', parent_id: created.id as string })
    assert.equal(within.parent_id, created.id)
    const changed = await client.helpCenters.collections.update({ collection_id, name: 'Renamed' })
    assert.equal(changed.name, 'Renamed')
    const names: string[] = []
    for await (const { name } of await client.helpCenters.collections.list({ per_page: 1 })) names.push(name as string)
    assert.deepEqual(names.sort(), ['Renamed', 'Within'])
    assert.equal((await client.helpCenters.collections.delete({ collection_id })).deleted, true)
  })

  test(`release ${release}: an article is created, changed, found, listed and deleted`, async () => {
    const created = await client.articles.create({
      ...{ title: `Article ${release}`, description: 'About', body: '<p>Body</p>', author_id, state: 'published' },
    })
    const article_id = own(created.id)
    assert.deepEqual([created.type, created.body], ['article', '<p class="no-margin">Body</p>'])
    const changed = await client.articles.update({ article_id, title: `Changed ${release}` })
    assert.equal(changed.title, `Changed ${release}`)
    assert.equal((await client.articles.find({ article_id })).statistics?.views, 0)
    const found = await client.articles.search({ phrase: 'changed', state: 'published', highlight: true })
    assert.deepEqual(
      found.data?.articles?.map((article) => article.id),
      [created.id],
    )
    assert.equal(found.data?.highlights?.[0]?.article_id, created.id)
    await client.articles.create({ title: 'Another', author_id })
    const ids: string[] = []
    for await (const { id } of await client.articles.list({ per_page: 1 })) ids.push(id)
    assert.equal(ids.length, 2)
    for (const id of ids) assert.equal((await client.articles.delete({ article_id: own(id) })).deleted, true)
  })
}
