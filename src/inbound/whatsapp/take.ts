// Takes a WhatsApp message that was left out into a conversation: also one that cannot be read.
import { readMessage } from '#channels/whatsapp/inbound.ts'
import { isObject } from '#lib/objects.ts'
import { providedNumber } from '#lib/phone.ts'
import { contactByPhone, createLead } from '#resources/contacts/create.ts'
import { type ReceiveResult, receive } from '#resources/conversations/inbound.ts'
import type { InboundRow } from '#resources/inbound/queries.ts'
import type { Taker } from '#resources/inbound/take.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { placeOf } from '../place.ts'
import type { RawMessage } from './leave-out.ts'
import { addMessage } from './receive-message.ts'

export const takeWhatsApp: Taker = async (_, row) => {
  const { message: value, contacts } = row.raw as RawMessage
  const message = readMessage(value)
  return async (workspace) => {
    const added =
      typeof message === 'string' ? undefined : await addMessage(workspace, message, contacts, { takes_any: true })
    const received = added ?? (await addUnreadable(workspace, row, value))
    return placeOf(workspace, 'whatsapp', row.provider_id, received)
  }
}

/** Adds what the list shows of the message, and the whole of it as metadata. */
async function addUnreadable(workspace: Workspace, row: InboundRow, value: unknown): Promise<ReceiveResult> {
  const { provider_id, sender, preview, received_at } = row
  const number = sender === null ? null : providedNumber(sender)
  const contact = number
    ? await contactByPhone(workspace, number, null)
    : await createLead(workspace, { name: sender?.slice(0, 255) || null })
  return receive(workspace, {
    ...{ channel: 'whatsapp', provider_id },
    contact: { ...contact, blocked_at: null },
    body: preview ?? '[A message that cannot be shown here]',
    metadata: { whatsapp_message: isObject(value) ? value : { value } },
    created_at: received_at,
  })
}
