// An internal article with a tag, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    internal_article: string
  }
}

export default {
  needs: ['admin', 'folder', 'audience', 'tag'],
  provides: ['internal_article'],
  async create({ post, workspace: { id } }, { admin, folder, audience, tag }) {
    const article = await post('/internal_articles', {
      ...{ title: `Internal article of ${id}`, body: `<p>Body of ${id}</p>`, author_id: admin, owner_id: admin },
      ...{ folder_id: folder, audience_ids: [Number(audience)] },
    })
    await post(`/internal_articles/${article.id}/tags`, { id: tag })
    return { internal_article: article.id }
  },
  attempts: {
    createInternalArticle: (their, my) => [
      ['POST /internal_articles', { title: 'x', author_id: their.admin, owner_id: my.admin }],
      ['POST /internal_articles', { title: 'x', author_id: my.admin, owner_id: their.admin }],
      ['POST /internal_articles', { title: 'x', author_id: my.admin, owner_id: my.admin, folder_id: their.folder }],
      [
        'POST /internal_articles',
        { title: 'x', author_id: my.admin, owner_id: my.admin, audience_ids: [Number(their.audience)] },
      ],
    ],
    retrieveInternalArticle: ({ internal_article }) => [[`GET /internal_articles/${internal_article}`]],
    updateInternalArticle: (their, my) => [
      [`PUT /internal_articles/${their.internal_article}`, { title: 'Taken' }],
      [`PUT /internal_articles/${my.internal_article}`, { owner_id: their.admin }],
      [`PUT /internal_articles/${my.internal_article}`, { folder_id: their.folder }],
      [`PUT /internal_articles/${my.internal_article}`, { audience_ids: [Number(their.audience)] }],
    ],
    attachTagToInternalArticle: (their, my) => [
      [`POST /internal_articles/${their.internal_article}/tags`, { id: my.tag }],
      [`POST /internal_articles/${my.internal_article}/tags`, { id: their.tag }],
      [`POST /internal_articles/${my.internal_article}/tags`, { id: my.tag, admin_id: their.admin }],
    ],
    detachTagFromInternalArticle: (their, my) => [
      [`DELETE /internal_articles/${their.internal_article}/tags/${my.tag}`],
      [`DELETE /internal_articles/${my.internal_article}/tags/${their.tag}`],
    ],
  },
  removals: { deleteInternalArticle: ({ internal_article }) => [[`DELETE /internal_articles/${internal_article}`]] },
  lists: {
    listInternalArticles: () => [['GET /internal_articles']],
    searchInternalArticles: ({ folder }) => [
      ['GET /internal_articles/search?phrase=body'],
      [`GET /internal_articles/search?folder_id=${folder}`],
    ],
  },
  ids: { internal_articles: ['internal_article'], internal_article_id: ['internal_article'] },
} satisfies Fixture
