// What a person wrote by SMS: a keyword is obeyed, all else goes into a conversation.
import { keywordIn } from '#channels/sms/keywords.ts'
import { e164 } from '#lib/phone.ts'
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

/** What to answer, or undefined. A sender whom nobody could answer (a short code, a name) is not heard. */
export async function takeMessage(
  workspace: Workspace,
  fetching: Fetching,
  callback: Callback,
): Promise<string | undefined> {
  const number = e164(param(callback, 'From'))
  if (!number) return undefined
  const asked = keywordIn(callback.params)
  return atomically(workspace, async (workspace) => {
    if (!asked) return void (await converse(workspace, fetching, number, callback))
    const is_heard = await applyKeyword(workspace, number, asked.keyword, param(callback, 'MessageSid'))
    if (!is_heard || asked.is_answered) return undefined
    return answerTo(workspace, asked.keyword)
  })
}

/** What comes again finds nothing to do: the number is held, so that of two at once the second one comes after the first. */
async function converse(workspace: Workspace, fetching: Fetching, number: string, callback: Callback): Promise<void> {
  const provider_id = param(callback, 'MessageSid')
  const contact = await contactByPhone(workspace, number, null)
  if (contact.blocked_at || (await wasReceived(workspace, 'sms', provider_id))) return
  const attachments = await fetchLater(workspace, fetching, mediaOf(callback))
  await receive(workspace, { channel: 'sms', provider_id, contact, body: param(callback, 'Body'), attachments })
}
