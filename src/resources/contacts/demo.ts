// The contacts of a demo workspace. Their numbers are from the ranges that are reserved for fiction.
import type { Workspace } from '#workspaces/workspace.ts'
import { createContact } from './create.ts'
import type { ContactRequest } from './schema.ts'

const CONTACTS: ContactRequest[] = [
  { external_id: 'customer-1', name: 'Clara Customer', email: 'clara@example.com', phone: '+12025550143' },
  { external_id: 'customer-2', name: 'Daniel Duarte', email: 'daniel@example.com', phone: '+447700900118' },
  { external_id: 'customer-3', name: 'Emi Endo', email: 'emi@example.com', unsubscribed_from_emails: true },
  { role: 'lead', name: 'Farid Lead', email: 'farid@example.com' },
]

export async function demo(workspace: Workspace) {
  for (const contact of CONTACTS) await createContact(workspace, contact)
}
