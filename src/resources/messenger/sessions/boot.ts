// Starts a messenger session: for a user, who is found or created and updated from the request, or for a visitor, who
// becomes a lead with the first message. The lead of a browser on which a user signs in is merged into the user.
import { randomUUID } from 'node:crypto'
import type { Static } from 'typebox'
import { defined } from '#lib/objects.ts'
import { sign } from '#lib/sign.ts'
import { recordSession } from '#resources/companies/contact-queries.ts'
import { markBooted } from '#resources/contacts/activity-queries.ts'
import { createContact } from '#resources/contacts/create.ts'
import { unarchiveContact } from '#resources/contacts/life-cycle.ts'
import { type ContactRow, lockIdentity, theContact } from '#resources/contacts/queries.ts'
import type { ContactRequest } from '#resources/contacts/schema.ts'
import { updateContact } from '#resources/contacts/update.ts'
import { assertNotBlocked } from '#resources/conversations/start/from-contact.ts'
import { mergeSignedIn } from '#resources/merges/merge.ts'
import { absorb, emitSignedUp } from '#resources/visitors/become.ts'
import { saveSession, takeVisitor } from '#resources/visitors/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { addressesOf, addressLocks, storableAddresses } from './addresses.ts'
import { readBootAttributes } from './attributes.ts'
import { findByVisitorId, findReturning, findReturningByEmail } from './queries.ts'
import { type MessengerSession, REPORTED, type SessionRequest } from './schema.ts'
import { readVisitorId, type Session, sessionToken, VISITOR } from './token.ts'
import { type Identity, textOrNothing, verifyIdentity } from './verify-identity.ts'

const MAX_DURATION_MS = 7 * 24 * 60 * 60 * 1_000

/** Run it in a transaction. @throws a 401 if the identity is not proven, a 403 if the contact is blocked. */
export async function boot(
  workspace: Workspace,
  key: string,
  request: SessionRequest,
): Promise<Static<typeof MessengerSession>> {
  const identity = await verifyIdentity(workspace, key, request)
  const { contact, visitor_id, ignored } = identity
    ? await bootUser(workspace, key, identity, request)
    : await bootVisitor(workspace, key, request)
  if (contact) await recordSession(workspace, contact.id)
  const duration_ms = Math.min(request.session_duration ?? MAX_DURATION_MS, MAX_DURATION_MS)
  const session: Session = {
    workspace_id: workspace.id,
    contact_id: visitor_id === null ? (contact?.id ?? null) : null,
    visitor_id,
    secret_id: identity?.secret_id ?? null,
    expires_at: Math.ceil((Date.now() + duration_ms) / 1000),
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

/** Creates a new visitor id if the given one is not ours, or if its lead was deleted, merged or became a user. */
async function bootVisitor(workspace: Workspace, key: string, request: SessionRequest): Promise<Booted> {
  const visitor_id = visitorIdOf(workspace, key, request)
  const lead = visitor_id ? await findByVisitorId(workspace, visitor_id) : undefined
  const is_gone = lead && (lead.role !== 'lead' || lead.deleted_at || lead.merged_into)
  if (!visitor_id || is_gone || !lead) {
    const id = visitor_id && !is_gone ? visitor_id : randomUUID()
    await saveSession(workspace, id, reportedBy(request))
    return { contact: undefined, visitor_id: id, ignored: [] }
  }
  const contact = await markBooted(workspace, (await unarchived(workspace, lead)).id, reportedBy(request))
  return { contact, visitor_id, ignored: [] }
}

function visitorIdOf(workspace: Workspace, key: string, request: SessionRequest): string | undefined {
  const anonymous_id = textOrNothing(request.anonymous_id)
  return anonymous_id && readVisitorId(key, workspace.id, anonymous_id)
}

async function bootUser(
  workspace: Workspace,
  key: string,
  identity: Identity,
  request: SessionRequest,
): Promise<Booted> {
  const { user_id, claims } = identity
  const addresses = addressesOf(identity, request)
  const visitor_id = visitorIdOf(workspace, key, request) ?? null
  const locks = { external_id: user_id ?? null, ...addressLocks(addresses) }
  await lockIdentity(workspace, locks, { external_id: visitor_id })
  const lead = visitor_id === null ? undefined : await findLeadOf(workspace, visitor_id)
  const known = await signedIn(workspace, await findKnown(workspace, identity), lead)
  const { values, unsigned } = await storableAddresses(workspace, identity, known, addresses)
  const { profile, ignored } = await profileOf(workspace, request, claims)
  const attributes = { ...profile, ...(user_id !== undefined && { external_id: user_id }), ...values }
  const options = { shares_email: user_id !== undefined, unsigned }
  // The external id of a lead is the id of the visitor, and no user's.
  const promotion = known?.role === 'lead' && { role: 'user' as const, external_id: user_id ?? null }
  const { id } = known
    ? await updateContact(workspace, known.id, { ...attributes, ...promotion }, options)
    : await createContact(workspace, { ...attributes, role: 'user' }, options)
  const visitor = visitor_id === null ? undefined : await takeVisitor(workspace, visitor_id)
  if (visitor) {
    const contact = await absorb(workspace, await theContact(workspace, id), visitor)
    if (!known) await emitSignedUp(workspace, contact, visitor)
  }
  return { contact: await markBooted(workspace, id, reportedBy(request)), visitor_id: null, ignored }
}

/** Returns the lead that the visitor became, unless it is deleted, merged, a user by now, or blocked. */
async function findLeadOf(workspace: Workspace, visitor_id: string): Promise<ContactRow | undefined> {
  const contact = await findByVisitorId(workspace, visitor_id)
  const is_lead = contact?.role === 'lead' && !contact.deleted_at && !contact.merged_into && !contact.blocked_at
  return is_lead ? contact : undefined
}

/**
 * Returns the contact who signs in: the user, into whom the lead of this browser is merged, or else the lead, who becomes the
 * user. Undefined: neither exists.
 */
async function signedIn(
  workspace: Workspace,
  user: ContactRow | undefined,
  lead: ContactRow | undefined,
): Promise<ContactRow | undefined> {
  const from = lead && (await unarchived(workspace, lead))
  const into = user && (await unarchived(workspace, user))
  return from && into ? mergeSignedIn(workspace, { from: from.id, into: into.id }) : (into ?? from)
}

/**
 * Finds the user by user_id, else by email. A new user_id may belong to a user who had only an email: this needs a
 * signed email, or a workspace that does not verify identities.
 */
async function findKnown(workspace: Workspace, { user_id, email, is_email_signed, secret_id }: Identity) {
  const byId = user_id === undefined ? undefined : await findReturning(workspace, user_id)
  if (byId || !email) return byId
  if (user_id !== undefined && !is_email_signed && secret_id !== null) return undefined
  return findReturningByEmail(workspace, email, { without_external_id: user_id !== undefined })
}

async function unarchived(workspace: Workspace, contact: ContactRow): Promise<ContactRow> {
  assertNotBlocked(contact)
  return contact.archived_at ? unarchiveContact(workspace, contact.id) : contact
}

/** Claims that are standard attributes of a contact; all others are custom attributes. */
const STANDARD = ['name', 'phone', 'created_at', 'avatar', 'language_override', 'unsubscribed_from_emails'] as const

/** Returns the attributes to write, without email and phone. Signed claims take precedence over the request. */
async function profileOf(workspace: Workspace, request: SessionRequest, claims: Record<string, unknown>) {
  const signed = Object.fromEntries(
    STANDARD.filter((name) => isValid(name, claims[name])).map((name) => [name, claims[name]]),
  )
  const { name, created_at, avatar, language_override, unsubscribed_from_emails }: Partial<SessionRequest> = {
    ...request,
    ...signed,
  }
  const others = Object.entries(claims).filter(([name]) => !STANDARD.includes(name as never))
  const attributes = await readBootAttributes(workspace, request.custom_attributes ?? {}, Object.fromEntries(others))
  const profile: ContactRequest = defined({
    name: textOrNothing(name),
    avatar: textOrNothing(avatar?.image_url),
    language_override: textOrNothing(language_override),
    signed_up_at: created_at ?? undefined,
    unsubscribed_from_emails: unsubscribed_from_emails ?? undefined,
    custom_attributes: attributes.values,
  })
  return { profile, ignored: attributes.ignored }
}

const isText = (value: unknown) => typeof value === 'string' && value.length <= 255

const IS_VALID: Record<(typeof STANDARD)[number], (value: unknown) => boolean> = {
  name: isText,
  phone: isText,
  language_override: (value) => isText(value) && String(value).length <= 35,
  created_at: (value) => Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 32_503_680_000,
  avatar: (value) => isText((value as { image_url?: unknown } | null | undefined)?.image_url),
  unsubscribed_from_emails: (value) => typeof value === 'boolean',
}

const isValid = (name: (typeof STANDARD)[number], value: unknown): boolean => IS_VALID[name](value)

const reportedBy = (request: SessionRequest): Record<string, string> =>
  defined(Object.fromEntries(REPORTED.map((name) => [name, textOrNothing(request[name])]))) as Record<string, string>
