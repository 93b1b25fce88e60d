// A newsfeed with a live item, and requests of another workspace that must not reach either.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    newsfeed: string
    news_item: string
  }
}

const itemOf = (sender_id: string, more: object = {}) => ({ title: 'Stolen', sender_id: Number(sender_id), ...more })
const on = (newsfeed_id: string) => ({ newsfeed_assignments: [{ newsfeed_id: Number(newsfeed_id) }] })

export default {
  needs: ['admin', 'tag'],
  provides: ['newsfeed', 'news_item'],
  async create({ post, workspace: { id } }, { admin }) {
    const feed = await post('/extensions/newsfeeds', { name: `Feed of ${id}` })
    const news = { title: `News of ${id}`, body: 'Hello', state: 'live', ...on(feed.id) }
    const item = await post('/news/news_items', itemOf(admin, news))
    return { newsfeed: feed.id, news_item: item.id }
  },
  attempts: {
    createNewsItem: (their, my) => [
      ['POST /news/news_items', itemOf(their.admin)],
      ['POST /news/news_items', itemOf(my.admin, on(their.newsfeed))],
    ],
    retrieveNewsItem: (their) => [[`GET /news/news_items/${their.news_item}`]],
    updateNewsItem: (their, my) => [
      [`PUT /news/news_items/${their.news_item}`, itemOf(my.admin)],
      [`PUT /news/news_items/${my.news_item}`, itemOf(their.admin)],
      [`PUT /news/news_items/${my.news_item}`, itemOf(my.admin, on(their.newsfeed))],
    ],
    showNewsStatistics: (their) => [[`GET /extensions/news_items/${their.news_item}/statistics`]],
    retrieveNewsfeed: (their) => [[`GET /news/newsfeeds/${their.newsfeed}`]],
    listLiveNewsfeedItems: (their) => [[`GET /news/newsfeeds/${their.newsfeed}/items`]],
    createNewsfeed: ({ tag }) => [['POST /extensions/newsfeeds', { name: 'x', audience: { tag_id: tag } }]],
    updateNewsfeed: (their, my) => [
      [`PUT /extensions/newsfeeds/${their.newsfeed}`, { name: 'Mine' }],
      [`PUT /extensions/newsfeeds/${my.newsfeed}`, { audience: { tag_id: their.tag } }],
    ],
  },
  removals: {
    deleteNewsItem: (their) => [[`DELETE /news/news_items/${their.news_item}`]],
    deleteNewsfeed: (their) => [[`DELETE /extensions/newsfeeds/${their.newsfeed}`]],
  },
  lists: {
    listNewsItems: () => [['GET /news/news_items']],
    listNewsfeeds: () => [['GET /news/newsfeeds']],
    listNewsfeedSetups: () => [['GET /extensions/newsfeeds']],
  },
  // They need the session of a contact.
  tested_elsewhere: ['listMessengerNews', 'readMessengerNews', 'reactToMessengerNews'],
  ids: {
    news_items: ['news_item'],
    newsfeeds: ['newsfeed'],
    newsfeed_id: ['newsfeed'],
    news: ['news_item'],
    sender_id: ['admin'],
  },
} satisfies Fixture
