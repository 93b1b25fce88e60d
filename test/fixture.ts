// The type of a noun's fixture (`fixture.ts` in its folder): it creates one of each kind, and lists what another workspace
// must not do with them.
import type { TestApp } from './app.ts'

/** The ids of the objects that fixtures create. Each fixture adds its own, by `declare module`. */
// biome-ignore lint/suspicious/noEmptyInterface: the fixtures fill it
export interface Ids {}

export type IdName = keyof Ids

/** `['GET /tags/81']`, `['POST /tags', { name: 'VIP' }]` */
export type Request = [route: string, body?: unknown]

/** Requests that name objects of another workspace: in the path, and in every body property that takes an id. */
export type Attempts = (theirs: Ids, mine: Ids) => Request[]

export type FixtureWorkspace = Pick<TestApp, 'call' | 'created' | 'workspace'> & {
  /** POSTs, and returns the body of the answer; throws if it is an error. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
  post(path: string, body?: unknown): Promise<any>
}

export type Fixture = {
  /** Names of ids that `create` needs from other fixtures. */
  needs?: readonly IdName[]
  /** Creates one of each kind, through the API if possible, and returns their ids. The demo exists already. */
  create?(workspace: FixtureWorkspace, ids: Ids): Promise<Partial<Ids>>
  provides?: readonly IdName[]
  /** Keyed by operationId: each is refused with 404 or 400 and changes nothing; the owner may do it. */
  attempts?: Record<string, Attempts>
  /** The same for operations that remove something: they run after all others. */
  removals?: Record<string, Attempts>
  /** Keyed by operationId: reads that succeed and show nothing of another workspace. */
  lists?: Record<string, (theirs: Ids) => Request[]>
  /** Operations whose isolation other tests check. */
  tested_elsewhere?: readonly string[]
  /** Of those, the operations that remove what other tests need. */
  removes_too?: readonly string[]
  /** For random requests: the ids for a parameter, a property, or the name of a collection. */
  ids?: Record<string, readonly IdName[]>
}

/** Returns the id of the only row that the query finds. */
export async function idOf(rows: PromiseLike<readonly { id: string }[]>): Promise<string> {
  const [row] = await rows
  if (!row) throw new Error('The fixture found no row')
  return row.id
}

export const admin = (id: string) => ({ type: 'admin', id })
export const user = (id: string) => ({ type: 'user', id })
