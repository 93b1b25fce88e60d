// A logged request of each workspace.
import { type Fixture, idOf } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    logged: string
  }
}

export default {
  provides: ['logged'],
  async create({ workspace: { sql, id } }) {
    const logged = await idOf(sql<{ id: string }[]>`
      insert into requests (workspace_id, method, path, status, ms, request_id, requested_at, made, request_headers,
        request_is_cut, response_headers, response_is_cut)
      values (${id}, 'GET', ${`/of/${id}`}, 200, 1, 'x', now(), '[]', '{}', false, '{}', false) returning id`)
    return { logged }
  },
  attempts: { getRequest: ({ logged }) => [[`GET /extensions/requests/${logged}`]] },
  lists: { listRequests: () => [['GET /extensions/requests'], ['GET /extensions/requests?q=of']] },
  ids: { requests: ['logged'] },
} satisfies Fixture
