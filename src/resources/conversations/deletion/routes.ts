// Deletes conversations, and lists the deleted ones.
import { forbidden } from '#http/errors.ts'
import { numberedPageOf } from '#http/lists.ts'
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import type { Token } from '#workspaces/tokens.ts'
import { deleteConversation } from './delete.ts'
import { pageOfDeleted } from './queries.ts'
import { DeletedConversation, DeletedList, DeletedQuery, DeletionQuery, presentDeletedList } from './schema.ts'

const PAGE = { default: 20, max: 60 }

function deletion(app: App, server: Server) {
  app.delete(
    '/conversations/:id',
    op('deleteConversation', {
      summary: 'Delete a conversation for good',
      sdk: (client) => client.conversations.deleteConversation({ conversation_id: 1 }),
      since: '2.13',
      scope: 'write_conversations',
      params: ById,
      query: DeletionQuery,
      response: DeletedConversation,
    }),
    async ({ workspace, token, params, query: { retain_metrics = true } }) => {
      if (!retain_metrics) assertMayDeleteMetrics(token)
      const id = await deleteConversation(workspace, server, params.id, retain_metrics)
      return { id, object: 'conversation' as const, deleted: true as const }
    },
  )

  app.get(
    '/conversations/deleted',
    op('listDeletedConversationIds', {
      summary: 'List deleted conversations, last deleted first',
      since: '2.16',
      scope: 'read_conversations',
      query: DeletedQuery,
      response: DeletedList,
    }),
    async ({ workspace, query }) => {
      const { order = 'desc' } = query
      const page = numberedPageOf(query, PAGE)
      const url = `${server.public_url}/conversations/deleted`
      return presentDeletedList(url, page, await pageOfDeleted(workspace, page, order), order)
    },
  )
}

const METRICS = 'delete_conversations_and_metrics'

function assertMayDeleteMetrics({ scopes }: Token) {
  if (scopes && !scopes.includes(METRICS))
    throw forbidden(`You do not have the required scope (${METRICS}) to access this resource`)
}

export default { group: 'Conversations', routes: deletion } satisfies Resource
