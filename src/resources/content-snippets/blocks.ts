// The blocks of a content snippet, and the HTML that they stand for.
import { parseDocument } from 'htmlparser2'
import { escapeHtml } from '#lib/html.ts'
import { isObject } from '#lib/objects.ts'

/** `{ type: 'paragraph', text: 'Press <b>Save</b>.' }`, `{ type: 'orderedList', items: ['One', 'Two'] }` */
export type Block = Record<string, unknown>

const TAGS: Record<string, string> = {
  ...{ paragraph: 'p', heading: 'h1', subheading: 'h2', subheading3: 'h3', subheading4: 'h4', code: 'pre' },
}
const LISTS: Record<string, string> = {
  ...{ orderedList: 'ol', unorderedList: 'ul', orderedNestedList: 'ol', unorderedNestedList: 'ul' },
}
const TYPES = new Map(Object.entries(TAGS).map(([type, tag]) => [tag, type]))

/** Deeper blocks are left out. */
const MAX_DEPTH = 10

/** Returns blocks as HTML, not yet sanitised. Of an unknown type, its text and the blocks in it. */
export const htmlOfBlocks = (blocks: readonly unknown[], depth = 0): string =>
  depth > MAX_DEPTH ? '' : blocks.map((block) => htmlOf(block, depth)).join('')

function htmlOf(block: unknown, depth: number): string {
  if (typeof block === 'string') return block
  if (!isObject(block)) return ''
  const type = String(block['type'])
  if (type === 'horizontalRule') return '<hr>'
  if (type === 'image') return `<img src="${attribute(block['url'])}" alt="${attribute(block['alt'])}">`
  if (type === 'html') return textOf(block['content'])
  const list = own(LISTS, type)
  const items = Array.isArray(block['items']) ? block['items'] : []
  if (list) return `<${list}>${items.map((item) => `<li>${htmlOfBlocks([item], depth + 1)}</li>`).join('')}</${list}>`
  const tag = own(TAGS, type)
  if (tag) return `<${tag}>${textOf(block['text'])}</${tag}>`
  const content = Array.isArray(block['content']) ? htmlOfBlocks(block['content'], depth + 1) : ''
  return (block['text'] ? `<p>${textOf(block['text'])}</p>` : '') + content
}

const own = (table: Record<string, string>, key: string) => (Object.hasOwn(table, key) ? table[key] : undefined)
const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
const attribute = (value: unknown) => escapeHtml(textOf(value))

type Element = {
  type: string
  name?: string
  attribs?: Record<string, string>
  children?: Element[]
  startIndex: number | null
  endIndex: number | null
}

/** Returns content, which is sanitised HTML, as blocks. */
export function blocksOfHtml(html: string): Block[] {
  const { children } = parseDocument(html, { withStartIndices: true, withEndIndices: true })
  const inner = ({ children = [] }: Element) =>
    children.length ? html.slice(children[0]!.startIndex!, children.at(-1)!.endIndex! + 1).replaceAll('&gt;', '>') : ''
  const outer = ({ startIndex, endIndex }: Element) => html.slice(startIndex!, endIndex! + 1)
  return (children as Element[]).filter(({ type }) => type === 'tag').map((element) => blockOf(element, inner, outer))
}

function blockOf(element: Element, inner: (of: Element) => string, outer: (of: Element) => string): Block {
  const { name = '', children = [] } = element
  const type = TYPES.get(name)
  if (type) return { type, text: inner(element) }
  if (name === 'hr') return { type: 'horizontalRule' }
  if (name === 'ol' || name === 'ul')
    return { type: name === 'ol' ? 'orderedList' : 'unorderedList', items: children.map(inner) }
  const [picture, other] = children
  if (name === 'div' && picture?.name === 'img' && !other) {
    const { src: url, alt } = picture.attribs ?? {}
    return { type: 'image', url, ...(alt && { alt }) }
  }
  return { type: 'html', content: outer(element) }
}
