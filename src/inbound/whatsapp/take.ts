// Takes a WhatsApp message that was left out into a conversation: also one that cannot be read.
import { readMessage } from '#channels/whatsapp/inbound.ts'
import { senderOf } from '#channels/whatsapp/sender.ts'
import { isObject } from '#lib/objects.ts'
import { contactByWhatsApp } from '#resources/contacts/by-whatsapp.ts'
import { createLead } from '#resources/contacts/create.ts'
import { letWrite } from '#resources/contacts/queries.ts'
import { type ReceiveResult, receive } from '#resources/conversations/inbound.ts'
import type { InboundRow } from '#resources/inbound/queries.ts'
import type { Taker } from '#resources/inbound/take.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { placeOf } from '../place.ts'
import type { PostedMessage } from './leave-out.ts'
import { addMessage } from './receive-message.ts'

export const takeWhatsApp: Taker = async (_, row) => {
  const posted = row.raw as PostedMessage
  const message = readMessage(posted.message, posted.contact)
  return async (workspace) => {
    const received =
      typeof message === 'string'
        ? await addUnreadable(workspace, row, posted)
        : await addMessage(workspace, message, posted, { takes_any: true })
    return placeOf(workspace, 'whatsapp', row.provider_id, received)
  }
}

/** Adds what the list shows of the message, and the whole of it as metadata. */
async function addUnreadable(workspace: Workspace, row: InboundRow, posted: PostedMessage): Promise<ReceiveResult> {
  const { provider_id, preview, received_at } = row
  const { message, contact: profile, phone_number_id } = posted
  const sender = senderOf(message, profile)
  const contact = sender
    ? await contactByWhatsApp(workspace, { ...sender, phone_number_id })
    : await createLead(workspace, { name: row.sender })
  return receive(workspace, {
    ...{ channel: 'whatsapp', provider_id },
    contact: letWrite(contact),
    body: preview ?? '[A message that cannot be shown here]',
    metadata: { whatsapp_message: isObject(message) ? message : { value: message } },
    created_at: received_at,
  })
}
