// Sends an SMS with a link to the messenger to a caller, who goes on there.
import { randomUUID } from 'node:crypto'
import { notifyWorker } from '#delivery/signals.ts'
import { ApiError } from '#http/errors.ts'
import { e164 } from '#lib/phone.ts'
import { contactByPhone } from '#resources/contacts/create.ts'
import { updateContact } from '#resources/contacts/update.ts'
import { listDefinitions } from '#resources/data-attributes/queries.ts'
import { problemWith } from '#resources/data-attributes/values.ts'
import { acceptMessage } from '#resources/messages/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { insertSwitch } from './queries.ts'
import type { SwitchRequest } from './schema.ts'

/** Errors of this operation are no list. */
class SwitchError extends ApiError {
  override body() {
    return { error_key: this.code, ...(this.message && { message: this.message }) }
  }
}

/**
 * An unknown number becomes a lead. Attributes that are unknown, or do not fit, are left out.
 * @throws a 400 for a wrong number, a 422 for a contact who wants no SMS
 */
export async function redirectCall(
  workspace: Workspace,
  public_url: string,
  { phone, custom_attributes }: SwitchRequest,
): Promise<{ phone: string; url: string }> {
  const number = phone ? e164(phone) : null
  if (!number) throw new SwitchError(400, 'invalid_phone_number', 'Invalid phone number')
  const contact = await contactByPhone(workspace, number, null)
  if (contact.unsubscribed_from_sms) throw new SwitchError(422, 'some_error', '')
  const attributes = await fittingAttributes(workspace, custom_attributes ?? {})
  if (Object.keys(attributes).length) await updateContact(workspace, contact.id, { custom_attributes: attributes })
  const id = randomUUID()
  const url = `${public_url}/extensions/messenger/switches/${id}`
  await insertSwitch(workspace, id, contact.id)
  await sendLink(workspace, contact.id, url)
  return { phone: number, url }
}

async function sendLink(workspace: Workspace, contact_id: string, url: string): Promise<void> {
  const { id } = await acceptMessage(workspace, {
    ...{ admin_id: workspace.admin_id, message_type: 'sms', body: `Continue the conversation here: ${url}` },
    ...{ subject: null, template: null, locale: null, components: null, created_at: workspace.now() },
    recipients: [{ contact_id, recipient_type: 'to' }],
  })
  if (!id) throw new SwitchError(400, 'sms_failed', 'SMS was not sent due to an unknown error')
  workspace.afterCommit(notifyWorker)
}

async function fittingAttributes(
  workspace: Workspace,
  given: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  if (!Object.keys(given).length) return {}
  const definitions = new Map((await listDefinitions(workspace, 'contact')).map((one) => [one.name, one]))
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => {
      const definition = definitions.get(name)
      return definition && (value === null || problemWith(definition, value) === undefined)
    }),
  )
}
