// Which lines of a mail are new: what is quoted below, above or in between, what is passed on, and the signature are told
// from what somebody wrote. The same for plain text and for HTML, which is looked at line by line, too.
import { BARE_SEPARATORS, FROM_LABELS, MOBILE, OTHER_LABELS, SEPARATORS, WROTE } from './quote-markers.ts'

export type Line = {
  /** Without quote marks and the space around. */
  text: string
  /** By how many marks, or blockquotes, it is quoted. */
  depth: number
  /**
   * What the mail program said of it: that it introduces a quote, belongs to a signature, or that everything from here
   * on is history.
   */
  mark?: 'intro' | 'signature' | 'history'
  /** A horizontal rule, or a line of dashes that stands for one. */
  rule?: boolean
  /** Holds a picture, which says something without words. */
  picture?: boolean
}

/** For each line whether it is cut: history, or a signature. Nothing is cut of a mail of which nothing would be left. */
export function cutOf(lines: readonly Line[]): boolean[] {
  const cut = lines.map(() => false)
  const end = historyStart(lines)
  cut.fill(true, end)
  cutQuotes(lines, end, cut)
  cutSignature(lines, end, cut)
  return lines.some((line, index) => !cut[index] && says(line)) ? cut : lines.map(() => false)
}

const says = ({ text, picture }: Line): boolean => text !== '' || picture === true
const isQuoted = ({ depth, mark }: Line): boolean => depth > 0 || mark === 'intro'

/** Where everything that follows is history: below a mail's headers, or a line of dashes that says so. */
function historyStart(lines: readonly Line[]): number {
  const start = lines.findIndex(
    (line, index) =>
      line.mark === 'history' ||
      (line.depth === 0 && (isSeparator(line.text) || isHeaderBlock(lines, index) || isLastAttribution(lines, index))),
  )
  if (start < 0) return lines.length
  const above = previous(lines, start)
  return above >= 0 && lines[above]!.rule ? above : start
}

function isSeparator(text: string): boolean {
  if (text.length > 80) return false
  const lower = text.toLowerCase()
  if (BARE_SEPARATORS.has(lower)) return true
  const [, inner = ''] = /^[-_=*]{2,60} ?([^-_=*].{0,60})$/.exec(lower) ?? []
  return SEPARATORS.has(inner.replace(/[-_=*: ]+$/, ''))
}

const WITHIN = 8

/** `From:`, and near below it two more of such lines. */
function isHeaderBlock(lines: readonly Line[], index: number): boolean {
  if (!FROM_LABELS.has(labelOf(lines[index]!.text))) return false
  const labels = lines.slice(index + 1, index + 1 + WITHIN).map(({ text }) => labelOf(text))
  return new Set(labels.filter((label) => OTHER_LABELS.has(label))).size >= 2
}

const labelOf = (text: string): string =>
  (/^[*\s]{0,3}([^:：*]{1,24}?)[*\s]{0,3}[:：]/.exec(text)?.[1] ?? '').toLowerCase()

/** An attribution under which nothing is marked as quoted, as some programs have it. */
function isLastAttribution(lines: readonly Line[], index: number): boolean {
  const last = attributionFrom(lines, index)
  if (last === undefined) return false
  const below = next(lines, last)
  return below < lines.length && !isQuoted(lines[below]!)
}

const LONGEST_ATTRIBUTION = 400
const A_TIME = /\d{1,2}[:.hH時点]\d{2}|\b(19|20)\d\d\b/

/** The last line of the attribution that begins here, which may be folded over three; undefined where none does. */
function attributionFrom(lines: readonly Line[], index: number): number | undefined {
  let text = ''
  for (let at = index; at < Math.min(index + 3, lines.length); at++) {
    if (!lines[at]!.text || isQuoted(lines[at]!)) return undefined
    text = `${text} ${lines[at]!.text}`
    if (isAttribution(text)) return at
  }
  return undefined
}

function isAttribution(text: string): boolean {
  if (text.length > LONGEST_ATTRIBUTION || !/[:：]\s*$/.test(text.slice(-3))) return false
  const lower = text.toLowerCase()
  return WROTE.some((verb) => lower.includes(verb)) && (A_TIME.test(text) || text.includes('@'))
}

type Run = { from: number; to: number }

/** Quotes that the answer stands wholly above or below are cut; where it stands in between, they are what it answers. */
function cutQuotes(lines: readonly Line[], end: number, cut: boolean[]): void {
  const runs = quotedRuns(lines, end)
  const [first, last] = [runs[0], runs.at(-1)]
  if (!first || !last) return
  const hasOwn = (from: number, to: number) => withoutSignature(lines, from, to).some((at) => says(lines[at]!))
  const after = hasOwn(last.to, end)
  const between = runs.some((run, at) => at > 0 && hasOwn(runs[at - 1]!.to, run.from))
  const isAnsweredInline = between || (after && hasOwn(0, first.from))
  const gone = isAnsweredInline ? (after ? [] : [last]) : runs
  for (const { from, to } of gone) cut.fill(true, from, to)
}

/** What is quoted, with the lines that introduce it. */
function quotedRuns(lines: readonly Line[], end: number): Run[] {
  const runs: Run[] = []
  for (let at = 0; at < end; at++) {
    if (!isQuoted(lines[at]!)) continue
    let to = at + 1
    for (let ahead = to; ahead < end && (isQuoted(lines[ahead]!) || !says(lines[ahead]!)); ahead++)
      if (isQuoted(lines[ahead]!)) to = ahead + 1
    runs.push({ from: introducedFrom(lines, at, runs.at(-1)?.to ?? 0), to })
    at = to - 1
  }
  return runs
}

/** A quote that is marked needs no verb above it that we know: a colon after a time or an address introduces it. */
function introducedFrom(lines: readonly Line[], quote: number, floor: number): number {
  const last = previous(lines, quote)
  if (last < floor || isQuoted(lines[last]!) || !/[:：]$/.test(lines[last]!.text)) return quote
  let text = ''
  for (let at = last; at >= Math.max(floor, last - 3) && lines[at]!.text; at--) {
    text = `${lines[at]!.text} ${text}`
    if (text.length > LONGEST_ATTRIBUTION) break
    if (isAttribution(text) || (A_TIME.test(text) && text.includes('@'))) return widened(lines, at, floor)
  }
  return quote
}

/** An attribution of two lines may hold all that tells in the second: what is above it up to a blank line is short. */
function widened(lines: readonly Line[], at: number, floor: number): number {
  const above = lines[at - 1]
  const starts = /^(on|am|le|el|il|em|op|den|på|w dniu|dnia|в|dne|le)\s/i
  return at - 1 >= floor && above && !starts.test(lines[at]!.text) && starts.test(above.text) ? at - 1 : at
}

const LONGEST_SIGNATURE = 15

/** The end of what is left, from `-- ` on, or what a program has marked or added as a signature. */
function cutSignature(lines: readonly Line[], end: number, cut: boolean[]): void {
  const own = lines.map((_, index) => index).filter((index) => index < end && !cut[index])
  const kept = new Set(withoutSignatureAmong(lines, own))
  for (const index of own) if (!kept.has(index)) cut[index] = true
}

const withoutSignature = (lines: readonly Line[], from: number, to: number): number[] =>
  withoutSignatureAmong(
    lines,
    lines.slice(from, to).map((_, index) => from + index),
  )

function withoutSignatureAmong(lines: readonly Line[], own: number[]): number[] {
  const unmarked = own.filter((index) => lines[index]!.mark !== 'signature')
  const delimiter = unmarked.findLastIndex((index) => isDelimiter(lines[index]!))
  const below = unmarked.slice(delimiter + 1).filter((index) => says(lines[index]!))
  const rest = delimiter >= 0 && below.length <= LONGEST_SIGNATURE ? unmarked.slice(0, delimiter) : unmarked
  return withoutMobile(lines, rest)
}

const isDelimiter = ({ text, depth }: Line): boolean => depth === 0 && /^(--|—|– –)$/.test(text)

function withoutMobile(lines: readonly Line[], own: number[]): number[] {
  const last = own.findLastIndex((index) => says(lines[index]!))
  const line = lines[own[last] ?? -1]
  if (!line || line.depth > 0 || line.text.length > 120 || !MOBILE.test(line.text)) return own
  return own.slice(0, last)
}

/** The nearest line above that says something or is a rule; -1 where there is none. */
function previous(lines: readonly Line[], index: number): number {
  let at = index - 1
  while (at >= 0 && !says(lines[at]!) && !lines[at]!.rule) at--
  return at
}

function next(lines: readonly Line[], index: number): number {
  let at = index + 1
  while (at < lines.length && !says(lines[at]!)) at++
  return at
}
