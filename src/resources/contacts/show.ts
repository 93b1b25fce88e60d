// Shows contacts as an answer has them: with the contacts that were merged into them, if the caller asks for it.
import type { Page, PageResult } from '#db/page.ts'
import { presentPage } from '#http/lists.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { listMerges } from './merged-queries.ts'
import type { WholeContactRow } from './queries.ts'
import { type ContactView, presentContact } from './schema.ts'

export async function showContact(workspace: Workspace, contact: WholeContactRow, view: ContactView) {
  const [shown] = await withMerges(workspace, [contact], view)
  return presentContact(shown ?? contact, view)
}

export async function showContacts(
  workspace: Workspace,
  page: Page,
  { rows, ...result }: PageResult<WholeContactRow>,
  view: ContactView,
) {
  const contacts = await withMerges(workspace, rows, view)
  return presentPage(page, { ...result, rows: contacts }, (contact) => presentContact(contact, view))
}

/** How many merges a contact shows; `GET /contacts/{id}/merge_history` has all. */
const MOST_SHOWN = 50

async function withMerges(
  workspace: Workspace,
  contacts: WholeContactRow[],
  { include_merge_history }: ContactView,
): Promise<WholeContactRow[]> {
  const users = include_merge_history ? contacts.filter(({ role }) => role === 'user') : []
  if (!users.length) return contacts
  const ids = users.map(({ id }) => id)
  const merges = Map.groupBy(await listMerges(workspace, ids, MOST_SHOWN), ({ target_id }) => target_id)
  return contacts.map((contact) => ({ ...contact, merges: merges.get(contact.id) ?? [] }))
}
