// Signs somebody in at a messenger: a user, found or made, whose record learns what the messenger says of them; or a
// visitor, of whom nothing is kept until they write.
import { randomUUID } from 'node:crypto'
import type { Static } from 'typebox'
import { defined } from '#lib/objects.ts'
import { sign } from '#lib/sign.ts'
import { markBooted } from '#resources/contacts/activity-queries.ts'
import { createContact } from '#resources/contacts/create.ts'
import { unarchiveContact } from '#resources/contacts/life-cycle.ts'
import { type ContactRow, lockIdentity } from '#resources/contacts/queries.ts'
import type { ContactRequest } from '#resources/contacts/schema.ts'
import { updateContact } from '#resources/contacts/update.ts'
import { assertNotBlocked } from '#resources/conversations/start/from-contact.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { readBootAttributes } from './attributes.ts'
import { findByVisitorId, findReturning, findReturningByEmail } from './queries.ts'
import { type MessengerSession, REPORTED, type SessionRequest } from './schema.ts'
import { readVisitorId, type Session, sessionToken, VISITOR } from './token.ts'
import { type Identity, prove, said } from './verify-identity.ts'

const LONGEST_MS = 7 * 24 * 60 * 60 * 1_000

/** Run it in a transaction. @throws a 401 where it is not proven who it is, a 403 where the contact is blocked. */
export async function boot(
  workspace: Workspace,
  key: string,
  request: SessionRequest,
): Promise<Static<typeof MessengerSession>> {
  const identity = await prove(workspace, key, request)
  const { contact, visitor_id, ignored } = identity
    ? await asUser(workspace, identity, request)
    : await asVisitor(workspace, key, request)
  const lasts_ms = Math.min(request.session_duration ?? LONGEST_MS, LONGEST_MS)
  const session: Session = {
    workspace_id: workspace.id,
    contact_id: visitor_id === null ? (contact?.id ?? null) : null,
    visitor_id,
    secret_id: identity?.secret_id ?? null,
    expires_at: Math.ceil((Date.now() + lasts_ms) / 1000),
  }
  return {
    type: 'messenger_session',
    token: sessionToken(key, session),
    expires_at: session.expires_at,
    contact: contact ? { type: 'contact', id: contact.id, external_id: contact.external_id, role: contact.role } : null,
    visitor_id,
    anonymous_id: visitor_id && sign(key, VISITOR, `${workspace.id}.${visitor_id}`),
    ignored_attributes: ignored,
  }
}

type Booted = { contact: ContactRow | undefined; visitor_id: string | null; ignored: string[] }

/** An id that we did not give, or whose lead is gone or known by now as a user, is forgotten: there is a new one. */
async function asVisitor(workspace: Workspace, key: string, request: SessionRequest): Promise<Booted> {
  const anonymous_id = said(request.anonymous_id)
  const visitor_id = anonymous_id && readVisitorId(key, workspace.id, anonymous_id)
  const lead = visitor_id ? await findByVisitorId(workspace, visitor_id) : undefined
  const is_gone = lead && (lead.role !== 'lead' || lead.deleted_at || lead.merged_into)
  if (!visitor_id || is_gone) return { contact: undefined, visitor_id: randomUUID(), ignored: [] }
  if (!lead) return { contact: undefined, visitor_id, ignored: [] }
  const contact = await markBooted(workspace, (await welcomeBack(workspace, lead)).id, reportedBy(request))
  return { contact, visitor_id, ignored: [] }
}

async function asUser(workspace: Workspace, identity: Identity, request: SessionRequest): Promise<Booted> {
  const { user_id, email, claims } = identity
  await lockIdentity(workspace, { external_id: user_id ?? null, email: email ?? null })
  const known = await findKnown(workspace, identity)
  const { profile, ignored } = await profileOf(workspace, request, claims)
  const whole = { ...profile, ...(user_id !== undefined && { external_id: user_id }), ...(email && { email }) }
  const options = { shares_email: user_id !== undefined }
  const { id } = known
    ? await updateContact(workspace, (await welcomeBack(workspace, known)).id, whole, options)
    : await createContact(workspace, { ...whole, role: 'user' }, options)
  return { contact: await markBooted(workspace, id, reportedBy(request)), visitor_id: null, ignored }
}

/**
 * By the user_id; one that is new may be that of somebody who was known by the email alone, where the workspace vouches
 * for that too, or believes everybody.
 */
async function findKnown(workspace: Workspace, { user_id, email, is_email_signed, secret_id }: Identity) {
  const byId = user_id === undefined ? undefined : await findReturning(workspace, user_id)
  if (byId || !email) return byId
  if (user_id !== undefined && !is_email_signed && secret_id !== null) return undefined
  return findReturningByEmail(workspace, email, { nameless: user_id !== undefined })
}

async function welcomeBack(workspace: Workspace, contact: ContactRow): Promise<ContactRow> {
  assertNotBlocked(contact)
  return contact.archived_at ? unarchiveContact(workspace, contact.id) : contact
}

/** Claims that are the contact's own attributes; all others are custom ones. */
const OWN = ['name', 'phone', 'created_at', 'avatar', 'language_override', 'unsubscribed_from_emails'] as const

/** What is said of the contact besides who it is. What the workspace has signed, the page cannot say otherwise. */
async function profileOf(workspace: Workspace, request: SessionRequest, claims: Record<string, unknown>) {
  const signed = Object.fromEntries(
    OWN.filter((name) => isSound(name, claims[name])).map((name) => [name, claims[name]]),
  )
  const { name, phone, created_at, avatar, language_override, unsubscribed_from_emails }: Partial<SessionRequest> = {
    ...request,
    ...signed,
  }
  const others = Object.entries(claims).filter(([name]) => !OWN.includes(name as never))
  const attributes = await readBootAttributes(workspace, request.custom_attributes ?? {}, Object.fromEntries(others))
  const profile: ContactRequest = defined({
    name: said(name),
    phone: said(phone),
    avatar: said(avatar?.image_url),
    language_override: said(language_override),
    signed_up_at: created_at ?? undefined,
    unsubscribed_from_emails: unsubscribed_from_emails ?? undefined,
    custom_attributes: attributes.values,
  })
  return { profile, ignored: attributes.ignored }
}

const isText = (value: unknown) => typeof value === 'string' && value.length <= 255

const SOUND: Record<(typeof OWN)[number], (value: unknown) => boolean> = {
  name: isText,
  phone: isText,
  language_override: (value) => isText(value) && String(value).length <= 35,
  created_at: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 32_503_680_000,
  avatar: (value) => isText((value as { image_url?: unknown } | null | undefined)?.image_url),
  unsubscribed_from_emails: (value) => typeof value === 'boolean',
}

const isSound = (name: (typeof OWN)[number], value: unknown): boolean => SOUND[name](value)

const reportedBy = (request: SessionRequest): Record<string, string> =>
  defined(Object.fromEntries(REPORTED.map((name) => [name, said(request[name])]))) as Record<string, string>
