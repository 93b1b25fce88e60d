// Lists and searches of conversations, at 10^4 to 10^6 in one database.
import type { Row, Size } from './figures.ts'
import { conversations, type Inbox, QUERIES } from './search/conversations.ts'
import { measureQueries } from './search/measure.ts'
import { SIZES } from './search.ts'
import { withServer } from './server.ts'

const TABLES = ['conversations', 'conversation_contacts', 'conversation_values', 'conversation_texts', 'taggings']

export function measureConversationSearch({ quick }: Size): Promise<Row[]> {
  return withServer({ contacts: 0 }, async (server) => {
    const places: Inbox[] = []
    for (const size of quick ? SIZES.slice(0, 2) : SIZES) places.push(await conversations(server, size))
    for (const table of TABLES) await server.sql`vacuum analyze ${server.sql(table)}`
    await server.sql`checkpoint`
    return measureQueries(server, places, QUERIES, quick ? 5 : 15)
  })
}
