// A keyword by SMS is obeyed, from whichever contact it comes, and answered in the sender's name. It opens no conversation.
import { ANSWERS, type Keyword } from '#channels/sms/keywords.ts'
import { setSmsConsent } from '#resources/contacts/activity-queries.ts'
import { contactByPhone } from '#resources/contacts/create.ts'
import { emitContact } from '#resources/contacts/emit.ts'
import { findContactsBy } from '#resources/contacts/queries.ts'
import { claimReceived } from '#resources/conversations/inbound-queries.ts'
import { findWorkspace } from '#workspaces/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/**
 * Whether the contact is heard: blocked ones get no answer, but their STOP holds. A STOP that comes again after a START
 * changes nothing. Who has never been heard of and wants no messages is remembered as a lead. `number` in E.164.
 */
export async function applyKeyword(
  workspace: Workspace,
  number: string,
  keyword: Keyword,
  sid: string,
): Promise<boolean> {
  const [known] = await findContactsBy(workspace, 'formatted_phone', number)
  if (keyword === 'HELP') return !known?.blocked_at
  if (await claimReceived(workspace, 'sms', sid)) {
    if (keyword === 'STOP') await contactByPhone(workspace, number, null)
    await allowSms(workspace, number, keyword === 'START')
  }
  return !known?.blocked_at
}

/** Sets it for all contacts of the number. There is an event for each whose wish has changed. */
async function allowSms(workspace: Workspace, number: string, is_wanted: boolean): Promise<void> {
  for (const { id } of await setSmsConsent(workspace, number, is_wanted))
    await emitContact(workspace, is_wanted ? 'contact.subscribed' : 'contact.unsubscribed', id)
}

export const answerTo = async (workspace: Workspace, keyword: Keyword): Promise<string> =>
  ANSWERS[keyword]((await findWorkspace(workspace.sql, workspace.id))?.name ?? '')
