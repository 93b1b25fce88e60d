// Applies a status that a test reports, by the same rules as a provider's, also if it is late or repeated.

import { applyStatusUpdate } from '#delivery/status-update.ts'
import { found, invalid, missing } from '#http/errors.ts'
import { fromEpoch } from '#http/types.ts'
import { defined } from '#lib/objects.ts'
import { contactRecords } from '#resources/contacts/fragments.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type DeliveryRef, findById, findByMessage, findByWhatsAppId } from './queries.ts'
import type { StatusRequest } from './schema.ts'

export async function reportStatus(
  workspace: Workspace,
  request: StatusRequest,
): Promise<{ id: string; moved: boolean }> {
  const { status, code, reason, details, hard_bounce, spam_complaint, unsubscribe, at } = request
  const { id: delivery_id, channel } = await findNamedDelivery(workspace, request)
  const reported = await applyStatusUpdate(
    workspace.sql,
    contactRecords,
    { workspace_id: workspace.id, channel, delivery_id },
    { status, ...defined({ code, reason, details, hard_bounce, spam_complaint, unsubscribe }) },
    at === undefined ? workspace.now() : fromEpoch(at),
  )
  return found(reported, NOT_FOUND)
}

const NOT_FOUND = 'Delivery not found'

async function findNamedDelivery(workspace: Workspace, request: StatusRequest): Promise<DeliveryRef> {
  const { delivery_id, message_id, contact_id = null, whatsapp_message_id } = request
  const names = [delivery_id, message_id, whatsapp_message_id].filter((name) => name !== undefined)
  if (!names.length) throw missing('One of delivery_id, message_id and whatsapp_message_id is required')
  if (names.length > 1) throw invalid('Only one of delivery_id, message_id and whatsapp_message_id can be given')
  if (contact_id !== null && message_id === undefined) throw invalid('contact_id needs message_id')
  const [first, another] =
    delivery_id !== undefined
      ? await findById(workspace, delivery_id)
      : message_id !== undefined
        ? await findByMessage(workspace, message_id, contact_id)
        : await findByWhatsAppId(workspace, whatsapp_message_id ?? '')
  if (another) throw missing('contact_id is required: the message has several recipients')
  return found(first, NOT_FOUND)
}
