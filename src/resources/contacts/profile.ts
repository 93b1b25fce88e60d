// Checks the values that a request gives a contact, and returns them as they are stored.
import { invalid } from '#http/errors.ts'
import { fromEpoch } from '#http/types.ts'
import { isEmail } from '#lib/email.ts'
import { defined } from '#lib/objects.ts'
import { e164 } from '#lib/phone.ts'
import { findAdmin } from '#resources/admins/queries.ts'
import { type GivenReferences, splitReferences } from '#resources/custom-object-instances/references/set.ts'
import { type Attributes, readAttributes } from '#resources/data-attributes/values.ts'
import { shown } from '#search/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { ContactRow } from './queries.ts'
import type { ContactRequest } from './schema.ts'

/** Only what the request names. In the attributes, null clears a value. */
export type Profile = Partial<
  Pick<
    ContactRow,
    | 'external_id'
    | 'email'
    | 'email_verified'
    | 'phone'
    | 'formatted_phone'
    | 'name'
    | 'avatar_url'
    | 'signed_up_at'
    | 'last_seen_at'
    | 'owner_id'
    | 'unsubscribed_from_emails'
    | 'language_override'
  >
> & { custom_attributes: Attributes; references: GivenReferences[] }

export async function readProfile(workspace: Workspace, request: ContactRequest): Promise<Profile> {
  const email = readEmail(request.email)
  if (typeof request.email_verified === 'boolean' && !email) {
    throw invalid('email_verified can only be set together with email')
  }
  const phone = readText(request.phone)
  const named = defined({
    external_id: readText(request.external_id),
    email,
    email_verified: request.email_verified ?? undefined,
    phone,
    formatted_phone: phone ? e164(phone) : phone,
    name: readText(request.name),
    avatar_url: readText(request.avatar),
    signed_up_at: readTime(request.signed_up_at),
    last_seen_at: readTime(request.last_seen_at),
    owner_id: await readOwner(workspace, request.owner_id),
    unsubscribed_from_emails: request.unsubscribed_from_emails ?? undefined,
    language_override: readLanguage(request.language_override),
  })
  const { attributes, references } = await splitReferences(workspace, 'contact', request.custom_attributes ?? {})
  return { ...named, custom_attributes: await readAttributes(workspace, 'contact', attributes), references }
}

/** Null (or an empty text) clears the value; undefined: the request does not have it. */
type Given<T> = T | null | undefined

const readText = (given: Given<string>): Given<string> => (given === undefined ? undefined : given?.trim() || null)

const readTime = (given: Given<number>): Given<Date> => (typeof given === 'number' ? fromEpoch(given) : given)

function readEmail(given: Given<string>): Given<string> {
  const email = readText(given)
  if (email && !isEmail(email)) throw invalid(`email '${shown(email)}' is not an email address`)
  return email
}

async function readOwner(workspace: Workspace, given: Given<string>): Promise<Given<string>> {
  const owner_id = readText(given)
  if (owner_id && !(await findAdmin(workspace, owner_id))) {
    throw invalid(`owner_id '${shown(owner_id)}' is not an admin of this workspace`)
  }
  return owner_id
}

let languages: Intl.DisplayNames | undefined

/** Loading the names takes as long as a tenth of the server's start. */
const isLanguage = (code: string): boolean => {
  languages ??= new Intl.DisplayNames('en', { type: 'language', fallback: 'none' })
  return languages.of(code) !== undefined
}

/**
 * Reads a two-letter language, optionally with a region: `pt-BR`. Returns null for an unknown one, which is no error.
 */
function readLanguage(given: Given<string>): Given<string> {
  const code = readText(given)
  if (!code) return code
  return /^[a-z]{2}(-[a-z]{2})?$/i.test(code) && isLanguage(code) ? code : null
}
