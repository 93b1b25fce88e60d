// What causes the topics of contacts, companies and visitors.
import { aCompany, aLead, aTag, aUser, type Cause, causes } from './cause.ts'
import { seconds } from './shapes.ts'
import type { World } from './world.ts'

const change = (w: World, { id }: { id: string }, body: object) => w.ask(`PUT /contacts/${id}`, body)
const newEmail = (w: World) => `${w.unique('new')}@example.com`

type Tagged = { id: string; tag: { id: string; name: string } }
const tagged = (w: World, { id, tag }: Tagged) => w.ask(`POST /contacts/${id}/tags`, { id: tag.id })
const untagged = (w: World, { id, tag }: Tagged) => w.ask(`DELETE /contacts/${id}/tags/${tag.id}`)
const withTag = (of: (w: World) => Promise<object>) => async (w: World) => ({ ...(await of(w)), tag: await aTag(w) })
const withTagPut = (of: (w: World) => Promise<object>) => async (w: World) => {
  const given = (await withTag(of)(w)) as Tagged
  await tagged(w, given)
  return given
}
const contactTag =
  (topic: string, role: string): Cause['notifies'] =>
  ({ contact }, { id, tag }) => ({
    [topic]: {
      type: 'contact_tag',
      tag: { type: 'tag', id: tag.id, name: tag.name },
      contact: contact({ id, role }),
      created_at: seconds,
    },
  })

type Member = { id: string; company: { id: string } }
const withCompany = async (w: World): Promise<Member> => ({ id: (await aUser(w)).id, company: await aCompany(w) })
const join = (w: World, { id, company }: Member) => w.ask(`POST /contacts/${id}/companies`, { id: company.id })
const aMember = async (w: World) => {
  const given = await withCompany(w)
  await join(w, given)
  return given
}

const emails = (type: string, unsubscribed_from_emails: boolean): Cause['notifies'] => {
  const topic = type.replace('contact_', 'contact.').concat('d')
  return ({ contact }, { id }) => ({
    [topic]: {
      ...{ type, contact: contact({ id, unsubscribed_from_emails }), created_at: seconds },
      subscription_types: { type: 'list', data: [() => false] },
    },
    'contact.user.updated': contact({ id, unsubscribed_from_emails }),
  })
}

export const CONTACT_CAUSES = causes({
  'a user is created': {
    act: (w) => aUser(w),
    notifies: ({ contact }) => ({ 'contact.user.created': contact({ role: 'user' }) }),
  },
  'a lead is created': {
    act: aLead,
    notifies: ({ contact }) => ({ 'contact.lead.created': contact({ role: 'lead', name: 'Bo' }) }),
  },
  'a user is changed': {
    given: aUser,
    act: (w, user) => change(w, user, { name: 'Cy' }),
    notifies: ({ contact }, { id }) => ({ 'contact.user.updated': contact({ id, name: 'Cy' }) }),
  },
  'a lead is changed': {
    given: aLead,
    act: (w, lead) => change(w, lead, { name: 'Cy' }),
    notifies: ({ contact }, { id }) => ({ 'contact.lead.updated': contact({ id, name: 'Cy' }) }),
  },
  'a user gets another address': {
    given: aUser,
    act: (w, user) => change(w, user, { email: newEmail(w) }),
    notifies: ({ contact }, { id }) => ({
      'contact.email.updated': contact({ id }),
      'contact.user.updated': contact({ id }),
    }),
  },
  'a lead gets an address': {
    given: aLead,
    act: (w, lead) => change(w, lead, { email: newEmail(w) }),
    notifies: ({ contact }, { id }) => ({
      'contact.lead.added_email': contact({ id }),
      'contact.lead.updated': contact({ id }),
    }),
  },
  'a lead becomes a user': {
    given: aLead,
    act: (w, lead) => change(w, lead, { role: 'user', external_id: w.unique('user') }),
    notifies: ({ contact }, { id }) => ({
      'contact.lead.signed_up': contact({ id, role: 'user' }),
      'contact.user.updated': contact({ id, role: 'user' }),
    }),
  },
  'a contact is archived': {
    given: aUser,
    act: (w, { id }) => w.ask(`POST /contacts/${id}/archive`),
    notifies: (_, { id, external_id }) => ({
      'contact.archived': { id, external_id, type: 'contact', archived: true },
    }),
  },
  'a contact is restored': {
    async given(w) {
      const user = await aUser(w)
      await w.ask(`POST /contacts/${user.id}/archive`)
      return user
    },
    act: (w, { id }) => w.ask(`POST /contacts/${id}/unarchive`),
    notifies: ({ contact }, { id, external_id }) => ({ 'contact.unarchive': contact({ id, external_id }) }),
  },
  'a contact is deleted': {
    given: aUser,
    act: (w, { id }) => w.ask(`DELETE /contacts/${id}`),
    notifies: (_, { id, external_id }) => ({ 'contact.deleted': { id, external_id, type: 'contact', deleted: true } }),
  },
  'a lead is merged into a user': {
    given: async (w) => ({ from: (await aLead(w)).id, into: (await aUser(w)).id }),
    act: (w, { from, into }) => w.ask('POST /contacts/merge', { from, into, skip_duplicate_validation: true }),
    notifies: ({ contact }, { from, into }) => ({
      'contact.merged': contact({ id: into, merged_from: { type: 'contact', id: from } }),
    }),
  },
  'a contact opts out of emails': {
    given: aUser,
    act: (w, user) => change(w, user, { unsubscribed_from_emails: true }),
    notifies: emails('contact_unsubscribe', true),
  },
  'a contact opts in to emails': {
    given: (w) => aUser(w, { unsubscribed_from_emails: true }),
    act: (w, user) => change(w, user, { unsubscribed_from_emails: false }),
    notifies: emails('contact_subscribe', false),
  },
  'a user is tagged': { given: withTag(aUser), act: tagged, notifies: contactTag('contact.user.tag.created', 'user') },
  'a lead is tagged': { given: withTag(aLead), act: tagged, notifies: contactTag('contact.lead.tag.created', 'lead') },
  'a user loses a tag': {
    ...{ given: withTagPut(aUser), act: untagged },
    notifies: contactTag('contact.user.tag.deleted', 'user'),
  },
  'a lead loses a tag': {
    ...{ given: withTagPut(aLead), act: untagged },
    notifies: contactTag('contact.lead.tag.deleted', 'lead'),
  },
  'a company is created': {
    act: aCompany,
    notifies: ({ company }) => ({ 'company.created': company({ name: 'Acme', user_count: 0 }) }),
  },
  'a company is changed': {
    given: aCompany,
    act: (w, { id }) => w.ask(`PUT /companies/${id}`, { name: 'Bond', size: 85, website: 'https://example.com' }),
    notifies: ({ company }, { id }) => ({
      'company.updated': company({ id, name: 'Bond', size: 85, website: 'https://example.com', industry: null }),
    }),
  },
  'a contact joins a company': {
    ...{ given: withCompany, act: join },
    notifies: ({ contact, companyOfContact }, { id, company }) => ({
      'company.contact.attached': {
        company: companyOfContact({ id: company.id, user_count: 1 }),
        contact: contact({ id }),
      },
    }),
  },
  'a contact leaves a company': {
    given: aMember,
    act: (w, { id, company }) => w.ask(`DELETE /contacts/${id}/companies/${company.id}`),
    notifies: ({ contact, companyOfContact }, { id, company }) => ({
      'company.contact.detached': {
        company: companyOfContact({ id: company.id, user_count: 0 }),
        contact: contact({ id }),
      },
    }),
  },
  'a company is archived: its contact leaves, then it is deleted': {
    given: aMember,
    act: (w, { company }) => w.ask(`DELETE /companies/${company.id}`),
    notifies: ({ contact, companyOfContact }, { id, company }) => ({
      'company.contact.detached': { company: companyOfContact({ id: company.id }), contact: contact({ id }) },
      'company.deleted': { id: company.id, type: 'company', deleted: true },
    }),
  },
})
