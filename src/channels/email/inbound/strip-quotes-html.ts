// Splits the HTML of a mail into the new text and the history. The tree is read as lines; the leaves of stripped lines
// are removed from it, and form a second tree with the same structure.
import { DomHandler, DomUtils, Parser } from 'htmlparser2'
import { type Line, type Reading, strippedLines } from './lines.ts'

type Document = DomHandler['root']
type Leaf = Document['children'][number]
type Element = Extract<Leaf, { attribs: object }>

export type StrippedHtml = { body: string; history: string }

/** Deeper than a normal mail. The time of parsers grows with the square of the depth. */
const MAX_DEPTH = 256

/** Returns undefined if the HTML is nested too deeply. `history` is empty if nothing is stripped. */
export function stripQuotesFromHtml(html: string, reading: Reading): StrippedHtml | undefined {
  const parts = partsOfHtml(html, (lines) => {
    const stripped = strippedLines(lines, reading)
    return [stripped.map((is) => !is), stripped]
  })
  return parts && { body: parts[0] ?? '', history: parts[1] ?? '' }
}

/**
 * Splits HTML into parts with the same structure. `choose` gets its lines, and says for each part which of them it has.
 * Returns undefined if the HTML is nested too deeply. A part without lines is empty.
 */
export function partsOfHtml(html: string, choose: (lines: Line[]) => boolean[][]): string[] | undefined {
  const document = parse(html)
  if (!document) return undefined
  return choose(linesOf(document).lines).map((chosen) => {
    if (!chosen.includes(true)) return ''
    const part = chosen.includes(false) ? parse(html) : document
    if (!part) return ''
    if (part !== document)
      prune(
        part,
        new Set(
          linesOf(part)
            .leaves.filter((_, index) => !chosen[index])
            .flat(),
        ),
      )
    return htmlOf(part)
  })
}

/** Removes the blockquotes that are around the whole HTML, as Apple Mail writes them around a forwarded mail. */
export function withoutOuterQuote(html: string): string {
  const document = parse(html)
  let within: Document | Element | undefined = document
  while (within) {
    const [only, ...others]: Leaf[] = within.children.filter((node) => node.type !== 'text' || node.data.trim())
    if (!only || others.length || !('attribs' in only)) break
    if (only.name === 'blockquote') within.children = only.children
    else within = only
  }
  return document ? htmlOf(document) : html
}

const htmlOf = (document: Document): string => DomUtils.getOuterHTML(document, { encodeEntities: 'utf8' }).trim()

class TooDeep extends Error {}

function parse(html: string): Document | undefined {
  const handler = new DomHandler()
  const { onopentag, onclosetag } = handler
  let depth = 0
  const bounded = Object.assign(handler, {
    onopentag(name: string, attributes: Record<string, string>) {
      if (++depth > MAX_DEPTH) throw new TooDeep()
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
const INVISIBLE = new Set('head script style title template noscript'.split(' '))

type Marking = { attribute: string; value: RegExp; means: NonNullable<Line['mark']> | 'quote' }

/** How mail programs mark what they add. Outlook puts an x_ before the names of other programs. */
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

/** The indent buttons of Gmail and Apple Mail make a blockquote too, and hide its border. Quotes are marked in other ways. */
const isIndent = ({ attribs }: Element): boolean =>
  !attribs['type'] &&
  !attribs['cite'] &&
  !attribs['class'] &&
  /border(-width)?:\s*(none|0)/i.test(attribs['style'] ?? '')

const meaningOf = (element: Element): Marking['means'] | undefined => {
  if (element.name === 'blockquote') return isIndent(element) ? undefined : 'quote'
  return MARKS.find(({ attribute, value }) => value.test(element.attribs[attribute] ?? ''))?.means
}

type Context = Pick<Line, 'depth'> & { mark: Line['mark'] | undefined }

/** Only this much of a line is read. */
const MAX_LINE = 1_000

/** Returns the lines that a reader sees, and the leaves of the tree for each of them. */
function linesOf(document: Document): { lines: Line[]; leaves: Leaf[][] } {
  const lines: Line[] = []
  const leaves: Leaf[][] = []
  const texts: string[][] = []
  let isOpen = false

  const end = () => {
    isOpen = false
  }
  const lineAt = ({ depth, mark }: Context): Line => {
    if (!isOpen) {
      lines.push({ text: '', depth, ...(mark && { mark }) })
      leaves.push([])
      texts.push([])
      isOpen = true
    }
    return lines.at(-1)!
  }
  const put = (leaf: Leaf, context: Context): Line => {
    const line = lineAt(context)
    leaves.at(-1)!.push(leaf)
    return line
  }

  function walk(parent: Document | Element, context: Context) {
    for (const node of parent.children) {
      if (node.type === 'text') {
        put(node, context)
        texts.at(-1)!.push(node.data)
      } else if ('attribs' in node && !INVISIBLE.has(node.name)) visit(node, context)
    }
  }

  function visit(element: Element, context: Context) {
    const means = meaningOf(element)
    const within: Context = {
      depth: context.depth + (means === 'quote' ? 1 : 0),
      mark: means && means !== 'quote' ? means : context.mark,
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
  for (const [index, line] of lines.entries()) line.text = visibleText(texts[index]!.join(''))
  return { lines, leaves }
}

/** Collapses white space as a browser does, and removes invisible characters. */
const visibleText = (text: string): string =>
  text
    .slice(0, MAX_LINE)
    .replace(/[\s\u00a0\u200b\ufeff]+/g, ' ')
    .trim()

/** Removes leaves from their tree, and the elements that are empty without them. */
function prune(parent: Document | Element, removed: ReadonlySet<Leaf>) {
  parent.children = parent.children.filter((child) => {
    if (removed.has(child)) return false
    if (!('attribs' in child) || !child.children.length) return true
    prune(child, removed)
    return child.children.length > 0
  })
}
