// The segments that a company is in.
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import { AttachedSegmentList, presentSegment } from '#resources/segments/schema.ts'
import type { Resource } from '#server.ts'
import { theCompany } from './queries.ts'
import { withSegments } from './show.ts'

function routes(app: App) {
  app.get(
    '/companies/:id/segments',
    op('ListAttachedSegmentsForCompanies', {
      summary: 'List the segments that a company is in',
      sdk: (client) => client.companies.listAttachedSegments({ company_id: '6762f07f1bb69f9f2193baf5' }),
      scope: 'read_write_users',
      params: ById,
      response: AttachedSegmentList,
    }),
    async ({ workspace, params }) => {
      const [company] = await withSegments(workspace, [await theCompany(workspace, params.id)])
      return { type: 'list' as const, data: company!.segments.map(presentSegment) }
    },
  )
}

export default { group: 'Companies', routes } satisfies Resource
