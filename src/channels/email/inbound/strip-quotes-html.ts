// HTML, taken apart into what somebody wrote and what stood there before: the tree is read as lines, and of those that
// are cut the leaves are taken out. What is taken out is a tree of its own, as it was.
import { DomHandler, DomUtils, Parser } from 'htmlparser2'
import { cutOf, type Line } from './lines.ts'

type Document = DomHandler['root']
type Leaf = Document['children'][number]
type Element = Extract<Leaf, { attribs: object }>

export type CutHtml = { body: string; history: string }

/** No letter is nested as deeply; parsers take time that grows with the square of it. */
const DEEPEST = 256

/** Undefined where it is nested beyond reason. `history` is empty where nothing is cut. */
export function cutHtml(html: string): CutHtml | undefined {
  const document = parse(html)
  if (!document) return undefined
  const { lines, leaves } = linesOf(document)
  const cut = cutOf(lines)
  const history = cut.includes(true) ? parse(html) : undefined
  if (!history) return { body: htmlOf(document), history: '' }
  prune(document, new Set(leaves.filter((_, index) => cut[index]).flat()))
  prune(
    history,
    new Set(
      linesOf(history)
        .leaves.filter((_, index) => !cut[index])
        .flat(),
    ),
  )
  return { body: htmlOf(document), history: htmlOf(history) }
}

const htmlOf = (document: Document): string => DomUtils.getOuterHTML(document, { encodeEntities: 'utf8' }).trim()

class TooDeep extends Error {}

function parse(html: string): Document | undefined {
  const handler = new DomHandler()
  const { onopentag, onclosetag } = handler
  let depth = 0
  const bounded = Object.assign(handler, {
    onopentag(name: string, attributes: Record<string, string>) {
      if (++depth > DEEPEST) throw new TooDeep()
      onopentag.call(handler, name, attributes)
    },
    onclosetag() {
      depth--
      onclosetag.call(handler)
    },
  })
  try {
    new Parser(bounded, { decodeEntities: true }).end(html)
    return handler.root
  } catch (error) {
    if (error instanceof TooDeep) return undefined
    throw error
  }
}

const BLOCKS = new Set(
  'address article aside blockquote body center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
)
const UNSEEN = new Set('head script style title template noscript'.split(' '))

type Marking = { attribute: string; value: RegExp; means: NonNullable<Line['mark']> | 'quote' }

/** How mail programs mark what they add. Outlook writes an x_ before the names of others. */
const MARKS: Marking[] = [
  { attribute: 'class', value: /(^|\s)(x_)?gmail_attr(\s|$)/, means: 'intro' },
  { attribute: 'class', value: /(^|\s)(x_)?moz-cite-prefix(\s|$)/, means: 'intro' },
  {
    attribute: 'class',
    value:
      /(^|\s)(x_)?(yahoo_quoted|protonmail_quote|tutanota_quote|zmail_extra|messageReplySection|front-blockquote)(\s|$)|yahoo_quoted$/,
    means: 'quote',
  },
  { attribute: 'name', value: /^quote$/, means: 'quote' },
  { attribute: 'id', value: /^(x_)?OLK_SRC_BODY_SECTION$/, means: 'quote' },
  {
    attribute: 'id',
    value: /^(x_)*(divRplyFwdMsg|appendonsend|mail-editor-reference-message-container|stopSpelling|zwchr)$/,
    means: 'history',
  },
  {
    attribute: 'class',
    value:
      /(^|\s)(x_)?(gmail_signature|gmail_signature_prefix|moz-signature|protonmail_signature_block|messageSignatureSection)(\s|$)/,
    means: 'signature',
  },
  {
    attribute: 'id',
    value:
      /^(x_)?(Signature|ms-outlook-mobile-signature|ms-outlook-mobile-body-separator-line|AppleMailSignature|composer_signature)$/,
    means: 'signature',
  },
]

const meaningOf = (element: Element): Marking['means'] | undefined => {
  if (element.name === 'blockquote') return 'quote'
  return MARKS.find(({ attribute, value }) => value.test(element.attribs[attribute] ?? ''))?.means
}

type Place = { depth: number; mark: Line['mark'] | undefined }

/** Of a line no more is looked at. */
const LONGEST_LINE = 1_000

/** The lines that a reader sees, and for each the leaves of the tree that it is made of. */
function linesOf(document: Document): { lines: Line[]; leaves: Leaf[][] } {
  const lines: Line[] = []
  const leaves: Leaf[][] = []
  const texts: string[][] = []
  let isOpen = false

  const end = () => {
    isOpen = false
  }
  const lineAt = ({ depth, mark }: Place): Line => {
    if (!isOpen) {
      lines.push({ text: '', depth, ...(mark && { mark }) })
      leaves.push([])
      texts.push([])
      isOpen = true
    }
    return lines.at(-1)!
  }
  const put = (leaf: Leaf, place: Place): Line => {
    const line = lineAt(place)
    leaves.at(-1)!.push(leaf)
    return line
  }

  function walk(parent: Document | Element, place: Place) {
    for (const node of parent.children) {
      if (node.type === 'text') {
        put(node, place)
        texts.at(-1)!.push(node.data)
      } else if ('attribs' in node && !UNSEEN.has(node.name)) visit(node, place)
    }
  }

  function visit(element: Element, place: Place) {
    const means = meaningOf(element)
    const within: Place = {
      depth: place.depth + (means === 'quote' ? 1 : 0),
      mark: means && means !== 'quote' ? means : place.mark,
    }
    const isBlock = BLOCKS.has(element.name) || means !== undefined
    if (isBlock) end()
    if (means === 'history') lineAt(within)
    if (element.name === 'br') put(element, within)
    else if (element.name === 'img') put(element, within).picture = true
    else if (element.name === 'hr') put(element, within).rule = true
    walk(element, within)
    if (isBlock || element.name === 'br') end()
  }

  walk(document, { depth: 0, mark: undefined })
  for (const [index, line] of lines.entries()) line.text = seen(texts[index]!.join(''))
  return { lines, leaves }
}

/** White space as a browser shows it, and nothing of what nobody sees. */
const seen = (text: string): string =>
  text
    .slice(0, LONGEST_LINE)
    .replace(/[\s\u00a0\u200b\ufeff]+/g, ' ')
    .trim()

/** Takes leaves out of their tree, and what is empty without them. */
function prune(parent: Document | Element, gone: ReadonlySet<Leaf>) {
  parent.children = parent.children.filter((child) => {
    if (gone.has(child)) return false
    if (!('attribs' in child) || !child.children.length) return true
    prune(child, gone)
    return child.children.length > 0
  })
}
