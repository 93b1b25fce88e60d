// A published article with a draft and a tag, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    article: string
    article_version: string
  }
}

export default {
  needs: ['admin', 'collection', 'tag'],
  provides: ['article', 'article_version'],
  async create({ post, call, workspace: { id } }, { admin, collection, tag }) {
    const article = await post('/articles', {
      ...{ title: `Article of ${id}`, body: `<p>Body of ${id}</p>`, author_id: admin, state: 'published' },
      parent_ids: [collection],
      translated_content: { fr: { title: `Article en français de ${id}`, state: 'published' } },
    })
    await call(`PUT /articles/${article.id}/draft`, { title: `Draft of ${id}` })
    await post(`/articles/${article.id}/tags`, { id: tag })
    const versions = await call(`GET /articles/${article.id}/versions`)
    return { article: article.id, article_version: versions.body.data[0].id }
  },
  attempts: {
    createArticle: (their, my) => [
      ['POST /articles', { title: 'Taken', author_id: their.admin }],
      ['POST /articles', { title: 'Taken', author_id: my.admin, parent_ids: [their.collection] }],
      ['POST /articles', { title: 'Taken', author_id: my.admin, parent_id: their.collection }],
    ],
    retrieveArticle: ({ article }) => [[`GET /articles/${article}`]],
    updateArticle: (their, my) => [
      [`PUT /articles/${their.article}`, { title: 'Taken' }],
      [`PUT /articles/${my.article}`, { author_id: their.admin }],
      [`PUT /articles/${my.article}`, { parent_ids: [their.collection] }],
    ],
    retrieveArticleDraft: ({ article }) => [[`GET /articles/${article}/draft`]],
    stageArticleDraft: (their, my) => [
      [`PUT /articles/${their.article}/draft`, { title: 'Taken' }],
      [`PUT /articles/${my.article}/draft`, { author_id: their.admin }],
    ],
    publishArticleDraft: ({ article }) => [[`POST /articles/${article}/draft/publish`, { locales: ['en'] }]],
    listArticleVersions: ({ article }) => [[`GET /articles/${article}/versions`]],
    retrieveArticleVersion: (their, my) => [
      [`GET /articles/${their.article}/versions/${their.article_version}`],
      [`GET /articles/${my.article}/versions/${their.article_version}`],
      [`GET /articles/${their.article}/versions/${my.article_version}`],
    ],
    attachTagToArticle: (their, my) => [
      [`POST /articles/${their.article}/tags`, { id: my.tag }],
      [`POST /articles/${my.article}/tags`, { id: their.tag }],
      [`POST /articles/${my.article}/tags`, { id: my.tag, admin_id: their.admin }],
    ],
    detachTagFromArticle: (their, my) => [
      [`DELETE /articles/${their.article}/tags/${my.tag}`],
      [`DELETE /articles/${my.article}/tags/${their.tag}`],
    ],
  },
  removals: { deleteArticle: ({ article }) => [[`DELETE /articles/${article}`]] },
  lists: {
    listArticles: () => [['GET /articles']],
    searchArticles: () => [['GET /articles/search?phrase=Article%20of&state=all&highlight=true']],
  },
  ids: {
    articles: ['article'],
    article_id: ['article'],
    versions: ['article_version'],
    author_id: ['admin'],
  },
  // They need the session of a contact.
  tested_elsewhere: ['viewMessengerArticle'],
} satisfies Fixture
