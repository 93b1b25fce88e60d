// Content as markdown and back: GitHub's markdown, with directives for buttons, callouts and videos.
import { Marked, type TokenizerAndRendererExtension } from 'marked'
import Turndown from 'turndown'
import { escapeHtml, unescapeHtml } from '#lib/html.ts'
import { sanitizeContent } from './html.ts'

/** Returns content as markdown; '' if it is empty, otherwise with a line break at the end. */
export function markdownOf(html: string): string {
  const markdown = writer.turndown(html).trim()
  return markdown && `${markdown}\n`
}

/** Returns markdown as content. HTML within it is sanitised, too. */
export function htmlOfMarkdown(markdown: string): string {
  return sanitizeContent(reader.parse(flatter(markdown), { async: false }))
}

/** Deeper quotes and lists are text: parsers call themselves for each level. */
const MAX_DEPTH = 30
const TOO_DEEP = new RegExp(`^([ \\t]*(?:(?:>|[-*+]|\\d{1,9}[.)])[ \\t]*){${MAX_DEPTH}})([^\\n]*)$`, 'gm')
const DEEP_INDENT = /^[ \t]{200,}/gm

const flatter = (markdown: string): string =>
  markdown
    .replace(DEEP_INDENT, '')
    .replace(TOO_DEEP, (_, levels: string, rest: string) => levels + rest.replaceAll(/[>*+.[\]()_`~-]/g, '\\$&'))

type Attributes = Record<string, string>

/** The directives without content, in one line: `:::button label="Start" href="https://…" :::`. */
const SINGLE: Record<string, (attributes: Attributes) => string> = {
  button: ({ label = '', href = '' }) =>
    `<p><a href="${escapeHtml(href)}" class="intercom-h2b-button">${escapeHtml(label)}</a></p>`,
  video: ({ src = '' }) =>
    `<iframe src="${escapeHtml(src)}" frameborder="0" allowfullscreen="allowfullscreen"></iframe>`,
}

const attributesOf = (text: string): Attributes =>
  Object.fromEntries(
    [...text.matchAll(/([a-z]{1,20})="([^"\n]*)"/g)].map(([, name, value]) => [name, unescapeHtml(value!)]),
  )

const single: TokenizerAndRendererExtension = {
  name: 'directive',
  level: 'block',
  start: (source) => source.match(/^:::/m)?.index,
  tokenizer(source) {
    const [raw, kind = '', attributes = ''] =
      /^:::(button|video)((?:[ \t]+[a-z]+="[^"\n]*")*)[ \t]*:::[ \t]*(?:\n+|$)/.exec(source) ?? []
    return raw === undefined ? undefined : { type: 'directive', raw, kind, attributes: attributesOf(attributes) }
  },
  renderer: ({ kind, attributes }) => SINGLE[kind]!(attributes),
}

/** A callout has content: `:::callout background="#e3e7fa"`, markdown, and a line `:::`. */
const callout: TokenizerAndRendererExtension = {
  name: 'callout',
  level: 'block',
  start: (source) => source.match(/^:::/m)?.index,
  tokenizer(source) {
    const [opening, attributes = ''] = /^:::callout((?:[ \t]+[a-z]+="[^"\n]*")*)[ \t]*\n/.exec(source) ?? []
    const end = opening === undefined ? -1 : source.indexOf('\n:::\n', opening.length - 1)
    const closed = end >= 0 ? end : opening !== undefined && source.endsWith('\n:::') ? source.length - 4 : -1
    if (opening === undefined || closed < 0) return undefined
    const raw = source.slice(0, closed + 5)
    const tokens = this.lexer.blockTokens(source.slice(opening.length, closed + 1), [])
    return { type: 'callout', raw, attributes: attributesOf(attributes), tokens }
  },
  renderer({ attributes: { background, border }, tokens }) {
    const style = [background && `background-color:${background}`, border && `border-color:${border}`].filter(Boolean)
    return `<div class="intercom-interblocks-callout" style="${escapeHtml(style.join(';'))}">${this.parser.parse(tokens ?? [])}</div>`
  },
}

const reader = new Marked({ gfm: true, extensions: [single, callout] })

const writer = new Turndown({
  headingStyle: 'atx',
  hr: '---',
  bulletListMarker: '-',
  codeBlockStyle: 'fenced',
  emDelimiter: '*',
})

/** What the rules read of turndown's elements. */
type WrittenElement = {
  nodeName: string
  textContent: string | null
  parentNode: WrittenElement
  previousSibling: WrittenElement | null
  children: WrittenElement[]
  getAttribute(name: string): string | null
}

/** Returns a value between quotes, in one line, so that `unescapeHtml` returns it. */
function quoted(value: string | null): string {
  const line = (value ?? '').replace(/\s+/g, ' ').trim()
  return `"${line.replace(/&(?=(?:amp|lt|gt|quot|#39);)/g, '&amp;').replaceAll('"', '&quot;')}"`
}

const hasClass = (element: WrittenElement, name: string) =>
  (element.getAttribute('class') ?? '').split(' ').includes(name)

writer.addRule('button', {
  filter: (node) => node.nodeName === 'A' && hasClass(node as unknown as WrittenElement, 'intercom-h2b-button'),
  replacement: (_, node) => {
    const element = node as unknown as WrittenElement
    return `\n\n:::button label=${quoted(element.textContent)} href=${quoted(element.getAttribute('href'))} :::\n\n`
  },
})

writer.addRule('video', {
  filter: 'iframe',
  replacement: (_, node) =>
    `\n\n:::video src=${quoted((node as unknown as WrittenElement).getAttribute('src'))} :::\n\n`,
})

const styleOf = (element: WrittenElement, name: string): string | undefined =>
  new RegExp(`(?:^|;)\\s*${name}\\s*:\\s*([^;"]+)`).exec(element.getAttribute('style') ?? '')?.[1]?.trim()

writer.addRule('callout', {
  filter: (node) =>
    node.nodeName === 'DIV' && hasClass(node as unknown as WrittenElement, 'intercom-interblocks-callout'),
  replacement: (content, node) => {
    const element = node as unknown as WrittenElement
    const colors = [
      ['background', styleOf(element, 'background-color')],
      ['border', styleOf(element, 'border-color')],
    ].flatMap(([name, value]) => (value ? [` ${name}=${quoted(value)}`] : []))
    return `\n\n:::callout${colors.join('')}\n${content.trim()}\n:::\n\n`
  },
})

writer.addRule('strikethrough', {
  filter: 's',
  replacement: (content) => (content.trim() ? `~~${content}~~` : content),
})

/** Returns the number of an item: of a list that starts at 3, its second one has 4. */
function numberOf(item: WrittenElement): number {
  let number = Number(item.parentNode.getAttribute('start') ?? 1)
  for (let sibling = item.previousSibling; sibling; sibling = sibling.previousSibling) number++
  return number
}

writer.addRule('listItem', {
  filter: 'li',
  replacement: (content, node) => {
    const item = node as unknown as WrittenElement
    const marker = item.parentNode.nodeName === 'OL' ? `${numberOf(item)}. ` : '- '
    const lines = content.trim().replace(/\n(?!\n)/g, `\n${' '.repeat(marker.length)}`)
    return `${marker}${lines}\n`
  },
})

writer.addRule('cell', {
  filter: ['th', 'td'],
  replacement: (content) =>
    `| ${content
      .trim()
      .replace(/\s*\n\s*/g, ' ')
      .replaceAll('|', '\\|')} `,
})

writer.addRule('row', {
  filter: 'tr',
  replacement: (content, node) => {
    const row = node as unknown as WrittenElement
    const is_first = !row.previousSibling && (row.parentNode.nodeName === 'TABLE' || !row.parentNode.previousSibling)
    return `${content}|\n${is_first ? `${'| --- '.repeat(row.children.length)}|\n` : ''}`
  },
})

writer.addRule('sections', { filter: ['thead', 'tbody', 'tfoot'], replacement: (content) => content })
writer.addRule('table', { filter: 'table', replacement: (content) => `\n\n${content.trim()}\n\n` })
