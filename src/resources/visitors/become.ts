// A visitor becomes a contact: a new lead or user, or part of a contact that exists.
import { adoptReported } from '#resources/contacts/activity-queries.ts'
import { createContact, createLead } from '#resources/contacts/create.ts'
import { type ContactRow, findContact, lockIdentity, type WholeContactRow } from '#resources/contacts/queries.ts'
import type { ContactRequest } from '#resources/contacts/schema.ts'
import { updateContact } from '#resources/contacts/update.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { findVisitor, takeVisitor, type VisitorName, type VisitorRow } from './queries.ts'
import { presentSignedUp } from './schema.ts'
import { visitorEvents } from './topics.ts'

/** Returns the new lead of a messenger's visitor who writes. The transaction has locked the id of the visitor. */
export async function becomeLead(workspace: Workspace, user_id: string): Promise<WholeContactRow> {
  const visitor = await takeVisitor(workspace, user_id)
  return visitor ? leadFrom(workspace, visitor, 'contact.created') : createLead(workspace, { external_id: user_id })
}

/** Makes the visitor that a request names a lead. Returns undefined if there is no such visitor. */
export async function findAsLead(workspace: Workspace, name: VisitorName): Promise<ContactRow | undefined> {
  const named = await findVisitor(workspace, name)
  if (!named) return undefined
  await lockIdentity(workspace, { external_id: named.user_id })
  const visitor = await takeVisitor(workspace, named.user_id)
  // It became a contact with the same id at this moment.
  return visitor ? leadFrom(workspace, visitor, 'contact.created') : findContact(workspace, named.id)
}

export type Became = 'contact.created' | 'contact.role_updated'

/** The lead keeps the ids of the visitor, so that the messenger's session is that of the lead from now on. */
export const leadFrom = (workspace: Workspace, visitor: VisitorRow, activity: Became, email: string | null = null) => {
  const { user_id: external_id, name } = visitor
  return createLead(workspace, { external_id, name, email, former: formerOf(visitor, activity) })
}

export const userFrom = (workspace: Workspace, visitor: VisitorRow, activity: Became, request: ContactRequest) =>
  createContact(
    workspace,
    { name: visitor.name, custom_attributes: visitor.custom_attributes, ...request, role: 'user' },
    { former: formerOf(visitor, activity) },
  )

const formerOf = ({ id, created_at, reported, custom_attributes }: VisitorRow, activity: Became) => ({
  ...{ id, created_at, activity, custom_attributes },
  messenger: reported,
})

/** Gives a contact what it lacks of the visitor, and what the request says. */
export async function absorb(
  workspace: Workspace,
  contact: ContactRow,
  visitor: VisitorRow,
  request: ContactRequest = {},
): Promise<WholeContactRow> {
  await adoptReported(workspace, contact.id, visitor.reported)
  const lacking = Object.entries(visitor.custom_attributes).filter(([name]) => !(name in contact.custom_attributes))
  return updateContact(workspace, contact.id, {
    ...(contact.name === null && visitor.name !== null && { name: visitor.name }),
    custom_attributes: Object.fromEntries(lacking),
    ...request,
  })
}

export const emitSignedUp = (workspace: Workspace, user: WholeContactRow, visitor: VisitorRow) =>
  visitorEvents.emit(workspace, {
    topic: 'visitor.signed_up',
    object_id: user.id,
    details: { visitor_id: visitor.id },
    snapshot: () => presentSignedUp(user, visitor),
  })
