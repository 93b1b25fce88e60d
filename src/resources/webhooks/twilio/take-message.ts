// What a person wrote by SMS: a keyword is obeyed, all else goes into a conversation.
import { keywordIn } from '#channels/sms/keywords.ts'
import { e164 } from '#lib/phone.ts'
import { fetchLater, type Surroundings } from '#resources/attachments/attach.ts'
import { contactByPhone } from '#resources/contacts/by-address.ts'
import { receive } from '#resources/conversations/receive/receive.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { type Callback, param } from './callback.ts'
import { mediaOf } from './media.ts'
import { answerTo, obey } from './obey.ts'

type Fetching = Pick<Surroundings, 'fetch_attachments'>

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
    const is_heard = await obey(workspace, number, asked.keyword, param(callback, 'MessageSid'))
    if (!is_heard || asked.is_answered) return undefined
    return answerTo(workspace, asked.keyword)
  })
}

async function converse(workspace: Workspace, fetching: Fetching, number: string, callback: Callback): Promise<void> {
  await receive(workspace, {
    channel: 'sms',
    provider_id: param(callback, 'MessageSid'),
    contact: await contactByPhone(workspace, number, null),
    body: param(callback, 'Body'),
    attachments: await fetchLater(workspace, fetching, mediaOf(callback)),
  })
}
