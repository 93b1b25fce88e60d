// The HTML of articles and other content, as the editor of a help center makes it.
import { createHash } from 'node:crypto'
import { parseDocument } from 'htmlparser2'
import { escapeHtml, looksLikeHtml, paragraphs } from '#lib/html.ts'
import { BLOCKS, CELLS, HEADINGS, withoutOthers } from './allow-list.ts'

type Tag = { type: 'tag'; name: string; attribs: Record<string, string>; children: Node[] }
type Text = { type: 'text'; data: string }
type Node = Tag | Text

/** Where in the document a block is. */
type Place = {
  /** How many blocks are around. */
  depth: number
  /** The ids of the headings so far, and how many were made of each content. */
  ids: Ids
}

type Ids = { taken: Set<string>; made: Map<string, number> }

/**
 * Returns HTML, or plain text, as content: only what the allow-list has; text in paragraphs of class `no-margin`; each
 * heading with an id; pictures and videos in their containers. Content stays as it is.
 */
export function sanitizeContent(html: string): string {
  const source = looksLikeHtml(html) ? html : paragraphs(html)
  const { children } = parseDocument(withoutOthers(source))
  return blocksOf(children as Node[], { depth: 0, ids: { taken: new Set(), made: new Map() } }).join('')
}

/** Deeper blocks and inline tags become text. Deeper than any page needs: parsers and browsers take long for them. */
const MAX_BLOCKS = 20
const MAX_INLINE = 20

/** Containers of pictures, videos and buttons: their content is no paragraph. */
const INLINE_CONTAINER = /^intercom-(?:container|h2b-video|h2b-button)/

/** Returns blocks, each as HTML. Text beside them becomes paragraphs. */
function blocksOf(nodes: readonly Node[], place: Place): string[] {
  return mixed(nodes, place, paragraph)
}

/** Returns blocks as HTML, and what is between them as `run` writes it. */
function mixed(nodes: readonly Node[], place: Place, run: (nodes: Node[]) => string): string[] {
  const blocks: string[] = []
  let between: Node[] = []
  const flush = () => {
    const html = run(between)
    if (html) blocks.push(html)
    between = []
  }
  for (const node of flattened(nodes)) {
    if (node.type === 'tag' && BLOCKS.has(node.name) && place.depth < MAX_BLOCKS) {
      flush()
      blocks.push(...blockOf(node, place))
    } else if (node.type === 'text' || node.type === 'tag') between.push(node)
  }
  flush()
  return blocks
}

/** Returns the nodes; instead of inline tags around blocks, such as `<b><p>…</p></b>`, their children. */
const flattened = (nodes: readonly Node[]): Node[] =>
  nodes.flatMap((node) =>
    node.type === 'tag' && !BLOCKS.has(node.name) && hasBlock(node) ? flattened(node.children) : [node],
  )

const hasBlock = (node: Node): boolean =>
  node.type === 'tag' &&
  node.children.some((child) => (child.type === 'tag' && BLOCKS.has(child.name)) || hasBlock(child))

function blockOf(node: Tag, around: Place): string[] {
  const place = { ...around, depth: around.depth + 1 }
  const { name, attribs, children } = node
  if (name === 'p' && hasBlock(node)) return blocksOf(children, around)
  if (name === 'p') {
    const { style } = attribs
    return [pictureHtml(children) ?? write('p', { class: 'no-margin', ...(style && { style }) }, inlineHtml(children))]
  }
  if (HEADINGS.includes(name)) return [heading(node, place)]
  if (name === 'ul' || name === 'ol') return [write(name, attribs, listItems(children, place))]
  if (name === 'table') return [table(node, place)]
  if (name === 'pre') return [write('pre', {}, inlineHtml(children))]
  if (name === 'hr') return ['<hr>']
  if (name === 'iframe') return [`<div class="intercom-h2b-video">${write('iframe', attribs, '')}</div>`]
  if (name === 'blockquote') return [write('blockquote', {}, mixed(children, place, inline).join(''))]
  if (name === 'div' && attribs['class']) return [container(node, place)]
  return blocksOf(children, around) // A div without a meaning, and parts of lists and tables outside of them.
}

function container({ attribs, children }: Tag, place: Place): string {
  if (!INLINE_CONTAINER.test(attribs['class'] ?? '')) return write('div', attribs, blocksOf(children, place).join(''))
  return write('div', attribs, inlineHtml(children, true).trim())
}

function heading(node: Tag, place: Place): string {
  const content = inlineHtml(node.children)
  if (!content.trim()) return ''
  const given = node.attribs['id']
  const id = given && !place.ids.taken.has(given) ? given : idOf(content, place.ids)
  place.ids.taken.add(id)
  const { style } = node.attribs
  return write(node.name, { id, ...(style && { style }) }, content)
}

/** Returns a new id for a heading: the same for the same content, so that links to it stay valid. */
function idOf(content: string, { taken, made }: Ids): string {
  const copy = made.get(content) ?? 0
  made.set(content, copy + 1)
  const id = `h_${createHash('sha1').update(`${copy} ${content}`).digest('hex').slice(0, 10)}`
  return taken.has(id) ? idOf(content, { taken, made }) : id
}

/** Returns `<li>`s; what else is in a list becomes one. */
function listItems(nodes: readonly Node[], place: Place): string {
  const lists: string[] = []
  let others: Node[] = []
  const flush = () => {
    const content = mixed(others, place, inline).join('')
    if (content) lists.push(write('li', {}, content))
    others = []
  }
  for (const node of nodes) {
    if (node.type === 'tag' && node.name === 'li') {
      flush()
      lists.push(write('li', {}, mixed(node.children, place, inline).join('')))
    } else others.push(node)
  }
  flush()
  return lists.join('')
}

/** Returns a table with its sections, rows and cells; what is outside of a cell is left out. */
function table({ attribs, children }: Tag, place: Place): string {
  const rows = (nodes: readonly Node[]) =>
    tagsOf(nodes, ['tr'])
      .map((row) => write('tr', {}, cells(row.children)))
      .join('')
  const cells = (nodes: readonly Node[]) =>
    tagsOf(nodes, CELLS)
      .map((cell) => write(cell.name, cell.attribs, mixed(cell.children, place, inline).join('')))
      .join('')
  const sections = tagsOf(children, ['thead', 'tbody', 'tfoot', 'tr']).map((section) =>
    section.name === 'tr' ? write('tr', {}, cells(section.children)) : write(section.name, {}, rows(section.children)),
  )
  return write('table', attribs, sections.join(''))
}

const tagsOf = (nodes: readonly Node[], names: readonly string[]): Tag[] =>
  nodes.filter((node): node is Tag => node.type === 'tag' && names.includes(node.name))

/** Returns text and inline tags as HTML; '' if they are only white space. */
function inline(nodes: readonly Node[]): string {
  const html = inlineHtml(nodes)
  return html.trim() ? html : ''
}

/** Returns text beside blocks as a paragraph; '' if there is nothing. */
function paragraph(nodes: readonly Node[]): string {
  const content = inline(nodes).trim()
  return content && (pictureHtml(nodes) ?? write('p', { class: 'no-margin' }, content))
}

/** Returns a lone picture in its container. */
const pictureHtml = (nodes: readonly Node[]): string | undefined =>
  isPicture(nodes) ? `<div class="intercom-container">${inlineHtml(nodes).trim()}</div>` : undefined

/** Whether the nodes are one picture, alone or within a link. */
function isPicture(nodes: readonly Node[]): boolean {
  const [only, other] = nodes.filter((node) => node.type === 'tag' || node.data.trim())
  if (only?.type !== 'tag' || other) return false
  return only.name === 'img' || (only.name === 'a' && isPicture(only.children))
}

/** Returns text and inline tags as HTML; of blocks within them, only the text. `videos`: with iframes. */
function inlineHtml(nodes: readonly Node[], videos = false, depth = 0): string {
  return nodes
    .map((node) => {
      if (node.type === 'text') return escapeText(node.data)
      if (node.type !== 'tag') return ''
      if (node.name === 'br') return '<br>'
      if (node.name === 'img') return write('img', node.attribs, undefined)
      if (node.name === 'iframe') return videos ? write('iframe', node.attribs, '') : ''
      const is_text = BLOCKS.has(node.name) || depth === MAX_INLINE
      const content = inlineHtml(node.children, videos, is_text ? depth : depth + 1)
      if (is_text) return content
      if (!content) return ''
      return node.name === 'a' ? link(node.attribs, content) : write(node.name, node.attribs, content)
    })
    .join('')
}

/** Returns a link that opens a new page, except to a heading of the same one; without an address, its text. */
function link({ href, class: classes }: Tag['attribs'], content: string): string {
  if (!href) return content
  return write('a', { href, ...(!href.startsWith('#') && { target: '_blank' }), class: classes ?? LINK_CLASS }, content)
}

const LINK_CLASS = 'intercom-content-link'

/** Returns a tag as HTML; a void one without `content`. */
function write(name: string, attributes: Tag['attribs'], content: string | undefined): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`)
  return `<${name}${written.join('')}>${content === undefined ? '' : `${content}</${name}>`}`
}

const escapeAttribute = (value: string) => escapeHtml(value).replaceAll('&#39;', "'")
const escapeText = (text: string) => escapeHtml(text).replaceAll('&#39;', "'").replaceAll('&quot;', '"')
