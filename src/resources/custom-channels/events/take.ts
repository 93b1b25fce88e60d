// Takes an event of a custom channel: once for each event_id, for one contact and one conversation.
import { ApiError, badRequest, notFound } from '#http/errors.ts'
import { alone } from '#http/savepoint.ts'
import { createContact, createLead } from '#resources/contacts/create.ts'
import { type ContactRow, findContactsBy, lockIdentity } from '#resources/contacts/queries.ts'
import { updateContact } from '#resources/contacts/update.ts'
import { lockConversation } from '#resources/conversations/queries.ts'
import { startConversation } from '#resources/conversations/start/from-contact.ts'
import { theWorkflow } from '#resources/workflows/queries.ts'
import { startRun } from '#resources/workflows/runs/start.ts'
import type { Token } from '#workspaces/tokens.ts'
import type { Workspace } from '#workspaces/workspace.ts'
import { type ChannelRow, findChannel } from '../queries.ts'
import { ACTS } from './act.ts'
import { type Answer, claimEvent, findChannelFor, insertMapping, lockExternal, storeAnswer } from './queries.ts'
import { type EventContact, type EventKind, type EventOf, readEvent } from './schema.ts'

/** @throws the 400, 404 and 422 that Intercom documents */
export async function takeEvent<K extends EventKind>(
  workspace: Workspace,
  token: Token,
  kind: K,
  body: unknown,
): Promise<Answer> {
  const channel = await channelOf(workspace, token, body)
  const event = readEvent(kind, body)
  const { event_id, external_conversation_id } = event
  const before = await claimEvent(workspace, channel.id, event_id)
  if (before) return before
  const mapped = await lockExternal(workspace, channel.id, external_conversation_id)
  if (!mapped && kind !== 'conversation') throw noObject()
  const contact = await contactOf(workspace, event.contact)
  const conversation_id =
    mapped === undefined
      ? await begin(workspace, channel, contact, event)
      : await continued(workspace, kind, event, mapped, contact)
  const answer = {
    ...{ external_conversation_id, conversation_id },
    ...{ external_contact_id: event.contact.external_id, contact_id: contact.id },
  }
  await storeAnswer(workspace, channel.id, event_id, answer)
  return answer
}

const noObject = () => notFound('Object not found')

/** The channel of the key; with another token of the workspace the one that knows the conversation, else the oldest. */
async function channelOf(workspace: Workspace, token: Token, body: unknown): Promise<ChannelRow> {
  const { external_conversation_id } = (body ?? {}) as { external_conversation_id?: unknown }
  const named = typeof external_conversation_id === 'string' ? external_conversation_id : null
  const id = token.custom_channel_id ?? (await findChannelFor(workspace, named))?.id
  const channel = id === undefined ? undefined : await findChannel(workspace, id)
  if (!channel) throw notFound('Integration not found', 'data_invalid')
  return channel
}

/** Finds or makes the contact by its external id; an existing one gets the name and the email. */
async function contactOf(workspace: Workspace, { type, external_id, name, email }: EventContact): Promise<ContactRow> {
  await lockIdentity(workspace, { external_id })
  const [known] = await findContactsBy(workspace, 'external_id', external_id)
  const given = { ...(name?.trim() && { name }), ...(email && { email }) }
  const contact = await alone<ContactRow>(workspace, (workspace) => {
    if (known) return updateContact(workspace, known.id, { ...given, ...(type === 'user' && { role: type }) }, SHARES)
    if (type === 'lead') return createLead(workspace, { external_id, ...given })
    return createContact(workspace, { role: 'user', external_id, ...given }, SHARES)
  })
  if (contact instanceof ApiError || contact.blocked_at) throw noContact()
  return contact
}

/** The external id says who it is: another contact may have the email, too. */
const SHARES = { shares_email: true }

const noContact = () => badRequest('data_invalid', 'Contact not found or could not be created')

/** Starts the conversation without a message, and the workflow of the channel if it is live. Returns its id. */
async function begin(
  workspace: Workspace,
  channel: ChannelRow,
  contact: ContactRow,
  { event_id, external_conversation_id }: EventOf<'conversation'>,
): Promise<string> {
  const { conversation_id } = await startConversation(workspace, {
    ...{ contact, body: '', html: '', custom_channel_id: channel.id },
  })
  await insertMapping(workspace, { channel_id: channel.id, external_conversation_id, conversation_id })
  const workflow = channel.workflow_id === null ? undefined : await theWorkflow(workspace, channel.workflow_id)
  if (workflow?.state === 'live') {
    await lockConversation(workspace, conversation_id)
    await startRun(workspace, workflow, conversation_id, `custom channel ${channel.id} ${event_id}`)
  }
  return conversation_id
}

/** Returns the id of the conversation that the event went to. One that has begun does not begin again. */
async function continued<K extends EventKind>(
  workspace: Workspace,
  kind: K,
  event: EventOf<K>,
  conversation_id: string,
  contact: ContactRow,
): Promise<string> {
  const written = await alone(workspace, (workspace) => ACTS[kind](workspace, event, conversation_id, contact))
  if (!(written instanceof ApiError)) return written
  // Such as a contact who does not take part in the conversation.
  if (written.status === 404) throw noObject()
  throw written
}
