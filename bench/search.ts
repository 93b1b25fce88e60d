// Lists and searches of contacts and companies, at 10^4 to 10^6 contacts in one database.
import type { Row, Size } from './figures.ts'
import { measureQueries } from './search/measure.ts'
import { type People, people } from './search/people.ts'
import { QUERIES } from './search/queries.ts'
import { withServer } from './server.ts'

export const SIZES = [10_000, 100_000, 1_000_000]

const TABLES = [
  'contacts',
  'contact_values',
  'contact_texts',
  'companies',
  'company_values',
  'company_texts',
  'taggings',
]

export function measureSearch({ quick }: Size): Promise<Row[]> {
  return withServer({ contacts: 0 }, async (server) => {
    const places: People[] = []
    for (const size of quick ? SIZES.slice(0, 2) : SIZES) places.push(await people(server, size))
    for (const table of TABLES) await server.sql`vacuum analyze ${server.sql(table)}`
    await server.sql`checkpoint`
    return measureQueries(server, places, QUERIES, quick ? 5 : 15)
  })
}
