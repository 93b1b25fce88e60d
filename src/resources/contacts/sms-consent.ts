// Whether people want SMS: they say so from a number, for whoever is known by it.
import type { Workspace } from '#workspaces/workspace.ts'
import { emitContact } from './emit.ts'
import { setSmsConsent } from './queries.ts'

/** All contacts with the number; who wants what they had wanted before is not told of again. `number` in E.164. */
export async function allowSms(workspace: Workspace, number: string, is_wanted: boolean): Promise<void> {
  for (const { id } of await setSmsConsent(workspace, number, is_wanted))
    await emitContact(workspace, is_wanted ? 'contact.subscribed' : 'contact.unsubscribed', id)
}
