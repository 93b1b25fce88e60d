// Reads the header lines that a mail program copies above a quoted or forwarded mail: `From: …`, `Sent: …`, `To: …`.
import { isEmail } from '#lib/email.ts'
import type { Mailbox } from './mail.ts'
import { fieldsOf, type Label } from './mailer-words.ts'

/** A line of a text, without quote marks. */
type TextLine = { text: string }

export type HeaderLine = { fields: ReadonlySet<Label>; value: string }

/** `end` is the index of the line after the block. */
export type HeaderBlock = { lines: HeaderLine[]; end: number }

const MAX_BLOCK_LINES = 16

const LABEL_AND_VALUE = /^[*\s]{0,3}([^:：*@\d]{1,30}?)[*\s]{0,3}[:：](?!\/\/)[*\s]{0,3}(.*)$/

const headerLine = (text: string): HeaderLine | undefined => {
  const [, label = '', value = ''] = LABEL_AND_VALUE.exec(text) ?? []
  return label ? { fields: fieldsOf(label), value: value.trim() } : undefined
}

/**
 * Returns the lines with a label that start here. A value can be in the next line, as in the tables of Thunderbird, and
 * addresses can continue there.
 */
function blockAt(lines: readonly TextLine[], start: number, crosses_blanks: boolean): HeaderBlock {
  const block: HeaderLine[] = []
  let end = start
  for (let at = start; at < lines.length && block.length < MAX_BLOCK_LINES; at++) {
    const { text } = lines[at]!
    const last = block.at(-1)
    const line = headerLine(text)
    if (!text && last && crosses_blanks && isBlockBelow(lines, at)) continue
    if (line && (block.length || line.fields.size || text)) block.push(line)
    else if (text && last && (!last.value || (hasAddress(last.value) && hasAddress(text))))
      last.value = `${last.value} ${text}`.trim()
    else break
    end = at + 1
  }
  return { lines: block, end }
}

/** HTML has empty lines between the lines of a block: the next line has a known label, or the value of the last one. */
function isBlockBelow(lines: readonly TextLine[], blank: number): boolean {
  const below = lines[blank + 1]?.text ?? ''
  if ((headerLine(below)?.fields.size ?? 0) > 0) return true
  const above = headerLine(lines[blank - 1]?.text ?? '')
  return above !== undefined && above.fields.size > 0 && !above.value && below !== ''
}

/**
 * Returns the block of quoted headers that starts here. Its values decide, not its labels alone: with known labels an
 * address, or a date with a time; with unknown ones four lines of which one has an address of ours.
 */
export function quotedHeadersAt(
  lines: readonly TextLine[],
  start: number,
  own: ReadonlySet<string>,
): HeaderBlock | undefined {
  const first = headerLine(lines[start]?.text ?? '')
  if (!first) return undefined
  const isKnown = first.fields.size > 0
  if (!isKnown && isLabelled(lines, start - 1)) return undefined
  const block = isKnown ? blockAt(lines, start, true) : undefined
  if (block && hasKnownLabels(block)) return block
  const unknown = blockAt(lines, start, false)
  return namesOwnAddress(unknown, own) ? unknown : undefined
}

const isLabelled = (lines: readonly TextLine[], at: number): boolean => headerLine(lines[at]?.text ?? '') !== undefined

function hasKnownLabels({ lines }: HeaderBlock): boolean {
  const known = lines.filter(({ fields }) => fields.size)
  const has = (label: Label, is: (value: string) => boolean = () => true) =>
    known.some(({ fields, value }) => fields.has(label) && is(value))
  if (!has('from') || known.length < 3) return false
  if (has('from', hasAddress) || has('to', hasAddress) || has('cc', hasAddress)) return true
  return has('date', hasDateAndTime) && has('subject') && has('to')
}

const MIN_UNKNOWN_LINES = 4

const namesOwnAddress = ({ lines }: HeaderBlock, own: ReadonlySet<string>): boolean =>
  lines.length >= MIN_UNKNOWN_LINES &&
  lines.every(({ value }) => value) &&
  lines.some(({ value }) => addressesIn(value).some((address) => own.has(address.toLowerCase())))

/** Whether the block has both an address and a date with a time: nobody writes that by hand. */
export const isCertain = ({ lines }: HeaderBlock): boolean =>
  lines.some(({ value }) => hasAddress(value)) && lines.some(({ value }) => hasDateAndTime(value))

/** Returns the sender in a block; in an unknown language the first address that is not ours. */
export function senderIn({ lines }: HeaderBlock, own: ReadonlySet<string>): Mailbox | undefined {
  const named = lines.find(({ fields, value }) => fields.has('from') && hasAddress(value))
  const isTheirs = ({ value }: HeaderLine) => addressesIn(value).some((address) => !own.has(address.toLowerCase()))
  const line = named ?? (lines.some(({ fields }) => fields.has('from')) ? undefined : lines.find(isTheirs))
  return line && mailboxIn(line.value)
}

export const subjectIn = ({ lines }: HeaderBlock): string =>
  lines.find(({ fields }) => fields.has('subject'))?.value.slice(0, 998) ?? ''

const ADDRESS = /[^\s<>()[\]"'„“”«»,;:：|]{1,64}@[^\s<>()[\]"'„“”«»,;:：|@]{1,253}/g

const addressesIn = (text: string): string[] =>
  (text.match(ADDRESS) ?? []).map((address) => address.replace(/[.*]+$/, '')).filter(isEmail)

export const hasAddress = (text: string): boolean => addressesIn(text).length > 0

/**
 * Reads `Ann <ann@example.com>`, `Ann [mailto:ann@example.com]`, `ann@example.com<mailto:ann@example.com>` and the like. Of
 * two addresses in brackets the second one is the author: `a list <…> on behalf of Ann <…>`.
 */
export function mailboxIn(value: string): Mailbox | undefined {
  const text = firstOfSeveral(value)
  const bracketed = addressesIn(
    [...text.matchAll(/[<[(]\s*(?:mailto:)?([^<>[\]()]+)[>\])]/gi)].map(([, a]) => a).join(' '),
  )
  const address = bracketed.at(-1) ?? addressesIn(text)[0]
  if (!address) return undefined
  const before = text.slice(0, text.lastIndexOf(address)).replace(/[<[(]?\s*(mailto:)?\s*$/i, '')
  const name = before
    .replace(/^.*[>\])]\s*(on behalf of|im auftrag von|代表)?\s*/i, '')
    .replace(/^["'„“«\s*]+|["'”“»\s*]+$/g, '')
    .trim()
  return { name: name && name.toLowerCase() !== address.toLowerCase() ? name.slice(0, 255) : null, address }
}

/** `Ann <ann@example.com>, Ben <ben@example.com>`: a mail can have several authors. The first one is taken. */
const firstOfSeveral = (text: string): string => /^[^<>]*<[^<>]*@[^<>]*>(?=\s*[,;])/.exec(text)?.[0] ?? text

const DATE = /\p{Nd}{1,4}[./-]\p{Nd}{1,2}[./-]\p{Nd}{1,4}/u
const YEAR = /\p{Nd}{4}/u
const TIME = /\p{Nd}{1,2}\s?[:.hH時时点점]\s?\p{Nd}{2}/u

/** A date with its year, and a time. */
export const hasDateAndTime = (text: string): boolean =>
  (DATE.test(text) || YEAR.test(text)) && TIME.test(text.replace(DATE, ''))
