// News: items as Intercom's API has them, and the newsfeeds, which Intercom sets up in its web app.
import { found } from '#http/errors.ts'
import { NumberedPageQuery, numberedPageOf, presentPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import { readBody } from '#resources/attachments/written-body.ts'
import type { Resource } from '#server.ts'
import { demo } from './demo.ts'
import { deleteNewsfeed, findNewsfeed, listNewsfeeds, pageOfNewsfeeds } from './feed-queries.ts'
import {
  NewNewsfeedRequest,
  Newsfeed,
  NewsfeedList,
  NewsfeedRequest,
  NewsfeedSetup,
  NewsfeedSetupList,
  presentNewsfeed,
  presentNewsfeedSetup,
} from './feed-schema.ts'
import { countViews, deleteNewsItem, findNewsItem, pageOfLiveItems, pageOfNewsItems } from './queries.ts'
import { changeNewsItem, createNewsItem } from './save.ts'
import { changeNewsfeed, createNewsfeed } from './save-feed.ts'
import {
  DeletedNewsItem,
  MAX_BODY,
  NewsItem,
  NewsItemList,
  NewsItemRequest,
  NewsStatistics,
  presentNewsItem,
  presentStatistics,
} from './schema.ts'

const reads = { scope: 'read_content' } as const
const writes = { scope: 'write_content' } as const
const PAGE = { default: 10, max: 150 }
const LIVE_PAGE = { default: 20, max: 150 }

function items(app: App) {
  app.decorateRequest('written_body')
  const readsBody = { preHandler: readBody({ max_length: MAX_BODY }) }

  app.get(
    '/news/news_items',
    op('listNewsItems', {
      summary: 'List the news items, oldest first',
      sdk: (client) => client.news.items.list(),
      ...reads,
      query: NumberedPageQuery,
      response: NewsItemList,
    }),
    async ({ workspace, query }) => {
      const page = numberedPageOf(query, PAGE)
      return presentPage(page, await pageOfNewsItems(workspace, page), (item) => presentNewsItem(workspace.id, item))
    },
  )

  app.post(
    '/news/news_items',
    {
      ...op('createNewsItem', {
        summary: 'Create a news item',
        sdk: (client) => client.news.items.create({ title: 'Halloween is here!', sender_id: 814860 }),
        ...writes,
        body: NewsItemRequest,
        response: NewsItem,
      }),
      ...readsBody,
    },
    async ({ workspace, body, written_body }) =>
      presentNewsItem(workspace.id, await createNewsItem(workspace, body, written_body.html)),
  )

  app.get(
    '/news/news_items/:id',
    op('retrieveNewsItem', {
      summary: 'Show a news item',
      sdk: (client) => client.news.items.find({ news_item_id: 1 }),
      ...reads,
      params: ById,
      response: NewsItem,
    }),
    async ({ workspace, params }) => presentNewsItem(workspace.id, found(await findNewsItem(workspace, params.id))),
  )

  app.put(
    '/news/news_items/:id',
    {
      ...op('updateNewsItem', {
        summary: 'Change a news item',
        sdk: (client) =>
          client.news.items.update({ news_item_id: 1, body: { title: 'Christmas is here!', sender_id: 814860 } }),
        ...writes,
        params: ById,
        body: NewsItemRequest,
        response: NewsItem,
      }),
      ...readsBody,
    },
    async ({ workspace, params, body, written_body }) =>
      presentNewsItem(workspace.id, await changeNewsItem(workspace, params.id, body, written_body.html)),
  )

  app.delete(
    '/news/news_items/:id',
    op('deleteNewsItem', {
      summary: 'Delete a news item',
      sdk: (client) => client.news.items.delete({ news_item_id: 1 }),
      ...writes,
      params: ById,
      response: DeletedNewsItem,
    }),
    async ({ workspace, params }) => {
      const { id } = found(await deleteNewsItem(workspace, params.id))
      return { id, object: 'news-item' as const, deleted: true as const }
    },
  )

  app.get(
    '/extensions/news_items/:id/statistics',
    op('showNewsStatistics', {
      summary: 'Show how many contacts saw a news item, and how they reacted',
      params: ById,
      response: NewsStatistics,
    }),
    async ({ workspace, params }) => {
      const { id } = found(await findNewsItem(workspace, params.id))
      return presentStatistics(id, await countViews(workspace, id))
    },
  )
}

function feeds(app: App) {
  app.get(
    '/news/newsfeeds',
    op('listNewsfeeds', {
      summary: 'List the newsfeeds, oldest first',
      sdk: (client) => client.news.feeds.list(),
      ...reads,
      query: NumberedPageQuery,
      response: NewsfeedList,
    }),
    async ({ workspace, query }) => {
      const page = numberedPageOf(query, PAGE)
      return presentPage(page, await pageOfNewsfeeds(workspace, page), presentNewsfeed)
    },
  )

  app.get(
    '/news/newsfeeds/:id',
    op('retrieveNewsfeed', {
      summary: 'Show a newsfeed',
      sdk: (client) => client.news.feeds.find({ newsfeed_id: '1' }),
      ...reads,
      params: ById,
      response: Newsfeed,
    }),
    async ({ workspace, params }) => presentNewsfeed(found(await findNewsfeed(workspace, params.id))),
  )

  app.get(
    '/news/newsfeeds/:id/items',
    op('listLiveNewsfeedItems', {
      summary: 'List the live items of a newsfeed, last published first',
      sdk: (client) => client.news.feeds.listItems({ newsfeed_id: '1' }),
      ...reads,
      params: ById,
      query: NumberedPageQuery,
      response: NewsItemList,
    }),
    async ({ workspace, params, query }) => {
      const { id } = found(await findNewsfeed(workspace, params.id))
      const page = numberedPageOf(query, LIVE_PAGE)
      return presentPage(page, await pageOfLiveItems(workspace, id, page), (item) =>
        presentNewsItem(workspace.id, item),
      )
    },
  )

  app.get(
    '/extensions/newsfeeds',
    op('listNewsfeedSetups', { summary: 'List the newsfeeds with their audiences', response: NewsfeedSetupList }),
    async ({ workspace }) => ({
      type: 'list' as const,
      data: (await listNewsfeeds(workspace)).map(presentNewsfeedSetup),
    }),
  )

  app.post(
    '/extensions/newsfeeds',
    op('createNewsfeed', {
      summary: 'Create a newsfeed',
      refuses: [409],
      body: NewNewsfeedRequest,
      response: NewsfeedSetup,
    }),
    async ({ workspace, body }) => presentNewsfeedSetup(await createNewsfeed(workspace, body)),
  )

  app.put(
    '/extensions/newsfeeds/:id',
    op('updateNewsfeed', {
      summary: 'Change a newsfeed',
      params: ById,
      body: NewsfeedRequest,
      response: NewsfeedSetup,
    }),
    async ({ workspace, params, body }) => presentNewsfeedSetup(await changeNewsfeed(workspace, params.id, body)),
  )

  app.delete(
    '/extensions/newsfeeds/:id',
    op('deleteNewsfeed', { summary: 'Delete a newsfeed; its items stay', status: 204, params: ById }),
    async ({ workspace, params }) => {
      found(await deleteNewsfeed(workspace, params.id))
      return NOTHING
    },
  )
}

export default {
  group: 'News',
  routes(app) {
    items(app)
    feeds(app)
  },
  kept_tables: ['newsfeeds'],
  demo,
  given: async (workspace) => (await listNewsfeeds(workspace)).map(({ id, name }) => ({ type: 'newsfeed', id, name })),
} satisfies Resource
