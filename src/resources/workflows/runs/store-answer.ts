// Stores what a contact gave for an attribute that no run asks for: in the conversation, or else in the contact.
import { ApiError, invalid } from '#http/errors.ts'
import { alone } from '#http/savepoint.ts'
import type { ContactRow } from '#resources/contacts/queries.ts'
import { updateContact } from '#resources/contacts/update.ts'
import { listAttributes } from '#resources/conversation-attributes/queries.ts'
import { setAttributes } from '#resources/conversations/actions/set-attributes.ts'
import type { ConversationRow } from '#resources/conversations/queries.ts'
import { listDefinitions } from '#resources/data-attributes/queries.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { lockWaiting } from './queries.ts'

/**
 * Returns the refusal if the attribute cannot have the value. If there is no such attribute, nothing is stored. A run that asks
 * for it stores it by itself, and asks again if it must.
 */
export async function storeAnswerOf(
  workspace: Workspace,
  conversation: ConversationRow,
  contact: ContactRow,
  { id: name, value: text }: { id: string; value: string },
): Promise<ApiError | undefined> {
  const waiting = await lockWaiting(workspace, conversation.id)
  if (waiting.some(({ waits_for, memory }) => waits_for === 'attribute' && memory['name'] === name)) return undefined
  const isNamed = (attribute: { name: string }) => attribute.name === name
  const noFiles = () => Promise.reject(invalid(`Custom attribute '${name}' has files`))
  if ((await listAttributes(workspace)).some(isNamed))
    return firstStored(workspace, text, (workspace, value) =>
      setAttributes(workspace, conversation, { [name]: value }, noFiles),
    )
  if ((await listDefinitions(workspace, 'contact')).some(isNamed))
    return firstStored(workspace, text, (workspace, value) =>
      updateContact(workspace, contact.id, { custom_attributes: { [name]: value } }),
    )
}

/** Stores the first of the values that a text can stand for which is taken. Returns the first refusal if none is. */
export async function firstStored(
  workspace: Workspace,
  text: string,
  store: (workspace: Workspace, value: unknown) => Promise<unknown>,
): Promise<ApiError | undefined> {
  let refusal: ApiError | undefined
  for (const value of valuesOf(text)) {
    const stored = await alone(workspace, (workspace) => store(workspace, value))
    if (!(stored instanceof ApiError)) return undefined
    refusal ??= stored
  }
  return refusal
}

/** Returns what a text can stand for: itself, a number, true or false. */
function valuesOf(text: string): unknown[] {
  const number = /^-?\d+([.,]\d+)?$/.test(text) ? [Number(text.replace(',', '.'))] : []
  const flag = /^(yes|true)$/i.test(text) ? [true] : /^(no|false)$/i.test(text) ? [false] : []
  return [text, ...number, ...flag]
}
