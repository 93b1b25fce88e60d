// Attaches a contact to a company, and detaches it. Transactions lock a contact before its companies.
import { badRequest, found, notFound } from '#http/errors.ts'
import type { CompanyContacts } from '#resources/companies/archive.ts'
import {
  changeUserCount,
  countCompaniesOf,
  deleteMember,
  insertDetachedEvents,
  insertMember,
} from '#resources/companies/contact-queries.ts'
import { type CompanyRow, NO_COMPANY, theCompany, type WholeCompanyRow } from '#resources/companies/queries.ts'
import { presentCompany } from '#resources/companies/schema.ts'
import { companyEvents } from '#resources/companies/topics.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findWholeContact, lockContact, touchContact, touchContacts } from '../queries.ts'
import { presentContact } from '../schema.ts'

const MAX_COMPANIES = 1000

/** Attaching again changes nothing. Returns the company as it is then. */
export async function attachToCompany(
  workspace: Workspace,
  contact_id: string,
  company_id: string,
): Promise<WholeCompanyRow> {
  await lockLiveContact(workspace, contact_id)
  const company = await theCompany(workspace, company_id)
  if (!(await insertMember(workspace, company.id, contact_id))) return company
  if ((await countCompaniesOf(workspace, contact_id)) > MAX_COMPANIES) {
    const limit = `Contact has reached the maximum of ${MAX_COMPANIES} company associations`
    throw badRequest('contact_company_limit_exceeded', limit)
  }
  return changed(workspace, 'company.contact.attached', contact_id, company)
}

/** Detaching a contact who is not attached changes nothing. Returns the company as it is then. */
export async function detachFromCompany(
  workspace: Workspace,
  contact_id: string,
  company_id: string,
): Promise<WholeCompanyRow> {
  await lockLiveContact(workspace, contact_id)
  const company = await theCompany(workspace, company_id)
  if (!(await deleteMember(workspace, company.id, contact_id))) return company
  return changed(workspace, 'company.contact.detached', contact_id, company)
}

type Topic = 'company.contact.attached' | 'company.contact.detached'

async function changed(workspace: Workspace, topic: Topic, contact_id: string, { id }: CompanyRow) {
  const is_live = await changeUserCount(workspace, id, topic === 'company.contact.attached' ? 1 : -1)
  // Another request has just archived it.
  if (!is_live) throw notFound(...NO_COMPANY)
  await touchContact(workspace, contact_id)
  const company = await theCompany(workspace, id)
  await emitRelation(workspace, topic, contact_id, company)
  return company
}

async function lockLiveContact(workspace: Workspace, id: string): Promise<void> {
  const contact = await lockContact(workspace, id)
  found(contact?.is_live ? contact : undefined, 'User Not Found')
}

const emitRelation = (
  workspace: Workspace,
  topic: Topic,
  contact_id: string,
  company: Parameters<typeof presentCompany>[0],
) =>
  companyEvents.emit(workspace, {
    topic,
    object_id: company.id,
    details: { contact_id },
    async snapshot() {
      const contact = await findWholeContact(workspace, contact_id)
      const shown = contact ? presentContact(contact) : { type: 'contact', id: contact_id }
      return { company: presentCompany(company), contact: shown }
    },
  })

/** Without a subscriber, the events of many contacts are one statement. */
export const companyContacts: CompanyContacts = {
  async detached(workspace, company, contact_ids) {
    await touchContacts(workspace, contact_ids)
    const topic = 'company.contact.detached'
    if (!workspace.listens(topic)) return insertDetachedEvents(workspace, company.id, contact_ids)
    for (const contact_id of contact_ids) await emitRelation(workspace, topic, contact_id, company)
  },
}
