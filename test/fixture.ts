// What a noun's fixture is: `fixture.ts` in its folder. It makes one of each of its kinds, and says what another workspace may
// not do with them.
import type { TestApp } from './app.ts'

/** The ids of what fixtures make, by what it is. Each fixture adds its own, by `declare module`. */
// biome-ignore lint/suspicious/noEmptyInterface: the fixtures fill it
export interface Ids {}

export type IdName = keyof Ids

/** `['GET /tags/81']`, `['POST /tags', { name: 'VIP' }]` */
export type Request = [route: string, body?: unknown]

/** Requests that name something of another workspace: in the path, and wherever in the body an id can be. */
export type Attempts = (theirs: Ids, mine: Ids) => Request[]

export type FixtureWorkspace = Pick<TestApp, 'call' | 'created' | 'workspace'> & {
  /** POSTs, and returns the answer's body; throws if it is refused. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever shape an answer has
  post(path: string, body?: unknown): Promise<any>
}

export type Fixture = {
  /** What `create` needs to be there before. */
  needs?: readonly IdName[]
  /** Makes one of each kind, through the API where it can, and returns their ids. The demo is there already. */
  create?(workspace: FixtureWorkspace, ids: Ids): Promise<Partial<Ids>>
  provides?: readonly IdName[]
  /** By operationId: each is refused with 404 or 400 and changes nothing; to the owner each is allowed. */
  attempts?: Record<string, Attempts>
  /** The same for operations that remove something: they are tried after all others. */
  removals?: Record<string, Attempts>
  /** By operationId: reads that succeed and show nothing of another workspace. */
  lists?: Record<string, (theirs: Ids) => Request[]>
  /** Operations whose isolation other tests show. */
  tested_elsewhere?: readonly string[]
  /** Of those, the ones that remove what other tests need. */
  removes_too?: readonly string[]
  /** For random requests: which ids fit a parameter, a property, or the name of a collection. */
  ids?: Record<string, readonly IdName[]>
}

/** The id of the only row that a query finds. */
export async function idOf(rows: PromiseLike<readonly { id: string }[]>): Promise<string> {
  const [row] = await rows
  if (!row) throw new Error('The fixture found no row')
  return row.id
}

export const admin = (id: string) => ({ type: 'admin', id })
export const user = (id: string) => ({ type: 'user', id })
