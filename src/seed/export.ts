// Makes a seed file of what a workspace has, which makes the same elsewhere as far as the API can say it.
import { stringify } from 'yaml'
import type { Sql } from '#db/sql.ts'
import { type Call, listAll, messageOf } from './call.ts'
import { type Exporting, isNothing, REFERENCE } from './export-body.ts'
import { EXPORTS } from './exports.ts'
import { type Body, NOUNS, type Noun } from './nouns.ts'
import { listSeeded } from './queries.ts'
import { escaped, mapTexts } from './references.ts'

const marked = (text: string): string => (text.startsWith(REFERENCE) ? text.slice(1) : escaped(text))

type Listed = { plural: string; noun: Noun; objects: Map<string, Body> }

/** Returns the file, as YAML. @throws Error with the API's message */
export async function exportSeed({
  sql,
  workspace_id,
  call,
}: {
  sql: Sql
  workspace_id: string
  call: Call
}): Promise<string> {
  const seeded = new Map((await listSeeded(sql, workspace_id)).map((row) => [`${row.noun} ${row.object_id}`, row.key]))
  const keys = new Map<string, string>()
  const exporting: Exporting = {
    ref: (noun, id) => (keys.has(`${noun} ${id}`) ? `${REFERENCE}$${noun}.${keys.get(`${noun} ${id}`)}` : undefined),
    all: (route, member = 'data') =>
      listAll(call, { route, member, ...(route.startsWith('POST ') && { body: EVERYTHING }) }),
    async show(route) {
      const answer = await call(route)
      if (answer.status !== 200) throw new Error(`${route}: ${messageOf(answer)}`)
      return answer.body
    },
  }
  const listed: Listed[] = []
  for (const [plural, noun] of Object.entries(NOUNS)) {
    const own = EXPORTS[plural]
    if (!own) continue
    const all = own.list ? await own.list(exporting) : noun.list ? await listAll(call, noun.list) : []
    const objects = keyed(noun, all.filter(own.only ?? (() => true)).sort(byAge), seeded)
    for (const [key, object] of objects) keys.set(`${noun.name} ${object[noun.id ?? 'id']}`, key)
    listed.push({ plural, noun, objects })
  }
  const file: Record<string, Body[]> = {}
  for (const { plural, noun, objects } of listed) {
    const entries = []
    for (const [key, object] of objects)
      entries.push(entryOf(noun, key, (await EXPORTS[plural]?.body(object, exporting)) ?? {}))
    if (entries.length) file[plural] = entries
  }
  return stringify(file, { lineWidth: 0, aliasDuplicateObjects: false })
}

const EVERYTHING = { query: { field: 'created_at', operator: '>', value: 0 } }

/** The oldest first, so that they are made in the same order. */
function byAge(one: Body, other: Body): number {
  return compared(one['created_at'], other['created_at']) || compared(idOf(one), idOf(other))
}

const idOf = ({ id }: Body) => (/^\d+$/.test(id) ? Number(id) : id)

const compared = (one: string | number, other: string | number): number => (one < other ? -1 : one > other ? 1 : 0)

/** Keys are those of the seed that made an object, else natural ones that are the only ones, else numbers. */
function keyed(noun: Noun, objects: readonly Body[], seeded: ReadonlyMap<string, string>): Map<string, Body> {
  const of_seed = objects.map((object) => seeded.get(`${noun.name} ${object[noun.id ?? 'id']}`))
  const taken = new Set(of_seed)
  let number = 0
  const unused = (key: string | undefined) => {
    let own = key
    while (own === undefined || taken.has(own)) own = `${noun.name} ${++number}`
    taken.add(own)
    return own
  }
  return new Map(objects.map((object, at) => [of_seed[at] ?? unused(naturalKey(noun, object)), object]))
}

function naturalKey(noun: Noun, object: Body): string | undefined {
  const value = (noun.keys ?? []).map((name) => object[name]).find((value) => !isNothing(value))
  return value === undefined ? undefined : String(value)
}

/** Texts that would be taken for references are marked, and what is empty is left out. */
function entryOf(noun: Noun, key: string, body: Body): Body {
  const members = Object.entries(body).filter(([, value]) => !isNothing(value))
  const own = mapTexts(Object.fromEntries(members), marked) as Body
  return naturalKey(noun, body) === key ? own : { key, ...own }
}
