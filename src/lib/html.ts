// HTML that people write to each other: made safe to show, made from plain text, and turned back into it.
import { compile } from 'html-to-text'
import sanitize from 'sanitize-html'

// The tags we keep, and those we only know: other blocks become a div, or the words of neighbours would run together.
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
// Not beside `pre`, whose white space is content. No attribute holds a bare ">": the sanitiser escapes it.
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

/** HTML from outside, reduced to what is safe to show to others: no scripts, styles, handlers or relative URLs. */
export function sanitizeHtml(html: string): string {
  return clean(html, SAFE).replace(BETWEEN_BLOCKS, '$1\n')
}

/** Whether a text was meant as HTML: it has a tag or an entity that HTML knows. */
export function looksLikeHtml(text: string): boolean {
  return TAG.test(text) || ENTITY.test(text)
}

/** What somebody wrote, as safe HTML in blocks: HTML is sanitised, plain text becomes paragraphs. */
export function toHtml(body: string): string {
  if (!looksLikeHtml(body)) return paragraphs(body)
  const html = sanitizeHtml(body)
  if (!html || BLOCK_TAG.test(html)) return html
  // Words with the odd <b> or link in them: their line breaks are meant, unless they are marked up too.
  return `<p>${html.includes('<br>') ? html : clean(body.trim(), SAFE_WITH_BREAKS)}</p>`
}

/** Plain text as paragraphs: a blank line starts the next one, a line break stays one. */
export function paragraphs(text: string): string {
  return text
    .trim()
    .split(/\r?\n[^\S\n]*\r?\n\s*/)
    .filter((paragraph) => paragraph)
    .map((paragraph) => `<p>${breakLines(escapeHtml(paragraph))}</p>`)
    .join('\n')
}

/**
 * HTML as the plain text that says the same, lists and quotes included, without hard line breaks.
 * `links` says what becomes of `<a>`: its label alone, or its label and, where they differ, the address in brackets.
 */
export function toPlainText(html: string, { links }: { links: 'label' | 'label (url)' }): string {
  return (links === 'label' ? labels : labelsAndUrls)(html).trim()
}

/** Text as it must stand in HTML, between tags or in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ESCAPES[character]!)
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

// The sanitiser closes void elements the XML way; a bare " />" can stand nowhere else in what it returns.
function clean(html: string, options: sanitize.IOptions): string {
  return sanitize(html, options).replaceAll(' />', '>').trim()
}

function breakLines(text: string): string {
  return text.replace(/\r?\n/g, '<br>')
}

// A relative URL means something else, or nothing, wherever this HTML is shown next.
function absolute(attribute: 'href' | 'src'): sanitize.Transformer {
  return (tagName, { [attribute]: url, ...attribs }) => ({
    tagName,
    attribs: url && ABSOLUTE_URL.test(url) ? { [attribute]: url, ...attribs } : attribs,
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
