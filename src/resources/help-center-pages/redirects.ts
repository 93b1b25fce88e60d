// Where an address leads that is no page: by a redirect of the help center.
import { mainContent } from '#resources/articles/present.ts'
import { findArticle } from '#resources/articles/queries.ts'
import { type Center, pathOf } from './center.ts'
import { findRedirectFrom, listCollections } from './queries.ts'

/** Returns the path of the target; undefined if there is no redirect from the path within the help center. */
export async function redirectFrom(center: Center, path: string): Promise<string | undefined> {
  const redirect = await findRedirectFrom(center.workspace, center.id, path)
  if (!redirect) return undefined
  const { locale, article_id, collection_id } = redirect
  if (collection_id !== null) {
    const collections = await listCollections(center.workspace, center, locale)
    const title = collections.find(({ id }) => id === collection_id)?.name
    return title === undefined ? undefined : pathOf(center, { kind: 'collections', id: collection_id, title, locale })
  }
  const article = await findArticle(center.workspace, article_id as string)
  if (!article) return undefined
  const { title } = article.contents.find((one) => one.locale === locale) ?? mainContent(article)
  return pathOf(center, { kind: 'articles', id: article.id, title, locale })
}
