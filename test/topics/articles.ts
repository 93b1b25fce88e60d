// What causes the topics of articles.
import { type Answer, type Cause, causes } from './cause.ts'
import { flag, int, object, orNull, type Shape, type Shapes, seconds, text } from './shapes.ts'
import type { World } from './world.ts'

const isoTime = (value: unknown) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(String(value))

const create = (w: World, more: object = {}): Promise<Answer> =>
  w.ask('POST /articles', { title: 'Told', author_id: w.admin_id, ...more })
const published = (w: World): Promise<Answer> => create(w, { state: 'published' })
const put =
  (body: object): Cause['act'] =>
  (w, { id }) =>
    w.ask(`PUT /articles/${id}`, body)

/** In Preview the keys of drafts, schedules and audiences are there; up to 2.15 there is one parent. */
export const article = ({ is_new }: Shapes, facts: Record<string, Shape>): Shape => ({
  ...{ type: 'article', id: text, workspace_id: text, content_id: text, title: text, description: orNull(text) },
  ...{
    body: orNull(text),
    author_id: int,
    parent_ids: [int],
    state: text,
    url: orNull(text),
    tags: object,
    statistics: object,
  },
  ...{ created_at: is_new ? seconds : isoTime, updated_at: is_new ? seconds : isoTime },
  ...(is_new ? IN_PREVIEW : { parent_id: orNull(int), parent_type: orNull(text) }),
  ...facts,
})

const IN_PREVIEW: Record<string, Shape> = {
  ...{ body_markdown: orNull(text), folder_id: orNull(text), help_center_audience: text },
  ...{ ai_chatbot_availability: flag, ai_copilot_availability: flag, ai_sales_agent_availability: flag },
  ...{ audience_ids: [int], created_by_id: int, updated_by_id: int, exclude_from_article_suggestions: flag },
  ...{ scheduled_publish_at: orNull(seconds), scheduled_unpublish_at: orNull(seconds) },
  ...{ has_unpublished_changes: flag, draft_updated_at: orNull(seconds) },
}

const notifies =
  (facts: Record<string, Shape>, ...topics: string[]): Cause['notifies'] =>
  (is) =>
    Object.fromEntries(topics.map((topic) => [topic, article(is, facts)]))

export const ARTICLE_CAUSES = causes({
  'an article is created as a draft': {
    act: (w) => create(w),
    notifies: notifies({ title: 'Told', state: 'draft', url: null }, 'article.created'),
  },
  'an article is created as published': {
    act: published,
    notifies: notifies({ title: 'Told', state: 'published' }, 'article.created', 'article.published'),
  },
  'the title of an article changes': {
    given: published,
    act: put({ title: 'Other' }),
    notifies: notifies({ title: 'Other' }, 'article.updated'),
  },
  'an article is published': {
    given: (w) => create(w),
    act: put({ state: 'published' }),
    notifies: notifies({ state: 'published' }, 'article.published'),
  },
  'an article is unpublished': {
    given: published,
    act: put({ state: 'draft' }),
    notifies: notifies({ state: 'draft' }, 'article.unpublished'),
  },
  'an article is deleted': {
    given: published,
    act: (w, { id }) => w.ask(`DELETE /articles/${id}`),
    notifies: notifies({ deleted: true }, 'article.deleted'),
  },
})
