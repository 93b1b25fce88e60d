// The reasons of the demo.
import { type Fixture, idOf } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    reason: string
  }
}

export default {
  provides: ['reason'],
  async create({ workspace: { sql, id } }) {
    const rows = sql<{ id: string }[]>`
      select id from away_status_reasons where workspace_id = ${id} order by "order" limit 1`
    return { reason: await idOf(rows) }
  },
  lists: { listAwayStatusReasons: () => [['GET /away_status_reasons']] },
  ids: { away_status_reason_id: ['reason'] },
} satisfies Fixture
