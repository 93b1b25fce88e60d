// Finds the mail that somebody forwarded: its sender, its subject, its words, and what was written above it.
import { isAttribution } from './attribution.ts'
import { mailboxIn, quotedHeadersAt, senderIn, subjectIn } from './header-block.ts'
import type { Line } from './lines.ts'
import type { Mailbox } from './mail.ts'
import { isSeparator } from './mailer-words.ts'
import { partsOfHtml, withoutOuterQuote } from './strip-quotes-html.ts'
import { lineOf } from './strip-quotes-text.ts'

type Found = {
  from: Mailbox
  subject: string
  /** The indexes of the first line that the mail program wrote, and of the first line of the forwarded text. */
  start: number
  end: number
}

/** What was written above a forwarded mail, and its text: as plain text, or as HTML that is not safe yet. */
export type SplitForward = Pick<Found, 'from' | 'subject'> & { note: string; body: string }

const NO_ADDRESSES: ReadonlySet<string> = new Set()
const WITHIN = 6

function findForward(lines: readonly Line[], own: ReadonlySet<string>): Found | undefined {
  for (let at = 0; at < lines.length; at++) {
    const { text } = lines[at]!
    if (!text) continue
    const found = isSeparator(text) ? headersBelow(lines, at, own) : (headersFrom(lines, at) ?? attributed(lines, at))
    if (found) return { ...found, start: ruleAbove(lines, at) }
  }
  return undefined
}

/** The headers in one of the next lines. Below a separator they may be in any language. */
function headersBelow(lines: readonly Line[], separator: number, own: ReadonlySet<string>) {
  for (let at = separator + 1; at <= separator + WITHIN && at < lines.length; at++) {
    const found = headersFrom(lines, at, own)
    if (found) return found
  }
  return undefined
}

function headersFrom(lines: readonly Line[], at: number, own = NO_ADDRESSES): Omit<Found, 'start'> | undefined {
  const block = quotedHeadersAt(lines, at, own)
  const from = block && senderIn(block, own)
  return from && { from, subject: subjectIn(block), end: block.end }
}

/** Outlook for Mac forwards a mail below an attribution. */
function attributed(lines: readonly Line[], at: number): Omit<Found, 'start'> | undefined {
  const text = lines[at]!.text
  const from = isAttribution(text) ? mailboxIn(text) : undefined
  return from && { from: { ...from, name: null }, subject: '', end: at + 1 }
}

function ruleAbove(lines: readonly Line[], at: number): number {
  let above = at - 1
  while (above >= 0 && !lines[above]!.text && !lines[above]!.rule) above--
  return above >= 0 && lines[above]!.rule ? above : at
}

/** Returns undefined if the text forwards nothing whose sender has an address. */
export function forwardInText(text: string, own: ReadonlySet<string>): SplitForward | undefined {
  const raw = text.replace(/\r\n?/g, '\n').split('\n')
  const lines = raw.map(lineOf)
  const found = findForward(lines, own)
  if (!found) return undefined
  const { from, subject, start, end } = found
  const note = raw.slice(0, start).join('\n').trim()
  return { from, subject, note, body: unquoted(raw.slice(end), lines.slice(end)).join('\n').trim() }
}

/** Apple Mail puts quote marks before each line of a forwarded mail. */
function unquoted(raw: string[], lines: readonly Line[]): string[] {
  const isQuoted = lines.every(({ text, depth }) => !text || depth > 0)
  return isQuoted ? raw.map((line) => line.replace(/^[ \t]?[>＞][ \t]?/, '')) : raw
}

/** The same for HTML. */
export function forwardInHtml(html: string, own: ReadonlySet<string>): SplitForward | undefined {
  let found: Found | undefined
  const parts = partsOfHtml(html, (lines) => {
    found = findForward(lines, own)
    const { start, end } = found ?? { start: 0, end: 0 }
    return [lines.map((_, index) => index < start), lines.map((_, index) => index >= end)]
  })
  if (!found || !parts) return undefined
  const [note = '', body = ''] = parts
  return { from: found.from, subject: found.subject, note, body: withoutOuterQuote(body) }
}
