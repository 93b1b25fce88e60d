// What content may contain: tags, attributes, classes, styles, addresses and the hosts of embedded videos.
import sanitize from 'sanitize-html'

export const HEADINGS = ['h1', 'h2', 'h3', 'h4']
export const CELLS = ['th', 'td']
const TABLE = ['table', 'thead', 'tbody', 'tfoot', 'tr', ...CELLS]
export const BLOCKS = new Set([
  ...['p', 'div', ...HEADINGS, 'ul', 'ol', 'li', 'blockquote', 'pre', 'hr', 'iframe', ...TABLE],
])
export const INLINES = ['a', 'b', 'br', 'code', 'em', 'i', 'img', 's', 'strong', 'sub', 'sup', 'u']

/** Other blocks become a div, so that neighbouring words stay apart. */
const OTHER_BLOCKS =
  'address article aside body caption center dd details dl dt fieldset figcaption figure footer form header html main nav section summary'.split(
    ' ',
  )
const RENAMED: Record<string, string> = { h5: 'h4', h6: 'h4', del: 's', strike: 's', ins: 'u', tt: 'code' }

/** Their text is code, or is never shown. */
const NON_TEXT =
  'applet audio canvas embed head iframe math noembed noframes noscript object option plaintext script select style svg template textarea title video xmp'.split(
    ' ',
  )

/** The hosts from which a page may embed a video. */
export const VIDEO_HOSTS = [
  ...['www.youtube.com', 'www.youtube-nocookie.com', 'player.vimeo.com', 'www.loom.com', 'fast.wistia.net'],
  ...['fast.wistia.com', 'play.vidyard.com', 'share.synthesia.io', 'share.descript.com', 'app.guidde.com'],
]

const CLASS = /^(?:no-margin|intercom-[a-z0-9-]{1,60}|language-[\w+#-]{1,30})$/
const LINK = /^(?:https?:\/\/|mailto:|tel:|#h_[0-9a-f]{1,40}$)/i
const PICTURE = /^https?:\/\//i
const COLOR = /^(?:#[0-9a-f]{3,8}|rgba?\([\d\s.,%]{1,40}\)|[a-z]{3,20})$/i
const STYLES: Record<string, RegExp> = {
  'text-align': /^(?:left|center|right|justify)$/,
  'background-color': COLOR,
  'border-color': COLOR,
}

const SAFE: sanitize.IOptions = {
  allowedTags: [...BLOCKS, ...INLINES],
  allowedAttributes: {
    p: ['class', 'style'],
    div: ['class', 'style'],
    ...Object.fromEntries(HEADINGS.map((tag) => [tag, ['id', 'style']])),
    a: ['href', 'target', 'class'],
    img: ['src', 'alt', 'width', 'height'],
    iframe: ['src', 'width', 'height', 'frameborder', 'allowfullscreen'],
    code: ['class'],
    ol: ['start'],
    table: ['role'],
    ...Object.fromEntries(CELLS.map((tag) => [tag, ['colspan', 'rowspan', 'style']])),
  },
  allowedSchemes: ['http', 'https', 'mailto', 'tel'],
  allowedSchemesByTag: { img: ['http', 'https'], iframe: ['https'] },
  allowProtocolRelative: false,
  allowedIframeHostnames: VIDEO_HOSTS,
  allowIframeRelativeUrls: false,
  // `styleOf` checks styles: a value that it lets through needs no parser.
  parseStyleAttributes: false,
  nonTextTags: NON_TEXT,
  nestingLimit: 200,
  exclusiveFilter: ({ tag, attribs }) => (tag === 'img' || tag === 'iframe') && !attribs['src'],
  transformTags: {
    ...Object.fromEntries(OTHER_BLOCKS.map((tag) => [tag, 'div'])),
    ...RENAMED,
    '*': (tagName, attribs) => ({ tagName, attribs: allowed(tagName, attribs) }),
  },
}

/** Returns HTML without all that is not on the list. */
export const withoutOthers = (html: string): string => sanitize(html, SAFE).replaceAll(' />', '>')

type Attributes = Record<string, string>

const CHECKS: Record<string, (value: string) => string | undefined> = {
  class: classesOf,
  style: styleOf,
  id: (value) => only(value, /^h_[0-9a-f]{1,40}$/),
  href: (value) => only(value, LINK),
  src: (value) => only(value, PICTURE),
  width: number,
  height: number,
  colspan: number,
  rowspan: number,
  start: number,
  frameborder: () => '0',
  allowfullscreen: () => 'allowfullscreen',
  role: (value) => only(value, /^presentation$/),
  target: (value) => only(value, /^_blank$/),
}

/** Returns the attributes whose values may stay; sanitize-html removes those that the tag may not have. */
function allowed(tag: string, attributes: Attributes): Attributes {
  if (tag === 'iframe' && !/^https:\/\//i.test(attributes['src'] ?? '')) return {}
  const kept = Object.entries(attributes).flatMap(([name, value]) => {
    const check = CHECKS[name]
    const checked = check ? check(value) : value
    return checked === undefined ? [] : [[name, checked] as const]
  })
  return Object.fromEntries(kept)
}

const only = (value: string, pattern: RegExp) => (pattern.test(value) ? value : undefined)

function number(value: string) {
  return only(value, /^\d{1,5}$/)
}

function classesOf(value: string): string | undefined {
  return (
    value
      .split(/\s+/)
      .filter((name) => CLASS.test(name))
      .join(' ') || undefined
  )
}

/** Returns a style as it is if all its declarations may stay, otherwise those that may. */
function styleOf(value: string): string | undefined {
  const declarations = value.split(';').filter((declaration) => declaration.trim())
  const kept = declarations.filter((declaration) => {
    const colon = declaration.indexOf(':')
    return (
      colon > 0 && STYLES[declaration.slice(0, colon).trim().toLowerCase()]?.test(declaration.slice(colon + 1).trim())
    )
  })
  if (kept.length === declarations.length) return value.trim() || undefined
  return kept.map((declaration) => declaration.trim()).join(';') || undefined
}
