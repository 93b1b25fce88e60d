// Reads a seed file, YAML or JSON: its entries, with the lines that errors name.
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, visit } from 'yaml'
import { type Body, NOUNS, type Noun } from './nouns.ts'

export type Entry = {
  noun: Noun
  key: string
  /** All names by which references find it. */
  names: string[]
  /** For errors: `seed.yaml:12 contact anna`. */
  place: string
  body: Body
  /** Of `noun.steps`, by their names. */
  steps: Record<string, unknown[]>
}

/** The file is wrong; the message is one sentence that begins with the file and the line. */
export class WrongSeed extends Error {}

/** Parsed as numbers, they would lose their first sign: +12025550123, 0042. */
const CODE = /^(\+|0)\d+$/

/** @throws WrongSeed */
export function readEntries(text: string, file: string): Entry[] {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineOf = (offset: number | undefined) => lines.linePos(offset ?? 0).line
  const wrong = (node: { range?: Node['range'] } | null, why: string) =>
    new WrongSeed(`${file}:${lineOf(node?.range?.[0])}: ${why}`)
  const [error] = document.errors
  if (error) throw new WrongSeed(`${file}:${lineOf(error.pos[0])}: ${error.message.split('\n')[0]}`)
  visit(document, {
    Scalar: (_, node) => {
      if (typeof node.value === 'number' && node.source && CODE.test(node.source)) node.value = node.source
    },
  })
  const root = document.contents
  if (root === null) return []
  if (!isMap(root)) throw wrong(root, `a seed has lists by their names: ${Object.keys(NOUNS).join(', ')}`)

  const entries: Entry[] = []
  const known = new Map<string, Entry>()
  for (const { key: title, value: list } of root.items) {
    const plural = String(isScalar(title) ? title.value : title)
    const noun = Object.hasOwn(NOUNS, plural) ? NOUNS[plural] : undefined
    if (!noun) throw wrong(title as Node, `there is no ${plural}, only: ${Object.keys(NOUNS).join(', ')}`)
    if (isScalar(list) && list.value === null) continue
    if (!isSeq(list)) throw wrong((list ?? title) as Node, `${plural} must be a list`)
    for (const item of list.items as Node[]) {
      const body = item.toJS(document)
      if (!isObject(body)) throw wrong(item, `an entry of ${plural} must be an object`)
      const at = `${file}:${lineOf(item.range?.[0])}`
      const entry = entryOf(noun, body, at)
      if (!entry) throw wrong(item, `this ${noun.name} needs a key: ${['key', ...(noun.keys ?? [])].join(' or ')}`)
      const other = known.get(`${noun.name}.${entry.key}`)
      if (other) throw wrong(item, `${noun.name} ${entry.key} is there already: ${other.place}`)
      known.set(`${noun.name}.${entry.key}`, entry)
      entries.push(entry)
    }
  }
  const order = Object.values(NOUNS)
  return entries.sort((one, other) => order.indexOf(one.noun) - order.indexOf(other.noun))
}

function entryOf(noun: Noun, { key: given, ...members }: Body, at: string): Entry | undefined {
  const natural = (noun.keys ?? []).flatMap((name) => (isName(members[name]) ? [String(members[name])] : []))
  const key = isName(given) ? String(given) : natural[0]
  if (key === undefined) return undefined
  const steps: Entry['steps'] = {}
  const body: Body = {}
  for (const [name, value] of Object.entries(members)) {
    if (!Object.hasOwn(noun.steps ?? {}, name)) body[name] = value
    else if (value !== null) steps[name] = Array.isArray(value) ? value : [value]
  }
  return { noun, key, names: [...new Set([key, ...natural])], place: `${at} ${noun.name} ${key}`, body, steps }
}

const isObject = (value: unknown): value is Body => typeof value === 'object' && value !== null && !Array.isArray(value)

const isName = (value: unknown): boolean => (typeof value === 'string' && value !== '') || typeof value === 'number'
