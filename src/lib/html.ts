// The HTML of messages: sanitised, made from plain text, and converted to plain text.
import { compile } from 'html-to-text'
import sanitize from 'sanitize-html'

// The tags that stay, and those that are only recognised. Other blocks become a div: without it, neighbouring words
// would join.
const TABLE = ['table', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td']
const BLOCKS = ['p', 'div', 'h1', 'h2', 'h3', 'h4', 'ul', 'ol', 'li', 'blockquote', 'hr', ...TABLE]
const INLINES = ['a', 'b', 'br', 'code', 'em', 'i', 'img', 's', 'span', 'strong', 'u']
const OTHER_BLOCKS =
  'address article aside center dd dl dt figcaption figure footer form header main nav section'.split(' ')
const RENAMED: Record<string, string> = { h5: 'h4', h6: 'h4', del: 's', strike: 's', ins: 'u' }
const DROPPED = 'big body button font head html iframe input mark meta script small style sub sup svg title'.split(' ')

const KNOWN = [...BLOCKS, 'pre', ...INLINES, ...OTHER_BLOCKS, ...Object.keys(RENAMED), ...DROPPED]
// Only names that HTML knows: "Hi <name>" and "me <me@example.com>" are text.
const TAG = new RegExp(`<(?:/?(?:${KNOWN.join('|')})(?:\\s[^<>]*)?/?>|!--|!doctype\\s)`, 'i')
const ENTITY = /&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,7}|#x[\da-f]{1,6});/i
const BLOCK_TAG = new RegExp(`<(?:pre|${BLOCKS.join('|')})[\\s>]`)
// Not next to `pre`, whose white space is content. No attribute contains a bare ">": the sanitiser escapes it.
const BETWEEN_BLOCKS = new RegExp(
  `(</?(?:${BLOCKS.join('|')})(?:\\s[^>]*)?>)\\s+(?=</?(?:${BLOCKS.join('|')})[\\s>])`,
  'g',
)
const ABSOLUTE_URL = /^(?:https?:\/\/|mailto:)/i

const SAFE: sanitize.IOptions = {
  allowedTags: [...BLOCKS, 'pre', ...INLINES],
  allowedAttributes: {
    a: ['href', 'title'],
    img: ['src', 'alt', 'width', 'height'],
    th: ['colspan', 'rowspan'],
    td: ['colspan', 'rowspan'],
  },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['http', 'https'] },
  allowProtocolRelative: false,
  nonTextTags: ['script', 'style', 'textarea', 'option', 'xmp', 'title', 'noscript'],
  nestingLimit: 50,
  exclusiveFilter: ({ tag, attribs }) => tag === 'img' && !attribs['src'],
  transformTags: {
    ...Object.fromEntries(OTHER_BLOCKS.map((tag) => [tag, 'div'])),
    ...RENAMED,
    a: absolute('href'),
    img: absolute('src'),
  },
}

const SAFE_WITH_BREAKS: sanitize.IOptions = { ...SAFE, textFilter: breakLines }

const safeWithPictures = (keeps: (src: string) => boolean): sanitize.IOptions => ({
  ...SAFE,
  allowedSchemesByTag: { img: ['http', 'https', 'cid'] },
  transformTags: { ...SAFE.transformTags, img: absolute('src', keeps) },
})

/**
 * Returns HTML from outside reduced to what is safe to show: no scripts, styles, handlers or relative URLs. `keeps`
 * chooses the `cid:` pictures that stay.
 */
export function sanitizeHtml(html: string, keeps?: (src: string) => boolean): string {
  return clean(html, keeps ? safeWithPictures(keeps) : SAFE).replace(BETWEEN_BLOCKS, '$1\n')
}

/** Returns the text of HTML that is too long, or too complex, to parse. */
export const withoutTags = (html: string): string => html.replace(/<[^<>]*>/g, ' ')

/** Returns whether a text is meant as HTML: it has a tag or an entity that HTML knows. */
export function looksLikeHtml(text: string): boolean {
  return TAG.test(text) || ENTITY.test(text)
}

/** Returns a body as safe HTML in blocks: HTML is sanitised, plain text becomes paragraphs. */
export function toHtml(body: string): string {
  if (!looksLikeHtml(body)) return paragraphs(body)
  const html = sanitizeHtml(body)
  if (!html || BLOCK_TAG.test(html)) return html
  // Text with a few inline tags: its line breaks count, unless it also has <br>.
  return `<p>${html.includes('<br>') ? html : clean(body.trim(), SAFE_WITH_BREAKS)}</p>`
}

export type HtmlAndText = { html: string; text: string }

/** Returns a body as safe HTML, and that as plain text. */
export function toHtmlAndText(body: string): HtmlAndText {
  const html = toHtml(body)
  return { html, text: toPlainText(html, { links: 'label (url)' }) }
}

/** Returns plain text as HTML paragraphs: a blank line starts the next one, a line break stays a line break. */
export function paragraphs(text: string): string {
  return text
    .trim()
    .split(/\r?\n[^\S\n]*\r?\n\s*/)
    .filter((paragraph) => paragraph)
    .map((paragraph) => `<p>${breakLines(escapeHtml(paragraph))}</p>`)
    .join('\n')
}

/**
 * Returns HTML as plain text, including lists and quotes, without hard line breaks.
 * `links` chooses how `<a>` is written: its label alone, or its label and, if they differ, the URL in brackets.
 */
export function toPlainText(html: string, { links }: { links: 'label' | 'label (url)' }): string {
  return (links === 'label' ? labels : labelsAndUrls)(html).trim()
}

/** Escapes text for HTML, between tags or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character]!)
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const ESCAPED = new Map(Object.entries(ESCAPES).map(([character, entity]) => [entity, character]))

/** Returns the text that `escapeHtml` or the sanitiser escaped. */
export const unescapeHtml = (html: string): string =>
  html.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => ESCAPED.get(entity) ?? entity)

// The sanitiser closes void elements the XML way; its output has " />" nowhere else.
function clean(html: string, options: sanitize.IOptions): string {
  return sanitize(html, options).replaceAll(' />', '>').trim()
}

function breakLines(text: string): string {
  return text.replace(/\r?\n/g, '<br>')
}

// A relative URL has another meaning, or none, on the page that shows this HTML.
function absolute(attribute: 'href' | 'src', keeps = (_url: string) => false): sanitize.Transformer {
  return (tagName, { [attribute]: url, ...attribs }) => ({
    tagName,
    attribs: url && (ABSOLUTE_URL.test(url) || keeps(url)) ? { [attribute]: url, ...attribs } : attribs,
  })
}

const labels = plainText({ ignoreHref: true }, { pathRewrite: () => '' })
const labelsAndUrls = plainText(
  { linkBrackets: ['(', ')'], hideLinkHrefIfSameAsText: true },
  { linkBrackets: ['(', ')'] },
)

function plainText(anchor: object, image: object): (html: string) => string {
  return compile({
    wordwrap: false,
    limits: { maxDepth: 100 },
    selectors: [
      { selector: 'a', options: anchor },
      { selector: 'img', options: image },
      { selector: 'ul', options: { itemPrefix: '- ' } },
      { selector: 'tr', format: 'block', options: { leadingLineBreaks: 1, trailingLineBreaks: 1 } },
      ...['td', 'th'].map((selector) => ({ selector, format: 'inlineSurround', options: { suffix: ' ' } })),
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((selector) => ({ selector, options: { uppercase: false } })),
    ],
  })
}
