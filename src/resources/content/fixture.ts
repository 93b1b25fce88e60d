// Searches of all content, and bulk actions that must not reach content of another workspace.
import type { Fixture } from '../../../test/fixture.ts'

const on = (type: string, id: string) => ({ content_ids: [{ type, id }] })

export default {
  needs: ['internal_article', 'content_snippet', 'tag', 'audience'],
  attempts: {
    bulkContentActions: (their, my) => [
      [
        'POST /content/bulk_actions',
        { action: 'update_tags', ...on('internal_article', my.internal_article), tags: { add_tag_ids: [their.tag] } },
      ],
      [
        'POST /content/bulk_actions',
        {
          ...{ action: 'set_audience', ...on('internal_article', my.internal_article) },
          audience: { add_segment_ids: [their.audience] },
        },
      ],
    ],
  },
  lists: {
    searchContent: ({ tag }) => [
      ['GET /content/search?per_page=50'],
      ['GET /content/search?query=body'],
      [`GET /content/search?any_tag_ids=${tag}`],
    ],
  },
} satisfies Fixture
