// The addresses of help centers, collections and articles.
import type { HelpCenterOfContent } from './queries.ts'

const MAX_SLUG = 80

/** Returns a title as part of an address: `Getting started!` becomes `getting-started`. '' if it has no letter or digit. */
export const slugOf = (title: string): string =>
  title
    .slice(0, 300)
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .slice(0, MAX_SLUG)
    .replace(/^-+|-+$/g, '')

/** Returns the address of a help center, without a slash at the end. */
export const urlOfHelpCenter = (
  { identifier, custom_domain }: Pick<HelpCenterOfContent, 'identifier' | 'custom_domain'>,
  public_url: string,
): string => (custom_domain ? `https://${custom_domain}` : `${public_url}/hc/${identifier}`)

/** Returns the address of an article or a collection. Its id decides what is shown, so that old titles still lead there. */
export function urlOfContent(
  help_center: HelpCenterOfContent,
  public_url: string,
  { locale, kind, id, title }: { locale: string; kind: 'articles' | 'collections'; id: string; title: string },
): string {
  const name = [id, encodeURIComponent(slugOf(title))].filter(Boolean).join('-')
  return `${urlOfHelpCenter(help_center, public_url)}/${locale}/${kind}/${name}`
}

/** Returns path and query of an address within the help center; undefined if it is none, or outside of it. */
export function pathWithin(help_center: HelpCenterOfContent, public_url: string, address: string): string | undefined {
  const url = URL.canParse(address) ? new URL(address) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) return undefined
  const bases = [{ ...help_center, custom_domain: null }, help_center]
    .map((center) => urlOfHelpCenter(center, public_url))
    .filter((base) => URL.canParse(base))
  for (const base of bases.map((text) => new URL(text))) {
    const start = base.pathname.replace(/\/$/, '')
    const inside = url.host === base.host && (url.pathname === start || url.pathname.startsWith(`${start}/`))
    if (inside) return `${url.pathname.slice(start.length).replace(/\/+$/, '')}${url.search}`
  }
  return undefined
}
