// The contacts and companies of a workspace as plain data: what each request does to them, and whether it is accepted.
export type Attributes = { plan?: string; seats?: number; vip?: boolean }

export type ContactModel = {
  id: string
  role: 'user' | 'lead'
  state: 'live' | 'archived' | 'deleted' | 'merged'
  email: string | null
  /** That of a lead is random: it is null here. */
  external_id: string | null
  name: string | null
  unsubscribed_from_emails: boolean
  attributes: Attributes
  tags: Set<string>
  notes: number
  /** Ids of companies. */
  companies: Set<string>
  /** Ids of the subscription types that the contact chose. */
  chosen: Set<string>
}

export type CompanyModel = {
  id: string
  company_id: string
  name: string
  size: number | null
  monthly_spend: number
  tier: string | null
  is_live: boolean
  tags: Set<string>
}

export type Model = { contacts: ContactModel[]; companies: CompanyModel[] }

type Nullable<Values> = { [Key in keyof Values]?: Values[Key] | null }

export type ContactRequest = {
  role?: 'user' | 'lead'
  custom_attributes?: Nullable<Attributes>
  unsubscribed_from_emails?: boolean
} & Nullable<{ email: string; external_id: string; name: string }>

export type CompanyRequest = { custom_attributes?: { tier?: string | null } } & Nullable<{
  name: string
  size: number
  monthly_spend: number
}>

export const isLive = ({ state }: ContactModel): boolean => state === 'live'
export const liveContacts = ({ contacts }: Model): ContactModel[] => contacts.filter(isLive)
export const liveCompanies = ({ companies }: Model): CompanyModel[] => companies.filter(({ is_live }) => is_live)
export const membersOf = (model: Model, { id }: CompanyModel): ContactModel[] =>
  liveContacts(model).filter(({ companies }) => companies.has(id))

const isSame = (one: string | null, other: string | null) => one !== null && one.toLowerCase() === other?.toLowerCase()

/** Returns whether another user has the email, or another contact the external id: also if archived or deleted. */
const isTaken = (model: Model, { id, email, external_id }: Pick<ContactModel, 'id' | 'email' | 'external_id'>) =>
  model.contacts.some(
    (other) =>
      other.id !== id &&
      ((other.role === 'user' && isSame(email, other.email)) ||
        (external_id !== null && other.external_id === external_id)),
  )

function withAttributes(present: Attributes, given: Nullable<Attributes> = {}): Attributes {
  const all = Object.entries({ ...present, ...given }).filter(([, value]) => value !== null)
  return Object.fromEntries(all) as Attributes
}

const defined = <Values extends object>(values: Values): Partial<Values> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<Values>

/** Returns the values of a contact after a request that names some of them. */
function changed(contact: ContactModel, request: ContactRequest): ContactModel {
  const { role = contact.role, external_id, custom_attributes, ...values } = request
  return {
    ...contact,
    ...defined(values),
    role,
    external_id: role === 'user' && external_id !== undefined ? external_id : contact.external_id,
    attributes: withAttributes(contact.attributes, custom_attributes),
  } as ContactModel
}

const NOBODY: Omit<ContactModel, 'tags' | 'companies' | 'chosen'> = {
  ...{ id: '', role: 'user', state: 'live', email: null, external_id: null, name: null },
  ...{ unsubscribed_from_emails: false, attributes: {}, notes: 0 },
}

/** Returns the status of the answer; with 200, `add` stores the contact under the id that it got. */
export function createContact(model: Model, request: ContactRequest) {
  const contact = changed({ ...NOBODY, tags: new Set(), companies: new Set(), chosen: new Set() }, request)
  const add = (id: string) => void model.contacts.push({ ...contact, id })
  if (!contact.email && !request.external_id && !request.role) return { status: 400, add }
  return { status: contact.role === 'user' && isTaken(model, contact) ? 409 : 200, add }
}

/** Changes the contact, and returns the status. */
export function updateContact(model: Model, contact: ContactModel, request: ContactRequest): number {
  if (!isLive(contact)) return 404
  if (contact.role === 'user' && request.role === 'lead') return 400
  const after = changed(contact, request)
  const becomes_user = contact.role !== after.role
  const is_new = (key: 'email' | 'external_id') => becomes_user || after[key] !== contact[key]
  const identity = {
    id: contact.id,
    email: is_new('email') ? after.email : null,
    external_id: is_new('external_id') ? after.external_id : null,
  }
  if (after.role === 'user' && isTaken(model, identity)) return 409
  Object.assign(contact, after)
  return 200
}

/** Merges the contacts, and returns the status. */
export function merge(model: Model, from: ContactModel, into: ContactModel): number {
  if (!isLive(from) || !isLive(into)) return 404
  if (from.role !== 'lead' || into.role !== 'user') return 400
  if (into.email === null && isTaken(model, { id: into.id, email: from.email, external_id: null })) return 409
  into.name ??= from.name
  into.email ??= from.email
  if (isSame(from.email, into.email)) into.unsubscribed_from_emails ||= from.unsubscribed_from_emails
  into.attributes = { ...from.attributes, ...into.attributes }
  into.notes += from.notes
  for (const key of ['tags', 'companies', 'chosen'] as const) into[key] = into[key].union(from[key])
  from.state = 'merged'
  return 200
}

/** Archives, unarchives or deletes the contact, and returns the status. */
export function move(contact: ContactModel, way: 'archive' | 'unarchive' | 'delete'): number {
  const is_gone = contact.state === 'deleted' || contact.state === 'merged'
  if (is_gone) return way === 'unarchive' ? 400 : 404
  contact.state = way === 'archive' ? 'archived' : way === 'delete' ? 'deleted' : 'live'
  return 200
}

/** Creates or updates the company with this `company_id`; one that was archived comes back without contacts. */
export function upsertCompany(model: Model, company_id: string, request: CompanyRequest, id: string): void {
  const known = model.companies.find((company) => company.company_id === company_id)
  if (known) Object.assign(known, changedCompany(known, request), { is_live: true })
  else
    model.companies.push(
      changedCompany(
        {
          ...{ id, company_id, name: company_id, size: null, monthly_spend: 0, tier: null },
          ...{ is_live: true, tags: new Set() },
        },
        request,
      ),
    )
}

export function updateCompany(company: CompanyModel, request: CompanyRequest): number {
  if (!company.is_live) return 404
  Object.assign(company, changedCompany(company, request))
  return 200
}

/** A company always has a name. */
function changedCompany(company: CompanyModel, { name, custom_attributes, monthly_spend, ...values }: CompanyRequest) {
  return {
    ...company,
    ...defined(values),
    name: name ?? company.name,
    monthly_spend: monthly_spend === undefined ? company.monthly_spend : (monthly_spend ?? 0),
    tier: custom_attributes?.tier === undefined ? company.tier : custom_attributes.tier,
  }
}

export function archiveCompany(model: Model, company: CompanyModel): number {
  if (!company.is_live) return 404
  company.is_live = false
  for (const { companies } of model.contacts) companies.delete(company.id)
  return 200
}
