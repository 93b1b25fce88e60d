// Reads a page of a site: its title, its content, and where it links to.
import { Parser } from 'htmlparser2'

export type SitePage = { title: string; html: string; links: string[]; may_follow: boolean; may_keep: boolean }

/** What is around the content of a page. */
const LEFT_OUT = new Set(['head', 'script', 'style', 'noscript', 'template', 'nav', 'header', 'footer', 'svg', 'form'])
const VOID = new Set(['br', 'hr', 'img', 'input', 'link', 'meta', 'source', 'wbr', 'area', 'base', 'col', 'embed'])

/** Reads in one pass. `html` is not sanitised yet. */
export function readPage(source: string, max_links: number): SitePage {
  let title = ''
  let is_title = false
  let left_out = 0
  let robots = ''
  const pieces: string[] = []
  const links: string[] = []
  const parser = new Parser({
    onopentag(name, attributes) {
      if (name === 'title') is_title = !title
      if (name === 'meta' && attributes['name']?.toLowerCase() === 'robots') robots += attributes['content'] ?? ''
      if (name === 'a' && attributes['href'] && links.length < max_links) links.push(attributes['href'])
      if (LEFT_OUT.has(name)) left_out++
      else if (!left_out) pieces.push(openTag(name, attributes))
    },
    onclosetag(name) {
      if (name === 'title') is_title = false
      if (LEFT_OUT.has(name)) left_out--
      else if (!left_out && !VOID.has(name)) pieces.push(`</${name}>`)
    },
    ontext(text) {
      if (is_title) title += text
      else if (!left_out) pieces.push(escaped(text))
    },
  })
  parser.end(source)
  return {
    title: title.replace(/\s+/g, ' ').trim(),
    html: pieces.join(''),
    links,
    may_follow: !/nofollow|none/i.test(robots),
    may_keep: !/noindex|none/i.test(robots),
  }
}

const openTag = (name: string, attributes: Record<string, string>): string =>
  `<${name}${Object.entries(attributes)
    .map(([key, value]) => ` ${key}="${escaped(value)}"`)
    .join('')}>`

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
