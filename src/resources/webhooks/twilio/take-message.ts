// What a person wrote by SMS: a keyword is obeyed, all else goes into a conversation.
import { ANSWERS, type Keyword, keywordIn } from '#channels/sms/keywords.ts'
import { e164 } from '#lib/phone.ts'
import { fetchLater, type Surroundings } from '#resources/attachments/attach.ts'
import { contactByPhone } from '#resources/contacts/by-address.ts'
import { findContactsBy } from '#resources/contacts/queries.ts'
import { allowSms } from '#resources/contacts/sms-consent.ts'
import { claimReceived } from '#resources/conversations/receive/queries.ts'
import { receive } from '#resources/conversations/receive/receive.ts'
import { findWorkspace } from '#workspaces/queries.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { type Callback, param } from './callback.ts'
import { mediaOf } from './media.ts'

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
    return ANSWERS[asked.keyword]((await findWorkspace(workspace.sql, workspace.id))?.name ?? '')
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

/**
 * Whether the contact is heard: blocked ones get no answer, but their STOP holds. A STOP that comes again after a START
 * changes nothing. Who has never been heard of and wants no messages is remembered as a lead.
 */
async function obey(workspace: Workspace, number: string, keyword: Keyword, sid: string): Promise<boolean> {
  const [known] = await findContactsBy(workspace, 'formatted_phone', number)
  if (keyword === 'HELP') return !known?.blocked_at
  if (await claimReceived(workspace, 'sms', sid)) {
    if (keyword === 'STOP') await contactByPhone(workspace, number, null)
    await allowSms(workspace, number, keyword === 'START')
  }
  return !known?.blocked_at
}
