// The official SDK on AI content and news.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { failing, SDKS } from './clients.ts'
import { listeningServer } from './server.ts'

const server = await listeningServer()
const { token, admin_id } = server.created
const sender_id = Number(admin_id)

for (const { release, client: clientOf, errors } of SDKS) {
  const client = clientOf({ token, baseUrl: server.url })

  test(`release ${release}: an error has its status and its text`, async () => {
    const fails = failing(errors)
    await fails(() => client.news.items.find({ news_item_id: 9 as never }), 404, /Resource Not Found/)
    await fails(() => client.news.items.create({ title: ' ', sender_id }), 400, /title/)
    await fails(() => client.news.feeds.find({ newsfeed_id: '9' }), 404, /Resource Not Found/)
  })

  test(`release ${release}: news are created, changed, listed and deleted`, async () => {
    const { body: feed } = await server.call('POST /extensions/newsfeeds', { name: `Feed ${release}` })
    const newsfeed_id = Number(feed.id)
    const created = await client.news.items.create({
      ...{ title: 'Halloween is here!', body: '<p>New costumes</p>', sender_id, state: 'live' },
      ...{
        labels: ['Update', 'New'],
        reactions: ['😆', '👍'],
        newsfeed_assignments: [{ newsfeed_id, published_at: 1_664_638_214 }],
      },
    })
    assert.deepEqual([created.type, created.labels, created.reactions], ['news-item', ['New', 'Update'], ['😆', '👍']])
    // A number in release 7, a text in release 6.
    const news_item_id = (release === 7 ? Number(created.id) : created.id) as never
    const body = { title: 'Christmas is here!', sender_id }
    assert.equal((await client.news.items.update({ news_item_id, body })).title, 'Christmas is here!')
    assert.equal((await client.news.items.find({ news_item_id })).body, '<p>New costumes</p>')
    assert.ok((await client.news.items.list()).data?.some((item) => item.id === created.id))
    assert.equal((await client.news.feeds.find({ newsfeed_id: feed.id })).name, `Feed ${release}`)
    assert.ok((await client.news.feeds.list()).data?.some(({ id }) => id === feed.id))
    const live = await client.news.feeds.listItems({ newsfeed_id: feed.id })
    assert.deepEqual([live.total_count, live.data?.[0]?.id], [1, created.id])
    const deleted = await client.news.items.delete({ news_item_id })
    assert.deepEqual({ ...deleted }, { id: created.id, object: 'news-item', deleted: true })
  })
}

test('release 7: a source and its pages are created, changed, listed and deleted', async () => {
  const { aiContent } = SDKS[0].client({ token, baseUrl: server.url })
  const url = 'https://help.example.com'
  const source = await aiContent.createContentImportSource({ url })
  assert.deepEqual([source.sync_behavior, source.status, source.url], ['api', 'active', url])
  const source_id = source.id
  const settings = { sync_behavior: 'api', status: 'deactivated', url } as const
  const changed = await aiContent.updateContentImportSource({ source_id: String(source_id), ...settings })
  assert.equal(changed.status, 'deactivated')
  assert.equal((await aiContent.getContentImportSource({ source_id: String(source_id) })).id, source_id)
  assert.ok((await aiContent.listContentImportSources()).data?.some(({ id }) => id === source_id))

  const page = { title: 'Start', html: '<p>Hello</p>', source_id, external_id: 'start' }
  const made = await aiContent.createExternalPage(page)
  assert.deepEqual([made.locale, made.external_id, made.ai_agent_availability], ['en', 'start', false])
  assert.equal((await aiContent.createExternalPage({ ...page, title: 'New' })).id, made.id)
  const page_id = made.id
  assert.equal(
    (await aiContent.updateExternalPage({ page_id, ...page, url, fin_availability: true })).fin_availability,
    true,
  )
  assert.equal((await aiContent.getExternalPage({ page_id })).url, url)
  assert.deepEqual(
    (await aiContent.listExternalPages()).data?.map(({ id }) => id),
    [page_id],
  )
  assert.equal((await aiContent.deleteExternalPage({ page_id })).html, '')
  await aiContent.deleteContentImportSource({ source_id: String(source_id) })
  assert.ok(!(await aiContent.listContentImportSources()).data?.some(({ id }) => id === source_id))
})

const [{ client: client7, errors: errors7 }] = SDKS
const seven = client7({ token, baseUrl: server.url })

test('release 7: internal articles are created, changed, found, listed and deleted', async () => {
  const { internalArticles } = seven
  await failing(errors7)(() => internalArticles.createInternalArticle({ title: 'x' } as never), 400, /author_id/)
  const by = { owner_id: sender_id, author_id: sender_id }
  const created = await internalArticles.createInternalArticle({ title: 'Plan', body: '<p>Secret</p>', ...by })
  const article = Number(created.id)
  const changed = await internalArticles.updateInternalArticle({ internal_article_id: article, title: 'Renamed' })
  assert.equal(changed.title, 'Renamed')
  const shown = await internalArticles.retrieveInternalArticle({ internal_article_id: article })
  assert.match(shown.body ?? '', /Secret/)
  const listed = await internalArticles.listInternalArticles()
  assert.deepEqual(
    listed.data?.map(({ title }) => title),
    ['Renamed'],
  )
  const found = await internalArticles.searchInternalArticles({ folder_id: '999999' })
  assert.equal(found.total_count, 0)
  assert.equal((await internalArticles.deleteInternalArticle({ internal_article_id: article })).deleted, true)
})

test('release 7: brands and sender addresses are listed and shown', async () => {
  const version = { version: 'Unstable' } as const
  const { brands, emails } = seven.unstable
  const fails = failing(errors7)
  await fails(() => brands.retrieveBrand({ id: '999999' }, version), 404, /Brand not found/)
  await fails(() => emails.retrieveEmail({ id: '999999' }, version), 404, /Email setting not found/)
  const { body: address } = await server.call('POST /extensions/emails', { email: 'seven@example.com' })
  const listed = (await brands.listBrands(version)).data
  assert.equal(listed?.[0]?.id, server.created.id)
  const brand = await brands.retrieveBrand({ id: server.created.id }, version)
  assert.equal(brand.is_default, true)
  assert.ok((await emails.listEmails(version)).data?.some((email) => email.id === address.id))
  assert.equal((await emails.retrieveEmail({ id: address.id }, version)).email, 'seven@example.com')
})
