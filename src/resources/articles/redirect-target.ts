// The help center of an article, and the locale to which a redirect to it leads.
import type { FindTarget } from '#resources/help-centers/redirects/save.ts'
import { lockArticle } from './queries.ts'

export const articleTarget: FindTarget = async (workspace, id, locale) => {
  const article = await lockArticle(workspace, id)
  const is_written = article?.contents.some((content) => content.locale === locale)
  return article && { help_center_id: article.help_center.id, locale: is_written ? locale : article.default_locale }
}
