// Searches of all content, which show nothing of another workspace.
import type { Fixture } from '../../../test/fixture.ts'

export default {
  needs: ['tag'],
  lists: {
    searchContent: ({ tag }) => [
      ['GET /content/search?per_page=50'],
      ['GET /content/search?query=body'],
      [`GET /content/search?any_tag_ids=${tag}`],
    ],
  },
  tested_elsewhere: ['bulkContentActions'],
} satisfies Fixture
