// An audience, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    audience: string
  }
}

export default {
  provides: ['audience'],
  async create({ post, workspace: { id } }) {
    const audience = await post('/audiences', { name: `Audience of ${id}`, predicates: [] })
    return { audience: audience.id }
  },
  attempts: {
    retrieveAudience: ({ audience }) => [[`GET /audiences/${audience}`]],
    updateAudience: ({ audience }) => [[`PUT /audiences/${audience}`, { name: 'Taken' }]],
  },
  removals: { deleteAudience: ({ audience }) => [[`DELETE /audiences/${audience}`]] },
  lists: { listAudiences: () => [['GET /audiences']] },
  tested_elsewhere: ['createAudience'],
  ids: { audiences: ['audience'], audience_ids: ['audience'] },
} satisfies Fixture
