// The segments that a contact is in.

import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { type App, op } from '#http/op.ts'
import { segmentsOfEach } from '#resources/segments/compile.ts'
import { AttachedSegmentList, presentSegment } from '#resources/segments/schema.ts'
import type { Resource } from '#server.ts'
import { segmentedContacts } from './search.ts'

const ByContact = Type.Object({ contact_id: Type.String() })

function routes(app: App) {
  app.get(
    '/contacts/:contact_id/segments',
    op('listSegmentsForAContact', {
      summary: 'List the segments that a contact is in',
      sdk: (client) => client.contacts.listAttachedSegments({ contact_id: '6b078829306d5537cf33eba8' }),
      scope: 'read_write_users',
      params: ByContact,
      response: AttachedSegmentList,
    }),
    async ({ workspace, params }) => {
      const segments = await segmentsOfEach(workspace, segmentedContacts, [params.contact_id])
      const data = found(segments.get(params.contact_id), 'User Not Found').map(presentSegment)
      return { type: 'list' as const, data }
    },
  )
}

export default { group: 'Segments', routes } satisfies Resource
