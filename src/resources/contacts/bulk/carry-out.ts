// What each bulk action does with one contact: the same verbs as single requests.

import type { Static } from 'typebox'
import { Type } from 'typebox'
import { missing } from '#http/errors.ts'
import { Id, Nullable, named, Some } from '#http/types.ts'
import { findCompanyByCompanyId } from '#resources/companies/queries.ts'
import { saveCompany } from '#resources/companies/save.ts'
import { CompanyRequest } from '#resources/companies/schema.ts'
import { type Bulk, ByItemId, itemAction } from '#resources/jobs/bulk.ts'
import { attachTag, detachTag } from '#resources/tags/attach.ts'
import { findTag } from '#resources/tags/queries.ts'
import { TagReference } from '#resources/tags/schema.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { attachToCompany, companyContacts, detachFromCompany } from '../companies/attach.ts'
import { createContact } from '../create.ts'
import { deleteContact } from '../life-cycle.ts'
import type { ContactRow } from '../queries.ts'
import { ContactRequest } from '../schema.ts'
import { contactTags } from '../taggable.ts'
import { updateContact } from '../update.ts'

const { role, signed_up_at, last_seen_at, ...profile } = ContactRequest.properties
const { email_verified: _, ...values } = profile

const CompanyOf = Type.Object({ ...CompanyRequest.properties, company_id: Id })
const ChangedCompany = Type.Object({
  ...CompanyOf.properties,
  remove: Type.Optional(Type.Boolean({ description: 'Detaches the company instead.' })),
})
const TagIds = Type.Array(TagReference)

export const BulkContact = named(
  'bulk_contact',
  Type.Object({
    ...{ ...values, role, signed_up_at, last_seen_at },
    companies: Type.Optional(Nullable(Type.Array(CompanyOf))),
    tags: Type.Optional(Nullable(Some({ add: TagIds }))),
  }),
)

export const BulkContactChanges = named(
  'bulk_contact_changes',
  Type.Object({
    id: Id,
    ...values,
    companies: Type.Optional(Nullable(Type.Array(ChangedCompany))),
    tags: Type.Optional(Nullable(Some({ add: TagIds, remove: TagIds }))),
  }),
)

export const contactBulk: Bulk<'contacts'> = {
  kind: 'contacts',
  actions: {
    create: itemAction(BulkContact, async (workspace, { companies, tags, ...request }) => {
      const contact = await createContact(workspace, request)
      const attached = companies?.map((company) => ({ ...company, remove: false }))
      await relate(workspace, contact, { companies: attached, tags: { add: tags?.add } })
    }),
    update: itemAction(BulkContactChanges, async (workspace, { id, companies, tags, ...request }) => {
      const contact = await updateContact(workspace, id, request)
      await relate(workspace, contact, { companies, tags })
    }),
    delete: itemAction(ByItemId, (workspace, { id }) => deleteContact(workspace, id)),
  },
}

type Relations = Pick<Static<typeof BulkContactChanges>, 'companies' | 'tags'>

/** Tags that do not exist are left out. */
async function relate(workspace: Workspace, contact: ContactRow, { companies, tags }: Relations): Promise<void> {
  for (const company of inOneOrder(companies ?? [])) await relateCompany(workspace, contact.id, company)
  for (const { id } of tags?.add ?? []) {
    const tag = await findTag(workspace, id)
    if (tag) await attachTag(workspace, contactTags, contact, tag, workspace.admin_id)
  }
  for (const { id } of tags?.remove ?? []) {
    const tag = await findTag(workspace, id)
    if (tag) await detachTag(workspace, contactTags, contact, tag)
  }
}

type CompanyItem = Static<typeof ChangedCompany>

/** Companies are locked in the same order by all items, so that two items do not wait for each other. */
const inOneOrder = (companies: readonly CompanyItem[]): CompanyItem[] =>
  companies.toSorted((a, b) => (a.company_id < b.company_id ? -1 : Number(a.company_id > b.company_id)))

/** Creates or updates the company and attaches it, or detaches it. One to detach that does not exist is left out. */
async function relateCompany(workspace: Workspace, contact_id: string, { remove, ...request }: CompanyItem) {
  if (!request.company_id.trim()) throw missing('companies.company_id is required')
  if (remove) {
    const company = await findCompanyByCompanyId(workspace, request.company_id)
    return company && detachFromCompany(workspace, contact_id, company.id)
  }
  const company = await saveCompany(workspace, known(request), companyContacts)
  return attachToCompany(workspace, contact_id, company.id)
}

/** Without what is no value of a company, which a single request refuses. */
const known = (request: object): CompanyRequest =>
  Object.fromEntries(Object.entries(request).filter(([key]) => key in CompanyRequest.properties))
