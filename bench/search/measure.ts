// Measures lists and searches in workspaces of several sizes: a later page, a first page with its total, and again.
import { median, type Row } from '../figures.ts'
import type { Measured } from '../server.ts'

/** A workspace of a size. */
export type Place = { workspace_id: string; token: string; size: number }
export type Asked = { method: 'GET' | 'POST'; path: string; body?: Record<string, unknown> }
export type Named<In extends Place> = {
  name: string
  /** What makes the time of a page. */
  limit: string
  ask(place: In): Asked
}

/** Milliseconds. `later` is a page whose cursor has the total, `first` counts it, `again` is a kept total. */
type Times = { later: number; first: number; again: number; total: number }

export async function measureQueries<In extends Place>(
  server: Measured,
  places: readonly In[],
  queries: readonly Named<In>[],
  rounds: number,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const query of queries) {
    const times: Times[] = []
    for (const place of places) times.push(await measure(server, place, query.ask(place), rounds))
    rows.push(rowOf(query, places, times))
    const { measure: name, ours, theirs, ratio } = rows.at(-1)!
    process.stderr.write(`  ${name}: ${theirs} → ${ours}: ${ratio}\n`)
  }
  return rows
}

async function measure({ url, sql }: Measured, place: Place, asked: Asked, rounds: number): Promise<Times> {
  const first: number[] = []
  const again: number[] = []
  const later: number[] = []
  let { body } = await ask(url, place, asked)
  for (let round = 0; round < rounds; round++) {
    await sql`delete from search_totals where workspace_id = ${place.workspace_id}`
    const counted = await ask(url, place, asked)
    first.push(counted.ms)
    again.push((await ask(url, place, asked)).ms)
    body = counted.body
    later.push((await ask(url, place, pageAfter(asked, body))).ms)
  }
  return { later: median(later), first: median(first), again: median(again), total: body.total_count }
}

type Answer = { total_count: number; pages: { next?: { starting_after: string } | null } }

/** The next page, or the same one if there is none. */
function pageAfter({ method, path, body }: Asked, { pages }: Answer): Asked {
  const starting_after = pages.next?.starting_after
  if (!starting_after) return { method, path, ...(body && { body }) }
  if (!body) return { method, path: `${path}&starting_after=${encodeURIComponent(starting_after)}` }
  return { method, path, body: { ...body, pagination: { ...(body['pagination'] as object), starting_after } } }
}

async function ask(
  url: string,
  { token }: Place,
  { method, path, body }: Asked,
): Promise<{ ms: number; body: Answer }> {
  const headers = {
    authorization: `Bearer ${token}`,
    'intercom-version': 'Preview',
    'content-type': 'application/json',
  }
  const began = performance.now()
  const answer = await fetch(`${url}${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) })
  const text = await answer.text()
  const ms = performance.now() - began
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
  return { ms, body: JSON.parse(text) }
}

const figures = ({ later, first, again }: Times) =>
  [later, first, again].map((ms) => ms.toFixed(ms < 10 ? 1 : 0)).join(' / ')

function rowOf({ name, limit }: { name: string; limit: string }, places: readonly Place[], times: Times[]): Row {
  const [small, large] = [times[0]!, times.at(-1)!]
  const growth = (key: 'later' | 'first' | 'again') => (large[key] / small[key]).toFixed(1)
  const counted = times.map(({ total }) => total.toLocaleString('en')).join(' / ')
  const between = times.slice(1, -1).map((one) => ` (${figures(one)})`)
  return {
    measure: `${name}: later page / first total / again, in ms; ${counted} found`,
    against: `the same at ${places[0]!.size.toLocaleString('en')}`,
    ours: figures(large) + between.join(''),
    theirs: figures(small),
    ratio: `${growth('later')} / ${growth('first')} / ${growth('again')} ×`,
    goal: '≤ 3 / – / 1.5 ×',
    limit,
  }
}
