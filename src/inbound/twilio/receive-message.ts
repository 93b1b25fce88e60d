// Receives an SMS: a keyword is applied, any other message goes into a conversation.
import { keywordIn } from '#channels/sms/keywords.ts'
import { providedNumber } from '#lib/phone.ts'
import { fetchLater } from '#resources/attachments/attach.ts'
import { contactByPhone } from '#resources/contacts/create.ts'
import { receive } from '#resources/conversations/inbound.ts'
import { wasReceived } from '#resources/conversations/inbound-queries.ts'
import { answerTo, applyKeyword } from '#resources/unsubscribe/apply-keyword.ts'
import type { Server } from '#server.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { type Callback, param } from './callback.ts'
import { mediaOf } from './media.ts'

type Fetching = Pick<Server, 'fetch_attachments'>

/** Returns the reply, or undefined. Ignores senders that cannot be answered (a short code, a name). */
export async function receiveMessage(
  workspace: Workspace,
  fetching: Fetching,
  callback: Callback,
): Promise<string | undefined> {
  const number = providedNumber(param(callback, 'From'))
  if (!number) return undefined
  const found = keywordIn(callback.params)
  return atomically(workspace, async (workspace) => {
    if (!found) return void (await addToConversation(workspace, fetching, number, callback))
    const is_applied = await applyKeyword(workspace, number, found.keyword, param(callback, 'MessageSid'))
    if (!is_applied || found.is_answered) return undefined
    return answerTo(workspace, found.keyword)
  })
}

/** A repeated message changes nothing: the number is locked, so that two callbacks run one after the other. */
async function addToConversation(
  workspace: Workspace,
  fetching: Fetching,
  number: string,
  callback: Callback,
): Promise<void> {
  const provider_id = param(callback, 'MessageSid')
  const contact = await contactByPhone(workspace, number, null)
  if (contact.blocked_at || (await wasReceived(workspace, 'sms', provider_id))) return
  const attachments = await fetchLater(workspace, fetching, mediaOf(callback))
  await receive(workspace, { channel: 'sms', provider_id, contact, body: param(callback, 'Body'), attachments })
}
