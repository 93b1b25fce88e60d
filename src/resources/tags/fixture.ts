// A tag on a contact and on a conversation, and requests of another workspace that must not reach it.
import type { Fixture } from '../../../test/fixture.ts'

declare module '../../../test/fixture.ts' {
  interface Ids {
    tag: string
  }
}

export default {
  needs: ['admin', 'user', 'conversation'],
  provides: ['tag'],
  async create({ post, workspace: { id } }, { admin, user, conversation }) {
    const tag = await post('/tags', { name: `Tag of ${id}`, users: [{ id: user }] })
    await post(`/conversations/${conversation}/tags`, { id: tag.id, admin_id: admin })
    return { tag: tag.id }
  },
  attempts: {
    createTag: (their) => [['POST /tags', { id: their.tag, name: 'Taken' }]],
    findTag: ({ tag }) => [[`GET /tags/${tag}`]],
    listTagsForAContact: ({ user }) => [[`GET /contacts/${user}/tags`]],
    attachTagToContact: (their, my) => [
      [`POST /contacts/${their.user}/tags`, { id: my.tag }],
      [`POST /contacts/${my.lead}/tags`, { id: their.tag }],
    ],
    detachTagFromContact: (their, my) => [
      [`DELETE /contacts/${their.user}/tags/${my.tag}`],
      [`DELETE /contacts/${my.user}/tags/${their.tag}`],
      [`DELETE /contacts/${their.user}/tags/${their.tag}`],
    ],
    attachTagToConversation: (their, my) => [
      [`POST /conversations/${their.conversation}/tags`, { id: my.tag, admin_id: my.admin }],
      [`POST /conversations/${my.conversation}/tags`, { id: their.tag, admin_id: my.admin }],
      [`POST /conversations/${my.conversation}/tags`, { id: my.tag, admin_id: their.admin }],
    ],
    detachTagFromConversation: (their, my) => [
      [`DELETE /conversations/${their.conversation}/tags/${their.tag}`, { admin_id: my.admin }],
      [`DELETE /conversations/${my.conversation}/tags/${their.tag}`, { admin_id: my.admin }],
      [`DELETE /conversations/${my.conversation}/tags/${my.tag}`, { admin_id: their.admin }],
    ],
  },
  removals: { deleteTag: ({ tag }) => [[`DELETE /tags/${tag}`]] },
  lists: { listTags: () => [['GET /tags']] },
  ids: { tags: ['tag'], tag_id: ['tag'] },
} satisfies Fixture
