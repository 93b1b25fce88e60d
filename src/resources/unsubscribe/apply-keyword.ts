// Applies an SMS keyword such as STOP. It starts no conversation; the answer has the name of the workspace.
import { ANSWERS, type Keyword } from '#channels/sms/keywords.ts'
import { setSmsConsent } from '#resources/contacts/activity-queries.ts'
import { contactByPhone } from '#resources/contacts/create.ts'
import { emitContact } from '#resources/contacts/emit.ts'
import { findContactsBy } from '#resources/contacts/queries.ts'
import { claimReceived } from '#resources/conversations/inbound-queries.ts'
import { findWorkspace } from '#workspaces/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'

/**
 * Returns whether to answer: blocked contacts get no answer, but their STOP counts. A keyword whose `sid` was received
 * before changes nothing. STOP from an unknown number creates a lead, to store the refusal. `number` in E.164.
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

/** Sets the consent of all contacts with the number. Emits an event for each contact whose subscription changed. */
async function allowSms(workspace: Workspace, number: string, is_wanted: boolean): Promise<void> {
  for (const { id, subscription_changed } of await setSmsConsent(workspace, number, is_wanted))
    if (subscription_changed)
      await emitContact(workspace, is_wanted ? 'contact.subscribed' : 'contact.unsubscribed', id)
}

export const answerTo = async (workspace: Workspace, keyword: Keyword): Promise<string> =>
  ANSWERS[keyword]((await findWorkspace(workspace.sql, workspace.id))?.name ?? '')
