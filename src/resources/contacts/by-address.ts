// The contact behind a phone number or an email address: one that there is, or a lead, as whoever writes first becomes.
import type { Workspace } from '#workspaces/workspace.ts'
import { createLead } from './create.ts'
import { type ContactRow, findContactsBy, lockIdentity } from './queries.ts'

/** `number` in E.164. Two who ask for a new number at once get one lead. */
export async function contactByPhone(workspace: Workspace, number: string, name: string | null): Promise<ContactRow> {
  await lockIdentity(workspace, { phone: number })
  const [known] = await findContactsBy(workspace, 'formatted_phone', number)
  return known ?? createLead(workspace, { phone: number, name })
}

/** Of several, users go first, and of those the one who was last active. Two who ask at once get one lead. */
export async function contactByEmail(workspace: Workspace, email: string, name: string | null): Promise<ContactRow> {
  await lockIdentity(workspace, { email })
  const [known] = await findContactsBy(workspace, 'email', email)
  return known ?? createLead(workspace, { email, name })
}
