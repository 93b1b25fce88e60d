// The contacts of a demo workspace, and their companies. Their numbers are from the ranges that are reserved for fiction.

import { saveCompany } from '#resources/companies/save.ts'
import type { CompanyRequest } from '#resources/companies/schema.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { attachToCompany, companyContacts } from './companies/attach.ts'
import { createContact } from './create.ts'
import type { ContactRequest } from './schema.ts'

const CONTACTS: ContactRequest[] = [
  { external_id: 'customer-1', name: 'Clara Customer', email: 'clara@example.com', phone: '+12025550143' },
  { external_id: 'customer-2', name: 'Daniel Duarte', email: 'daniel@example.com', phone: '+447700900118' },
  { external_id: 'customer-3', name: 'Emi Endo', email: 'emi@example.com', unsubscribed_from_emails: true },
  { role: 'lead', name: 'Farid Lead', email: 'farid@example.com' },
]

const COMPANIES: { company: CompanyRequest; external_ids: string[] }[] = [
  {
    company: {
      company_id: 'acme',
      name: 'Acme',
      plan: 'Pro',
      size: 250,
      industry: 'Manufacturing',
      monthly_spend: 490,
    },
    external_ids: ['customer-1', 'customer-2'],
  },
  {
    company: { company_id: 'blue-sun', name: 'Blue Sun', website: 'https://example.com' },
    external_ids: ['customer-1'],
  },
]

export async function demo(workspace: Workspace) {
  const ids = new Map<string | undefined | null, string>()
  for (const contact of CONTACTS) ids.set(contact.external_id, (await createContact(workspace, contact)).id)
  for (const { company, external_ids } of COMPANIES) {
    const { id } = await saveCompany(workspace, company, companyContacts)
    for (const external_id of external_ids) await attachToCompany(workspace, ids.get(external_id)!, id)
  }
}
