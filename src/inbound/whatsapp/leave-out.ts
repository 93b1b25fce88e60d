// Lists a WhatsApp message that does not become part of a conversation, with what Meta sent.
import { createHash } from 'node:crypto'
import { contentOf } from '#channels/whatsapp/contents.ts'
import { wamidOf } from '#channels/whatsapp/inbound.ts'
import { senderOf } from '#channels/whatsapp/sender.ts'
import { isObject } from '#lib/objects.ts'
import { leaveOut } from '#resources/inbound/leave-out.ts'
import type { Reason } from '#resources/inbound/reasons.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/** A message as Meta sent it, not checked yet: to which number of ours, and with its contact, if there is one. */
export type PostedMessage = { phone_number_id: string; message: unknown; contact?: unknown }

export function leaveOutMessage(
  workspace: Workspace,
  raw: PostedMessage,
  reason: Reason,
  detail?: string,
): Promise<string | undefined> {
  const { message, contact } = raw
  const sender = senderOf(message, contact)
  return leaveOut(workspace, {
    ...{ channel: 'whatsapp', provider_id: idOf(message), reason, raw },
    ...(detail !== undefined && { detail }),
    sender: sender?.number ?? sender?.username ?? sender?.user_id ?? textIn(message, 'from'),
    text: previewOf(message),
  })
}

const textIn = (value: unknown, key: string): string | undefined => {
  const text = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
  return typeof text === 'string' && text ? text : undefined
}

/** The wamid, or a hash of a message without one. */
const idOf = (message: unknown): string =>
  wamidOf(message) ?? `sha256:${createHash('sha256').update(JSON.stringify(message)).digest('hex')}`

/** Returns the text that a conversation would show, as far as there is one. */
function previewOf(message: unknown): string | undefined {
  const type = textIn(message, 'type')
  if (type === undefined || !isObject(message)) return undefined
  return textIn(message[type], 'body') ?? contentOf(message, type)?.body ?? `[${type}]`
}
