// Reads robots.txt (RFC 9309) and sitemaps.

export type Robots = { rules: readonly Rule[]; sitemaps: readonly string[] }
type Rule = { allows: boolean; path: string }

/** The name of the crawler in robots.txt. */
export const CRAWLER = 'interphone'

const MAX_RULES = 1_000

/** Returns the rules of the group for this crawler, or else of that for all. */
export function readRobots(text: string): Robots {
  const groups = new Map<string, Rule[]>()
  const sitemaps: string[] = []
  let agents: string[] = []
  let is_heading = false
  for (const line of text.split(/\r\n|\r|\n/).slice(0, 10_000)) {
    const [, name = '', value = ''] = /^\s*([\w-]+)\s*:\s*([^#]*)/.exec(line) ?? []
    const key = name.toLowerCase()
    const given = value.trim()
    if (key === 'sitemap') sitemaps.push(given)
    if (key === 'user-agent') {
      agents = [...(is_heading ? agents : []), given.toLowerCase()]
      is_heading = true
      for (const agent of agents) if (!groups.has(agent)) groups.set(agent, [])
    } else if (key === 'allow' || key === 'disallow') {
      is_heading = false
      if (!given) continue
      for (const agent of agents) groups.get(agent)!.push({ allows: key === 'allow', path: given })
    }
  }
  return { rules: (groups.get(CRAWLER) ?? groups.get('*') ?? []).slice(0, MAX_RULES), sitemaps }
}

/** Whether the crawler may fetch the URL: the longest rule that matches decides, and an equal one that allows. */
export function mayFetch({ rules }: Robots, url: string): boolean {
  const { pathname, search } = new URL(url)
  let best: Rule = { allows: true, path: '' }
  for (const rule of rules) {
    const wins = rule.path.length > best.path.length || (rule.path.length === best.path.length && rule.allows)
    if (wins && matches(rule.path, pathname + search)) best = rule
  }
  return best.allows
}

/** `*` is any text, `$` at the end the end. No regular expression: many `*` would make it slow. */
function matches(pattern: string, path: string): boolean {
  const ends = pattern.endsWith('$')
  const [first = '', ...pieces] = (ends ? pattern.slice(0, -1) : pattern).split('*')
  if (!path.startsWith(first)) return false
  let at = first.length
  for (const piece of pieces) {
    const found = path.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return !ends || (pieces.length ? path.endsWith(pieces.at(-1)!) : at === path.length)
}

/** Returns the addresses in a sitemap. Those of an index are sitemaps themselves. */
export function readSitemap(xml: string, limit: number): { kind: 'page' | 'sitemap'; urls: string[] } {
  const urls: string[] = []
  for (const [, url = ''] of xml.matchAll(/<loc>\s*([^<\s]+)\s*<\/loc>/g)) {
    urls.push(url.replaceAll('&amp;', '&'))
    if (urls.length === limit) break
  }
  return { kind: xml.includes('<sitemapindex') ? 'sitemap' : 'page', urls }
}
