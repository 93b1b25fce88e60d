// The participants of a conversation: contacts who get its answers, and may write in it.
import { type App, op } from '#http/op.ts'
import { ById } from '#http/types.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import type { Resource, Server } from '#server.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { displayOf } from '../display.ts'
import { ByAdmin } from '../requests.ts'
import { Conversation } from '../schema.ts'
import { showWithNewParts } from '../show.ts'
import type { NewParts } from '../state/record.ts'
import { attachContact } from './add.ts'
import { detachContact } from './remove.ts'
import { AttachRequest, ByConversationAndContact } from './requests.ts'

function participants(app: App, server: Server) {
  const show = async (
    workspace: Workspace,
    { conversation_id, part_ids, contact }: NewParts & { contact: ContactRow },
  ) => ({
    customers: [{ type: contact.role, id: contact.id }],
    ...(await showWithNewParts(workspace, conversation_id, part_ids, displayOf(workspace, server))),
  })

  app.post(
    '/conversations/:id/customers',
    op('attachContactToConversation', {
      summary: 'Add a contact to a conversation',
      sdk: (client) =>
        client.conversations.attachContactAsAdmin({
          conversation_id: '1',
          admin_id: '814860',
          customer: { intercom_user_id: '6b078829306d5537cf33eba8' },
        }),
      refuses: [409],
      scope: 'write_conversations',
      params: ById,
      body: AttachRequest,
      response: Conversation,
    }),
    async ({ workspace, params, body }) => show(workspace, await attachContact(workspace, params.id, body)),
  )

  app.delete(
    '/conversations/:conversation_id/customers/:contact_id',
    op('detachContactFromConversation', {
      summary: 'Remove a contact from a group conversation',
      sdk: (client) =>
        client.conversations.detachContactAsAdmin({
          conversation_id: '1',
          contact_id: '6b078829306d5537cf33eba8',
          admin_id: '814860',
        }),
      refuses: [422],
      scope: 'write_conversations',
      params: ByConversationAndContact,
      body: ByAdmin,
      response: Conversation,
    }),
    async ({ workspace, params, body }) =>
      show(workspace, await detachContact(workspace, params.conversation_id, params.contact_id, body.admin_id)),
  )
}

export default { group: 'Conversation Participants', routes: participants } satisfies Resource
