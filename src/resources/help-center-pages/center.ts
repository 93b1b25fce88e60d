// The help center that a request is for, and the addresses of its pages.
import { findHelpCenter, type HelpCenterRow } from '#resources/help-centers/queries.ts'
import { slugOf, urlOfContent, urlOfHelpCenter } from '#resources/help-centers/urls.ts'
import type { Server } from '#server.ts'
import { openWorkspace } from '#workspaces/open.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findNamed } from './queries.ts'

/** `base`: the path of its pages, without a slash at the end; '' at its own domain. */
export type Center = HelpCenterRow & { workspace: Workspace; base: string; public_url: string }

type Asked = { identifier: string; host: string }

/** Returns the help center; undefined if there is none, or it is off. */
export async function findCenter(
  { sql, public_url }: Pick<Server, 'sql' | 'public_url'>,
  { identifier, host }: Asked,
): Promise<Center | undefined> {
  const named = await findNamed(sql, identifier)
  if (!named) return undefined
  const workspace = await openWorkspace(sql, named.workspace_id)
  const center = await findHelpCenter(workspace, named.id)
  if (!center?.website_turned_on) return undefined
  const path = URL.canParse(public_url) ? new URL(public_url).pathname.replace(/\/$/, '') : ''
  const base = center.custom_domain === host ? '' : `${path}/hc/${identifier}`
  return { ...center, workspace, base, public_url }
}

export type Kind = 'articles' | 'collections'
type Target = { kind: Kind; id: string; title: string; locale: string }

/** Returns the path of a page. */
export const pathOf = ({ base }: Center, { locale, kind, id, title }: Target): string =>
  `${base}/${locale}/${kind}/${slugOfPage(id, title)}`

/** Returns the last part of an address: the id, and the title if it has letters. */
export const slugOfPage = (id: string, title: string): string =>
  [id, encodeURIComponent(slugOf(title))].filter(Boolean).join('-')

/** Returns the address under which search engines should know a page. */
export const canonicalOf = (center: Center, target: Target): string => urlOfContent(center, center.public_url, target)

export const canonicalHome = (center: Center, locale: string): string =>
  `${urlOfHelpCenter(center, center.public_url)}/${locale}`
