// What the events of a custom channel do in a conversation.
import { found } from '#http/errors.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import { contactReplies } from '#resources/conversations/replies/contact.ts'
import { giveAttribute } from '#resources/conversations/replies/give-attribute.ts'
import { storeAnswerOf } from '#resources/workflows/runs/store-answer.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findOption } from './queries.ts'
import { dataInvalid, type EventKind, type EventOf } from './schema.ts'

type Act<K extends EventKind> = (
  workspace: Workspace,
  event: EventOf<K>,
  conversation_id: string,
  contact: ContactRow,
) => Promise<string>

/** Each returns the id of the conversation, which may be the one that the given one was merged into. */
export const ACTS: { [K in EventKind]: Act<K> } = {
  conversation: async (_workspace, _event, conversation_id) => conversation_id,

  message: async (workspace, { body }, conversation_id, contact) =>
    (await contactReplies(workspace, { conversation_id, contact, body })).conversation_id,

  async quick_reply(workspace, { quick_reply_option_id: uuid }, conversation_id, contact) {
    const text = found(await findOption(workspace, conversation_id, uuid), 'Object not found')
    const metadata = { quick_reply_uuid: uuid }
    return (await contactReplies(workspace, { conversation_id, contact, body: text, metadata })).conversation_id
  },

  /** A workflow that waits for the attribute stores it; without one it is stored here, if there is such an attribute. */
  async attribute(workspace, { attribute }, conversation_id, contact) {
    const written = await giveAttribute(workspace, { conversation_id, contact, attribute })
    const refusal = await storeAnswerOf(workspace, written, contact, attribute)
    if (refusal) throw dataInvalid(refusal.message)
    return written.id
  },
}
