// Finds the lines of a mail that are not new: quotes below, above or between the new text, forwarded mail, and the
// signature. Used for plain text and for HTML, which is also read as lines.
import { couldBeAttribution, isAttribution, isCertainAttribution, MAX_ATTRIBUTION } from './attribution.ts'
import { isCertain, quotedHeadersAt } from './header-block.ts'
import { isForwardSeparator, isSeparator, MOBILE } from './mailer-words.ts'

export type Line = {
  /** Without quote marks and surrounding space. */
  text: string
  /** The number of quote marks or blockquotes around it. */
  depth: number
  /** How the mail program marked it: introduction of a quote, part of a signature, or the start of the history. */
  mark?: 'intro' | 'signature' | 'history'
  /** A horizontal rule, or a line of dashes. */
  rule?: boolean
  /** Contains a picture, which counts as content. */
  picture?: boolean
}

/**
 * What is known of a mail before its text is read. `answers`: whether it answers a mail. `perhaps`: only its subject says so.
 * `own`: our addresses, in lower case.
 */
export type Reading = { answers: 'yes' | 'perhaps' | 'no'; own: ReadonlySet<string> }

/**
 * Returns for each line whether to strip it: history or signature. Strips nothing of a mail that answers nothing, and
 * nothing if nothing else would remain.
 */
export function strippedLines(lines: readonly Line[], { answers, own }: Reading): boolean[] {
  const stripped = lines.map(() => false)
  if (answers === 'no' || (answers === 'perhaps' && !hasCertainQuote(lines, own))) return stripped
  const end = historyStart(lines, own)
  stripped.fill(true, end)
  stripQuotes(lines, end, stripped)
  stripSignature(lines, end, stripped)
  return lines.some((line, index) => !stripped[index] && hasContent(line)) ? stripped : lines.map(() => false)
}

const hasContent = ({ text, picture }: Line): boolean => text !== '' || picture === true
const isQuoted = ({ depth, mark }: Line): boolean => depth > 0 || mark === 'intro'

/**
 * Returns the index from which all is history: a separator line, quoted headers, or an attribution without quote marks. A mail
 * that is passed on in an answer is no history.
 */
function historyStart(lines: readonly Line[], own: ReadonlySet<string>): number {
  const start = lines.findIndex(
    (line, index) =>
      line.mark === 'history' ||
      (line.depth === 0 &&
        (isSeparator(line.text) ||
          quotedHeadersAt(lines, index, own) !== undefined ||
          isLastAttribution(lines, index))),
  )
  if (start < 0 || isForwardSeparator(lines[start]!.text)) return lines.length
  const above = previous(lines, start)
  return above >= 0 && lines[above]!.rule ? above : start
}

/** Whether headers or an attribution with an address and a time show that the mail quotes another one. */
const hasCertainQuote = (lines: readonly Line[], own: ReadonlySet<string>): boolean =>
  lines.some((line, index) => {
    const block = quotedHeadersAt(lines, index, own)
    if (block && isCertain(block)) return true
    return isCertainAttribution(line.text) || isCertainAttribution(`${line.text} ${lines[index + 1]?.text ?? ''}`)
  })

/** An attribution whose quote has no quote marks, as some programs write it. */
function isLastAttribution(lines: readonly Line[], index: number): boolean {
  const last = attributionFrom(lines, index)
  if (last === undefined) return false
  const below = next(lines, last)
  return below < lines.length && !isQuoted(lines[below]!)
}

/** Returns the last line of the attribution that starts here, of up to three lines; undefined if none starts here. */
function attributionFrom(lines: readonly Line[], index: number): number | undefined {
  let text = ''
  for (let at = index; at < Math.min(index + 3, lines.length); at++) {
    if (!lines[at]!.text || isQuoted(lines[at]!)) return undefined
    text = `${text} ${lines[at]!.text}`
    if (isAttribution(text)) return at
  }
  return undefined
}

type Run = { from: number; to: number }

/**
 * Strips quotes if the answer is completely above or below them. If it is between them, they are its context and stay.
 */
function stripQuotes(lines: readonly Line[], end: number, stripped: boolean[]): void {
  const runs = quotedRuns(lines, end)
  const [first, last] = [runs[0], runs.at(-1)]
  if (!first || !last) return
  const hasOwn = (from: number, to: number) => withoutSignature(lines, from, to).some((at) => hasContent(lines[at]!))
  const after = hasOwn(last.to, end)
  const between = runs.some((run, at) => at > 0 && hasOwn(runs[at - 1]!.to, run.from))
  const isAnsweredInline = between || (after && hasOwn(0, first.from))
  const removed = isAnsweredInline ? (after ? [] : [last]) : runs
  for (const { from, to } of removed) stripped.fill(true, from, to)
}

/** Returns the quotes, each with the lines that introduce it. */
function quotedRuns(lines: readonly Line[], end: number): Run[] {
  const runs: Run[] = []
  for (let at = 0; at < end; at++) {
    if (!isQuoted(lines[at]!)) continue
    let to = at + 1
    for (let ahead = to; ahead < end && (isQuoted(lines[ahead]!) || !hasContent(lines[ahead]!)); ahead++)
      if (isQuoted(lines[ahead]!)) to = ahead + 1
    runs.push({ from: introducedFrom(lines, at, runs.at(-1)?.to ?? 0), to })
    at = to - 1
  }
  return runs
}

/** A marked quote needs no known verb in its introduction: a colon after a time or an address is enough. */
function introducedFrom(lines: readonly Line[], quote: number, floor: number): number {
  const last = previous(lines, quote)
  if (last < floor || isQuoted(lines[last]!) || !/[:：]$/.test(lines[last]!.text)) return quote
  let text = ''
  for (let at = last; at >= Math.max(floor, last - 3) && lines[at]!.text; at--) {
    text = `${lines[at]!.text} ${text}`
    if (text.length > MAX_ATTRIBUTION) break
    if (isAttribution(text) || couldBeAttribution(text)) return widened(lines, at, floor)
  }
  return quote
}

/** Returns the line above, if the attribution starts there and only its second line was recognised. */
function widened(lines: readonly Line[], at: number, floor: number): number {
  const above = lines[at - 1]
  const starts = /^(on|am|le|el|il|em|op|den|på|w dniu|dnia|в|dne|le)\s/i
  return at - 1 >= floor && above && !starts.test(lines[at]!.text) && starts.test(above.text) ? at - 1 : at
}

const MAX_SIGNATURE_LINES = 15

/** Strips the signature at the end of the remaining lines: from `-- ` on, or lines that a program marked or added. */
function stripSignature(lines: readonly Line[], end: number, stripped: boolean[]): void {
  const own = lines.map((_, index) => index).filter((index) => index < end && !stripped[index])
  const remaining = new Set(withoutSignatureAmong(lines, own))
  for (const index of own) if (!remaining.has(index)) stripped[index] = true
}

const withoutSignature = (lines: readonly Line[], from: number, to: number): number[] =>
  withoutSignatureAmong(
    lines,
    lines.slice(from, to).map((_, index) => from + index),
  )

function withoutSignatureAmong(lines: readonly Line[], own: number[]): number[] {
  const unmarked = own.filter((index) => lines[index]!.mark !== 'signature')
  const delimiter = unmarked.findLastIndex((index) => isDelimiter(lines[index]!))
  const below = unmarked.slice(delimiter + 1).filter((index) => hasContent(lines[index]!))
  const rest = delimiter >= 0 && below.length <= MAX_SIGNATURE_LINES ? unmarked.slice(0, delimiter) : unmarked
  return withoutMobile(lines, rest)
}

const isDelimiter = ({ text, depth }: Line): boolean => depth === 0 && /^(--|—|– –)$/.test(text)

function withoutMobile(lines: readonly Line[], own: number[]): number[] {
  const last = own.findLastIndex((index) => hasContent(lines[index]!))
  const line = lines[own[last] ?? -1]
  if (!line || line.depth > 0 || line.text.length > 120 || !MOBILE.test(line.text)) return own
  return own.slice(0, last)
}

/** Returns the nearest line above that has content or is a rule, or -1. */
function previous(lines: readonly Line[], index: number): number {
  let at = index - 1
  while (at >= 0 && !hasContent(lines[at]!) && !lines[at]!.rule) at--
  return at
}

function next(lines: readonly Line[], index: number): number {
  let at = index + 1
  while (at < lines.length && !hasContent(lines[at]!)) at++
  return at
}
