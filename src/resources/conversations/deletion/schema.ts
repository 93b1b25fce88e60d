// The schemas of deleted conversations.
import { type Static, Type } from 'typebox'
import type { Page, PageResult } from '#db/page.ts'
import { NumberedPageQuery, PagesLink, presentPagesLink } from '#http/lists.ts'
import { epoch, named } from '#http/types.ts'
import type { DeletedRow } from './queries.ts'

export const DeletionQuery = Type.Object({
  retain_metrics: Type.Optional(
    Type.Boolean({
      description: 'False deletes what reports count, too, and needs a scope of its own. Default: true.',
    }),
  ),
})

export const DeletedConversation = named(
  'conversation_deleted',
  Type.Object({ id: Type.String(), object: Type.Literal('conversation'), deleted: Type.Literal(true) }),
)

export const DeletedQuery = Type.Object({
  ...NumberedPageQuery.properties,
  order: Type.Optional(Type.Enum(['asc', 'desc'], { description: 'By the time of deletion. Default: `desc`.' })),
})
export type DeletedQuery = Static<typeof DeletedQuery>

export const DeletedList = named(
  'deleted_conversation_list',
  Type.Object({
    type: Type.Literal('conversations.list'),
    conversations: Type.Array(
      named(
        'deleted_conversation_item',
        Type.Object({
          type: Type.Literal('conversation'),
          id: Type.String(),
          metrics_retained: Type.Boolean(),
          deleted_at: Type.Integer(),
        }),
      ),
    ),
    total_count: Type.Integer(),
    pages: PagesLink,
  }),
)

export const presentDeletedList = (
  url: string,
  page: Page,
  result: PageResult<DeletedRow>,
  order: string,
): Static<typeof DeletedList> => ({
  type: 'conversations.list',
  conversations: result.rows.map(({ id, metrics_retained, deleted_at }) => ({
    type: 'conversation',
    id,
    metrics_retained,
    deleted_at: epoch(deleted_at),
  })),
  total_count: result.total_count,
  pages: presentPagesLink(url, page, result, { order }),
})
