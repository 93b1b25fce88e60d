// Publishes and unpublishes articles at their scheduled times, on the clock of their workspace.
import type { Sql } from '#db/sql.ts'
import type { Job } from '#jobs/job.ts'
import type { WorkerContext } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import type { Patches } from './patches.ts'
import { type ArticleRow, listWorkspacesWithDueArticles, lockDueArticles, theArticle } from './queries.ts'
import { type Saving, saveArticle } from './save.ts'

const BATCH_SIZE = 50

/** In all workspaces. Safe in several processes at once. */
export async function publishDue(sql: Sql, real: Date, saving: Saving): Promise<void> {
  for (const id of await listWorkspacesWithDueArticles({ sql }, real)) {
    const workspace = await openWorkspace(sql, id)
    const now = new Date(real.getTime() + workspace.ahead_ms())
    await publishDueIn({ ...workspace, now: () => now }, saving)
  }
}

/** In this workspace only. */
export async function publishDueIn(workspace: Workspace, saving: Saving): Promise<void> {
  for (let count = BATCH_SIZE; count === BATCH_SIZE; )
    count = await atomically(workspace, async (transaction) => {
      const due = await lockDueArticles(transaction, BATCH_SIZE)
      for (const { id } of due) await carryOut(transaction, await theArticle(transaction, id), saving)
      return due.length
    })
}

async function carryOut(workspace: Workspace, article: ArticleRow, saving: Saving): Promise<void> {
  const patches = article.scheduled_publish_at ? toPublish(article) : toUnpublish(article)
  const after = { scheduled_publish_at: null, scheduled_unpublish_at: null, folder_id: article.folder_id }
  await saveArticle(workspace, article, patches, { ...after, is_placed: false, later: false }, saving)
}

/** The default locale, and what is staged in others. A translation that was never published stays a draft. */
const toPublish = ({ contents, default_locale }: ArticleRow): Patches =>
  new Map(
    contents
      .filter(({ locale, draft_version_id }) => locale === default_locale || draft_version_id !== null)
      .map(({ locale }) => [locale, { texts: {}, settings: {}, state: 'published' }]),
  )

const toUnpublish = ({ contents }: ArticleRow): Patches =>
  new Map(
    contents
      .filter(({ state }) => state === 'published')
      .map(({ locale }) => [locale, { texts: {}, settings: {}, state: 'draft' }]),
  )

export const scheduleJob: Job<WorkerContext> = {
  name: 'articles:schedule',
  every_ms: 5_000,
  run: ({ sql, public_url }) => publishDue(sql, new Date(), { public_url }),
}
