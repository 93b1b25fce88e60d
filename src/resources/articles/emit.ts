// Writes an event of an article.
import type { Workspace } from '#workspaces/workspace.ts'
import { mainContent, presentArticle } from './present.ts'
import type { ArticleRow } from './queries.ts'
import { articleEvents } from './topics.ts'

type Topic = keyof typeof articleEvents.topics & `article.${string}`

/** The object of a deleted article is the whole one, as it was. */
export const emitArticle = (workspace: Workspace, topic: Topic, article: ArticleRow, public_url: string) =>
  articleEvents.emit(workspace, {
    topic,
    object_id: article.id,
    ...(topic === 'article.deleted' && { details: { deleted: true } }),
    snapshot: async () => ({
      ...(await presentArticle(workspace, article, public_url)),
      content_id: mainContent(article).id,
      ...(topic === 'article.deleted' && { deleted: true }),
    }),
  })
