// POST /extensions/conversations/{id}/rating_request: asks the contact for a rating. Messengers show it, and answer it.
import { Type } from 'typebox'
import { type App, op } from '#http/op.ts'
import { ById, Id, Nullable, named } from '#http/types.ts'
import type { Resource, Server } from '#server.ts'
import { displayOf } from '../display.ts'
import { Conversation } from '../schema.ts'
import { showWithNewParts } from '../show.ts'
import { requestRating } from './request.ts'

const AskRequest = named('rating_request', Type.Object({ admin_id: Type.Optional(Nullable(Id)) }))

function routes(app: App, server: Server) {
  app.post(
    '/extensions/conversations/:id/rating_request',
    op('requestConversationRating', {
      summary: 'Ask the contact of a conversation for a rating',
      refuses: [422],
      scope: 'write_conversations',
      params: ById,
      body: AskRequest,
      response: Conversation,
    }),
    async ({ workspace, params, body: { admin_id } }) => {
      const id = await requestRating(workspace, params.id, admin_id ?? workspace.admin_id)
      return showWithNewParts(workspace, id, [], displayOf(workspace, server))
    },
  )
}

export default { group: 'Extensions: ratings', routes } satisfies Resource
