// The contact of a session, by the caller's id: created, or brought up to date. Attributes that do not fit are reported, not refused.
import { invalid } from '#http/errors.ts'
import { createContact } from '#resources/contacts/create.ts'
import { type ContactRow, findContactsBy, lockIdentity } from '#resources/contacts/queries.ts'
import { updateContact } from '#resources/contacts/update.ts'
import { listAttributes } from '#resources/conversation-attributes/queries.ts'
import { readValues } from '#resources/conversation-attributes/values.ts'
import { listDefinitions } from '#resources/data-attributes/queries.ts'
import { problemWith } from '#resources/data-attributes/values.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import type { FinUser } from './schema.ts'

type Values = Record<string, unknown>

/** `errors` has a message for each attribute that was left out; undefined if there is none. */
export type Checked<Fitting> = { fitting: Fitting; errors: Record<string, string> | undefined }

const MOST_ATTRIBUTES = 10

/** @throws a 400 if there are too many. */
function assertFew(attributes: Values = {}): void {
  if (Object.keys(attributes).length > MOST_ATTRIBUTES)
    throw invalid(`Cannot update more than ${MOST_ATTRIBUTES} attributes at once.`)
}

/** @throws a 400 without an id. */
export async function saveUser(workspace: Workspace, user: FinUser): Promise<Checked<ContactRow>> {
  const { id, name, email, attributes } = user
  if (!id) throw invalid('User ID is required')
  assertFew(attributes)
  const { fitting, errors } = await checkUserAttributes(workspace, attributes ?? {})
  const profile = {
    ...(name && { name }),
    ...(email && { email }),
    ...(Object.keys(fitting).length > 0 && { custom_attributes: fitting }),
  }
  await lockIdentity(workspace, { external_id: id })
  const [known] = await findContactsBy(workspace, 'external_id', id)
  const origin = { shares_email: true }
  const contact = known
    ? await updateContact(workspace, known.id, { ...profile, role: 'user' }, origin)
    : await createContact(workspace, { ...profile, role: 'user', external_id: id }, origin)
  return { fitting: contact, errors }
}

async function checkUserAttributes(workspace: Workspace, given: Values): Promise<Checked<Values>> {
  if (!Object.keys(given).length) return { fitting: {}, errors: undefined }
  const known = new Map((await listDefinitions(workspace, 'contact')).map((one) => [one.name, one]))
  return sorted(given, (name, value) => {
    const definition = known.get(name)
    if (!definition) return `User attribute '${name}' does not exist`
    return value === null ? undefined : problemWith(definition, value)
  })
}

/** @throws a 400 if there are too many. */
export async function checkConversationAttributes(workspace: Workspace, given: Values = {}): Promise<Checked<Values>> {
  assertFew(given)
  if (!Object.keys(given).length) return { fitting: {}, errors: undefined }
  const known = new Map((await listAttributes(workspace)).map((one) => [one.name, one]))
  const problems = new Map<string, string | undefined>()
  for (const [name, value] of Object.entries(given)) {
    const attribute = known.get(name)
    problems.set(
      name,
      !attribute
        ? `Conversation attribute '${name}' does not exist`
        : attribute.data_type === 'files'
          ? `Conversation attribute '${name}' has files, which Fin does not take`
          : await readValues(workspace, { [name]: value }).then(
              () => undefined,
              (error: Error) => error.message,
            ),
    )
  }
  return sorted(given, (name) => problems.get(name))
}

function sorted(given: Values, problemOf: (name: string, value: unknown) => string | undefined): Checked<Values> {
  const fitting: Values = {}
  const errors: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    const problem = problemOf(name, value)
    if (problem) errors[name] = problem
    else fitting[name] = value
  }
  return { fitting, errors: Object.keys(errors).length ? errors : undefined }
}
