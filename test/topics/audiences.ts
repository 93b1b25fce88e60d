// What causes the topics of audiences.
import { article } from './articles.ts'
import { type Cause, causes } from './cause.ts'
import { type Shape, seconds, text } from './shapes.ts'
import type { World } from './world.ts'

const create = (w: World) => w.ask('POST /audiences', { name: 'Told' })
const audience: Shape = {
  ...{ type: 'audience', id: text, name: 'Told', predicates: Array.isArray, role_predicates: Array.isArray },
  ...{ created_at: seconds, updated_at: seconds },
}
const member: Shape = { type: 'audience_membership', audience_id: text, content: { type: 'article_content', id: text } }

const notifies =
  (topic: string, shape: Shape): Cause['notifies'] =>
  () => ({ [topic]: shape })

const anArticle = (w: World, more: object = {}) =>
  w.ask('POST /articles', { title: 'Member', author_id: w.admin_id, ...more })

const aSnippet = async (w: World) =>
  w.ask('POST /content_snippets', { title: 'Member', audience_ids: [Number((await create(w)).id)] })
const snippet: Shape = {
  ...{ type: 'content_snippet', id: text, title: 'Member', locale: 'en', json_blocks: Array.isArray },
  ...{ body_markdown: '# Member\n', chatbot_availability: 0, copilot_availability: 0 },
  ...{ ai_chatbot_availability: false, ai_copilot_availability: false, ai_sales_agent_availability: false },
  ...{ created_at: seconds, updated_at: seconds, audience_ids: Array.isArray },
}
const snippetMember: Shape = { ...member, content: { type: 'content_snippet', id: text } }

const pageMember: Shape = { ...member, content: { type: 'external_content', id: text } }
const aPage = (source_id: number) => ({
  ...{ title: 'Page', html: '<p>Page</p>', url: 'https://example.com/page', locale: 'en' },
  ...{ external_id: 'page', source_id },
})

export const AUDIENCE_CAUSES = causes({
  'an audience is created': { act: create, notifies: notifies('audience.created', audience) },
  'the name of an audience changes': {
    given: (w) => w.ask('POST /audiences', { name: 'Before' }),
    act: (w, { id }) => w.ask(`PUT /audiences/${id}`, { name: 'Told' }),
    notifies: notifies('audience.updated', audience),
  },
  'an audience is deleted': {
    given: create,
    act: (w, { id }) => w.ask(`DELETE /audiences/${id}`),
    notifies: notifies('audience.deleted', { type: 'audience', id: text, deleted: true }),
  },
  'an article is put in an audience': {
    given: async (w) => ({ article: await anArticle(w), audience: await create(w) }),
    act: (w, given) => w.ask(`PUT /articles/${given.article.id}`, { audience_ids: [Number(given.audience.id)] }),
    notifies: (is) => ({ 'article.updated': article(is, {}), 'audience.member_added': member }),
  },
  'an article is deleted that is in an audience': {
    given: async (w) => anArticle(w, { audience_ids: [Number((await create(w)).id)] }),
    act: (w, { id }) => w.ask(`DELETE /articles/${id}`),
    notifies: (is) => ({ 'article.deleted': article(is, { deleted: true }), 'audience.member_removed': member }),
  },
  'a content snippet is created in an audience': {
    act: aSnippet,
    notifies: () => ({
      ...{ 'audience.created': { ...audience, name: text }, 'audience.member_added': snippetMember },
      'content_snippet.created': snippet,
    }),
  },
  'a content snippet is taken out of its audience': {
    given: aSnippet,
    act: (w, { id }) => w.ask(`PUT /content_snippets/${id}`, { audience_ids: [] }),
    notifies: () => ({ 'audience.member_removed': snippetMember, 'content_snippet.updated': snippet }),
  },
  'a content snippet is deleted': {
    given: (w) => w.ask('POST /content_snippets', { title: 'Gone' }),
    act: (w, { id }) => w.ask(`DELETE /content_snippets/${id}`),
    notifies: notifies('content_snippet.deleted', { type: 'content_snippet', id: text, deleted: true }),
  },
  'an external page gets the audience of its source': {
    given: async (w) =>
      w.ask('POST /ai/content_import_sources', {
        ...{ sync_behavior: 'api', url: 'https://audience.example.com', audience_ids: [Number((await create(w)).id)] },
      }),
    act: (w, { id }) => w.ask('POST /ai/external_pages', aPage(id)),
    notifies: notifies('audience.member_added', pageMember),
  },
  'an external page is taken out of its audience': {
    given: async (w) => {
      const source = await w.ask('POST /ai/content_import_sources', {
        ...{ sync_behavior: 'api', url: 'https://none.example.com' },
      })
      const page = { ...aPage(source.id), audience_ids: [Number((await create(w)).id)] }
      await w.ask('POST /ai/external_pages', page)
      return page
    },
    act: (w, page) => w.ask('POST /ai/external_pages', { ...page, audience_ids: [] }),
    notifies: notifies('audience.member_removed', pageMember),
  },
  'an external page in an audience is deleted': {
    given: async (w) => {
      const source = await w.ask('POST /ai/content_import_sources', {
        ...{ sync_behavior: 'api', url: 'https://gone.example.com', audience_ids: [Number((await create(w)).id)] },
      })
      return w.ask('POST /ai/external_pages', aPage(source.id))
    },
    act: (w, { id }) => w.ask(`DELETE /ai/external_pages/${id}`),
    notifies: notifies('audience.member_removed', pageMember),
  },
  'the audience of a source is applied to its pages': {
    given: async (w) => {
      const settings = { sync_behavior: 'api', url: 'https://apply.example.com' }
      const source = await w.ask('POST /ai/content_import_sources', settings)
      await w.ask('POST /ai/external_pages', aPage(source.id))
      return { ...source, audience_ids: [Number((await create(w)).id)] }
    },
    act: (w, { id, sync_behavior, url, audience_ids }) =>
      w.ask(`PUT /ai/content_import_sources/${id}`, {
        ...{ sync_behavior, url, audience_ids, apply_audience_to_existing_content: true },
      }),
    notifies: notifies('audience.member_added', pageMember),
  },
})
