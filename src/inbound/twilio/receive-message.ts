// Receives an SMS: a keyword is applied, any other message goes into a conversation, or into the list of those left out.
import { keywordIn } from '#channels/sms/keywords.ts'
import { isRefusal } from '#http/errors.ts'
import { providedNumber } from '#lib/phone.ts'
import { fetchLater } from '#resources/attachments/attach.ts'
import { contactByPhone } from '#resources/contacts/create.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import { type ReceiveResult, receive } from '#resources/conversations/inbound.ts'
import { wasReceived } from '#resources/conversations/inbound-queries.ts'
import { leaveOut } from '#resources/inbound/leave-out.ts'
import type { Reason } from '#resources/inbound/reasons.ts'
import { answerTo, applyKeyword } from '#resources/unsubscribe/apply-keyword.ts'
import type { Server } from '#server.ts'
import { atomically, type Workspace } from '#workspaces/workspace.ts'
import { type Callback, param } from './callback.ts'
import { mediaOf } from './media.ts'

export type Fetching = Pick<Server, 'fetch_attachments'>

/** Returns the reply, or undefined. Senders that cannot be answered (a short code, a name) are left out. */
export async function receiveMessage(
  workspace: Workspace,
  fetching: Fetching,
  callback: Callback,
): Promise<string | undefined> {
  const number = providedNumber(param(callback, 'From'))
  if (!number) return void (await atomically(workspace, (workspace) => leaveOutSms(workspace, callback, 'no_number')))
  const found = keywordIn(callback.params)
  if (!found) return void (await addOrLeaveOut(workspace, fetching, number, callback))
  return atomically(workspace, async (workspace) => {
    const is_applied = await applyKeyword(workspace, number, found.keyword, param(callback, 'MessageSid'))
    if (!is_applied || found.is_answered) return undefined
    return answerTo(workspace, found.keyword)
  })
}

/** A message that the database or a rule refuses would be refused each time, so that it is left out. */
async function addOrLeaveOut(workspace: Workspace, fetching: Fetching, number: string, callback: Callback) {
  try {
    await atomically(workspace, async (workspace) => {
      const { outcome } = await addSms(workspace, fetching, await contactByPhone(workspace, number, null), callback)
      if (outcome === 'blocked') await leaveOutSms(workspace, callback, 'blocked')
    })
  } catch (error) {
    if (!isRefusal(error)) throw error
    const detail = (error as Error).message
    await atomically(workspace, (workspace) => leaveOutSms(workspace, callback, 'refused', detail))
  }
}

/** A repeated message changes nothing: the number is locked, so that two callbacks run one after the other. */
export async function addSms(
  workspace: Workspace,
  fetching: Fetching,
  contact: ContactRow,
  callback: Pick<Callback, 'params'>,
): Promise<ReceiveResult> {
  const provider_id = param(callback, 'MessageSid')
  if (contact.blocked_at) return { outcome: 'blocked' }
  if (await wasReceived(workspace, 'sms', provider_id)) return { outcome: 'known' }
  const attachments = await fetchLater(workspace, fetching, mediaOf(callback))
  return receive(workspace, { channel: 'sms', provider_id, contact, body: param(callback, 'Body'), attachments })
}

const leaveOutSms = (workspace: Workspace, callback: Callback, reason: Reason, detail?: string) =>
  leaveOut(workspace, {
    ...{ channel: 'sms', provider_id: param(callback, 'MessageSid'), reason },
    ...(detail !== undefined && { detail }),
    sender: param(callback, 'From'),
    recipients: [param(callback, 'To')].filter((address) => address),
    text: param(callback, 'Body'),
    raw: Object.fromEntries(callback.params),
  })
