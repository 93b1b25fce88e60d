// Recognizes the words of mail programs in many languages: labels, attributions, separators and prefixes of subjects.
import { MAILER_WORDS, MOBILE, MORE_SEPARATORS } from './mailer-words-data.ts'

export { MOBILE }

export type Label = 'from' | 'date' | 'to' | 'cc' | 'reply_to' | 'subject'
type Column = Label | 'wrote' | 'original' | 'forwarded' | 're' | 'fwd'

export type LanguageWords = { language: string; words: Partial<Record<Column, string[]>> }

/** Words compare in lower case and without accents, because some programs drop them. */
export const plainWord = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()

export const LANGUAGES: LanguageWords[] = MAILER_WORDS.trim()
  .split(/\n(?! )/)
  .map((row) => {
    const [language = '', ...columns] = row.split(/;\s*/)
    return { language, words: Object.fromEntries(columns.map(columnOf)) }
  })

function columnOf(column: string): [string, string[]] {
  const [, name = '', words = ''] = /^(\w+): ([\s\S]+)$/.exec(column) ?? []
  return [name, words.split(' | ').map((word) => word.replace(/ [A-Z]+$/, ''))]
}

const all = (column: Column): string[] => LANGUAGES.flatMap(({ words }) => words[column] ?? []).map(plainWord)

const LABELS = ['from', 'date', 'to', 'cc', 'reply_to', 'subject'] as const
/** A word can be the label of two fields, in two languages. */
const FIELDS = new Map<string, Set<Label>>()
for (const field of LABELS) for (const word of all(field)) FIELDS.set(word, (FIELDS.get(word) ?? new Set()).add(field))

const NONE: ReadonlySet<Label> = new Set()

/** Returns the fields that a label can mean; none if it is no known label. */
export const fieldsOf = (label: string): ReadonlySet<Label> => FIELDS.get(plainWord(label)) ?? NONE

const WROTE = all('wrote')

/** Whether a text has the verb of an attribution: `On 3 May, Ann wrote:`. */
export const saysWrote = (text: string): boolean => {
  const plain = plainWord(text)
  return WROTE.some((verb) => plain.includes(verb))
}

const FORWARDED = new Set(all('forwarded'))
const SEPARATORS = new Set([...all('original'), ...FORWARDED, ...MORE_SEPARATORS.split(' | ').map(plainWord)])

const MAX_SEPARATOR = 80

/**
 * Whether a line is a separator above a quoted or forwarded mail: its words between dashes, or (as Apple writes them)
 * words for a forwarded mail and a colon.
 */
export function isSeparator(text: string): boolean {
  if (text.length > MAX_SEPARATOR) return false
  const { before, words, after } = separated(text)
  return before ? SEPARATORS.has(words) : /[:：]/.test(after) && FORWARDED.has(words)
}

/** Whether it is one above a forwarded mail: not a quote of what is answered, but something that its sender passes on. */
export const isForwardSeparator = (text: string): boolean => isSeparator(text) && FORWARDED.has(separated(text).words)

/** Thunderbird writes two languages in one line: `Välitetty viesti / Fwd.Msg`, `Preposlaná správa --- Forwarded Message`. */
function separated(text: string): { before: string; words: string; after: string } {
  const [, before = '', words = '', after = ''] = /^([-_=*]{2,60} ?)?([^-_=*].*?)([-_=*: ：]*)$/.exec(text) ?? []
  return { before, words: plainWord(words.split(/ (?:\/|-{3}) /)[0] ?? '').trim(), after }
}

const prefixes = (column: 're' | 'fwd') => new Set(all(column).map((word) => word.replace(/\.$/, '')))
const FORWARD_PREFIXES = prefixes('fwd')
const REPLY_PREFIXES = prefixes('re')

/** Returns the prefix of a subject; some gateways put a mark such as `[EXT]` before it, and some programs count: `Re[2]:`. */
const prefixOf = (subject: string): string =>
  plainWord(
    /^\s*(?:\[[^\]]{1,40}\]\s*)*([^\s:：[(][^:：[(]{0,20}?)\.?(?:[[(]\d+[\])])?\s?[:：]/.exec(subject)?.[1] ?? '',
  )

export const hasForwardPrefix = (subject: string): boolean => FORWARD_PREFIXES.has(prefixOf(subject))
export const hasReplyPrefix = (subject: string): boolean => REPLY_PREFIXES.has(prefixOf(subject))
