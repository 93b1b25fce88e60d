// Articles that a contact or a visitor reads in a messenger: views, and the conversations that follow them.
import { Type } from 'typebox'
import { readAll, repeatEvery } from '#events/follow.ts'
import { type LogReader, startReading } from '#events/reader.ts'
import { notFound } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { ById, epoch, named } from '#http/types.ts'
import { isInAudience } from '#resources/contacts/audiences.ts'
import { addViews } from '#resources/help-center-pages/queries.ts'
import {
  countConversation,
  expireViews,
  listAudiencesOf,
  recordView,
} from '#resources/help-center-pages/view-queries.ts'
import type { Resource, WorkerContext } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { Visitor } from '../sessions/recognize.ts'

const ArticleView = named(
  'messenger_article_view',
  Type.Object({ type: Type.Literal('article_view'), article_id: Type.String(), viewed_at: Type.Integer() }),
)

/** Apart from the request that starts a conversation, which so needs no further statement. */
export const viewReader: LogReader = {
  name: 'article_views',
  handles: (topic) => topic === 'conversation.user.created',
  async handle(workspace, { object_id }) {
    await countConversation(workspace, object_id)
  },
}

const POLL_EVERY_MS = 1_000

function articles(app: App) {
  app.post(
    '/extensions/messenger/articles/:id/views',
    op('viewMessengerArticle', {
      summary: 'Tell that the contact reads an article: a conversation within an hour counts for it',
      refuses: [403],
      auth: 'contact',
      params: ById,
      response: ArticleView,
    }),
    async ({ workspace, visitor, params: { id } }) => {
      await assertReadable(workspace, visitor, id)
      const reader_id = visitor.contact?.id ?? (visitor.session.visitor_id as string)
      await addViews(workspace.sql, [{ workspace_id: workspace.id, article_id: id }])
      await recordView(workspace, reader_id, id)
      await startReading(workspace, viewReader.name)
      return { type: 'article_view' as const, article_id: id, viewed_at: epoch(workspace.now()) }
    },
  )
}

/** @throws a 404 unless the article is published, and in some locale for the reader. */
async function assertReadable(workspace: Workspace, { contact }: Visitor, id: string): Promise<void> {
  for (const { audience_ids } of await listAudiencesOf(workspace, id)) {
    if (!audience_ids.length) return
    if (contact && (await isInAudience(workspace, contact.id, audience_ids))) return
  }
  throw notFound('Article not found')
}

const countConversations = ({ sql, log }: WorkerContext) =>
  repeatEvery(POLL_EVERY_MS, log, () => readAll({ sql, log }, viewReader))

export default {
  group: 'Extensions: messenger',
  routes: articles,
  work: countConversations,
  jobs: [{ name: 'articles:expire-views', cron: '35 * * * *', run: ({ sql }) => expireViews(sql) }],
} satisfies Resource
