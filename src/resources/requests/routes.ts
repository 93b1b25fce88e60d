// The log of requests: what an integration called, and what it was answered.
import { pageResult } from '#db/page.ts'
import { found } from '#http/errors.ts'
import { pageOf, presentPage } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import { countRequests, findRequest, listRequests, removeOldRequests } from './queries.ts'
import { presentRequest, presentWholeRequest, RequestPage, RequestQuery, WholeRequest } from './schema.ts'

const PAGE_SIZE = { default: 50, max: 150 }

function requests(app: App, { request_log }: Server) {
  app.get(
    '/extensions/requests',
    op('listRequests', {
      query: RequestQuery,
      response: RequestPage,
      summary: 'List the requests that were made with access tokens, newest first',
    }),
    async ({ workspace, query: { q, method, status, operation, ...paging } }) => {
      await request_log.flush()
      const page = pageOf(paging, PAGE_SIZE)
      const filter = { q, method, status, operation }
      const rows = await listRequests(workspace, filter, page)
      const result = await pageResult(rows, page, () => countRequests(workspace, filter))
      return { ...presentPage(page, result, presentRequest), is_on: request_log.is_on }
    },
  )

  app.get(
    '/extensions/requests/:id',
    op('getRequest', { params: ById, response: WholeRequest, summary: 'Show a request with both bodies' }),
    async ({ workspace, params }) =>
      presentWholeRequest(found(await findRequest(workspace, params.id), 'There is no such request in the log')),
  )
}

export default {
  group: 'Extensions: requests',
  routes: requests,
  jobs: [{ name: 'requests:remove-old', cron: '*/10 * * * *', run: ({ sql }) => removeOldRequests(sql) }],
} satisfies Resource
