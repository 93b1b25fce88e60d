// Whether people want SMS: they say so from a number, for whoever is known by it.
import { emit } from '#events/emit.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { setSmsConsent } from './queries.ts'

/** All contacts with the number; who wants what they had wanted before is not told of again. `number` in E.164. */
export async function allowSms(workspace: Workspace, number: string, is_wanted: boolean): Promise<void> {
  for (const { id } of await setSmsConsent(workspace, number, is_wanted))
    await emit(workspace, is_wanted ? 'contact.subscribed' : 'contact.unsubscribed', id)
}
