// Two leads and a user to merge, and merges with contacts of another workspace.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    duplicate: string
    another_duplicate: string
    survivor: string
  }
}

const merging = (from: string, into: string) => ({ from, into, skip_duplicate_validation: true })

export default {
  provides: ['duplicate', 'another_duplicate', 'survivor'],
  async create({ post, workspace: { id } }) {
    return {
      duplicate: (await post('/contacts', { role: 'lead', name: 'Duplicate' })).id,
      another_duplicate: (await post('/contacts', { role: 'lead', name: 'Duplicate' })).id,
      survivor: (await post('/contacts', { external_id: `survivor of ${id}` })).id,
    }
  },
  attempts: {
    PreviewMergeContact: (their, my) => [
      ['POST /contacts/merge/preview', merging(their.duplicate, my.survivor)],
      ['POST /contacts/merge/preview', merging(my.duplicate, their.survivor)],
    ],
    ListContactMergeHistory: ({ survivor }) => [[`GET /contacts/${survivor}/merge_history`]],
  },
  removals: {
    MergeContact: (their, my) => [
      ['POST /contacts/merge', merging(their.duplicate, my.survivor)],
      ['POST /contacts/merge', merging(my.another_duplicate, their.survivor)],
    ],
  },
  ids: { from: ['lead', 'duplicate', 'another_duplicate'], into: ['user', 'survivor'] },
} satisfies Fixture
