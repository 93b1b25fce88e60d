// References in a seed file, `$contact.anna`: which they are, in which order entries can be made, and their ids.
import { NOUN_BY_NAME } from './nouns.ts'
import { type Entry, WrongSeed } from './read-file.ts'

const REFERENCE = /^\$([a-z_]+)\.(.+)$/s

export type Reference = { noun: string; name: string }

/** Returns the reference that a text is, or undefined. `$$contact.anna` is the text `$contact.anna`. */
export function referenceOf(value: unknown): Reference | undefined {
  const [, noun = '', name = ''] = (typeof value === 'string' && REFERENCE.exec(value)) || []
  return NOUN_BY_NAME.has(noun) ? { noun, name } : undefined
}

/** Returns the text as a file has it, if it would be taken for a reference. */
export const escaped = (text: string): string => (referenceOf(text.replace(/^\$+/, '$')) ? `$${text}` : text)

const unescaped = (text: string): string =>
  text.startsWith('$$') && referenceOf(text.replace(/^\$+/, '$')) ? text.slice(1) : text

/** Returns a copy in which `replace` has been applied to each text. */
export function mapTexts(value: unknown, replace: (text: string) => unknown): unknown {
  if (typeof value === 'string') return replace(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, replace))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, mapTexts(member, replace)]))
}

export function referencesIn(value: unknown): Reference[] {
  const found: Reference[] = []
  mapTexts(value, (text) => {
    const reference = referenceOf(text)
    if (reference) found.push(reference)
  })
  return found
}

/** Replaces references by ids. */
export const resolve = <T>(value: T, idOf: (reference: Reference) => string): T =>
  mapTexts(value, (text) => {
    const reference = referenceOf(text)
    return reference ? idOf(reference) : unescaped(text)
  }) as T

/** Returns the entries that references name, by `noun.name`. The key of an entry goes before other names of others. */
export function byName(entries: readonly Entry[]): Map<string, Entry> {
  const found = new Map<string, Entry>()
  for (const entry of entries)
    for (const name of entry.names)
      if (!found.has(`${entry.noun.name}.${name}`)) found.set(`${entry.noun.name}.${name}`, entry)
  for (const entry of entries) found.set(`${entry.noun.name}.${entry.key}`, entry)
  return found
}

/**
 * Returns the entries in an order in which each comes after those that it refers to, and otherwise as they were.
 * @throws WrongSeed for a circle, and for a name that neither the file has nor `isThere`
 */
export async function inOrder(
  entries: readonly Entry[],
  isThere: (reference: Reference) => boolean | Promise<boolean>,
): Promise<Entry[]> {
  const names = byName(entries)
  const ordered = new Set<Entry>()
  const visit = async (entry: Entry, path: Entry[]): Promise<void> => {
    if (ordered.has(entry)) return
    if (path.includes(entry)) throw new WrongSeed(circle([...path.slice(path.indexOf(entry)), entry]))
    for (const reference of referencesIn([entry.body, entry.steps])) {
      const other = names.get(`${reference.noun}.${reference.name}`)
      if (other) await visit(other, [...path, entry])
      else if (!(await isThere(reference)))
        throw new WrongSeed(`${entry.place}: there is no ${reference.noun} ${reference.name}`)
    }
    ordered.add(entry)
  }
  for (const entry of entries) await visit(entry, [])
  return [...ordered]
}

const circle = ([first, ...rest]: Entry[]): string =>
  `${first?.place}: entries refer to each other in a circle: ${[first, ...rest].map((entry) => `${entry?.noun.name} ${entry?.key}`).join(' → ')}`
