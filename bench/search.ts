// Lists and searches, at 10^4 to 10^6 contacts in one database: a later page, a first page with its total, and again.
import { median, type Row, type Size } from './figures.ts'
import { type People, people } from './search/people.ts'
import { type Asked, type Named, QUERIES } from './search/queries.ts'
import { type Measured, withServer } from './server.ts'

const SIZES = [10_000, 100_000, 1_000_000]
const ROUNDS = { quick: 5, whole: 15 }

/** Milliseconds. `later` is a page whose cursor has the total, `first` counts it, `again` is a kept total. */
type Times = { later: number; first: number; again: number; total: number }

export function measureSearch({ quick }: Size): Promise<Row[]> {
  const sizes = quick ? SIZES.slice(0, 2) : SIZES
  return withServer({ contacts: 0 }, async (server) => {
    const all: People[] = []
    for (const size of sizes) all.push(await people(server, size))
    for (const table of [
      'contacts',
      'contact_values',
      'contact_texts',
      'companies',
      'company_values',
      'company_texts',
      'taggings',
    ])
      await server.sql`vacuum analyze ${server.sql(table)}`
    await server.sql`checkpoint`
    const rows: Row[] = []
    for (const query of QUERIES) {
      const times: Times[] = []
      for (const one of all) times.push(await measure(server, one, query, quick ? ROUNDS.quick : ROUNDS.whole))
      rows.push(rowOf(query, sizes, times))
      const { measure: name, ours, theirs, ratio } = rows.at(-1)!
      process.stderr.write(`  ${name}: ${theirs} → ${ours}: ${ratio}\n`)
    }
    return rows
  })
}

async function measure({ url, sql }: Measured, people: People, query: Named, rounds: number): Promise<Times> {
  const asked = query.ask(people)
  const first: number[] = []
  const again: number[] = []
  const later: number[] = []
  let { body } = await ask(url, people, asked)
  for (let round = 0; round < rounds; round++) {
    await sql`delete from search_totals where workspace_id = ${people.workspace_id}`
    const counted = await ask(url, people, asked)
    first.push(counted.ms)
    again.push((await ask(url, people, asked)).ms)
    body = counted.body
    later.push((await ask(url, people, pageAfter(asked, body))).ms)
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
  { token }: People,
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

function rowOf({ name, limit }: Named, sizes: number[], times: Times[]): Row {
  const [small, large] = [times[0]!, times.at(-1)!]
  const growth = (key: 'later' | 'first' | 'again') => (large[key] / small[key]).toFixed(1)
  const counted = sizes.map((_, n) => times[n]!.total.toLocaleString('en')).join(' / ')
  const between = times.slice(1, -1).map((one) => ` (${figures(one)})`)
  return {
    measure: `${name}: later page / first total / again, in ms; ${counted} found`,
    against: `the same at ${sizes[0]!.toLocaleString('en')} contacts`,
    ours: figures(large) + between.join(''),
    theirs: figures(small),
    ratio: `${growth('later')} / ${growth('first')} / ${growth('again')} ×`,
    goal: '≤ 3 / – / 1.5 ×',
    limit,
  }
}
