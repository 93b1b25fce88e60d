// The versions of articles.
import { Type } from 'typebox'
import { found, invalid } from '#http/errors.ts'
import { numberedPageOf, presentNumberedPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { listLocales } from '#resources/help-centers/queries.ts'
import type { Resource } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { theArticle } from '../queries.ts'
import { findVersion, pageOfVersions } from './queries.ts'
import { ArticleVersion, LocaleQuery, presentSummary, presentVersion, VersionList, VersionsQuery } from './schema.ts'

const reads = { since: '2.16', scope: 'read_articles_scope' } as const
const NOT_FOUND = 'Object not found'
const VERSIONS_PAGE = { default: 25, max: 150 }

const OfArticle = Type.Object({ article_id: Type.String() })
const OneOfArticle = Type.Object({ article_id: Type.String(), id: Type.String() })

async function assertLocale(workspace: Workspace, locale: string | undefined): Promise<void> {
  if (locale !== undefined && !(await listLocales(workspace)).includes(locale)) throw invalid('Unknown locale')
}

function versions(app: App) {
  app.get(
    '/articles/:article_id/versions',
    op('listArticleVersions', {
      summary: 'List the versions of an article, newest first',
      ...reads,
      params: OfArticle,
      query: VersionsQuery,
      response: VersionList,
    }),
    async ({ workspace, params, query }) => {
      const { id, default_locale, help_center } = await theArticle(workspace, params.article_id, NOT_FOUND)
      await assertLocale(workspace, query.locale)
      const locales = query.locale ? [query.locale] : [default_locale, ...help_center.locales]
      const page = numberedPageOf(query, VERSIONS_PAGE)
      return presentNumberedPage(page, await pageOfVersions(workspace, id, locales, page), presentSummary)
    },
  )

  app.get(
    '/articles/:article_id/versions/:id',
    op('retrieveArticleVersion', {
      summary: 'Show a version of an article, with its body',
      ...reads,
      params: OneOfArticle,
      query: LocaleQuery,
      response: ArticleVersion,
    }),
    async ({ workspace, params, query: { locale } }) => {
      const version = found(await findVersion(workspace, params.article_id, params.id), NOT_FOUND)
      await assertLocale(workspace, locale)
      if (locale && version.locale !== locale) return found<never>(undefined, NOT_FOUND)
      return presentVersion(version)
    },
  )
}

export default { group: 'Articles', routes: versions } satisfies Resource
