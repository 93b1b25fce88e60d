// A segment of users, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    segment: string
  }
}

export default {
  needs: ['user'],
  provides: ['segment'],
  async create({ post, workspace: { id } }) {
    const segment = await post('/extensions/segments', {
      name: `Segment of ${id}`,
      query: { field: 'name', operator: '~', value: id },
    })
    return { segment: segment.id }
  },
  attempts: {
    retrieveSegment: ({ segment }) => [[`GET /segments/${segment}`]],
    listSegmentsForAContact: ({ user }) => [[`GET /contacts/${user}/segments`]],
    createSegment: ({ segment }) => [
      ['POST /extensions/segments', { name: 'x', query: { field: 'segment_id', operator: '=', value: segment } }],
    ],
    updateSegment: ({ segment }) => [[`PUT /extensions/segments/${segment}`, { name: 'Mine' }]],
  },
  removals: { deleteSegment: ({ segment }) => [[`DELETE /extensions/segments/${segment}`]] },
  lists: {
    listSegments: () => [['GET /segments'], ['GET /segments?include_count=true']],
    listSegmentSetups: () => [['GET /extensions/segments']],
  },
  ids: { segments: ['segment'], segment_id: ['segment'] },
} satisfies Fixture
