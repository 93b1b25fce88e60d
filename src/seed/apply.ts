// Applies a seed file to a workspace: makes what is not there yet, by the API's own operations, in an order that works.
import { createHash } from 'node:crypto'
import type { Sql } from '#db/sql.ts'
import { type Answer, type Call, fillIn, listAll, messageOf } from './call.ts'
import { type Body, NOUN_BY_NAME, type Noun } from './nouns.ts'
import { listSeeded, type SeededRow, saveSeeded } from './queries.ts'
import { type Entry, readEntries, WrongSeed } from './read-file.ts'
import { byName, inOrder, type Reference, resolve } from './references.ts'

/** How many entries, with their steps, were made, changed, found as they are; and those that changed in the file only. */
export type Applied = { created: number; changed: number; unchanged: number; left: string[] }

type Seeding = {
  sql: Sql
  workspace_id: string
  call: Call
  /** The admin of the token. */
  me: string
  seeded: Map<string, SeededRow>
  /** Lists that were read to find what no seed has made. */
  lists: Map<Noun, Promise<Body[]>>
  applied: Applied
}

/**
 * Applies the entries of a file. What is applied stays if a later entry is refused: the next run goes on from there.
 * @throws WrongSeed that names the file, the line, the entry and the API's message
 */
export async function applySeed(
  { sql, workspace_id, call }: Pick<Seeding, 'sql' | 'workspace_id' | 'call'>,
  { text, file }: { text: string; file: string },
): Promise<Applied> {
  const entries = readEntries(text, file)
  const rows = await listSeeded(sql, workspace_id)
  const me = await call('GET /me')
  const seeding: Seeding = {
    ...{ sql, workspace_id, call, me: String(me.body['id']), lists: new Map() },
    seeded: new Map(rows.map((row) => [`${row.noun}.${row.key}`, row])),
    applied: { created: 0, changed: 0, unchanged: 0, left: [] },
  }
  const outside = new Map<string, string>()
  const ordered = await inOrder(entries, async (reference) => {
    const id = await findId(seeding, reference)
    if (id !== undefined) outside.set(nameOf(reference), id)
    return id !== undefined
  })
  const names = byName(entries)
  const idOf = (reference: Reference) => {
    const entry = names.get(nameOf(reference))
    return entry
      ? (seeding.seeded.get(`${entry.noun.name}.${entry.key}`)?.object_id ?? '')
      : (outside.get(nameOf(reference)) ?? '')
  }
  for (const entry of ordered) await applyEntry(seeding, entry, idOf)
  return seeding.applied
}

const nameOf = ({ noun, name }: Reference): string => `${noun}.${name}`

type IdOf = (reference: Reference) => string

async function applyEntry(seeding: Seeding, entry: Entry, idOf: IdOf): Promise<void> {
  const { noun, key } = entry
  const body = resolve(entry.body, idOf)
  const print = fingerprintOf(entry.body)
  const known = seeding.seeded.get(`${noun.name}.${key}`)
  if (known?.fingerprint === print) seeding.applied.unchanged++
  else if (known) await change(seeding, entry, body, known.object_id)
  else {
    const there = await findSame(seeding, entry, body)
    if (there === undefined) {
      const answer = await send(seeding, entry, noun.create, undefined, { ...noun.defaults, ...body })
      await remember(seeding, {
        noun: noun.name,
        key,
        object_id: String(answer.body[noun.id ?? 'id']),
        fingerprint: print,
      })
      seeding.applied.created++
    } else await change(seeding, entry, body, there)
  }
  const id = seeding.seeded.get(`${noun.name}.${key}`)?.object_id as string
  for (const [name, values] of Object.entries(entry.steps))
    for (const [at, value] of values.entries()) await applyStep(seeding, entry, { name, at, value, id }, idOf)
}

/** An entry that cannot be changed stays as it is, and is reported each time. */
async function change(seeding: Seeding, entry: Entry, body: Body, object_id: string): Promise<void> {
  const { noun, key } = entry
  const row = { noun: noun.name, key, object_id, fingerprint: fingerprintOf(entry.body) }
  if (!noun.update) {
    const found = !seeding.seeded.has(`${noun.name}.${key}`)
    if (found) seeding.applied.unchanged++
    else seeding.applied.left.push(entry.place)
    return found ? remember(seeding, row) : undefined
  }
  await send(seeding, entry, noun.update, object_id, body)
  await remember(seeding, row)
  seeding.applied.changed++
}

type StepValue = { name: string; at: number; value: unknown; id: string }

async function applyStep(seeding: Seeding, entry: Entry, { name, at, value, id }: StepValue, idOf: IdOf) {
  const step = entry.noun.steps?.[name]
  if (!step) return
  const row = {
    noun: `${entry.noun.name}.${name}`,
    key: `${entry.key} ${at + 1}`,
    object_id: id,
    fingerprint: fingerprintOf(value),
  }
  const known = seeding.seeded.get(`${row.noun}.${row.key}`)
  const place = `${entry.place}, ${name} ${at + 1}`
  if (known) {
    if (known.fingerprint === row.fingerprint) seeding.applied.unchanged++
    else seeding.applied.left.push(place)
    return
  }
  const resolved: unknown = resolve(value, idOf)
  const is_body = typeof resolved === 'object' && resolved !== null
  if (!is_body && !step.short) throw new WrongSeed(`${place}: must be an object`)
  const body = is_body ? (resolved as Body) : (step.short?.(resolved, seeding.me) ?? {})
  const route = typeof step.route === 'string' ? step.route : step.route(body)
  await send(seeding, { ...entry, place, key: row.key }, route, id, body)
  await remember(seeding, row)
  seeding.applied.created++
}

/** After a crash between the call and the row, the same call is not made twice. */
async function send(
  seeding: Seeding,
  entry: Entry,
  route: string,
  id: string | undefined,
  body: Body,
): Promise<Answer> {
  const wrapped = entry.noun.wrapped_in
  const { route: path, body: rest } = fillIn(route, id, body)
  const answer = await seeding.call(
    path,
    wrapped ? { [wrapped]: rest } : rest,
    `seed ${hash(`${path} ${entry.key} ${JSON.stringify(rest)}`)}`,
  )
  if (answer.status >= 300) throw new WrongSeed(`${entry.place}: ${messageOf(answer)} (${path}: ${answer.status})`)
  return answer
}

async function remember(seeding: Seeding, row: SeededRow): Promise<void> {
  await saveSeeded(seeding.sql, seeding.workspace_id, row, new Date())
  seeding.seeded.set(`${row.noun}.${row.key}`, row)
}

/** Returns the id of what is there already and would be made a second time. */
async function findSame(seeding: Seeding, { noun }: Entry, body: Body): Promise<string | undefined> {
  if (!noun.list) return undefined
  const all = noun.same ?? []
  const own = all.length ? all : (noun.keys ?? []).filter((name) => body[name] != null).slice(0, 1)
  if (!own.length) return undefined
  const found = (await listOf(seeding, noun)).find(
    (object) => object[noun.id ?? 'id'] !== undefined && own.every((name) => isSame(object[name], body[name])),
  )
  return found && String(found[noun.id ?? 'id'])
}

const isSame = (one: unknown, other: unknown): boolean => String(one).toLowerCase() === String(other).toLowerCase()

function listOf(seeding: Seeding, noun: Noun): Promise<Body[]> {
  const list = seeding.lists.get(noun) ?? listAll(seeding.call, noun.list as NonNullable<Noun['list']>)
  seeding.lists.set(noun, list)
  return list
}

/** Returns the id of an object that the file has not: made by an earlier seed, or otherwise. */
async function findId(seeding: Seeding, reference: Reference): Promise<string | undefined> {
  const noun = NOUN_BY_NAME.get(reference.noun) as Noun
  const seeded = seeding.seeded.get(nameOf(reference))
  if (seeded) return seeded.object_id
  if (!noun.list) return undefined
  for (const name of noun.keys ?? []) {
    const found = (await listOf(seeding, noun)).find(
      (object) => object[name] != null && isSame(object[name], reference.name),
    )
    if (found) return String(found[noun.id ?? 'id'])
  }
  return undefined
}

const hash = (text: string): string => createHash('sha256').update(text).digest('base64url')

const fingerprintOf = (value: unknown): string => hash(JSON.stringify(value) ?? '').slice(0, 22)
