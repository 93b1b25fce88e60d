// Which contacts were merged into a user: the list.
import { Type } from 'typebox'
import { found } from '#http/errors.ts'
import { encodeCursor, pageOf } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById, Some } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { pageOfMerges } from './merged-queries.ts'
import { findContact } from './queries.ts'
import { MergeHistoryList, presentMerge } from './schema.ts'

const PAGE = { default: 50, max: 150 }

const HistoryQuery = Some({
  cursor: Type.String({ description: '`next_cursor` of the page before.' }),
  per_page: Type.Integer({ description: 'Rows on a page; a number above the maximum means the maximum.' }),
  order: Type.Enum(['asc', 'desc'], { description: 'By time; `desc` if it is absent.' }),
})

function routes(app: App) {
  app.get(
    '/contacts/:id/merge_history',
    op('ListContactMergeHistory', {
      summary: 'List the contacts that were merged into a user',
      since: '2.16',
      scope: 'read_write_users',
      params: ById,
      query: HistoryQuery,
      response: MergeHistoryList,
    }),
    async ({ workspace, params, query: { cursor = null, order = 'desc', per_page } }) => {
      const contact = await findContact(workspace, params.id)
      const { id } = found(contact?.role === 'user' ? contact : undefined, 'Contact not found')
      const page = pageOf({ starting_after: cursor, ...(per_page !== undefined && { per_page }) }, PAGE)
      const { rows, next } = await pageOfMerges(workspace, id, order, page)
      return {
        type: 'list' as const,
        data: rows.map(presentMerge),
        has_more: next !== undefined,
        next_cursor: next ? encodeCursor(next) : null,
      }
    },
  )
}

export default { group: 'Contacts', routes } satisfies Resource
