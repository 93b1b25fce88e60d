// Creates redirects from addresses within a help center to its articles and collections.
import { ApiError, invalid, missing, notFound, unprocessable } from '#http/errors.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { holdCollections } from '../collections/queries.ts'
import type { HelpCenterRow } from '../queries.ts'
import { pathWithin } from '../urls.ts'
import { insertRedirect, type RedirectRow } from './queries.ts'
import type { RedirectRequest } from './schema.ts'

/**
 * Keeps an article or a collection until the transaction ends. Returns its help center, and the locale to which a
 * redirect leads: the given one, or if the target is not written in it, the default one. Undefined if there is no target.
 */
export type FindTarget = (
  workspace: Workspace,
  id: string,
  locale: string,
) => Promise<{ help_center_id: string; locale: string } | undefined>

/** What redirects need of articles, whose folder imports this one. */
export type RedirectTargets = { articleTarget: FindTarget }

export async function createRedirect(
  workspace: Workspace,
  help_center: HelpCenterRow,
  { from_url, locale, target_type, target_id }: RedirectRequest,
  { public_url, articleTarget }: RedirectTargets & { public_url: string },
): Promise<RedirectRow> {
  const targets = { article: articleTarget, collection: collectionTarget }
  if (!from_url.trim()) throw missing('from_url is required')
  if (target_type !== 'article' && target_type !== 'collection')
    throw invalid("target_type must be 'article' or 'collection'")
  const from_path = pathWithin(help_center, public_url, from_url)
  if (!from_path)
    throw unprocessable('data_invalid', "from_url must be an absolute URL within this help center's URL space")
  if (!help_center.locales.includes(locale))
    throw unprocessable('data_invalid', 'locale must be a locale of this help center')
  const target = await targets[target_type](workspace, target_id, locale)
  if (!target) throw notFound('Resource not found')
  if (target.help_center_id !== help_center.id)
    throw unprocessable('data_invalid', `target_id must be the id of ${NAMES[target_type]} of this help center`)
  const redirect = await insertRedirect(workspace, {
    help_center_id: help_center.id,
    from_url,
    from_path,
    locale: target.locale,
    article_id: target_type === 'article' ? target_id : null,
    collection_id: target_type === 'collection' ? target_id : null,
  })
  if (!redirect) throw new ApiError(409, 'resource_conflict', 'A redirect with that URL already exists')
  return redirect
}

const NAMES = { article: 'an article', collection: 'a collection' }

const collectionTarget: FindTarget = async (workspace, id, locale) => {
  const [collection] = await holdCollections(workspace, [id])
  return collection && { help_center_id: collection.help_center_id, locale }
}
