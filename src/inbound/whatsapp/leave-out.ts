// Lists a WhatsApp message that does not become part of a conversation, with what Meta sent.
import { createHash } from 'node:crypto'
import type { Contact } from '#channels/whatsapp/envelope.ts'
import { isObject } from '#lib/objects.ts'
import { leaveOut } from '#resources/inbound/leave-out.ts'
import type { Reason } from '#resources/inbound/reasons.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** What is kept of a message: as Meta sent it, with those of the senders in the same callback that can be its own. */
export type RawMessage = { message: unknown; contacts: Contact[] }

export function leaveOutMessage(
  workspace: Workspace,
  message: unknown,
  contacts: Contact[],
  reason: Reason,
  detail?: string,
): Promise<string | undefined> {
  const from = textIn(message, 'from')
  const raw: RawMessage = { message, contacts: contacts.filter(({ wa_id }) => wa_id === from).slice(0, 1) }
  return leaveOut(workspace, {
    ...{ channel: 'whatsapp', provider_id: idOf(message), reason, raw },
    ...(detail !== undefined && { detail }),
    sender: from && (/^\d+$/.test(from) ? `+${from}` : from),
    text: previewOf(message),
  })
}

const textIn = (value: unknown, key: string): string | undefined => {
  const text = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return typeof text === 'string' && text ? text : undefined
}

/** The wamid, or a hash of a message without one. */
const idOf = (message: unknown): string =>
  textIn(message, 'id') ?? `sha256:${createHash('sha256').update(JSON.stringify(message)).digest('hex')}`

/** Returns the text of a message, or its type. */
function previewOf(message: unknown): string | undefined {
  const type = textIn(message, 'type')
  const content = type !== undefined && isObject(message) ? message[type] : undefined
  return textIn(content, 'body') ?? textIn(content, 'caption') ?? (type && `[${type}]`)
}
