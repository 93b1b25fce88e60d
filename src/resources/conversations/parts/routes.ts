// Single parts of conversations: redacted, and updated by integrations.
import { Type } from 'typebox'
import { type App, op } from '#http/op.ts'
import type { Resource, Server } from '#server.ts'
import { displayOf } from '../display.ts'
import { Conversation } from '../schema.ts'
import { showWithNewParts } from '../show.ts'
import { type Redaction, redact } from './redact.ts'
import { Part, PartChanges, presentUpdatedPart, RedactRequest } from './schema.ts'
import { changePart } from './update.ts'

const scope = 'write_conversations'

type Stored = Omit<Redaction, 'secret'>

function parts(app: App, server: Server, stored: Stored) {
  app.post(
    '/conversations/redact',
    op('redactConversation', {
      summary: 'Redact a part or the first message of a conversation',
      sdk: (client) =>
        client.conversations.redactConversationPart({
          type: 'conversation_part',
          conversation_id: '1',
          conversation_part_id: '2',
        }),
      refuses: [404, 422],
      scope,
      body: RedactRequest,
      response: Conversation,
    }),
    async ({ workspace, body }) => {
      const redacted = await redact(workspace, body, { secret: server.secret, ...stored })
      return showWithNewParts(workspace, redacted.conversation_id, redacted.part_ids, displayOf(workspace, server))
    },
  )

  app.put(
    '/conversations/:conversation_id/conversation_parts/:id',
    op('updateConversationPart', {
      summary: 'Set how a part was delivered, or that an admin has seen it',
      since: 'Preview',
      refuses: [403],
      scope,
      params: Type.Object({ conversation_id: Type.String(), id: Type.String() }),
      body: PartChanges,
      response: Part,
    }),
    async ({ workspace, params, body }) =>
      presentUpdatedPart(await changePart(workspace, server.secret, params, body), displayOf(workspace, server)),
  )
}

export default (stored: Stored): Resource => ({
  group: 'Conversation Parts',
  routes: (app, server) => parts(app, server, stored),
})
