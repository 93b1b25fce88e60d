// A content snippet with a tag, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    content_snippet: string
  }
}

export default {
  needs: ['admin', 'audience', 'tag'],
  provides: ['content_snippet'],
  async create({ post, workspace: { id } }, { audience, tag }) {
    const snippet = await post('/content_snippets', {
      ...{ title: `Snippet of ${id}`, body_markdown: `Body of ${id}`, audience_ids: [Number(audience)] },
    })
    await post(`/content_snippets/${snippet.id}/tags`, { id: tag })
    return { content_snippet: snippet.id }
  },
  attempts: {
    createContentSnippet: (their) => [
      ['POST /content_snippets', { title: 'x', audience_ids: [Number(their.audience)] }],
    ],
    getContentSnippet: ({ content_snippet }) => [[`GET /content_snippets/${content_snippet}`]],
    updateContentSnippet: (their, my) => [
      [`PUT /content_snippets/${their.content_snippet}`, { title: 'Taken' }],
      [`PUT /content_snippets/${my.content_snippet}`, { audience_ids: [Number(their.audience)] }],
    ],
    attachTagToContentSnippet: (their, my) => [
      [`POST /content_snippets/${their.content_snippet}/tags`, { id: my.tag }],
      [`POST /content_snippets/${my.content_snippet}/tags`, { id: their.tag }],
      [`POST /content_snippets/${my.content_snippet}/tags`, { id: my.tag, admin_id: their.admin }],
    ],
    detachTagFromContentSnippet: (their, my) => [
      [`DELETE /content_snippets/${their.content_snippet}/tags/${my.tag}`],
      [`DELETE /content_snippets/${my.content_snippet}/tags/${their.tag}`],
    ],
  },
  removals: { deleteContentSnippet: ({ content_snippet }) => [[`DELETE /content_snippets/${content_snippet}`]] },
  lists: { listContentSnippets: () => [['GET /content_snippets']] },
  ids: { content_snippets: ['content_snippet'], content_snippet_id: ['content_snippet'] },
} satisfies Fixture
