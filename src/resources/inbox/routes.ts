// The rows of an inbox: `GET /conversations` has the opening of each conversation only, and is 20 times as long.
import { pageResult } from '#db/page.ts'
import { found } from '#http/errors.ts'
import { pageOf, uncountedPages } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById, NOTHING } from '#http/types.ts'
import type { Resource } from '#server.ts'
import { listInbox, tellPresence } from './queries.ts'
import { InboxPage, InboxQuery, PresenceRequest, presentInboxRow } from './schema.ts'

const PAGE_SIZE = { default: 50, max: 150 }

function inbox(app: App) {
  app.get(
    '/extensions/inbox/conversations',
    op('listInboxConversations', {
      scope: 'read_conversations',
      query: InboxQuery,
      response: InboxPage,
      summary: 'List conversations as an inbox shows them, the last change first',
    }),
    async ({ workspace, query: { state, contact_id, q, ...paging } }) => {
      const page = pageOf(paging, PAGE_SIZE)
      const rows = await listInbox(workspace, { state, contact_id, q }, page)
      const result = await pageResult(rows, page, async () => 0)
      return { type: 'list' as const, data: result.rows.map(presentInboxRow), pages: uncountedPages(page, result) }
    },
  )

  app.post(
    '/extensions/inbox/conversations/:id/presence',
    op('tellPresence', {
      scope: 'write_conversations',
      runs: 'statement',
      status: 204,
      params: ById,
      body: PresenceRequest,
      summary: 'Tell the other teammates, by their stream, what you do in a conversation',
    }),
    async ({ workspace, params, body, token }) => {
      const told = await tellPresence(workspace, params.id, token.admin_id, `teammate.${body.activity}`)
      found(told, 'Conversation not found')
      return NOTHING
    },
  )
}

export default { group: 'Extensions: inbox', routes: inbox } satisfies Resource
